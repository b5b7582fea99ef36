// Lighthouse on each main screen of a demo: node run.mjs PERENNIAL. Fails below 95 for performance, accessibility or best
// practices. By hand (script/lighthouse): its packages are 185 MB and a run takes minutes, too much for every push.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { launch } from 'chrome-launcher';
import lighthouse, { desktopConfig } from 'lighthouse';

const LEAST = 95, perennial = path.resolve(process.argv[2]);
const SCREENS = ['/', '/work', '/renewals', 'renewal', '/forecast/2026-Q4', '/kpi', 'account', 'contract', '/search?q=an', '/imports', '/audit', '/settings'];
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'perennial-lh-')), db = path.join(dir, 'demo.db');
execFileSync(perennial, ['--db', db, 'demo', '--lines', '6000', '--seed', '7', '--today', '2026-11-23']);
const server = spawn(perennial, ['--db', db, 'serve', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
const base = await new Promise(resolve => {
  let text = '';
  server.stdout.on('data', d => { text += d; const m = text.match(/http:\/\/[0-9.:]+/); if (m) resolve(m[0]); });
});

// Signing in as a browser would, without one.
const form = new URLSearchParams({ email: 'ada.lindgren@palisade.example', password: 'palisade-demo-2026', next: '/' });
const entered = await fetch(base + '/sign-in', { method: 'POST', body: form, redirect: 'manual', headers: { Origin: base } });
const Cookie = entered.headers.getSetCookie()[0].split(';')[0];
const html = async to => (await fetch(base + to, { headers: { Cookie } })).text();
const first = (text, pattern) => (text.match(pattern) || [])[1];
const renewal = first(await html('/renewals'), /href="(\/renewals\/\d+)/);
const page = await html(renewal);
const named = { renewal, account: first(page, /href="(\/accounts\/\d+)/), contract: first(page, /href="(\/contracts\/[^"?]+)/) };

const chrome = await launch({ chromePath: process.env.CHROMIUM || '/usr/bin/chromium', chromeFlags: ['--headless=new', '--no-sandbox'] });
let failed = 0;
for (const screen of SCREENS) {
  const to = named[screen] || screen;
  if ((await fetch(base + to, { headers: { Cookie } })).status !== 200) continue;
  const options = { port: chrome.port, output: 'json', onlyCategories: ['performance', 'accessibility', 'best-practices'], extraHeaders: { Cookie }, logLevel: 'silent' };
  const { lhr } = await lighthouse(base + to, options, desktopConfig);
  const score = Object.values(lhr.categories).map(c => [c.title, Math.round(c.score * 100)]);
  console.log(`${to.padEnd(28)} ${score.map(s => s.join(' ')).join('  ')}  LCP ${Math.round(lhr.audits['largest-contentful-paint'].numericValue)} ms  CLS ${lhr.audits['cumulative-layout-shift'].numericValue.toFixed(4)}`);
  for (const [title, points] of score) {
    if (points >= LEAST) continue;
    failed++;
    console.log(`  ${title}: ${Object.values(lhr.audits).filter(a => a.score !== null && a.score < 0.9).map(a => a.id).join(', ')}`);
  }
}
await chrome.kill();
server.kill('SIGTERM');
fs.rmSync(dir, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
