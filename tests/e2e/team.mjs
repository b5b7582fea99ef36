// What moved, and who carries what: node team.mjs PERENNIAL. Adds up a bridge as it stands on the page, follows its ends and steps, asks it otherwise; then a
// proposal to even out books is looked at, carried out and taken back.
import { checker, clean_in_both, demo, leave, person, play } from './demo.mjs';

const at = await demo(process.argv[2]), { base } = at, check = checker();

// "−$1,234.56" in cents
const cents = text => Math.round(parseFloat(text.replace(/[^0-9.]/g, '')) * 100) * (/^[−-]/.test(text) ? -1 : 1);
const lines = page => page.$$eval('table.br tbody tr', all => all.map(tr => {
  const a = tr.querySelector('td.r a');
  return { name: tr.querySelector('th').textContent, title: a.title, href: a.getAttribute('href'), total: tr.className === 'tot', current: !!tr.ariaCurrent };
}));

async function bridge() {
  const page = await person(at, 'marisol.andrade');
  for (const query of ['', '?from=2026-10-20', '?from=2026-10-20&with=pipeline', '?from=2026-10-20&with=pipeline&rates=day', '?from=2026-10-20&to=2026-11-10&node=team-6']) {
    await page.goto(`${base}/forecast/2026-Q4/bridge${query}`);
    const all = await lines(page), steps = all.filter(x => !x.total);
    check(all.length >= 2 && all[0].total && all.at(-1).total, `${query}: a start and an end`);
    const sum = steps.reduce((s, x) => s + cents(x.title), cents(all[0].title));
    check(sum === cents(all.at(-1).title), `${query}: start and steps are ${sum}, the end ${all.at(-1).title}`);
    check(!query.includes('pipeline') || steps.length > 3, `${query}: something moved`);
  }
  await page.goto(`${base}/forecast/2026-Q4/bridge?from=2026-10-20&with=pipeline`);
  const all = await lines(page);
  for (const step of all.filter(x => !x.total)) {
    await page.goto(base + step.href);
    const now = (await lines(page)).find(x => x.current);
    check(now?.name === step.name, `${step.name}: is the one that is looked at`);
    const rows = await page.$$eval('table.bl tbody tr', l => l.map(tr => tr.querySelector('td:last-child').title));
    check(rows.length > 0, `${step.name}: has its renewals`);
    if (rows.length < 50) check(rows.reduce((s, t) => s + cents(t), 0) === cents(step.title), `${step.name}: its renewals add up to ${step.title}`);
  }
  await page.selectOption('#b-with', 'commit');
  await Promise.all([page.waitForURL(/with=commit/), page.click('.ba button')]);
  check((await page.textContent('h1')).includes('Closed + commit'), 'the form asks otherwise');
  await clean_in_both(page, 'the bridge', check);
  await page.goto(`${base}/forecast/2026-Q4?compare=2026-11-02`);
  check((await page.textContent('#h-br')).includes('Nov 2'), 'the forecast compares with the day asked');
  await leave(page, check);
}

async function capacity() {
  const page = await person(at, 'marisol.andrade');
  await page.goto(base + '/capacity');
  await clean_in_both(page, 'capacity', check);
  const values = async column => page.$$eval(`table.cap tbody td:nth-child(${column})`, all => all.map(td => td.title));
  const before = (await values(4)).map(cents);
  check(before.length > 3, 'every rep stands in the table');
  await page.fill('#c-name', 'Even again');
  await Promise.all([page.waitForURL(/\/capacity\/plans\/\d+$/), page.click('button[value=even]')]);
  const plan = page.url();
  check((await page.textContent('h1')).startsWith('Even again would move'), 'the plan says what it would do');
  const after = (await values(4)).map(cents), spread = l => Math.max(...l) - Math.min(...l);
  check(spread(after) < spread(before), `books are evener: ${spread(before)} before, ${spread(after)} after`);
  check(after.reduce((s, x) => s + x, 0) === before.reduce((s, x) => s + x, 0), 'nothing is lost or made');
  await clean_in_both(page, 'a plan', check);
  page.expected = true; // a refusal is an answer of 422
  await page.fill('#r-value', 'Nobody of that name');
  await page.click('.sec .ba button');
  await page.waitForSelector('.note[role=alert]');
  check((await page.textContent('.note[role=alert]')).includes('no account of that name'), 'a name that is none is told');
  page.expected = false;
  await page.goto(plan);
  await Promise.all([page.waitForURL(/\/renewals\/bulk\/\d+/), page.click('form[action$="/carry"] button')]);
  await page.goto(plan);
  check((await page.textContent('h1')).includes('carried out'), 'the plan is carried out');
  await page.goto(base + '/capacity');
  check(JSON.stringify((await values(4)).map(cents)) === JSON.stringify(after), 'the books are as the plan showed them');
  await page.goto(plan);
  await Promise.all([page.waitForURL(/undone=/), page.click('form[action$="/undo"] button')]);
  await page.goto(base + '/capacity');
  check(JSON.stringify((await values(4)).map(cents)) === JSON.stringify(before), 'taken back, the books are as before');
  await leave(page, check);
  const rep = await person(at, 'tom.okafor');
  rep.expected = true;
  check((await rep.goto(base + '/capacity')).status() === 403, 'a rep plans nobody’s books');
  check((await rep.goto(plan)).status() === 403, 'nor sees a plan');
  await rep.context().close();
}

await play(at, check, async () => {
  await bridge();
  await capacity();
});
