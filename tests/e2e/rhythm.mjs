// The team's week in a browser: node rhythm.mjs PERENNIAL. A rep calls and amends, the manager sees who is missing, counts otherwise and submits; the same request
// is approved for several at once after a look; working hours and a holiday; what moves for good takes its promise along and comes back with it.
import { checker, clean_in_both, demo, leave, person, play } from './demo.mjs';

const at = await demo(process.argv[2], { lines: 2000 });
const { base } = at, check = checker();
const main = page => page.evaluate(() => document.querySelector('main').textContent);
const sent = (page, selector) => Promise.all([page.waitForEvent('domcontentloaded'), page.click(selector)]).then(() => page.waitForLoadState('load'));
const refused = async (page, act) => { page.expected = true; await act(); page.expected = false; };

async function calls() {
  const tom = await person(at, 'tom.okafor'), kurt = await person(at, 'kurt.ames');
  await tom.goto(base + '/forecast/2026-Q4');
  const say = async (commit, best, pipeline, note) => {
    for (const [name, value] of [['commit', commit], ['best_case', best], ['pipeline', pipeline], ['note', note]]) await tom.fill(`#c-${name}`, value);
    await sent(tom, '#call form.wcf button');
  };
  await refused(tom, () => say('900000', '800000', '950000', 'kept words'));
  check((await tom.textContent('#call [role=alert]')).includes('do not run up') && await tom.inputValue('#c-note') === 'kept words', 'sums that do not run up are told, the words stay');
  await say('700000', '800000', '950000', 'Two orders came in');
  await say('710000', '800000', '950000', 'And a third'); // an amendment
  await tom.goto(base + '/forecast/2026-Q4/calls');
  const mine = await tom.locator('#week tr, section tr', { hasText: 'Tom Okafor' }).first().textContent();
  check(mine.includes('$710K') && /submissions/.test(mine), `the newest counts, and that there were others stays: ${mine}`);
  await clean_in_both(tom, 'the calls of a quarter', check);

  await kurt.goto(base + '/forecast/2026-Q4');
  await clean_in_both(kurt, 'a manager’s forecast', check);
  const row = kurt.locator('table.roll tr', { hasText: 'Tom Okafor' }).first();
  check((await row.textContent()).includes('$710K'), 'the rep’s number stands in the roll-up');
  await Promise.all([kurt.waitForURL(/rep-\d+/), row.locator('a.mc').click()]);
  await kurt.fill('main input[name=amount]', '650000');
  await kurt.fill('main [name=reason]', 'One of them slips');
  await clean_in_both(kurt, 'a manager’s own number', check);
  await sent(kurt, 'main form:has([name=amount]) button[type=submit]');
  await kurt.goto(base + '/forecast/2026-Q4');
  const both = await kurt.locator('table.roll tr', { hasText: 'Tom Okafor' }).first().textContent();
  check(both.includes('$710K') && both.includes('$650K'), `beside it, never over it: ${both}`);
  const total = await kurt.textContent('#call .tot strong');
  await sent(kurt, '#call form.wcf button');
  check((await main(kurt)).includes(total), 'what is submitted is what stood there');
  await kurt.goto(base + '/forecast/2026-Q4/calls');
  check((await main(kurt)).includes('Kurt Ames for US'), 'and it is kept with its week');
  await leave(tom, check);
  await leave(kurt, check);
}

async function several() {
  const tom = await person(at, 'tom.okafor'), kurt = await person(at, 'kurt.ames');
  await tom.goto(base + '/renewals?sort=amount&f=category:pipeline');
  const hrefs = await tom.$$eval('.wt tr.it a[href^="/renewals/"]', all => [...new Set(all.map(a => a.getAttribute('href').split('?')[0]))].filter(x => /^\/renewals\/\d+$/.test(x)).slice(0, 3));
  for (const [i, href] of hrefs.entries()) {
    await tom.goto(`${base}${href}/exceptions/new`);
    await tom.fill('#x-size', i < 2 ? '5' : '18'); // the last is beyond a manager alone
    await tom.fill('#x-why', `Bulk case ${i + 1}`);
    await sent(tom, 'text=What it costs');
    await sent(tom, 'form.hand button.btn');
  }
  await kurt.goto(base + '/approvals');
  await sent(kurt, 'text=Approve several');
  await clean_in_both(kurt, 'requests to choose from', check);
  check(await kurt.locator('tr:has(input[name=pick])', { hasText: 'Bulk case 3' }).count() === 0, 'what is beyond one’s authority is not to be chosen');
  for (const n of [1, 2]) await kurt.locator('tr', { hasText: `Bulk case ${n}` }).locator('input[name=pick]').check();
  await sent(kurt, 'form.conf button.btn');
  check(await kurt.locator('tbody tr:has(input[type=hidden][name=pick])').count() === 2 && await kurt.locator('tfoot').count() === 1, 'a look at both and what they cost together');
  await clean_in_both(kurt, 'a look before several are approved', check);
  await sent(kurt, 'form.conf button[name=go]');
  await kurt.goto(base + '/approvals/ledger');
  check((await tom.goto(base + '/approvals')).ok() && (await main(tom)).split('Approved').length > 2, 'both are approved');
  await leave(tom, check);
  await leave(kurt, check);
}

