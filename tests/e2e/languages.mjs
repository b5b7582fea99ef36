// Pages never mix languages: node languages.mjs PERENNIAL FOLDER-OF-CATALOGUES. Every page that a person can reach is read in
// English and in each other language. A text that is the same in both, has letters, and is neither data of the demo nor a
// message whose translation is the same, was left in English. Also: no text runs out of its place on a phone, and the
// sign-in page follows the browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { crawl, demo, links_of, person, read_as } from './demo.mjs';

const at = await demo(process.argv[2]);
const folder = path.resolve(process.argv[3]);
const locales = { es: 'es-MX', fr: 'fr-CA', pt: 'pt-BR' };
let checks = 0;
const check = (ok, text) => { assert.ok(ok, text); checks++; };

// Messages that stay as they are: "Commit" is "Commit" everywhere.
function same_in(language) {
  const same = new Set();
  for (const entry of fs.readFileSync(path.join(folder, language + '.po'), 'utf8').split(/\n\n+/)) {
    const id = entry.match(/^msgid (".*")$/m), text = entry.match(/^msgstr (".*")$/m);
    if (id && text && id[1] === text[1]) same.add(JSON.parse(id[1]));
  }
  return same;
}

const data = execFileSync('sqlite3', [at.db, '.dump'], { maxBuffer: 1 << 28 }).toString();
const fixed = new Set(['Perennial', 'English', 'Español', 'Français', 'Português', 'Esc', 'Enter', 'UTC']);
const is_data = text => data.includes(text.replaceAll("'", "''"));

// All texts of a page that people read or hear, without code and without what is marked as not to be translated; and its links.
// Parsed in a blank page: the content policy of ours lets no script make documents.
const parser = await (await at.browser.newContext()).newPage();
const read = html => parser.evaluate(text => {
  const d = new DOMParser().parseFromString(text, 'text/html');
  const found = new Set(), add = t => { const s = (t || '').replace(/\s+/g, ' ').trim(); if (s) found.add(s); };
  const quiet = e => e.closest('script,code,kbd,pre,samp,[translate=no],option[lang],select[name=zone],select[name=locale],select[name=time_zone]');
  const walker = d.createTreeWalker(d.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!quiet(walker.currentNode.parentElement)) add(walker.currentNode.textContent);
  for (const e of d.querySelectorAll('[aria-label],[title],[placeholder],[alt],[data-say]'))
    if (!quiet(e)) for (const a of ['aria-label', 'title', 'placeholder', 'alt', 'data-say']) add(e.getAttribute(a));
  return { lang: d.documentElement.lang, texts: [...found], links: [...d.querySelectorAll('a[href^="/"]')].map(a => a.getAttribute('href')) };
}, html);

const english = new Map();
async function pages_of(page, language, found) {
  await read_as(at, page, language, language === 'en' ? 'en-US' : locales[language]);
  return crawl(async to => {
    const answer = await page.request.get(at.base + to), x = await read(await answer.text());
    check(x.lang === (language === 'en' ? 'en-US' : locales[language]), `${to}: lang is ${x.lang}`);
    found(to, x.texts);
    return x.links;
  });
}

async function nothing_is_left() {
  const left = new Map();
  for (const who of ['marisol.andrade', 'tom.okafor', 'ada.lindgren']) {
    const page = await person(at, who);
    await pages_of(page, 'en', (to, texts) => english.set(who + to, new Set(texts)));
    for (const language of Object.keys(locales)) {
      const same = same_in(language);
      const visited = await pages_of(page, language, (to, texts) => {
        const was = english.get(who + to);
        if (!was) return;
        for (const t of texts) {
          if (!was.has(t) || /^Mozilla\//.test(t)) continue;
          const known = p => fixed.has(p) || same.has(p.replace(/\d+/g, '{0}')) || same.has(p) || /^[A-Z]{1,4}$|^\//.test(p) || !/\p{L}{3}/u.test(p) || is_data(p);
          if (!known(t) && !t.replace(/ \([a-z]{2}(, [a-z]{2})*\)$/, '').split(/ · | ·$|, |: |→ |· /).every(p => known(p.trim()))) left.set(`${language} ${t}`, to); // names put together
        }
      });
      check(visited.length > 10, `${who} reached ${visited.length} pages only`);
    }
    await page.context().close();
  }
  check(left.size === 0, `left in English:\n${[...left].map(([t, to]) => `${t}  (${to})`).sort().join('\n')}`);
}

async function nothing_overflows() {
  for (const language of ['fr', 'pt']) { /* the longest */
    const page = await person(at, 'ada.lindgren', { width: 390 });
    await read_as(at, page, language, locales[language]);
    const wide_at = [];
    await crawl(async to => {
      await page.goto(at.base + to);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) wide_at.push(`${language} ${to} by ${wide} px`);
      return links_of(page);
    });
    check(wide_at.length === 0, `scroll sideways at 390: ${wide_at.join('; ')}`);
    await page.setViewportSize({ width: 320, height: 800 });
    for (const to of ['/', '/renewals', '/forecast', '/settings', '/search?q=an']) {
      await page.goto(at.base + to);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0, `${language} ${to}: scrolls sideways by ${wide} px at 320`);
    }
    check(page.complaints.filter(c => !c.includes('404')).length === 0, page.complaints.join('\n'));
    await page.context().close();
  }
}

async function sign_in_follows_the_browser() {
  const context = await at.browser.newContext({ locale: 'pt-BR' });
  const page = await context.newPage();
  await page.goto(at.base + '/sign-in?next=%2Fkpi');
  check(await page.getAttribute('html', 'lang') === 'pt-BR' && await page.innerText('h1') === 'Entrar', 'the sign-in page is not in Portuguese');
  await Promise.all([page.waitForURL(/sign-in/), page.click('button[value=fr]')]);
  check(await page.innerText('h1') === 'Se connecter', 'the switch did nothing');
  check(await page.inputValue('input[name=next]') === '/kpi', 'the switch lost the way back');
  await context.close();
}

async function amounts_are_typed_as_they_are_read() {
  const page = await person(at, 'marisol.andrade');
  await read_as(at, page, 'pt', 'pt-BR');
  await page.goto(at.base + '/renewals');
  const address = await page.getAttribute('#rows tbody .c-n a', 'href');
  const save = async (amount, why) => {
    await page.goto(at.base + address);
    await page.fill('#f-amt', amount);
    await page.fill('#f-why', why);
    await Promise.all([page.waitForLoadState('load'), page.click('#edit button[type=submit].btn, #edit .btn')]);
    await page.waitForTimeout(0);
  };
  await save('1.234,5', 'pt');
  await page.goto(at.base + address);
  check(/^1234,50?$/.test(await page.inputValue('#f-amt')), `1.234,5 came back as ${await page.inputValue('#f-amt')}`);
  await save('12.50', 'pt');
  check((await page.content()).includes('pode ser lido de duas maneiras'), '12.50 was taken in pt-BR');
  await page.context().close();
}

try {
  await sign_in_follows_the_browser();
  await nothing_is_left();
  await nothing_overflows();
  await amounts_are_typed_as_they_are_read();
  console.log(`${checks} checks`);
} finally {
  await at.end();
}
