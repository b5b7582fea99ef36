// A rep's day without the mouse: node work.mjs PERENNIAL. Signs in, opens the worklist, looks beside it, changes categories, logs a call,
// plans steps, puts to sleep, changes several at once and takes it back; then what a colleague sees who covers, and what no one else sees.
import { checker, clean as looked_at, demo, enter, PASSWORD, play, visitor } from './demo.mjs';

const at = await demo(process.argv[2]);
const { base } = at, check = checker();
const clean = (page, what) => looked_at(page, what, check);
const pages = [];

// By keyboard too.
async function person(email, width, theme, script) {
  const page = await visitor(at, { width, theme, script });
  pages.push(page);
  await page.goto(base + '/sign-in');
  await page.focus('#email');
  await page.keyboard.type(email + '@palisade.example');
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await Promise.all([page.waitForURL(u => !u.pathname.startsWith('/sign-in')), page.keyboard.press('Enter')]);
  return page;
}

const text = (page, selector) => page.evaluate(s => document.querySelector(s)?.textContent.trim() ?? '', selector);
const cursor = page => text(page, 'tr[data-cur] .c-n a');
const type = async (page, ...keys) => { for (const k of keys) await (k.length > 1 && /^[A-Z][a-z]+(\+.+)?$/.test(k) ? page.keyboard.press(k) : page.keyboard.type(k)); };
const toast = (page, words) => page.waitForFunction(w => document.querySelector('.toast p')?.textContent.includes(w), words);
const panel = (page, id) => page.waitForFunction(i => document.querySelector('#peek h2 a')?.getAttribute('href').split('?')[0] === '/renewals/' + i, id);
async function down(page) { // j, and the panel follows
  const before = await page.getAttribute('tr[data-cur]', 'data-id');
  await page.keyboard.press('j');
  const id = await page.getAttribute('tr[data-cur]', 'data-id');
  if (id !== before) await panel(page, id);
  return id;
}

// ---- the day
async function day() {
  const page = await person('tom.okafor');
  check(page.url() === base + '/work', 'a rep comes home to the worklist');
  await page.waitForSelector('tr[data-cur]');
  check(await text(page, '#peek h2') === await cursor(page), 'the panel shows the first row');
  const score = await text(page, '#peek .why + *, #peek .hd .end');
  check(/score/.test(score), 'the score is said');
  await down(page);
  const id = await down(page);
  check(page.url().includes('peek=' + id), 'the address names the row in the panel');

  await page.keyboard.press('1');
  await toast(page, 'Category: Commit');
  await page.waitForFunction(i => document.querySelector(`#r${i} .c-c`).textContent.includes('Commit'), id);
  await page.keyboard.press('u');
  await toast(page, 'Taken back');
  await page.waitForFunction(i => !document.querySelector(`#r${i} .c-c`).textContent.includes('Commit'), id);

  await page.keyboard.press('c');
  await page.waitForSelector('#p-note:focus');
  await type(page, 'They sign on Friday', 'Tab', 'Tab', 'Tab', 'Get the PO', 'Tab', '11272026', 'Enter');
  await toast(page, 'Logged');
  check((await text(page, '#peek .log')).includes('They sign on Friday'), 'the touch stands among the latest');
  await page.waitForFunction(i => document.querySelector('#r' + i).closest('tbody').dataset.group === 'week', id);
  check(await page.getAttribute('tr[data-cur]', 'data-id') === id, 'the cursor follows the row into its group');

  await page.keyboard.press('s');
  await page.waitForSelector('#p-step:focus');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#p-step', { state: 'detached' });
  check(await page.evaluate(() => document.activeElement === document.querySelector('#peek h2 a')), 'the focus stays in the panel when its form goes');
  await page.keyboard.press('n');
  await page.waitForSelector('#p-step:focus');
  check(await page.inputValue('#p-step') === '', 'a new step begins empty');
  await type(page, 'Send the order form', 'Tab', '11232026', 'Enter');
  await toast(page, 'Send the order form');
  await page.waitForFunction(i => document.querySelector('#r' + i).closest('tbody').dataset.group === 'today', id);

  await page.keyboard.press('h');
  await page.waitForSelector('#p-why:focus');
  await type(page, 'Their board meets on Monday', 'Tab', '11302026', 'Enter');
  await toast(page, 'Asleep until Mon Nov 30');
  await page.waitForFunction(i => document.querySelector('#r' + i).closest('tbody').dataset.group === 'waiting', id);
  check((await text(page, '#peek .note')).includes('Their board meets on Monday'), 'the reason is said');
  await page.goto(base + '/renewals/' + id);
  check((await text(page, 'main')).includes('Their board meets on Monday'), 'the renewal tells that it sleeps, and why');
  await page.goto(base + '/work?peek=' + id);
  await page.waitForSelector('tr[data-cur]');
  return page;
}

