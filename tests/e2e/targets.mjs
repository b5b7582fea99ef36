// Targets in a browser: node targets.mjs PERENNIAL. A manager sets one in its row, ugly amounts are refused and stay typed; two windows at once; who is away;
// the workbook down, edited as CSV and up again with its preview, refused rows told apart; the target beside the KPI.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checker, clean_in_both, demo, leave, person, play } from './demo.mjs';

const at = await demo(process.argv[2]);
const { base } = at, check = checker(), dir = fs.mkdtempSync(path.join(os.tmpdir(), 'perennial-targets-'));
const body = page => page.evaluate(() => document.querySelector('main').textContent);
const sent = (page, selector) => Promise.all([page.waitForLoadState('load'), page.waitForNavigation(), page.click(selector)]);
const row = name => `tr:has(th:text-is("${name}"))`;

async function open_row(page, name) {
  await page.goto(base + '/targets/2026-Q4');
  await page.click(`${row(name)} td a`);
  await page.waitForSelector('#t-amount');
}

// What the form says of an amount; it must stay as it was typed.
async function refused(page, amount, reason, says) {
  // past what the browser itself would refuse
  await page.evaluate(() => { for (const e of document.querySelectorAll('#t-amount, #t-reason')) { e.removeAttribute('maxlength'); e.required = false; } });
  await page.fill('#t-amount', amount);
  await page.fill('#t-reason', reason);
  page.expected = true;
  await sent(page, 'form:has(#t-amount) button[type=submit]');
  page.expected = false;
  const alert = await page.textContent('form:has(#t-amount) [role=alert]');
  check(alert.includes(says), `${amount.slice(0, 20)}: ${says}, not ${alert}`);
  check((await page.inputValue('#t-amount')) === amount, `${amount.slice(0, 20)} stays typed`);
}

async function setting() {
  const page = await person(at, 'marisol.andrade'), other = await person(at, 'marisol.andrade');
  await page.goto(base + '/targets/2026-Q4');
  await clean_in_both(page, 'targets', check);
  await open_row(page, 'Tom Okafor');
  await clean_in_both(page, 'a target being set', check);
  await open_row(other, 'Tom Okafor');
  check(await page.evaluate(() => document.activeElement?.id === 't-amount'), 'the amount has the focus');
  await refused(page, '-5', 'x', 'below zero');
  await refused(page, '999999999999999', 'x', 'too large');
  await refused(page, '12abc', 'x', 'not a number');
  await refused(page, '600000', '', 'say why');
  await refused(page, '600000', 'x'.repeat(10000), 'too long');
  await page.fill('#t-reason', 'two accounts more');
  await sent(page, 'form:has(#t-amount) button[type=submit]');
  check((await page.textContent('[role=status]')).includes('Saved as a new version'), 'saved');
  check((await page.textContent(row('Tom Okafor'))).includes('$600K'), 'and shown');
  await refused(other, '610000', 'the other window', 'somebody else meanwhile');
  await page.goto(base + '/targets/2026-Q4?as_of=2026-11-20');
  check(!(await page.textContent(row('Tom Okafor'))).includes('$600K'), 'not on a past day');
  check(!(await page.$('form:has(#s-amount)')), 'and nothing to set there');
  await leave(other, check);
  await leave(page, check);
}

async function away() {
  const page = await person(at, 'marisol.andrade');
  await open_row(page, 'Tom Okafor');
  await page.fill('#p-first', '2026-12-01');
  await page.fill('#p-last', '2026-12-11');
  await page.fill('#p-note', 'leave');
  await sent(page, 'form:has(#p-kind) button[type=submit]');
  check(/\$600K × \d+ of 66 days/.test(await page.textContent(row('Tom Okafor'))), 'an absence pro-rates the target');
  await leave(page, check);
}

async function upload(page, file) {
  await page.goto(base + '/targets/2026-Q4');
  await page.click('text=Import a workbook');
  await page.waitForSelector('#kind');
  check((await page.inputValue('#kind')) === 'targets', 'the kind of file is chosen already');
  await page.setInputFiles('#file', file);
  await page.click('form[data-upload] [type=submit]');
  await page.waitForURL(/\/imports\/\d+\/(map|check)/);
  if (/map$/.test(page.url())) await page.click('button:has-text("Check")');
  await page.waitForSelector('.ifigs');
  await page.waitForLoadState();
  return (await page.locator('.ifigs dd').allTextContents()).map(Number);
}

