// Reports in a browser: node reports.mjs PERENNIAL. One is made and fetched twice, the same bytes; a schedule is refused with what was typed, saved after the
// password, and removed; the rep has reports and no schedules; the feed answers Excel's way of asking.
import fs from 'node:fs';
import { checker, clean_in_both, demo, leave, person, play } from './demo.mjs';

const at = await demo(process.argv[2]);
const { base } = at, check = checker();
const main = page => page.evaluate(() => document.querySelector('main').textContent);
const sent = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);

async function fetched(page, label) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`main tbody tr a:text-is("${label}")`)]);
  return { name: download.suggestedFilename(), bytes: fs.readFileSync(await download.path()) };
}

async function reports() {
  const marisol = await person(at, 'marisol.andrade'), tom = await person(at, 'tom.okafor');
  await marisol.goto(base + '/reports');
  check((await main(marisol)).includes('Nothing was made yet.'), 'an empty list says so');
  await marisol.selectOption('#p-lang', 'pt');
  for (const box of await marisol.$$('input[name=format]')) if (await box.getAttribute('value') !== 'csv') await box.uncheck();
  await sent(marisol, 'form[action="/reports"] button');
  check((await main(marisol)).includes('The report was made.'), 'a report is made');
  check((await marisol.$$('main tbody tr')).length === 1, 'and stands in the list');
  const first = await fetched(marisol, 'CSV'), second = await fetched(marisol, 'CSV');
  check(/^weekly-\d{4}-Q\d-as-of-\d{4}-\d\d-\d\d\.csv$/.test(first.name), `its name says what it is: ${first.name}`);
  check(first.bytes.length > 500 && first.bytes.equals(second.bytes), 'the same bytes again');
  await clean_in_both(marisol, 'reports', check);

  await marisol.goto(base + '/reports/schedules/new');
  await marisol.fill('#s-name', 'Monday');
  await marisol.fill('#s-to', 'nobody');
  marisol.expected = true;
  await sent(marisol, 'form[action="/reports/schedules"] button[type=submit]');
  marisol.expected = false;
  check((await marisol.textContent('[role=alert]')).includes('nobody is no mail address'), 'an address that is none is refused');
  check(await marisol.inputValue('#s-to') === 'nobody' && await marisol.inputValue('#s-name') === 'Monday', 'and what was typed stays');
  await marisol.fill('#s-to', 'ana@example.com pt\nvp@example.com');
  await sent(marisol, 'form[action="/reports/schedules"] button[type=submit]');
  check((await main(marisol)).includes('Saved.') && (await main(marisol)).includes('No mail server is set up'), 'it is saved, and says that no mail goes out yet');
  check(await marisol.inputValue('#s-to') === 'ana@example.com pt\nvp@example.com', 'with its people');
  await clean_in_both(marisol, 'a schedule', check);
  await marisol.goto(base + '/reports');
  check((await main(marisol)).includes('Mondays at 07:00'), 'the list says when it goes out');
  await sent(marisol, 'main a:text-is("Monday")');
  await sent(marisol, 'form[action$="/remove"] button');
  check((await main(marisol)).includes('Nothing goes out by itself.'), 'removed');

  await tom.goto(base + '/reports');
  check((await main(tom)).includes('Nothing was made yet.') && await tom.$('a[href="/reports/schedules/new"]') === null, 'a rep sees no reports of the manager and makes no schedules');

  const refused = await fetch(base + '/odata/v1/');
  check(refused.status === 401 && refused.headers.get('www-authenticate').startsWith('Basic realm='), 'the feed asks for a token, so that Excel shows its form');
  await leave(marisol, check);
  await leave(tom, check);
}

await play(at, check, reports);
