// What is typed is never lost: node drafts.mjs PERENNIAL. On a renewal, in the worklist's panel, on the forms of exceptions, escalations and 1:1s: the
// session ends before the save, the server does not answer, a tab is closed, a button is pressed twice, a day ends under an open page.
import { execFileSync } from 'node:child_process';
import { checker, clean_in_both, demo, enter, leave, person, play } from './demo.mjs';

const unpinned = at => execFileSync('sqlite3', [at.db, "delete from org_config where key = 'today'"]);
const at = await demo(process.argv[2], { lines: 2000, before: unpinned });
const { base } = at, check = checker();
const sql = text => execFileSync('sqlite3', ['-cmd', '.timeout 5000', at.db, text], { encoding: 'utf8' }).trim();
const expire = () => sql('update session set last_seen = last_seen - 999999');
const settled = async (page, act) => {
  await Promise.all([page.waitForEvent('domcontentloaded'), act()]);
  await page.waitForLoadState('load');
};
const offered = page => page.locator('[data-restore]').count();
const kept = (page, words) => page.evaluate(w => Object.keys(localStorage).some(k => k.startsWith('draft:') && localStorage[k].includes(w)), words);

// Sends the form after its session ended, signs in again, looks at what was kept, saves it.
async function after_the_session(page, send, words) {
  expire();
  page.expected = true; // an htmx answer of 401
  await send();
  await page.waitForURL(u => u.pathname === '/sign-in');
  page.expected = false;
  check(await page.locator('text=What you sent is kept').count() === 1, `${words}: the sign-in page says that it is kept`);
  await enter(page, 'tom.okafor');
  check(new URL(page.url()).pathname.startsWith('/drafts/'), `${words}: it comes after the sign-in`);
  check((await page.textContent('dl.kv')).includes(words), `${words}: as it was typed`);
  const labels = await page.$$eval('dl.kv dt', all => all.map(x => x.textContent));
  check(labels.every(l => /^[A-Z]/.test(l)), `${words}: fields have names that people read: ${labels}`);
  await settled(page, () => page.click('button:has-text("Save it now")'));
  check(await page.locator('[role=alert]').count() === 0, `${words}: saved: ${await page.locator('[role=alert]').allTextContents()}`);
}

async function renewal(tom, id) {
  const address = `${base}/renewals/${id}`;
  await tom.goto(address);
  await tom.fill('#f-step', 'Ask their legal');
  await tom.selectOption('#f-stage', { index: 2 });
  await tom.fill('#f-why', 'they said so');
  await after_the_session(tom, () => tom.click('#edit .btn'), 'Ask their legal');
  check(await tom.inputValue('#f-step') === 'Ask their legal', 'the renewal has it');
  await tom.goto(address);
  check(await offered(tom) === 0, 'what was saved that way is not offered again');
  await tom.fill('#n-text', 'a note that waits');
  await after_the_session(tom, () => tom.click('text=Add the note'), 'a note that waits');
  await tom.goto(address);
  check(await offered(tom) === 0 && await tom.locator('.log', { hasText: 'a note that waits' }).count() === 1, 'nor the note, which is there once');

  // The browser finds no server: its own page of that, back, and what was typed is offered; a second tab has it too.
  await tom.fill('#f-step', 'Call at noon');
  await tom.fill('#f-why', 'busy');
  await tom.context().setOffline(true);
  tom.expected = true;
  await tom.click('#edit .btn');
  await tom.waitForURL(/chrome-error/);
  await tom.context().setOffline(false);
  await tom.goto(address);
  tom.expected = false;
  await tom.click('[data-restore]');
  check(await tom.inputValue('#f-step') === 'Call at noon' && await tom.inputValue('#f-why') === 'busy', 'what the lost connection took is back');
  const second = await tom.context().newPage();
  await second.goto(address);
  check(await offered(second) === 1, 'a second tab offers it');
  await second.close();
  await settled(tom, () => tom.click('#edit .btn'));
  await settled(tom, () => tom.goBack());
  check(await tom.inputValue('#f-step') === 'Call at noon', 'back after a save shows what is saved');
  await tom.goto(address);
  check(await offered(tom) === 0, 'and offers nothing');
}

