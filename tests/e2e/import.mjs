// An import in a real browser: node import.mjs PERENNIAL. An ugly Portuguese export goes through upload, mapping, check, corrections in
// place, apply, links and undo; then bad files, the wrong file over the right one, a manager's rights, and the same without scripts.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { checker, clean_in_both, demo, person as signed_in, play } from './demo.mjs';

const at = await demo(process.argv[2], { lines: 2000 });
const { base, db, dir } = at, check = checker();
const cli = (...args) => at.run(args);
const file = (name, bytes) => { fs.writeFileSync(path.join(dir, name), bytes); return path.join(dir, name); };
const clean = (page, what) => clean_in_both(page, what, check);
const pages = [];

async function person(name, options) {
  const page = await signed_in(at, name, options);
  pages.push(page);
  return page;
}

// ---- the file: Windows-1252, semicolons, a title above the header, decimal commas, and nine bad cells of seven kinds
const bad = {
  3: { cur: 'Dólares' }, 9: { cur: 'Dólares' }, 14: { cur: 'Dólares' }, 5: { end: '31/02/2027' }, 7: { amount: '-1.200,00' }, 11: { customer: '' },
  13: { amount: 'doze mil' }, 17: { start: '03/25/2026' }, 19: { end: '01/01/2020' },
};
const rows = Array.from({ length: 30 }, (_, i) => {
  const x = { customer: `Padaria São João ${i % 7}`, cur: 'BRL', start: `${13 + i % 15}/0${1 + i % 9}/2026`, end: `${14 + i % 14}/0${1 + i % 9}/2027`, amount: `${1 + i}.000,50`, ...bad[i] };
  return `PT-${1000 + i};${x.customer};BR;SUP-${i % 3};SN${i};${x.start};${x.end};${x.cur};${x.amount};Inês Carvalho`;
});
const text = ['Relatório de contratos', '', 'Nº do contrato;Cliente;País;Produto;Nº de série;Data de início;Data de fim;Moeda;Valor líquido;Responsável', ...rows].join('\r\n');
const ugly = file('relatorio 2026-11.csv', Buffer.from(text, 'latin1'));

async function upload(page, name, fields = {}) {
  await page.goto(base + '/imports/new');
  await page.setInputFiles('#file', name);
  for (const [k, v] of Object.entries(fields)) {
    if (k === 'kind') await page.selectOption('#kind', v);
    else await page.fill('#' + k, v);
  }
  await page.click('form[data-upload] [type=submit]');
}
const uploaded = page => page.waitForURL(/\/imports\/\d+\/(map|check)/);
const checked = async page => { await page.waitForSelector('.ifigs'); await page.waitForLoadState(); };
const figures = async page => (await page.locator('.ifigs dd').allTextContents()).map(Number);

