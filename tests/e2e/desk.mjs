// The desk in a real browser: node desk.mjs PERENNIAL. Makes a demo in a temporary folder, serves it on a free port of
// loopback, and looks at every page in both themes and two widths, follows every number to its rows, and lets two
// people edit one renewal.
import { checker, clean as looked_at, demo, person as signed_in, play } from './demo.mjs';

const at = await demo(process.argv[2], { lines: 6000 });
const { base } = at, check = checker();
const person = (email, width, theme) => signed_in(at, email, { width, theme });
const clean = (page, what) => looked_at(page, what, check);

// On paper: nothing to press, nothing to fill in but a renewal's own fields, and no page that is empty because a long table stays in one piece.
async function printed(page, url) {
  await page.emulateMedia({ media: 'print' });
  const found = await page.evaluate(() => [
    [...document.querySelectorAll('button,.rail,.tabs,dialog,.toast,textarea')].filter(x => x.checkVisibility()).map(x => x.outerHTML.slice(0, 60)),
    [...document.querySelectorAll('section:has(tr:nth-child(30))')].filter(x => getComputedStyle(x).breakInside !== 'auto').length]);
  check(found[0].length === 0 && found[1] === 0, `${url} on paper: ${found}`);
  await page.emulateMedia({ media: 'screen' });
}

// The pages of one renewal that they see.
async function pagesOf(who) {
  const page = await person(who);
  await page.goto(base + '/renewals');
  const renewal = await page.getAttribute('#rows tbody .c-n a', 'href');
  const contract = await page.goto(base + renewal).then(() => page.getAttribute('.ttl .meta a', 'href'));
  const account = await page.getAttribute('.ttl h1 a', 'href');
  await page.context().close();
  return [renewal, contract, account];
}

// ---- every page, both themes, two widths: each person in one theme at full width and in the other on a phone
async function lookAtPages() {
  const own = await pagesOf('tom.okafor'), manages = [...await pagesOf('marisol.andrade'), '/imports'];
  const pages = who => ['/', '/renewals', '/renewals?f=', '/renewals?f=category:omitted%20due_date:1999-01-01..1999-01-02', '/forecast/2026-Q4',
    '/forecast/2026-Q3?sum=cumulative', '/kpi', '/kpi/gross_renewal_rate?period=2026-Q3&by=rep&side=d', ...(who === 'tom.okafor' ? own : []), ...manages];
  for (const [who, theme, width] of [['marisol.andrade', 'light', 1440], ['marisol.andrade', 'dark', 390], ['tom.okafor', 'dark', 1440], ['tom.okafor', 'light', 390]]) {
    const page = await person(who, width, theme);
    for (const url of pages(who)) {
      page.expected = true; // a 404 is also an error of the console
      const answer = await page.goto(base + url);
      page.expected = false;
      const kept = who === 'tom.okafor' && manages.includes(url) && !own.includes(url);
      check(kept ? [403, 404].includes(answer.status()) : answer.status() === 200, `${who} ${url}: ${answer.status()}`);
      await clean(page, `${who} ${url} ${width} ${theme}`);
      if (theme === 'light' && width === 1440) await printed(page, url);
    }
    check(page.complaints.length === 0, page.complaints.join('\n'));
    await page.context().close();
  }
}

const textOf = async (page, href) => (await page.request.get(base + href)).text();

// ---- every number opens rows with the same sum
async function followNumbers(who) {
  const page = await person(who);
  for (const url of [who === 'tom.okafor' ? '/forecast/2026-Q1' : '/', '/forecast/2026-Q4', '/forecast/2026-Q3']) { // a rep begins at the worklist, whose sums its own test follows
    await page.goto(base + url);
    const links = await page.$$eval('[data-follow]', all => all.map(a => [a.getAttribute('href'), a.dataset.follow]));
    check(links.length >= 4, `${who} ${url}: only ${links.length} numbers`);
    for (const [href, amount] of links) {
      const exact = (await textOf(page, href)).match(/data-exact="([^"]*)"/)[1];
      check(exact === amount, `${who} ${url} says ${amount}, its rows at ${href} ${exact}`);
    }
  }
  await page.goto(base + '/kpi?period=2026-Q3');
  const kpis = await page.$$eval('.kp tbody tr:has(td:nth-child(5))', all => all.map(tr => [tr.querySelector('td:nth-child(5) a').getAttribute('href'), tr.querySelector('td:nth-child(5)').innerText]));
  check(kpis.length > 30, `only ${kpis.length} KPIs`);
  for (const [href, rows] of kpis) {
    const said = (await textOf(page, href)).match(/data-rows-total>([^<]*)</)[1];
    check(said.startsWith(rows + ' line'), `${who} ${href}: ${rows} rows, but the list says ${said}`);
  }
  check(page.complaints.length === 0, page.complaints.join('\n'));
  await page.context().close();
}

