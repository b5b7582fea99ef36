// The grid in a real browser: node grid.mjs PERENNIAL. Filters, sort, groups whose sums are the whole, columns, a saved view, a cell changed by two
// people, a selection by keys that becomes a change of many, exports that hold what the screen shows, and the budgets of the page.
import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import { checker, clean as looked_at, demo, leave, person as signed_in, play } from './demo.mjs';

const at = await demo(process.argv[2], { seed: 11 });
const { base, dir } = at, check = checker();
const person = (email, width, theme, script) => signed_in(at, email, { width, theme, script, meant: /409/ });
const clean = (page, what) => looked_at(page, what, check);
const done = page => leave(page, check);
const open = (page, address) => page.goto(base + address);
const count = async page => Number(await page.getAttribute('#sum [data-count]', 'data-count'));
const exact = page => page.getAttribute('#sum [data-exact]', 'data-exact');
const cents = text => { const s = text.replace('\u2212', '-').replace(/[^0-9.-]/g, ''); return Math.round(Number(s) * 100); };
// Comma separated values with quotes, as rows of cells.
const cells = text => text.trim().split('\r\n').map(line => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(m => m[1].replace(/^"|"$/g, '').replaceAll('""', '"')).slice(0, -1));

async function filtersAndSort() {
  const page = await person('marisol.andrade');
  await open(page, '/renewals?f=');
  const all = await count(page);
  await page.click('.filters .chip:has-text("Category")');
  await page.check('.pop label:has-text("Commit") input');
  await Promise.all([page.waitForURL(/commit/), page.click('.pop button[type=submit]')]);
  const commit = await count(page);
  check(commit > 0 && commit < all, `${commit} of ${all} in commit`);
  check((await page.$$eval('#rows td.c-c', x => x.every(c => c.textContent.includes('Commit')))), 'a row of another category');
  await page.click('.filters .chip:has-text("Category: Commit")');
  await page.check('.pop input[name=not]');
  await Promise.all([page.waitForURL(/f=-category/), page.click('.pop button[type=submit]')]);
  check(await count(page) === all - commit, 'commit and all but commit are not the whole');
  await page.click('.filters .chip:has-text("Filter")');
  await page.click('.pop a:has-text("Reseller")');
  await page.check('.pop input[name=blank]');
  await Promise.all([page.waitForURL(/reseller/), page.click('.pop button[type=submit]')]);
  check((await page.$$eval('#rows td.c-r', x => x.every(c => c.textContent.trim() === ''))), 'a row with a reseller');
  await open(page, '/renewals?f=');
  await page.click('#rows thead a:has-text("USD")');
  await page.waitForURL(/sort=-converted_amount/);
  check(await page.getAttribute('#rows th[aria-sort]', 'aria-sort') === 'descending', 'the order is not told');
  const sums = await page.$$eval('#rows td.c-u', x => x.map(c => c.title));
  check(sums.every((s, i) => i === 0 || cents(sums[i - 1]) >= cents(s)), 'not in the order of the amounts');
  await page.click('.filters .chip:has-text("Owner")');
  await page.waitForSelector('.pop input[name=v]');
  await page.keyboard.press('Escape');
  check(await page.$('.pop input') === null, 'Esc leaves the filter open');
  await done(page);
}

async function groupsAddUp() {
  const page = await person('marisol.andrade');
  for (const by of ['owner', 'category', 'due_date', 'currency', 'reseller', 'at_risk']) {
    await open(page, `/renewals?f=&group=${by}`);
    const rows = await page.$$eval('#rows tr.gp', all => all.map(tr => [tr.cells[1].innerText, tr.cells[2].title, tr.cells[1].querySelector('a').getAttribute('href')]));
    check(rows.reduce((sum, r) => sum + Number(r[0].replace(/,/g, '')), 0) === await count(page), `${by}: the groups do not have all rows`);
    const off = rows.reduce((sum, r) => sum + cents(r[1]), 0) - cents(await exact(page));
    check(Math.abs(off) <= rows.length, `${by}: the groups' sums are off by ${off} cents`);
    for (const [n, sum, href] of rows.slice(0, 3)) {
      await open(page, href);
      check(await count(page) === Number(n.replace(/,/g, '')) && await exact(page) === sum, `${by} ${href}: ${await count(page)} rows, ${await exact(page)}; the group says ${n}, ${sum}`);
    }
  }
  await open(page, '/renewals?f=&group=owner');
  await Promise.all([page.waitForURL(/open=/), page.click('#rows tr.gp a:has-text("Tom Okafor")')]);
  check(await page.locator('#rows tr.it').count() > 0, 'an open group shows no rows');
  const csv = cells(await (await page.request.get(base + await page.getAttribute('.vt a:has-text("CSV")', 'href'))).text());
  check(csv.length - 1 === await page.locator('#rows tr.gp').count(), 'the export has other groups than the screen');
  await done(page);
}