// ---- several at once, by keys
async function bulk(page) {
  await page.goto(base + '/work');
  await page.waitForSelector('tr[data-cur]');
  const ids = [await page.getAttribute('tr[data-cur]', 'data-id')];
  await page.keyboard.press('x');
  for (let i = 0; i < 2; i++) ids.push(await down(page));
  await page.keyboard.press('Shift+X');
  check(await page.evaluate(() => document.querySelectorAll('input[name=id]:checked').length) === 3, 'shift and x select the rows between');
  await Promise.all([page.waitForURL(/changed=/), page.keyboard.press('4')]);
  check(await page.evaluate(l => l.every(i => document.querySelector(`#r${i} .tag.risk`)), ids), 'all three are at risk');
  check((await text(page, '#bulk-note')).startsWith('3 renewals changed'), 'the note counts them');
  await Promise.all([page.waitForURL(/undone=/), page.keyboard.press('u')]);
  check(await page.evaluate(l => l.every(i => !document.querySelector(`#r${i} .tag.risk`)), ids), 'undo takes all three back');

  await page.keyboard.press('?');
  await page.waitForSelector('#keys[open]');
  const keys = await text(page, '#keys');
  for (const word of ['Log a call', 'Later', 'Commit', 'Next and previous row']) check(keys.includes(word), `the dialog of keys says: ${word}`);
  await clean(page, 'keys');
  await page.click('.koff');
  await page.waitForSelector('html[data-keys=off]');
  await page.waitForSelector('tr[data-cur]');
  await page.keyboard.press('c');
  await page.keyboard.press('j');
  check(await page.evaluate(() => !document.querySelector('#p-note')), 'keys that are off do nothing');
  await page.keyboard.press('?');
  await page.waitForSelector('#keys[open]');
  await page.click('.kon');
  await page.waitForSelector('html:not([data-keys])');
}

// ---- what the groups say is what the grid has
async function numbers(page) {
  for (const address of ['/work', '/work?tab=late', '/work?q=county']) {
    await page.goto(base + address);
    const groups = await page.$$eval('.gr a', l => l.map(a => ({ href: a.getAttribute('href'), count: a.dataset.count, sum: a.title })));
    check(groups.length > 0, `${address}: has groups`);
    for (const g of groups) {
      await page.goto(base + g.href);
      const [count, sum] = await page.$eval('#sum strong', s => [s.dataset.count, s.dataset.exact]);
      check(count === g.count && sum === g.sum, `${g.href}: ${count} and ${sum}, the worklist said ${g.count} and ${g.sum}`);
    }
  }
}

// ---- two people and one field
async function conflict() {
  const [rep, manager] = [await person('tom.okafor'), await person('marisol.andrade')];
  await rep.waitForSelector('tr[data-cur]');
  const id = await rep.getAttribute('tr[data-cur]', 'data-id');
  await manager.goto(base + '/renewals/' + id);
  const edit = async (page, url, fields) => page.evaluate(async ([u, f]) => {
    const body = new URLSearchParams({ ...f, csrf: document.querySelector('[name=csrf]').value });
    return (await fetch(u, { method: 'POST', body, redirect: 'manual' })).status;
  }, [url, fields]);
  const version = await rep.inputValue('#peek [name=version]');
  await edit(manager, `/work/renewals/${id}`, { self: '/work', version, po_number: 'PO-MARISOL' });
  rep.expected = true;
  await rep.fill('#e-po', 'PO-TOM');
  await rep.keyboard.press('Enter');
  await rep.waitForSelector('#peek .note[role=alert]');
  const words = await text(rep, '#peek .note[role=alert]');
  check(words.includes('Marisol Andrade') && words.includes('PO-MARISOL') && words.includes('PO-TOM'), `both values are shown: ${words}`);
  rep.expected = false;
  await rep.click('text=Keep mine');
  await toast(rep, 'PO-TOM');
  check(await rep.inputValue('#e-po') === 'PO-TOM', 'mine is kept');
  await rep.context().close();
  await manager.context().close();
}