// ---- filters, search, paging and the export say the same
async function gridHoldsTogether() {
  const page = await person('marisol.andrade');
  await page.goto(base + '/renewals?f=');
  const count = Number(await page.getAttribute('[data-count]', 'data-count'));
  const seen = new Set();
  for (;;) {
    for (const to of await page.$$eval('#rows td.c-n a', all => all.map(x => x.getAttribute('href')))) seen.add(to);
    const next = await page.$('[data-next]');
    if (!next) break;
    await page.goto(base + await next.getAttribute('href'));
  }
  check(seen.size === count, `${seen.size} rows over the pages, the total says ${count}`);
  const csv = await page.request.get(base + '/renewals.csv?f=category:commit');
  await page.goto(base + '/renewals?f=category:commit');
  const commit = Number(await page.getAttribute('[data-count]', 'data-count'));
  check((await csv.text()).trim().split('\r\n').length - 1 === commit, 'the export has other rows than the page');
  await page.click('.filters .chip:has-text("PO")');
  await page.check('.pop input[name=v][value="1"]');
  await Promise.all([page.waitForURL(/has_po/), page.click('.pop button[type=submit]')]);
  const name = await page.goto(base + '/renewals?f=').then(() => page.innerText('#rows tbody .c-n a'));
  await page.fill('#q', name.split(',')[0]);
  await page.press('#q', 'Enter');
  await page.waitForURL(/q=/);
  const names = await page.$$eval('#rows tbody .c-n a', all => all.map(a => a.textContent));
  check(names.length > 0 && names.every(n => n.includes(name.split(',')[0])), `searching ${name} gave ${names.slice(0, 3)}`);
  await page.context().close();
}

// ---- two people edit one renewal
async function twoEditors() {
  const [a, b] = [await person('marisol.andrade'), await person('marisol.andrade')];
  await a.goto(base + '/renewals?f=category:pipeline');
  const url = base + await a.getAttribute('#rows tbody .c-n a', 'href');
  await a.goto(url);
  await b.goto(url);
  const save = (page, fields) => Promise.all([page.waitForNavigation(), (async () => {
    for (const [name, value] of Object.entries(fields)) await page.fill(`#edit [name=${name}]`, value);
    await page.click('#edit button[type=submit]');
  })()]);
  await save(a, { next_step: 'Send the order form', why: 'They asked for it' });
  check(a.url().includes('saved=1'), `not saved: ${a.url()}`);
  b.expected = true; // 409 is an error of the console
  await save(b, { next_step: 'Call the buyer', po_number: 'PO-E2E-1', why: 'The buyer is back' });
  check((await b.innerText('h1')).includes('changed this'), 'no merge page');
  const table = await b.innerText('table');
  check(table.includes('Send the order form') && table.includes('Call the buyer') && table.includes('PO-E2E-1'), `the merge page lost something: ${table}`);
  await clean(b, 'merge page');
  await Promise.all([b.waitForNavigation(), b.click('button:has-text("Save this")')]);
  check(b.url().includes('saved=1'), `the merge was not saved: ${b.url()}`);
  check(await b.inputValue('[name=next_step]') === 'Call the buyer' && await b.inputValue('[name=po_number]') === 'PO-E2E-1', 'the merge saved something else');
  const history = await b.innerText('.log');
  check(history.includes('They asked for it') && history.includes('The buyer is back'), 'a reason is missing in the history');
  await b.goto(url);
  await save(b, { close_date: '', forecast_amount: 'a lot', why: 'x' });
  check((await b.innerText('#e-amt')).includes('not a number') && await b.inputValue('[name=forecast_amount]') === 'a lot', 'a refused form lost what was typed');
  await a.context().close();
  await b.context().close();
}

// ---- a rep's eyes end at the own book
async function scopeHolds() {
  const [manager, rep] = [await person('marisol.andrade'), await person('tom.okafor')];
  await manager.goto(base + '/renewals?f=-owner:%22Tom%20Okafor%22');
  const foreign = await manager.$$eval('#rows tbody .c-n a', all => all.slice(0, 5).map(a => a.getAttribute('href')));
  for (const href of foreign) check((await rep.request.get(base + href)).status() === 404, `the rep sees ${href}`);
  await rep.goto(base + '/renewals?f=');
  const owners = await rep.$$eval('#rows tbody .c-o', all => [...new Set(all.map(x => x.textContent.trim()))]);
  check(owners.length === 1 && owners[0] === 'Tom Okafor', `the rep's grid has ${owners}`);
  const csv = await (await rep.request.get(base + '/renewals.csv?f=')).text();
  check(!csv.includes('Dana Moss') && csv.includes('Tom Okafor'), "the rep's export has others' rows");
  await manager.context().close();
  await rep.context().close();
}

await play(at, check, async () => {
  await scopeHolds();
  await twoEditors();
  await gridHoldsTogether();
  await followNumbers('marisol.andrade');
  await followNumbers('tom.okafor');
  await lookAtPages();
});