async function wholeFlow() {
  const page = await person('ravi.menon');
  const before = cli('kpi', '--period', '2026-Q4', '--format', 'csv');
  await page.goto(base + '/imports');
  await clean(page, 'list');
  await page.click('text=New import');
  await clean(page, 'upload');
  await upload(page, ugly);
  await uploaded(page);
  const id = page.url().match(/imports\/(\d+)/)[1];
  check(/windows-1252/.test(await page.textContent('main')), 'the encoding is said');
  check((await page.locator('.mp select[name^=f]').count()) === 10, 'a row per column');
  check((await page.inputValue('select[name=f9]')) === 'net_amount', 'the amount was found');
  check((await page.textContent('.mp tbody tr:nth-child(9)')).includes('1000.50'), 'the amount is understood with a decimal comma');
  await clean(page, 'mapping');
  // a required field is taken away and given back: the page says so at once
  await page.selectOption('select[name=f2]', '');
  await page.waitForSelector('.miss');
  check((await page.textContent('.miss')).includes('Customer'), 'what is missing is named');
  page.expected = true; // the browser notes the 422
  await Promise.all([page.waitForNavigation(), page.click('button[value=check]')]);
  page.expected = false;
  check(page.url().endsWith(`/imports/${id}/map`), 'a check wants its fields');
  await page.selectOption('select[name=f2]', 'end_user_account');
  await page.waitForSelector('.miss', { state: 'detached' });
  // two columns for one field are refused by name
  await page.selectOption('select[name=f3]', 'end_user_account');
  await page.waitForSelector('text=Two columns are mapped to Customer');
  await page.selectOption('select[name=f3]', 'country');
  await page.waitForSelector('text=Two columns are mapped', { state: 'detached' });
  await page.click('button[value=check]');
  await checked(page);
  assert.deepEqual(await figures(page), [21, 0, 0, 9]);
  assert.deepEqual((await page.locator('.mend h3').allTextContents()).map(t => t.split(':')[0]).sort(),
    ['Cliente', 'Data de fim', 'Data de fim', 'Data de início', 'Moeda', 'Valor líquido', 'Valor líquido']);
  check(cli('kpi', '--period', '2026-Q4', '--format', 'csv') === before, 'nothing is written before apply');
  await clean(page, 'check');
  // the download can be mended and imported as well
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Download the refused rows')]);
  const csv = fs.readFileSync(await download.path(), 'utf8');
  check(csv.split('\n').length === 11 && csv.startsWith('row,column,value,why,mend,'), 'nine rows to mend, with their reasons');
  // one value for all its rows, single cells, and a rule for a kind
  await page.fill('.vals input >> nth=0', 'BRL');
  await page.fill('.mend .scroll input[value="31/02/2027"]', '28/02/2027');
  await page.fill('.mend .scroll input[value="doze mil"]', '12.000,00');
  await page.fill('.mend .scroll input[value="01/01/2020"]', '01/01/2028');
  await page.click('button[value^=swap]');
  await page.waitForSelector('text=2 rows can\'t be taken');
  assert.deepEqual(await figures(page), [28, 0, 0, 2]);
  // the same bytes again go on where they were, corrections and all
  await upload(page, ugly);
  await uploaded(page);
  check(page.url().endsWith(`/imports/${id}/check`), 'the same file goes on where it was');
  check((await page.textContent('.apply .btn')) === 'Apply 28 rows', 'what is applied is counted');
  await page.click('.apply .btn');
  await page.waitForURL(`${base}/imports/${id}/done`);
  check((await page.textContent('h1')) === '28 rows came in', 'the result');
  await clean(page, 'result');
  await page.click('text=PT-1013');
  await page.waitForURL(/\/contracts\/PT-1013/);
  check((await page.textContent('main')).includes('Padaria São João 6'), 'the link leads to the contract');
  check(cli('import', 'list').includes('28'), 'the command line lists it');
  await page.goto(`${base}/imports/${id}/done`);
  await page.click('text=Its renewals');
  await page.waitForURL(/f=import/);
  check((await page.locator('#rows tbody tr.it').count()) > 0, 'its renewals in the grid');
  check((await page.locator('#rows tbody tr.it', { hasText: 'Padaria' }).count()) === (await page.locator('#rows tbody tr.it').count()), 'and no others');
  // pressed twice: nothing new
  await page.goto(`${base}/imports/${id}/check`);
  check(page.url().endsWith('/done'), 'an applied import has one page');
  await page.click('text=Undo this import');
  await page.waitForSelector('text=This import was undone');
  check(cli('kpi', '--period', '2026-Q4', '--format', 'csv') === before, 'the figures are what they were');
  await page.goto(base + '/imports');
  check((await page.textContent('main')).includes('Undone'), 'the list says so');
  return page;
}

