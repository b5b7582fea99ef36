// A 1:1 in a browser: node reviews.mjs PERENNIAL. The manager's list and today's agenda, the same page for the rep, a line, a private one, a line that becomes a
// promise, a day that is past refused with what was typed, closing, the promise again in the next one, kept.
import { checker, clean_in_both, demo, leave, person, play } from './demo.mjs';

const at = await demo(process.argv[2]);
const { base } = at, check = checker();
const main = page => page.evaluate(() => document.querySelector('main').textContent);
const sent = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);

async function review() {
  const marisol = await person(at, 'marisol.andrade'), tom = await person(at, 'tom.okafor');
  await marisol.goto(base + '/reviews');
  await clean_in_both(marisol, 'the list of 1:1s', check);
  const today = await marisol.$$eval('main tbody tr', rows => rows.find(r => r.textContent.includes('Tom Okafor')).querySelector('td a').getAttribute('href'));
  await marisol.goto(base + today);
  await clean_in_both(marisol, 'a 1:1', check);
  await tom.goto(base + today);
  const facts = page => page.$$eval('.feed li', all => all.map(x => x.textContent));
  check(JSON.stringify(await facts(marisol)) === JSON.stringify(await facts(tom)), 'both see the same facts');
  check((await tom.$$eval('section .feed', lists => lists.map(l => l.children.length))).every(n => n <= 5), 'no part has more than five lines');
  check(await marisol.locator('section[aria-labelledby=h-ask] li').count() === 3, 'three questions worth asking');
  await marisol.emulateMedia({ media: 'print' });
  for (const [what, shown] of [['section[aria-labelledby=h-ask]', true], ['#h-agreed', true], ['#promise', false], ['#h-close', false], ['#v-note', false]])
    check(await marisol.locator(what).first().isVisible() === shown, `on paper: ${what}`);
  await marisol.emulateMedia({ media: 'screen' });
  check(await tom.$('form[action$="/move"]') === null, 'the rep does not move it');

  await marisol.fill('#v-note', 'Tom asks their legal for a day');
  await sent(marisol, '.nt button[type=submit]');
  await marisol.fill('#v-note', 'Ask about the load');
  await marisol.check('input[name=private]');
  await sent(marisol, '.nt button[type=submit]');
  check((await main(marisol)).includes('Ask about the load'), 'the author sees a private line');
  await tom.goto(base + today);
  check(!(await main(tom)).includes('Ask about the load'), 'nobody else does');

  await sent(marisol, '#notes a.btn2');
  check(await marisol.inputValue('#p-body') === 'Tom asks their legal for a day', 'the line is the promise’s text');
  const day = today.split('/')[3];
  await marisol.fill('#p-due', '2020-01-01');
  marisol.expected = true;
  await sent(marisol, '#promise button[type=submit]');
  marisol.expected = false;
  check((await marisol.textContent('[role=alert]')).includes('That day is past'), 'a day that is past is refused');
  check(await marisol.inputValue('#p-body') === 'Tom asks their legal for a day', 'and what was typed stays');
  await marisol.fill('#p-due', day);
  await sent(marisol, '#promise button[type=submit]');
  check((await main(marisol)).includes('It became a promise.'), 'the line says what it became');
  await sent(marisol, 'form[action$="/close"] button');
  check((await main(marisol)).includes('The review is closed.'), 'it is closed');

  await tom.goto(base + today.split('/').slice(0, 3).join('/'));
  await clean_in_both(tom, 'a series', check);
  await sent(tom, 'main tbody tr a');
  check(!tom.url().endsWith(day), 'the next one is planned');
  check((await tom.textContent('section[aria-labelledby=h-agreed]')).includes('Tom asks their legal for a day'), 'and brings the promise back');
  await sent(tom, 'button[aria-label="Kept: Tom asks their legal for a day"]');
  check((await main(tom)).includes('Saved.'), 'it is kept');
  await leave(marisol, check);
  await leave(tom, check);
}

await play(at, check, review);