async function hours() {
  const ada = await person(at, 'ada.lindgren');
  await ada.goto(base + '/settings/hours');
  await clean_in_both(ada, 'working hours and holidays', check);
  const first = await ada.inputValue('#work_hours');
  await ada.fill('#work_hours', 'late to early');
  await refused(ada, () => sent(ada, 'form[action="/settings/hours"] button'));
  check(await ada.getAttribute('#work_hours', 'aria-invalid') === 'true' && await ada.inputValue('#work_hours') === 'late to early', 'hours that are none stay typed, marked');
  await ada.fill('#work_hours', first);
  await sent(ada, 'form[action="/settings/hours"] button');
  await ada.fill('#country', 'BR');
  await ada.fill('#day', '2026-12-28');
  await ada.fill('#name', 'Office closed');
  await sent(ada, 'form[action$="/holidays"] button');
  check((await main(ada)).includes('The holiday is added.') && (await main(ada)).includes('Office closed'), 'a holiday is added');
  await refused(ada, async () => {
    await ada.fill('#country', 'Brazil'.slice(0, 1));
    await ada.fill('#day', '2026-12-29');
    await ada.fill('#name', 'Nowhere');
    await sent(ada, 'form[action$="/holidays"] button');
  });
  check(await ada.inputValue('#name') === 'Nowhere', 'a country that is none is told, the rest stays typed');
  await ada.goto(base + '/settings/hours');
  await sent(ada, 'tr:has-text("Office closed") button');
  check(!(await ada.locator('table').allTextContents()).join().includes('Office closed'), 'and taken out');
  await leave(ada, check);
}

// Tom's largest open renewal with a promise of his goes to Dana, contract and promise along; taken back, all three are his again.
async function for_good() {
  const tom = await person(at, 'tom.okafor'), kurt = await person(at, 'kurt.ames');
  await tom.goto(base + '/renewals?sort=-amount&f=category:pipeline');
  const href = (await tom.getAttribute('.wt tr.it a[href^="/renewals/"]', 'href')).split('?')[0];
  await tom.goto(base + href);
  const customer = await tom.locator('main a[href^="/accounts/"]').first().textContent();
  await tom.click('#promises summary');
  await tom.fill('#pm-b', 'Send the site list');
  await tom.fill('#pm-d', '2026-12-04');
  await sent(tom, '#promises form[action$="/promises"] button');
  await kurt.goto(base + '/capacity');
  await kurt.fill('#c-name', 'One customer');
  await sent(kurt, 'button[value=empty]');
  const plan = kurt.url();
  await kurt.selectOption('#r-kind', 'account');
  await kurt.fill('#r-value', customer.trim());
  await kurt.selectOption('#r-from', { label: 'Tom Okafor' });
  await kurt.selectOption('#r-to', { label: 'Dana Moss' });
  await sent(kurt, '.sec .ba button');
  check((await kurt.textContent('section[aria-labelledby=h-pr]')).includes('Send the site list'), 'the open promise is listed before anything moves');
  await clean_in_both(kurt, 'a plan with its promises', check);
  const holds = async who => {
    await kurt.goto(base + href);
    return (await kurt.textContent('#promises')).includes(who);
  };
  check(await holds('Tom Okafor'), 'before, it is Tom’s');
  await kurt.goto(plan);
  await Promise.all([kurt.waitForURL(/\/renewals\/bulk\/\d+/), kurt.click('form[action$="/carry"] button')]);
  check(await holds('Dana Moss'), 'the promise went along');
  const contract = await kurt.locator('main a[href^="/contracts/"]').first().getAttribute('href');
  await kurt.goto(base + contract);
  check((await main(kurt)).includes('Dana Moss'), 'and so did the contract');
  tom.expected = true;
  check((await tom.goto(base + href)).status() === 404, 'Tom does not see it any more');
  tom.expected = false;
  await kurt.goto(plan);
  await Promise.all([kurt.waitForURL(/undone=/), kurt.click('form[action$="/undo"] button')]);
  check(await holds('Tom Okafor') && (await tom.goto(base + href)).ok(), 'taken back, it is Tom’s again');
  await leave(tom, check);
  await leave(kurt, check);
}

await play(at, check, async () => {
  const only = { calls, several, hours, for_good }[process.argv[3]];
  if (only) return only();
  await calls();
  await several();
  await hours();
  await for_good();
});