// ---- files that are none
async function badFiles(page) {
  page.expected = true;
  await upload(page, file('empty.csv', ''));
  await page.waitForSelector('[data-upload-problem]:not([hidden])');
  check((await page.textContent('[data-upload-problem]')).includes('empty'), 'an empty file is refused at once');
  page.expected = false;
  const files = { 'pdf.csv': [Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n'), 'is a PDF'], 'cut.xlsx': [Buffer.from('504b0304140000000800', 'hex'), 'damaged'],
    'cell.csv': [Buffer.from(`Customer,Product,Start,End,Amount\nA,"${'x'.repeat(2 << 20)}",2026-01-01,2026-12-31,5\n`), 'longer than'] };
  for (const [name, [bytes, why]] of Object.entries(files)) {
    await upload(page, file(name, bytes));
    await uploaded(page);
    check((await page.textContent('main')).includes(why), `${name}: ${why}`);
    await Promise.all([page.waitForURL(base + '/imports'), page.click('text=Discard the file')]);
  }
  check(!(await page.textContent('main')).includes('Not imported yet'), 'discarded files are gone');
  check(fs.readdirSync(db + '-files/imports').filter(n => n.endsWith('.upload')).length === 0, 'and so are their bytes');
}

// ---- the wrong file over the right one wants a word
async function wrongFile(page) {
  const table = amount => 'contract_number,end_user_account,product,start_date,end_date,currency,net_amount\n' +
    Array.from({ length: 30 }, (_, i) => `W-${i},Customer ${i % 5},P,2026-01-01,2026-12-31,USD,${amount + i}`).join('\n');
  cli('import', 'contracts', file('right.csv', table(100)), '--source', 'erp');
  await upload(page, file('wrong.csv', table(200)), { source: 'erp' });
  await uploaded(page);
  await page.click('button[value=check]');
  await checked(page);
  check((await page.textContent('.apply')).includes('30 of the 30 lines that are known would change'), 'the doubt is said');
  await page.click('.apply .btn');
  check(page.url().endsWith('/check'), 'and wants a confirmation');
  await page.evaluate(() => { document.querySelector('.apply').noValidate = true; });
  page.expected = true;
  await page.click('.apply .btn');
  await page.waitForSelector('text=Say that it is the right file');
  page.expected = false;
  await page.check('input[name=confirm]');
  await page.click('.apply .btn');
  await page.waitForURL(/\/done/);
  check((await page.textContent('h1')) === '30 rows came in', 'confirmed, it goes in');
  // the one under it cannot be undone before it
  const wrong = Number(page.url().match(/imports\/(\d+)/)[1]);
  const right = Number(cli('import', 'list', '--format', 'csv').split('\n').find(l => l.includes('right.csv')).split(',')[0]);
  await page.goto(`${base}/imports/${right}/done`);
  await page.click('text=Undo this import');
  await page.waitForSelector('.note');
  check((await page.textContent('.note')).includes(`import ${wrong} (wrong.csv) stands on the same contracts`), 'what stands on top is named');
  await clean(page, 'undo refused');
}

// ---- rights, and a page without scripts
async function others() {
  const rep = await person('tom.okafor');
  rep.expected = true;
  for (const to of ['/imports', '/imports/new', '/imports/1/map', '/imports/1/done'])
    check((await rep.goto(base + to)).status() === 403, `a rep has no ${to}`);
  const exec = await person('helen.brandt');
  exec.expected = true;
  check((await exec.goto(base + '/imports/new')).status() === 403, 'an executive imports nothing');
  check((await exec.goto(base + '/imports')).status() === 200 && !(await exec.textContent('main')).includes('New import'), 'but sees what came in');
  const manager = await person('marisol.andrade', { javaScriptEnabled: false });
  await upload(manager, file('plain.csv', 'Customer,Product,Start,End,Amount\nPlain,P,2026-01-01,2026-12-31,5\n'));
  await uploaded(manager);
  await manager.click('button[value=check]');
  for (let i = 0; i < 50 && await manager.locator('.ifigs').count() === 0; i++) await manager.goto(manager.url());
  await manager.click('.apply .btn');
  for (let i = 0; i < 50 && !manager.url().endsWith('/done'); i++) await manager.goto(manager.url());
  check((await manager.textContent('h1')) === '1 row came in', 'the whole way without scripts');
  const ops = (await manager.context().request.get(base + '/imports/1/map')).status();
  check(ops === 404, 'a file of somebody else is not there for a manager');
}

await play(at, check, async () => {
  const page = await wholeFlow();
  await badFiles(page);
  await wrongFile(page);
  await others();
  for (const page of pages) check(page.complaints.length === 0, page.complaints.join('\n'));
});
