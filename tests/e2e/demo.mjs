// A demo organization in a temporary folder, served on a free port of loopback; people who sign in; and all pages that a
// person can reach, one or two addresses of each kind, found by following links.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const PASSWORD = 'palisade-demo-2026';

export async function demo(perennial, lines = 4000) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'perennial-e2e-'));
  const db = path.join(dir, 'demo.db');
  execFileSync(perennial, ['--db', db, 'demo', '--lines', String(lines), '--seed', '7', '--today', '2026-11-23']);
  const server = spawn(perennial, ['--db', db, 'serve', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const base = await new Promise((resolve, reject) => {
    let text = '';
    server.stdout.on('data', d => { text += d; const m = text.match(/http:\/\/[0-9.:]+/); if (m) resolve(m[0]); });
    server.on('exit', code => reject(new Error(`serve ended with ${code}`)));
  });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
  const end = async () => {
    await browser.close();
    server.kill('SIGTERM');
    fs.rmSync(dir, { recursive: true, force: true });
  };
  return { dir, db, base, browser, end };
}

// A page of somebody who is signed in; page.complaints collects what the console and the content policy say.
export async function person(at, email, options = {}) {
  const context = await at.browser.newContext({ viewport: { width: options.width || 1440, height: 900 }, colorScheme: options.theme || 'light' });
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', m => { if (m.type() === 'error') page.complaints.push(`${page.url()}: ${m.text()}`); });
  page.on('pageerror', e => page.complaints.push(`${page.url()}: ${e.message}`));
  await page.goto(at.base + '/sign-in');
  await page.fill('#email', email + '@palisade.example');
  await page.fill('#password', PASSWORD);
  await Promise.all([page.waitForURL(u => !u.pathname.startsWith('/sign-in')), page.click('form.form button[type=submit]')]);
  return page;
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