async function workbook() {
  const page = await person(at, 'ravi.menon');
  await page.goto(base + '/targets/2026-Q4');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('a:text-is("Excel")')]);
  check(file.suggestedFilename() === 'targets-2026-Q4.xlsx', 'named by its period');
  const book = path.join(dir, 'targets-2026-Q4.xlsx');
  await file.saveAs(book);
  const same = await upload(page, book);
  check(same[0] === 0 && same[1] === 0 && same[2] > 10 && same[3] === 0, `imported as it is it changes nothing: ${same}`);
  await clean_in_both(page, 'the preview of a workbook', check);
  const csv = path.join(dir, 'changed.csv');
  fs.writeFileSync(csv, 'scope,scope_name,period,kind,measure,amount,currency,reason\nrep,Tom Okafor,2026-Q4,money,closed,650000,USD,new plan\n' +
    'rep,Tom Okafor,2026-Q9,money,closed,1,USD,\nrep,Tom Okafor,2026-Q4,money,closed,-4,USD,\n');
  const some = await upload(page, csv);
  check(some.join() === '0,1,0,2', `one changes, two are refused: ${some}`);
  const told = await page.locator('section[aria-labelledby=h-tg] tbody tr').allTextContents();
  check(told.length === 1 && /^Tom OkaforQ4 2026Closed\$[\d,]+\$650,000[−+]\$[\d,]+$/.test(told[0]), `what it is and what it would be: ${told}`);
  await clean_in_both(page, 'the preview of a change', check);
  await sent(page, 'form.apply button[type=submit]');
  await page.waitForURL(/done$/);
  check((await body(page)).includes('1 row came in'), 'and so it is told');
  await page.click('main a.btn:text-is("Targets")');
  await page.waitForURL(/targets\/2026-Q4/);
  check((await page.textContent(row('Tom Okafor'))).includes('$650K'), 'the new target counts');
  await leave(page, check);
}

async function managers_file() {
  const page = await person(at, 'marisol.andrade'), csv = path.join(dir, 'mine.csv');
  fs.writeFileSync(csv, 'scope,scope_name,period,kind,measure,amount,currency\nrep,Nobody Known,2026-Q4,money,closed,5,USD\n');
  const none = await upload(page, csv);
  check(none.join() === '0,0,0,1', `a place that is not theirs is refused: ${none}`);
  check((await body(page)).includes('not yours to set') && !(await page.$('form.apply button[type=submit]')), 'with its reason, and nothing to apply');
  await clean_in_both(page, 'a file of which nothing can be taken', check);
  const junk = path.join(dir, 'letter.csv');
  fs.writeFileSync(junk, 'Dear team,\nthe targets are in the other file.\n');
  await page.goto(base + '/imports/new?kind=targets');
  await page.setInputFiles('#file', junk);
  await page.click('form[data-upload] [type=submit]');
  await page.waitForURL(/\/imports\/\d+\/(map|check)/);
  check(/map$/.test(page.url()), 'a letter is no table of targets: its columns are asked for');
  await leave(page, check);
}

async function beside_kpis() {
  const page = await person(at, 'helen.brandt');
  await page.goto(base + '/kpi?period=2026-Q3');
  check(/target 90\.0%, [−+]\d+\.\d points/.test(await body(page)), 'the gross rate has its target and gap');
  await clean_in_both(page, 'KPIs with targets', check);
  await page.goto(base + '/kpi/on_time_rate_money?period=2026-Q3&by=region');
  check((await page.locator('th:text-is("Gap")').count()) === 1, 'a split by region has them, too');
  await page.click('tbody tr td a:text-is("88.0%")');
  await page.waitForURL(/targets\/2026-Q3\?measure=on_time_rate_money#region-/);
  await leave(page, check);
}

await play(at, check, async () => {
  await setting();
  await away();
  await workbook();
  await managers_file();
  await beside_kpis();
}, () => fs.rmSync(dir, { recursive: true, force: true }));