async function panel(tom) {
  await tom.goto(base + '/work');
  await tom.waitForSelector('tr[data-cur]');
  const id = await tom.getAttribute('tr[data-cur]', 'data-id');
  await tom.keyboard.press('c');
  await tom.fill('#p-note', 'They will sign');
  await after_the_session(tom, () => tom.click('#peek .fm .btn'), 'They will sign');
  await tom.goto(`${base}/work?peek=${id}&act=log`);
  check(await offered(tom) === 0, 'a touch that was logged that way is not offered again');
  check((await tom.textContent('#peek .log')).includes('They will sign'), 'it stands among the latest');

  // No connection: nothing goes away, and it is said; later it is offered wherever the panel is opened.
  await tom.fill('#p-note', 'Spoke to their buyer');
  await tom.context().setOffline(true);
  tom.expected = true;
  await tom.click('#peek .fm .btn');
  await tom.waitForSelector('.toast.lost-say');
  check(await tom.inputValue('#p-note') === 'Spoke to their buyer', 'the text stays where it is');
  await clean_in_both(tom, 'no answer', check);
  await tom.context().setOffline(false);
  tom.expected = false;
  await tom.goto(base + '/work?peek=' + id);
  await tom.waitForSelector('tr[data-cur]');
  await tom.keyboard.press('c');
  await tom.waitForSelector('#peek [data-restore]');
  await clean_in_both(tom, 'the offer in the panel', check);
  await tom.click('#peek [data-restore]');
  check(await tom.inputValue('#p-note') === 'Spoke to their buyer', 'it is offered in the panel that htmx brings');
  await tom.click('#peek .fm .btn');
  await tom.waitForSelector('.toast:has-text("Logged")');
  check(!await kept(tom, 'Spoke to their buyer'), 'and forgotten when it is saved');

  // One field.
  await tom.fill('#e-po', 'PO-');
  await tom.locator('#e-po').pressSequentially('4711');
  await tom.goto(base + '/work?peek=' + id);
  await tom.waitForSelector('#peek [data-restore]');
  await tom.click('#peek [data-restore]');
  await tom.waitForSelector('.toast:has-text("PO-4711")');
  check(await tom.inputValue('#e-po') === 'PO-4711', 'a field is saved when it is restored');
  await tom.fill('#e-po', 'PO-4712');
  await after_the_session(tom, () => tom.press('#e-po', 'Enter'), 'PO-4712');
  await tom.goto(base + '/work?peek=' + id);
  check(await tom.inputValue('#e-po') === 'PO-4712' && await offered(tom) === 0, 'a field survives the session too');
}

async function forms(tom, id) {
  const ask = `${base}/renewals/${id}/exceptions/new`;
  await tom.goto(ask);
  await tom.fill('#x-size', '4');
  await tom.fill('#x-why', 'They sign for it');
  await tom.goto(base + '/work');
  await tom.goto(ask);
  await tom.click('[data-restore]');
  check(await tom.inputValue('#x-why') === 'They sign for it', 'a request for an exception is offered again');
  await settled(tom, () => tom.click('text=What it costs'));
  await after_the_session(tom, () => tom.click('form.hand button.btn'), 'They sign for it');
  check(/^\/approvals\/\d+$/.test(new URL(tom.url()).pathname), 'the exception is asked');
  await tom.goto(ask);
  check(await offered(tom) === 0, 'and not offered again');

  const escalate = `${base}/escalations/new?renewal=${id}`;
  await tom.goto(escalate);
  await tom.fill('#e-bl', 'The order of their bank');
  await tom.fill('#e-re', 'Support ends');
  await tom.selectOption('#e-de', { index: 1 });
  await after_the_session(tom, () => tom.click('form.fm .btn'), 'The order of their bank');
  check(/^\/escalations\/\d+$/.test(new URL(tom.url()).pathname), 'it is escalated');
  const escalation = tom.url().split('?')[0];
  await tom.goto(escalate);
  check(await offered(tom) === 0, 'and not offered again');
  await tom.goto(escalation);
  await tom.fill('#u-note', 'Their bank has it');
  await tom.fill('#u-next', 'An answer');
  await tom.fill('#u-day', sql("select date('now', '+3 days')"));
  await tom.fill('#u-time', '12:00');
  await after_the_session(tom, () => tom.click('form[action$="/updates"] .btn'), 'Their bank has it');

  const manager = await person(at, 'marisol.andrade');
  await manager.goto(base + '/reviews');
  await manager.goto(base + await manager.$$eval('main tbody tr', rows => rows.find(r => r.textContent.includes('Tom Okafor')).querySelector('td a').getAttribute('href')));
  await tom.goto(manager.url());
  await leave(manager, check);
  await tom.fill('#v-note', 'My load is too high');
  const review = tom.url();
  await tom.goto(base + '/work');
  await tom.goto(review);
  await tom.click('[data-restore]');
  check(await tom.inputValue('#v-note') === 'My load is too high', 'a line of a 1:1 is offered again');
  await after_the_session(tom, () => tom.click('.nt button[type=submit]'), 'My load is too high');
  await tom.goto(review);
  check(await offered(tom) === 0 && (await tom.textContent('main')).split('My load is too high').length === 2, 'and stands there once');
}

