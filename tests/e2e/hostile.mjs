// Hostile text on the screens: node hostile.mjs PERENNIAL. Customers, partners, items and contracts with names that are formulas, scripts, one endless word,
// written from right to left, emoji; the same typed by a rep into every field. Nothing runs, nothing scrolls sideways, nothing lies over what stands beside it,
// and the text is shown as it came.
import fs from 'node:fs';
import path from 'node:path';
import { checker, demo, leave, person, play } from './demo.mjs';

const FAMILY = '\u{1F680} Rocket \u{1F469}\u200D\u{1F469}\u200D\u{1F467} GmbH 日本株式会社', ARABIC = 'شركة النور للتجارة والمقاولات', SCRIPT = '<script>alert(1)</script>';
const NAMES = ['W'.repeat(200), ARABIC, FAMILY, "=cmd|' /C calc'!A0", SCRIPT, '<img src=x onerror=alert(1)>\u202Egpj.exe', 'Z\u0338\u0322a\u0337\u0315l\u0336go Inc', '{{7*7}} ${7*7} %s%n',
  "Ltd '; drop table renewal; --"];
const TYPED = ['W'.repeat(200), '=HYPERLINK("http://evil","x")', SCRIPT, ARABIC, '\u{1F680}'.repeat(24), 'a b '.repeat(49)];
const csv = text => '"' + text.replaceAll('"', '""') + '"';
const cut = (text, n) => [...text].slice(0, n).join('');

const at = await demo(process.argv[2], { lines: 1000, before: house => {
  const file = path.join(house.dir, 'hostile.csv');
  fs.writeFileSync(file, 'contract_number,end_user_account,country,reseller,product,serial,start_date,end_date,currency,net_amount,owner\n' + NAMES.map((n, i) =>
    [`H-${i}-${cut(n, 40)}`, n, 'US', NAMES[(i + 1) % NAMES.length], cut(NAMES[(i + 2) % NAMES.length], 150), 'SN' + cut(n, 80), '2025-12-01', `2026-11-${24 + i % 6}`, 'USD', 900000 - i,
      'Tom Okafor'].map(x => csv(String(x))).join(',') + '\n').join(''));
  house.run(['import', 'contracts', file, '--yes']);
} });
const { base } = at, check = checker();

// Nothing sideways; the header's controls and what the page's links say can be reached by a click on their middle.
async function look(page, url) {
  const answer = await page.goto(base + url);
  check(answer.status() === 200, `${url}: ${answer.status()}`);
  const [wide, covered] = await page.evaluate(() => [document.documentElement.scrollWidth - innerWidth,
    [...document.querySelectorAll('.bar>a,.bar summary,.crumb a,main .gp a,main .ttl a,main .chain a')].filter(x => {
      const r = x.getBoundingClientRect(), px = (Math.max(r.left, 0) + Math.min(r.right, innerWidth)) / 2, py = (r.top + r.bottom) / 2;
      if (!r.width || py < 0 || py > innerHeight || px > innerWidth) return false;
      const there = document.elementFromPoint(px, py);
      return !(x.contains(there) || there?.contains(x) || there?.closest('.tabs,.asof'));
    }).map(x => x.outerHTML.slice(0, 80))]);
  check(wide <= 0, `${url}: scrolls sideways by ${wide} px at ${page.viewportSize().width}: ${wide > 0 && await page.$$eval('body *', all => all.filter(x => x.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map(x => x.outerHTML.slice(0, 60)))}`);
  check(covered.length === 0, `${url}: something lies over ${covered} at ${page.viewportSize().width}`);
}

await play(at, check, async () => {
  const tom = await person(at, 'tom.okafor', { reducedMotion: 'reduce' });
  tom.on('dialog', d => { tom.complaints.push('a dialog: ' + d.message()); d.dismiss(); });
  await tom.goto(base + '/renewals?f=' + encodeURIComponent('due_date:2026-11-24..2026-11-29') + '&sort=-amount');
  const rows = await tom.$$eval('#rows tr.it .c-n a', all => all.map(a => [a.getAttribute('href').split('?')[0], a.textContent]));
  const shown = rows.filter(([, name]) => NAMES.includes(name));
  check(shown.length === NAMES.length - 1, `names are shown as they came, but for the one that would turn the text: ${shown.length}`);
  const hostile = rows.slice(0, NAMES.length).map(([href]) => href);
  for (const [i, href] of hostile.slice(0, TYPED.length).entries()) {
    await tom.goto(base + href);
    await tom.fill('#f-step', TYPED[i]);
    await tom.fill('#f-po', cut(TYPED[(i + 1) % TYPED.length], 50).slice(0, 50).replace(/[^\x20-\x7e]/gu, ''));
    await tom.fill('#f-why', TYPED[(i + 2) % TYPED.length]);
    await Promise.all([tom.waitForURL(/saved=1/), tom.click('#edit .btn')]);
    check(await tom.inputValue('#f-step') === TYPED[i].trim(), `the next step came back as typed: ${TYPED[i].slice(0, 20)}`);
    await tom.fill('#n-text', i % 2 ? 'W'.repeat(9990) : TYPED[i]);
    await Promise.all([tom.waitForURL(/noted=1/), tom.click('text=Add the note')]);
  }
  const accounts = [];
  for (const href of hostile.slice(0, 3)) accounts.push(await tom.goto(base + href).then(() => tom.getAttribute('.ttl h1 a', 'href')));
  const contract = await tom.getAttribute('.ttl .meta a', 'href');
  const from = encodeURIComponent('due_date:2026-11-24..2026-11-29'), id = hostile[0].split('/')[2];
  const pages = ['/work?tab=soon', `/renewals?f=${from}`, `/renewals?f=${from}&group=reseller`, ...hostile.slice(0, 6), hostile[0] + '/history', ...accounts, contract, accounts[0] + '/coverage',
    '/search?q=' + encodeURIComponent('<script'), '/search?q=' + 'W'.repeat(180), `/escalations/new?renewal=${id}`, hostile[0] + '/exceptions/new', '/forecast/2026-Q4'];
  for (const width of [1440, 390]) {
    await tom.setViewportSize({ width, height: 900 });
    for (const url of pages) await look(tom, url);
  }
  await leave(tom, check);
});