// ---- cover, and nobody else
async function cover(tom) {
  const ines = await person('ines.carvalho');
  const id = await tom.goto(base + '/work').then(() => tom.getAttribute('tr.it', 'data-id'));
  const status = async (page, url) => { page.expected = true; const s = (await page.goto(base + url)).status(); page.expected = false; return s; };
  check(await status(ines, `/work?peek=${id}`) === 200 && !new RegExp(`/renewals/${id}\\b`).test(await ines.content()), 'a foreign row is not shown beside the list');
  check(await status(ines, `/renewals/${id}`) === 404, 'a foreign row is not there');
  await tom.goto(base + '/work');
  await tom.click('text=Hand over');
  const options = await tom.$$eval('#h-to option', l => l.map(o => o.textContent));
  check(options.length > 0 && !options.includes('Tom Okafor') && !options.includes('Helen Brandt'), `colleagues may cover: ${options}`);
  await clean(tom, 'hand over');
  const manager = await person('marisol.andrade'); // who may ask somebody of another team
  await manager.goto(base + '/work');
  await manager.goto(base + await manager.getAttribute('.whose a:has-text("Tom Okafor")', 'href'));
  await manager.click('text=Hand over');
  await manager.selectOption('#h-to', { label: 'Inês Carvalho' });
  await manager.fill('#h-last', '2026-11-27');
  await manager.fill('#h-why', 'Leave');
  await manager.click('form.hand button');
  await manager.waitForURL(/\/work\/[0-9]+$/);
  await manager.context().close();
  await tom.goto(base + '/work');
  check((await text(tom, '.note.cov')).includes('Inês Carvalho covers'), 'the giver sees who covers');
  check(await status(ines, `/renewals/${id}`) === 200, 'who covers sees the row');
  await ines.goto(base + '/work?view=cover');
  check((await text(ines, `#r${id} .c-n`)).includes('Tom Okafor'), 'and whose it is'); // in her language
  await clean(ines, 'cover');
  await ines.click('.note.cov button');
  await ines.waitForURL(/\/work$/);
  check(await status(ines, `/renewals/${id}`) === 404, 'what is taken back is gone');
  await ines.context().close();
}

async function looks() {
  for (const theme of ['light', 'dark'])
    for (const width of [1440, 390]) {
      const page = await person('tom.okafor', width, theme);
      const pages = ['/work', '/work?act=log', '/work/hand'], rare = ['/work?tab=soon', '/work?q=nothing-of-this-name', '/work?act=later'];
      for (const url of theme === 'dark' && width === 390 ? [...pages, ...rare] : pages) {
        await page.goto(base + url);
        await clean(page, `${url} ${theme} ${width}`);
      }
      await page.context().close();
    }
  // The system's own colors take our backgrounds and shadows away: the row under the cursor and the pressed category are still told apart.
  const plainly = await visitor(at, { forcedColors: 'active' });
  pages.push(plainly);
  await plainly.goto(base + '/sign-in');
  await enter(plainly, 'tom.okafor');
  await plainly.waitForSelector('tr[data-cur]');
  check(await plainly.evaluate(() => getComputedStyle(document.querySelector('tr[data-cur]')).outlineStyle) === 'solid', 'the cursor shows in forced colors');
  const [on, off] = await plainly.$$eval('#peek .seg [aria-pressed]', all => ['true', 'false'].map(x => getComputedStyle(all.find(b => b.ariaPressed === x)).backgroundColor));
  check(on !== off, 'and the pressed category');
  await plainly.context().close();

  const manager = await person('marisol.andrade');
  await manager.goto(base + '/work');
  await clean(manager, 'a manager without a book');
  const href = await manager.getAttribute('.whose a', 'href');
  await manager.goto(base + href);
  await clean(manager, 'a manager at a rep');
  check((await text(manager, 'h1')).startsWith('Worklist of'), 'the list says whose it is');
  await manager.context().close();
}

// ---- without scripts
async function plain() {
  const page = await person('tom.okafor', 1440, 'light', false);
  await page.click('tr.it >> nth=2 >> .pk');
  check(page.url().includes('peek='), 'a step leads to the panel');
  await page.click('#peek .acts a >> nth=0');
  await page.fill('#p-note', 'Spoke to them');
  await page.click('#peek .fm button');
  check((await page.textContent('#peek .log')).includes('Spoke to them'), 'a touch is logged by a plain form');
  await page.context().close();
}

await play(at, check, async () => {
  const tom = await day();
  await bulk(tom);
  await numbers(tom);
  await conflict();
  await cover(tom);
  await looks();
  await plain();
  for (const page of pages) check(page.complaints.length === 0, page.complaints.join('\n'));
});