// Twice the same press, with scripts and without them.
async function twice(tom, id) {
  const count = table => +sql(`select count(*) from ${table}`);
  const press = form => tom.evaluate(async f => { // both before an answer, as two clicks without a script of ours
    const form = document.querySelector(f), body = () => new URLSearchParams(new FormData(form));
    await Promise.all([1, 2].map(() => fetch(form.getAttribute('action'), { method: 'POST', body: body(), redirect: 'manual' })));
  }, form);
  const soon = sql("select date('now', '+9 days')"), page = `/renewals/${id}`;
  for (const [what, table, address, form, fields] of [
    ['escalation', 'escalation', `/escalations/new?renewal=${id}`, 'form[action="/escalations"]', { '#e-bl': 'Twice', '#e-re': 'Twice', '#e-de': 'legal' }],
    ['exception', 'exception_case', page + '/exceptions/new', 'form.hand', { '#x-size': '3', '#x-why': 'Twice', '#x-exp': soon }],
    ['promise', 'promise', page, 'form[action$="/promises"]', { '#pm-b': 'Twice', '#pm-d': soon }],
    ['touch', 'touch', page, 'form[action$="/touches"]', { '#t-no': 'Twice' }],
    ['note', 'note', page, 'form[action$="/notes"]', { '#n-text': 'Twice' }],
    ['ask of field sales', 'sales_ask', page, 'form[action$="/asks"]', { '#a-what': 'Twice', '#a-due': soon }],
  ]) {
    await tom.goto(base + address);
    await tom.$$eval('details', all => all.forEach(x => { x.open = true; }));
    for (const [field, value] of Object.entries(fields)) if (field === '#e-de') await tom.selectOption(field, value); else await tom.fill(field, value);
    const before = count(table);
    tom.expected = true; // a second one may be a conflict
    await press(form);
    tom.expected = false;
    check(count(table) === before + 1, `${what}: sent twice at once, it is there ${count(table) - before} times`);
  }
  await tom.goto(`${base}/renewals/${id}`);
  const before = count('note');
  await tom.fill('#n-text', 'Pressed once and again');
  await settled(tom, () => tom.evaluate(() => { const b = document.querySelector('form[action$="/notes"] button[type=submit]'); b.click(); b.click(); }));
  check(count('note') === before + 1, 'a double click is one note');
}

// Past midnight under an open page.
async function midnight() {
  const page = await person(at, 'tom.okafor', { reducedMotion: 'reduce' }); // a clock is its context's
  await page.clock.install();
  await page.goto(base + '/work');
  await page.waitForSelector('tr[data-cur]');
  check(await page.locator('.toast').count() === 0, 'today nothing is said');
  await page.clock.fastForward(24 * 3600 * 1000);
  await page.waitForSelector('.toast.day-say');
  await clean_in_both(page, 'a day is over', check);
  await settled(page, () => page.click('[data-reload]'));
  check(await page.locator('.toast').count() === 0, 'the page is of today again');
  await leave(page, check);
}

await play(at, check, async () => {
  const tom = await person(at, 'tom.okafor', { reducedMotion: 'reduce' });
  await tom.goto(base + '/renewals?sort=-amount&f=category:pipeline');
  const ids = await tom.$$eval('#rows tr.it .c-n a', all => all.map(a => a.getAttribute('href').match(/\d+/)[0]));
  await renewal(tom, ids[0]);
  await panel(tom);
  await forms(tom, ids[1]);
  await twice(tom, ids[2]);
  await midnight();

  // Signed in later, from nowhere in particular: what was not saved comes first.
  await tom.goto(`${base}/renewals/${ids[3]}`);
  await tom.fill('#n-text', 'left for tomorrow');
  expire();
  await settled(tom, () => tom.click('text=Add the note'));
  await tom.goto(base + '/');
  await enter(tom, 'tom.okafor');
  check((await tom.textContent('main')).includes('left for tomorrow'), 'the next sign-in shows what is not saved');
  await settled(tom, () => tom.click('text=Throw it away'));
  await tom.goto(`${base}/renewals/${ids[3]}`);
  check(await offered(tom) === 0, 'thrown away is thrown away');
  await leave(tom, check);
});