async function columnsAndViews() {
  const [page, rep] = [await person('marisol.andrade'), await person('tom.okafor')];
  await open(page, '/renewals?f=category:commit,best_case');
  await page.click('.vt .chip:has-text("Columns")');
  await page.waitForSelector('.pop .cols');
  // Five acts faster than any answer: none may be lost.
  await page.$eval('.pop .cols', form => {
    const box = name => form.querySelector(`[name=c][value=${name}]`), press = (name, act) => form.querySelector(`[name=${act}][value=${name}]`).click();
    box('stage').click();
    box('reseller').click();
    box('days_late').click();
    press('owner', 'up');
    press('owner', 'up');
    form.querySelector('[name=density][value="34"]').click();
  });
  await Promise.all([page.waitForURL(/cols=.*density=34/), page.click('.pop button:has-text("Show these")')]);
  const heads = await page.$$eval('#rows thead th', all => all.map(x => x.innerText.trim()));
  check(heads.includes('Stage') && heads.includes('Days late') && !heads.includes('Reseller'), `columns: ${heads}`);
  check(heads.indexOf('Owner') === heads.indexOf('PO') - 1, `the owner did not move: ${heads}`);
  await page.click('.vt .chip:has-text("Columns")');
  await page.click('.pop label:has-text("Days late")');
  await page.locator('.pop button[name=down][value=owner]').click();
  await page.locator('.pop button[name=down][value=owner]').click();
  check(await page.evaluate(() => document.activeElement.value) === 'owner', 'moving a column loses the focus');
  const kept = heads.length - 1;
  await Promise.all([page.waitForURL(url => !url.search.includes('days_late')), page.click('.pop button:has-text("Show these")')]);
  heads.splice(0, heads.length, ...await page.$$eval('#rows thead th', all => all.map(x => x.innerText.trim())));
  check(heads.length === kept && heads.at(-1) === 'Owner' && heads.at(-2) === 'Stage', `columns: ${heads}`);
  await page.click('.vt a:has-text("Save view")');
  await page.fill('#v-name', 'Likely, by stage');
  await page.selectOption('#v-sharing', 'team');
  await Promise.all([page.waitForURL(/\?view=\d+$/), page.click('button:has-text("Save")')]);
  const address = new URL(page.url()).pathname + new URL(page.url()).search;
  check(JSON.stringify(await page.$$eval('#rows thead th', all => all.map(x => x.innerText.trim()))) === JSON.stringify(heads), 'the view lost columns');
  const whole = await count(page);
  await open(rep, address);
  check(await rep.locator('.vt [aria-current]:has-text("Likely, by stage")').count() === 1, 'the team does not see the view');
  check(await count(rep) > 0 && await count(rep) < whole, 'a rep sees the rows of the manager');
  await page.click('#rows thead a:has-text("Amount")');
  await page.waitForURL(/view=\d+&/);
  check(await page.locator('.vt:has-text("Changed")').count() === 1, 'a changed view is not told');
  await Promise.all([page.waitForURL(/\?view=\d+$/), page.click('.vt a:has-text("Reset")')]);
  check(await page.locator('.vt:has-text("Changed")').count() === 0, 'Reset leaves it changed');
  // What is exported is what the screen shows: these columns, this order, every page.
  const csv = cells(await (await page.request.get(base + await page.getAttribute('.vt a:has-text("CSV")', 'href'))).text());
  check(csv.length - 1 === whole, `${csv.length - 1} rows exported, ${whole} shown`);
  check(csv[0].join() === 'renewal_id,end_user_account,due_date,currency,amount,amount_USD,forecast_category,next_step,po_number,stage,owner', csv[0].join());
  const shown = await page.$$eval('#rows tbody tr', all => all.map(tr => [tr.id.slice(1), tr.querySelector('.c-n a').textContent, tr.querySelector('.c-o').textContent.trim()]));
  shown.forEach((row, i) => check(csv[i + 1][0] === row[0] && csv[i + 1][1] === row[1] && csv[i + 1][10] === row[2], `row ${i}: ${row} against ${csv[i + 1]}`));
  const total = csv.slice(1).reduce((sum, r) => sum + Math.round(Number(r[5]) * 100), 0);
  check(Math.abs(total - cents(await exact(page))) <= csv.length, 'the export adds up to something else');
  const book = await page.request.get(base + await page.getAttribute('.vt a:has-text("Excel")', 'href'));
  check(book.status() === 200 && (await book.body()).subarray(0, 2).toString() === 'PK', 'no workbook');
  await done(page);
  await done(rep);
}

