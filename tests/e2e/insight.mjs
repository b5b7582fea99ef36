// Insight in a browser: node insight.mjs PERENNIAL. Where the quarter lands, the track record, retention, the panel of a renewal, what if (with the keyboard and
// without a script), and what moved the model's middle, added up to the cent.
import { checker, clean_in_both, demo, leave, person, play } from './demo.mjs';

const at = await demo(process.argv[2], { lines: 2000, before: h => h.run(['backtest', '--quarters', '1']) });
const { base } = at, check = checker();
const title = page => page.textContent('h1');
// "−$1,234.50", "R$ 12,00" are not mixed here: the reader's locale is US English.
const cents = text => Math.round(Number(text.replace('−', '-').replace(/[^0-9.-]/g, '')) * 100);

async function overview(page) {
  await page.goto(base + '/insight');
  check((await title(page)).includes('lands near'), 'the overview says where the quarter lands');
  check((await page.locator('nav[aria-label=Insight] a').count()) === 4, 'four tabs');
  const [low, mid, high] = await Promise.all([2, 3, 4].map(async k => cents(await page.getAttribute(`#h-periods >> xpath=../.. >> tbody tr:first-child td:nth-child(${k + 1})`, 'title'))));
  check(low < mid && mid < high, 'P10 below P50 below P90');
  await clean_in_both(page, 'insight', check);
}

async function track_record(page) {
  await page.click('nav[aria-label=Insight] a:has-text("Track record")');
  await page.waitForURL(/track-record/);
  check((await page.locator('tbody tr').count()) > 3, 'the replayed quarter stands there');
  await clean_in_both(page, 'track record', check);
}

async function retention(page) {
  await page.click('nav[aria-label=Insight] a:has-text("Retention")');
  await page.waitForURL(/retention/);
  await page.click('table.cap tbody tr th a');
  await page.waitForURL(/segment=/);
  await page.fill('#r-rate', '0');
  await page.fill('#r-years', '5');
  await Promise.all([page.waitForURL(/horizon=5/), page.click('form:has(#r-rate) button')]);
  check((await page.textContent('main')).includes('It is not an effect of our work.'), 'tenure is not taken for our work');
  await clean_in_both(page, 'retention', check);
}

async function panel(page) {
  await page.goto(base + '/insight');
  await page.click('table:has(#h-matter) tbody tr th a');
  await page.waitForURL(/renewals\/\d+/);
  const text = await page.textContent('#insight');
  check(/Renews\s*\d+(\.\d)?%/.test(text), 'the panel has a chance');
  check(text.includes('Drivers describe the model, not causes.'), 'and says what drivers are');
  await clean_in_both(page, 'a renewal with its panel', check);
}

async function what_if(page) {
  await page.goto(base + '/insight/what-if');
  check((await title(page)).includes('as it stands'), 'nothing is changed at first');
  check((await page.locator('tbody tr s').count()) === 0, 'and nothing moves');
  await page.focus('input[name=booked]');
  await page.keyboard.press('Space');
  await Promise.all([page.waitForURL(/booked=\d+/), page.keyboard.press('Enter')]);
  check((await title(page)).includes('would'), 'a renewal that is booked');
  check((await page.textContent('main')).includes('1 renewal is set'), 'is said');
  check(!(await page.getAttribute('tr.all td:nth-child(5)', 'title')).startsWith('−'), 'and brings no less');
  await page.fill('#w-disc', '5');
  await page.selectOption('#w-of', { label: 'Tom Okafor' });
  await Promise.all([page.waitForURL(/discount=5/), page.click('form:has(#w-disc) button')]);
  check((await page.textContent('main')).includes('Assumed: nobody renews because of it'), 'what a discount does is an assumption');
  check(/booked=\d+/.test(page.url()), 'the address holds all of the scenario');
  await clean_in_both(page, 'what if', check);
  const plain = await person(at, 'marisol.andrade', { script: false });
  await plain.goto(page.url());
  check((await title(plain)) === (await title(page)), 'the same without a script');
  await leave(plain, check);
  await page.click('text=Start over');
  await page.waitForURL(u => !u.search.includes('booked'));
  check((await title(page)).includes('as it stands'), 'and back');
}

async function middle(page) {
  await page.goto(base + '/forecast/2026-Q4/bridge');
  const amounts = await page.$$eval('#model tbody tr', rows => rows.map(r => [r.className, r.querySelector('td').title]));
  const ends = amounts.filter(([c]) => c.includes('all')).map(([, t]) => cents(t)), parts = amounts.filter(([c]) => c.includes('team')).map(([, t]) => cents(t));
  check(ends.length === 2 && parts.length === 3, 'from one middle to the other in three parts');
  check(ends[0] + parts[0] + parts[1] + parts[2] === ends[1], `${ends[0]} + ${parts.join(' + ')} = ${ends[1]}`);
  await clean_in_both(page, 'the bridge with the model', check);
}

await play(at, check, async () => {
  const page = await person(at, 'marisol.andrade');
  await overview(page);
  await track_record(page);
  await retention(page);
  await panel(page);
  await what_if(page);
  await middle(page);
  await leave(page, check);
});
