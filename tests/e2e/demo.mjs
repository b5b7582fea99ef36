// What the browser tests share: an organization in a temporary folder, served on a free port of loopback; people who sign in; how a page is
// looked at; and all pages that a person can reach, one or two addresses of each kind, found by following links.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const PASSWORD = 'palisade-demo-2026';
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Counts what holds: at the end a test says how many there were, so that one that looked at nothing shows.
export function checker() {
  const check = (ok, text) => { assert.ok(ok, text); check.count++; };
  check.count = 0;
  return check;
}

// A folder and commands on a database in it.
export function house(perennial) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'perennial-e2e-')), db = path.join(dir, 'demo.db');
  const run = (args, input) => execFileSync(path.resolve(perennial), ['--db', db, ...args], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
  return { dir, db, run, perennial: path.resolve(perennial) };
}

// Serves it; `stop` waits until the server is gone.
export async function serve({ perennial, db }, listen = '127.0.0.1:0') {
  const server = spawn(perennial, ['--db', db, 'serve', '--listen', listen, '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const base = await new Promise((resolve, reject) => {
    let text = '';
    server.stdout.on('data', d => { text += d; const m = text.match(/http:\/\/[0-9.:]+/); if (m) resolve(m[0]); });
    server.on('exit', code => reject(new Error(`serve ended with ${code}`)));
  });
  server.removeAllListeners('exit');
  const stop = async () => {
    const over = new Promise(r => server.on('exit', r));
    if (server.exitCode === null && server.signalCode === null) { server.kill('SIGTERM'); await over; }
  };
  return { base, server, stop };
}

// The demo organization, served, with a browser. `before` may change the house before it is served.
export async function demo(perennial, { lines = 4000, seed = 7, listen, before = () => {} } = {}) {
  const at = house(perennial);
  at.run(['demo', '--lines', String(lines), '--seed', String(seed), '--today', '2026-11-23']);
  await before(at);
  const { base, stop } = await serve(at, listen);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  const end = async () => {
    await browser.close();
    await stop();
    fs.rmSync(at.dir, { recursive: true, force: true });
  };
  return { ...at, base, browser, end };
}

// Runs the parts of a test one after the other; whatever happens, the server is gone and the folder is empty afterwards.
export async function play(at, check, parts, also = () => {}) {
  let status = 0;
  try {
    await parts();
    console.log(`${check.count} checks passed`);
  } catch (e) {
    console.error(e.stack || e);
    status = 1;
  } finally {
    await at.end();
    also();
  }
  process.exit(status);
}

// A page of nobody yet; page.complaints collects what the console and the content policy say of our pages, but for what `meant` matches
// and while page.expected.
export async function visitor(at, { width = 1440, theme = 'light', script = true, meant = /^$/, ...options } = {}) {
  const context = await at.browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, javaScriptEnabled: script, ...options });
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', m => {
    const { url } = m.location(), foreign = url.startsWith('http') && !url.startsWith(at.base);
    if (m.type() === 'error' && !page.expected && !foreign && !meant.test(m.text())) page.complaints.push(`${page.url()}: ${m.text()}`);
  });
  page.on('pageerror', e => page.complaints.push(`${page.url()}: ${e.message}`));
  return page;
}

// Signs in on the form that the page is at.
export async function enter(page, email) {
  await page.fill('#email', email + '@palisade.example');
  await page.fill('#password', PASSWORD);
  await Promise.all([page.waitForURL(u => !u.pathname.startsWith('/sign-in')), page.click('form.form button[type=submit]')]);
}

// A page of somebody who is signed in.
export async function person(at, email, options) {
  const page = await visitor(at, options);
  await page.goto(at.base + '/sign-in');
  await enter(page, email);
  return page;
}

// Ends a page that must not have complained.
export async function leave(page, check) {
  check(page.complaints.length === 0, page.complaints.join('\n'));
  await page.context().close();
}

// No rule of accessibility is broken, and nothing scrolls sideways.
export async function clean(page, what, check) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  check(found.violations.length === 0,
    `${what}: ${found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | ')}`).join('; ')}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wide <= 0, `${what}: scrolls sideways by ${wide} px`);
}

// The same in light at full width and in dark on a phone, without motion.
export async function clean_in_both(page, what, check) {
  for (const [theme, width] of [['light', 1440], ['dark', 390]]) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    await clean(page, `${what}, ${theme}`, check);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });
}

export async function read_as(at, page, language, locale) {
  await page.goto(at.base + '/settings');
  await page.selectOption('#language', language);
  await page.selectOption('#locale', locale);
  await Promise.all([page.waitForURL(/done=look/), page.click('form[action="/settings/look"] button[type=submit]')]);
}

// "/renewals/48213?x=1" and "/renewals/7" are one kind; so are periods, and the queries that differ by their values only.
export function kind(address) {
  const u = new URL(address, 'http://x');
  const dir = u.pathname.split('/').map(p => (/^\d+$/.test(p) ? '#' : /^\d{4}(-|$)/.test(p) ? '#period' : p));
  if (['contracts', 'kpi'].includes(dir[1]) && dir[2]) dir[2] = '#';
  const query = [...u.searchParams.keys()].filter(k => !['f', 'after', 'seen', 'period', 'sort', 'from', 'group'].includes(k));
  return dir.join('/') + (query.length ? '?' + [...new Set(query)].sort().join('&') : '');
}

// Addresses that are downloads, or that end what the test lives on.
const skipped = /\.(csv|xlsx)(\?|$)|^\/a\/|\/sign-out|\/files?\//;

// `visit(address)` answers with the links of what it found there; they are followed, at most `most` of a kind.
export async function crawl(visit, most = 1, limit = 120) {
  const seen = new Map(), queue = ['/', '/settings', '/search?q=an', '/renewals?f=', '/nowhere'];
  const visited = [];
  while (queue.length && visited.length < limit) {
    const to = queue.shift(), k = kind(to);
    if ((seen.get(k) || 0) >= most) continue;
    seen.set(k, (seen.get(k) || 0) + 1);
    const links = await visit(to);
    visited.push(to);
    for (const l of links) if (!skipped.test(l) && (seen.get(kind(l)) || 0) < most) queue.push(l.split('#')[0]);
  }
  return visited;
}

export const links_of = page => page.$$eval('a[href^="/"]', all => all.map(a => a.getAttribute('href')));