async function cellsInPlace() {
  const [a, b] = [await person('marisol.andrade'), await person('tom.okafor')];
  await open(a, '/renewals?f=category:best_case%20owner:%22Tom%20Okafor%22');
  await open(b, '/renewals?f=category:best_case');
  const id = await a.getAttribute('#rows tbody tr', 'id');
  const cell = (page, name) => page.locator(`#${id} a[href$="/cell/${name}"]`);
  // Nothing moves while a cell is its form, whichever it is.
  const places = () => a.$$eval('.bar,#rows th,#rows tr.it td', all => all.map(x => { const r = x.getBoundingClientRect(); return [r.x, r.y, r.width, r.height].map(Math.round).join(); }).join(' '));
  const still = await places();
  for (const name of ['forecast_amount', 'category', 'next_step', 'po_number']) {
    await cell(a, name).click();
    await a.waitForSelector('form.cf');
    check(await places() === still, `the list moves while ${name} is changed`);
    await a.keyboard.press('Escape');
    await a.waitForSelector('form.cf', { state: 'detached' });
    check(await places() === still, `the list moves after ${name} is left`);
  }
  await cell(a, 'forecast_amount').click();
  await a.fill('form.cf input[name=forecast_amount]', '54321.10');
  await a.keyboard.press('Enter');
  await a.waitForSelector('#toast form');
  check((await a.locator(`#${id} td.c-a`).getAttribute('title')).includes('54,321.10'), 'the row keeps the old amount');
  const after = await exact(a);
  await open(a, a.url().slice(base.length));
  check(await exact(a) === after, `the totals said ${after} after the save, the page says ${await exact(a)}`);
  await cell(a, 'next_step').click();
  await a.waitForSelector('form.cf');
  await a.keyboard.press('Escape');
  check(await a.locator('form.cf').count() === 0 && await cell(a, 'next_step').count() === 1, 'Esc does not bring the cell back');
  // The other one still sees the first version: both values are shown, and the other's choice counts.
  await cell(b, 'forecast_amount').click();
  await b.fill('form.cf input[name=forecast_amount]', '60000');
  const version = await b.inputValue('form.cf [name=version]');
  await cell(a, 'forecast_amount').click();
  await a.fill('form.cf input[name=forecast_amount]', '58000');
  await a.keyboard.press('Enter');
  await a.waitForSelector('#toast form');
  await b.press('form.cf input[name=forecast_amount]', 'Enter');
  await b.waitForSelector('form.cf [role=alert]');
  check((await b.innerText('form.cf [role=alert]')).includes('58,000'), 'the other value is not shown');
  check(await b.inputValue('form.cf input[name=forecast_amount]') !== '' && await b.inputValue('form.cf [name=version]') !== version, 'the form is of the old version');
  await b.click('form.cf button');
  await b.waitForSelector('#toast form');
  check((await b.locator(`#${id} td.c-a`).getAttribute('title')).includes('60,000'), 'the choice was not saved');
  await b.click('#toast button');
  await b.waitForSelector('#toast p');
  check((await b.locator(`#${id} td.c-a`).getAttribute('title')).includes('58,000'), 'Undo did not take it back');
  await done(a);
  await done(b);
}

