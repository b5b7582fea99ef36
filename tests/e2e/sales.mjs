// Field sales in a browser: node sales.mjs PERENNIAL. A rep asks from a renewal's page, the salesperson hears of it at the bell, accepts, the rep hears
// of that; the lead passes another on; the digest as a page and as a message; a calendar's address, shown once, read by nobody in particular, revoked.
import { checker, clean_in_both, demo, leave, person, play } from './demo.mjs';

const at = await demo(process.argv[2]);
const { base } = at, check = checker();
const body = page => page.evaluate(() => document.querySelector('main').textContent);
const bell = page => page.getAttribute('header a[aria-label^=Notices]', 'aria-label');
const sent = (page, selector) => Promise.all([page.waitForLoadState('load'), page.waitForNavigation(), page.click(selector)]);
const unread = async page => Number((/\d+/.exec(await bell(page)) ?? ['0'])[0]);

// The first open renewal of Grace's list whose rep is Priya or Tom, and who that is.
async function a_renewal(page) {
  await page.goto(base + '/sales');
  return page.evaluate(() => {
    for (const tr of document.querySelectorAll('#h-rows').length ? [...document.querySelectorAll('section[aria-labelledby=h-rows] tbody tr')] : [])
      if (tr.textContent.includes('Tom Okafor')) return { href: tr.querySelector('th a').getAttribute('href'), customer: tr.querySelector('td a').textContent };
    return null;
  });
}

async function ask() {
  const grace = await person(at, 'grace.delaney'), tom = await person(at, 'tom.okafor');
  check(grace.url() === base + '/sales', 'field sales comes home to its own page');
  await clean_in_both(grace, 'field sales', check);
  const row = await a_renewal(grace);
  check(row, 'Grace looks after a renewal of Tom');
  const before = await unread(grace);

  await tom.goto(base + row.href);
  await tom.click('#sales summary');
  check((await tom.$eval('#a-to', s => s.selectedOptions[0].textContent)) === 'Grace Delaney', 'the account’s own salesperson stands first');
  await tom.fill('#a-what', 'Bring their CIO into Thursday’s call');
  await clean_in_both(tom, 'a renewal with its ask', check);
  await sent(tom, '#sales form button[type=submit]');
  check((await tom.textContent('#sales')).includes('waiting'), 'the ask stands on the renewal');

  await grace.goto(base + '/notices');
  check(await unread(grace) === before + 1, `the bell counts one more than ${before}: ${await bell(grace)}`);
  check((await body(grace)).includes(`Tom Okafor asks you to step in at ${row.customer}`), 'and says what it is');
  await clean_in_both(grace, 'notices', check);
  await sent(grace, '.lines li button[name=open]');
  check(/\/sales\/asks\/\d+$/.test(grace.url()), 'it leads to the ask');
  check(await unread(grace) === before, 'and is read then');
  await clean_in_both(grace, 'an ask', check);
  grace.expected = true;
  await sent(grace, 'form button[value=decline]');
  grace.expected = false;
  check((await grace.textContent('.note[role=alert]')).includes('reason'), 'to decline takes a reason');
  await sent(grace, 'button.btn[type=submit]');
  check((await body(grace)).includes('Grace Delaney accepted'), 'accepted');

  await tom.goto(base + '/notices');
  check((await body(tom)).includes(`Grace Delaney steps in at ${row.customer}`), 'the asker hears of it');
  await tom.goto(base + '/notices/settings');
  await clean_in_both(tom, 'what somebody is told', check);
  await tom.goto(base + '/forecast');
  await leave(tom, check);
  grace.expected = true;
  check((await grace.goto(base + '/forecast')).status() === 403, 'the forecast is not for field sales');
  grace.expected = false;
  await leave(grace, check);
}

async function pass() {
  const nadia = await person(at, 'nadia.reyes');
  await nadia.goto(base + '/sales');
  const href = await nadia.evaluate(() => [...document.querySelectorAll('section[aria-labelledby=h-asks] tbody tr')].find(tr => tr.textContent.includes('waiting'))?.querySelector('a').getAttribute('href'));
  check(href, 'the lead sees what is asked of the team');
  await nadia.goto(base + href);
  await nadia.fill('#k-why', 'Rafael knows them');
  await nadia.selectOption('#k-to', { label: 'Rafael Moura' });
  await sent(nadia, 'form button[value=pass]');
  check((await body(nadia)).includes('Nadia Reyes passed it on to Rafael Moura'), 'passed on');
  await nadia.goto(base + '/sales/digest');
  check((await nadia.$$('main h2')).length === 6, 'the digest has its six parts');
  await clean_in_both(nadia, 'the digest', check);
  const [download] = await Promise.all([nadia.waitForEvent('download'), nadia.click('a[href="/sales/digest.eml"]')]);
  check(download.suggestedFilename() === 'week-2026-11-23.eml', 'the message is a file');
  await leave(nadia, check);
}

async function calendar() {
  const grace = await person(at, 'grace.delaney');
  await grace.fill('#c-name', 'Phone');
  await sent(grace, 'form[action="/sales/calendars"] button');
  const address = await grace.textContent('#made');
  check(/^http:.*\/calendar\/[0-9a-f]{64}\.ics$/.test(address), 'the address is shown');
  await clean_in_both(grace, 'a calendar address', check);
  const ics = await (await fetch(address)).text();
  check(ics.startsWith('BEGIN:VCALENDAR\r\n') && ics.endsWith('END:VCALENDAR\r\n'), 'it is a calendar');
  check(ics.split('\r\n').every(l => Buffer.byteLength(l) <= 75), 'no line is too long');
  check((ics.match(/BEGIN:VEVENT/g) ?? []).length > 10, 'with its days');
  await grace.goto(base + '/sales');
  check(!(await body(grace)).includes(address), 'the address is not shown again');
  await sent(grace, 'form[action$="/revoke"] button');
  check((await fetch(address)).status === 404, 'once revoked it is gone');
  await leave(grace, check);
}

await play(at, check, async () => {
  await ask();
  await pass();
  await calendar();
});
