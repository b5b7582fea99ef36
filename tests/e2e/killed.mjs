// The server is killed (SIGKILL) while a browser sends it a file, while it checks it, and while it applies it: node killed.mjs PERENNIAL. Each time the
// page says so, nothing half done is left, and the same file goes on where it was.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { checker, enter, house, leave, play, serve, visitor } from './demo.mjs';

const LINES = 30000;
const at = house(process.argv[2]), check = checker();
at.run(['demo', '--lines', '500', '--seed', '7', '--today', '2026-11-23']);
let { base, server, stop } = await serve(at);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
const end = async () => { await browser.close(); await stop(); fs.rmSync(at.dir, { recursive: true, force: true }); };

const sql = text => execFileSync('sqlite3', ['-cmd', '.timeout 5000', at.db, text], { encoding: 'utf8' }).trim();
const files = () => execFileSync('find', [at.dir, '-type', 'f', '-size', '+100k', '!', '-name', '*.db*', '!', '-name', 'big.csv', '!', '-name', '*.book*'], { encoding: 'utf8' }).trim();
const kill = async () => {
  const over = new Promise(r => server.on('exit', r));
  server.kill('SIGKILL');
  await over;
};
const start = async () => { ({ server, stop } = await serve(at, new URL(base).host)); };

const big = path.join(at.dir, 'big.csv');
fs.writeFileSync(big, 'contract_number,end_user_account,product,start_date,end_date,currency,net_amount\n' +
  Array.from({ length: LINES }, (_, i) => `K-${i},Customer ${i % 900} of the file that is large,SUP-${i % 7},2026-01-01,2026-12-31,USD,${10 + i % 90}.50\n`).join(''));

async function upload(page) {
  const cdp = await page.context().newCDPSession(page);
  await page.goto(base + '/imports/new');
  await page.setInputFiles('#file', big);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 400 << 10 });
  await page.click('form[data-upload] [type=submit]');
  await page.waitForFunction(() => document.querySelector('[data-upload-state] progress').value > 15);
  check(await page.evaluate(() => document.querySelector('[data-upload-state] progress').value) < 90, 'the file is on its way');
  page.expected = true;
  await kill();
  await page.waitForSelector('[data-upload-problem]:not([hidden])');
  check((await page.textContent('[data-upload-problem]')).includes('The connection was lost'), 'the page says that the connection is lost');
  await start();
  page.expected = false;
  check(sql('select count(*) from import_staged') === '0', 'no import is left of it');
  check(files() === '', 'nor a file: ' + files());
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await page.click('form[data-upload] [type=submit]'); // the same page, the same file: nothing is chosen or typed again
  await page.waitForURL(/\/imports\/\d+\/map/);
  check(sql('select count(*) from import_staged') === '1', 'sent again it is one import');
}

const number = page => page.url().match(/imports\/(\d+)/)[1];
async function again(page, where) {
  const id = number(page);
  await page.goto(base + '/imports/new');
  await page.setInputFiles('#file', big);
  await page.click('form[data-upload] [type=submit]');
  await page.waitForURL(/\/imports\/\d+\/(map|check)/);
  check(page.url() === `${base}/imports/${id}/${where}`, `the same file goes on where it was: ${page.url()}`);
}

async function check_is_killed(page) {
  await Promise.all([page.waitForResponse(r => r.request().method() === 'POST'), page.click('button[value=check]')]);
  page.expected = true;
  await kill();
  await start();
  await page.goto(base + '/imports');
  page.expected = false;
  check(sql("select count(*) from contract where number like 'K-%'") === '0', 'a check writes nothing');
  await page.goto(`${base}/imports/${sql('select max(id) from import_staged')}/map`);
  if (new URL(page.url()).pathname.endsWith('/map')) { // else it was ready before
    check((await page.textContent('main')).includes('The server was stopped while it worked on this file'), 'the page says that the server was stopped');
    await again(page, 'map');
    await page.click('button[value=check]');
  }
  await page.waitForSelector('.ifigs');
  await page.waitForLoadState();
  check((await page.locator('.ifigs dd').first().textContent()).replace(/\D/g, '') === String(LINES), 'all lines are checked');
}

async function apply_is_killed(page) {
  await Promise.all([page.waitForResponse(r => r.request().method() === 'POST'), page.click('.apply .btn')]);
  page.expected = true;
  await kill();
  const written = +sql("select count(*) from contract where number like 'K-%'");
  check(written === 0 || written === LINES, `all or nothing: ${written}`);
  await start();
  await page.goto(`${base}/imports/${sql('select max(id) from import_staged')}/check`);
  page.expected = false;
  if (!written) {
    check((await page.textContent('main')).includes('The server was stopped while it worked on this file'), 'the page says that the server was stopped');
    await again(page, 'check');
    await page.waitForSelector('.apply .btn');
    await page.click('.apply .btn');
  }
  await page.waitForURL(/\/done$/, { timeout: 60000 });
  await page.waitForSelector('h1:has-text("rows came in")');
  check(sql("select count(*) from contract where number like 'K-%'") === String(LINES), 'applied once');
  check(sql('pragma integrity_check') === 'ok', 'the database is whole');
}

await play({ end }, check, async () => {
  const page = await visitor({ base, browser });
  await page.goto(base + '/sign-in');
  await enter(page, 'ravi.menon');
  await upload(page);
  await check_is_killed(page);
  await apply_is_killed(page);
  await leave(page, check);
});