async function selection() {
  const page = await person('marisol.andrade');
  await open(page, '/renewals?f=category:pipeline');
  const all = await count(page);
  check(!await page.isVisible('.pickbar'), 'the bar shows without a selection');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  for (let i = 0; i < 3; i++) await page.keyboard.press('j');
  await page.keyboard.press('Shift+X');
  check(await page.locator('#rows [name=id]:checked').count() === 4, `${await page.locator('#rows [name=id]:checked').count()} rows by x and shift-x`);
  check((await page.innerText('[data-picked]')).startsWith('4 '), 'the bar counts otherwise');
  await page.selectOption('#p-c', 'best_case');
  await page.click('.pickbar button:has-text("Change these")');
  await page.waitForURL(/bulk/);
  check((await page.innerText('main')).includes('4 renewals'), 'the change is not of four');
  await open(page, '/renewals?f=category:pipeline');
  await page.check('[data-pick-page]');
  await page.fill('#p-n', 'Ask for the order');
  await page.click('.pickbar button:has-text("Change all")');
  await page.waitForURL(/bulk/);
  check((await page.innerText('main')).replace(/,/g, '').includes(`${all} renewals`), `not all ${all} are in the change`);
  await done(page);
}

async function looksAndBudgets() {
  for (const [width, theme] of [[1440, 'light'], [1440, 'dark'], [390, 'light'], [390, 'dark']]) {
    const page = await person('marisol.andrade', width, theme);
    for (const url of ['/renewals?f=', '/renewals?f=&group=owner', '/renewals/views', '/renewals/filter?f=&column=due_date', '/renewals/columns?f=', '/renewals/group?f=', '/renewals/views/save?f=']) {
      await open(page, url);
      await clean(page, `${url} ${width} ${theme}`);
    }
    await done(page);
  }
  const page = await person('marisol.andrade');
  // The usual columns fit a laptop's screen in every language.
  for (const [language, locale] of [['es', 'es-MX'], ['fr', 'fr-FR'], ['en', 'en-US']]) {
    await open(page, '/settings');
    await page.selectOption('select[name=language]', language);
    await page.selectOption('select[name=locale]', locale);
    await Promise.all([page.waitForNavigation(), page.click('form:has(select[name=language]) button[type=submit]')]);
    await open(page, '/renewals?f=category:commit,best_case,pipeline');
    const [wide, seen] = await page.$eval('.gridbox', x => [x.scrollWidth, x.clientWidth]);
    check(wide <= seen, `${language}: the table is ${wide} wide, ${seen} are seen`);
  }
  const html = await (await page.request.get(base + '/renewals?f=')).body();
  check(gzipSync(html).length <= 30 * 1024, `${gzipSync(html).length} bytes of HTML`);
  await open(page, '/renewals?f=');
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  check(nodes <= 3000, `${nodes} nodes`);
  await done(page);
}

// Without a script every act is a link or a form.
async function withoutScript() {
  const page = await person('marisol.andrade', 1440, 'light', false);
  await open(page, '/renewals?f=');
  await page.click('.filters .chip:has-text("Expires")');
  await page.fill('[name=from]', '2026-12-01');
  await Promise.all([page.waitForURL(/due_date/), page.click('main button[type=submit]')]);
  await page.click('.vt .chip:has-text("Columns")');
  await page.check('.cols [name=c][value=stage]');
  await Promise.all([page.waitForURL(/columns.*down=customer/), page.click('[name=down][value=customer]')]);
  check(await page.isChecked('.cols [name=c][value=stage]'), 'moving a column forgets what was ticked');
  await Promise.all([page.waitForURL(/cols=due_date%2Ccustomer%2C/), page.click('main button:has-text("Show these")')]);
  await page.click('#rows td.c-s a.e');
  await page.waitForURL(/cell\/next_step/);
  await page.fill('[name=next_step]', 'Send the form');
  await Promise.all([page.waitForURL(/saved=1/), page.click('main button[type=submit]')]);
  check((await page.innerText('main')).includes('Send the form'), 'the step was not saved');
  await page.context().close();
}

await play(at, check, async () => {
  await filtersAndSort();
  await groupsAddUp();
  await columnsAndViews();
  await cellsInPlace();
  await selection();
  await withoutScript();
  await looksAndBudgets();
});
