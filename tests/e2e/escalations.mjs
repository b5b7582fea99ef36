// Escalations in a real browser: node escalations.mjs PERENNIAL. A rep escalates from a renewal by key, moves the card by keys, writes an update with
// its next promise, resolves it with its cause; everything by keyboard and forms, clean in both themes.
import { checker, clean_in_both, demo, leave, person as signed_in, play } from './demo.mjs';

const at = await demo(process.argv[2], { lines: 2000 });
const { base } = at, check = checker();

await play(at, check, async () => {
  const rep = await signed_in(at, 'tom.okafor', { reducedMotion: 'reduce' });
  const submit = async selector => {
    await Promise.all([rep.waitForEvent('domcontentloaded'), rep.click(selector)]);
    await rep.waitForLoadState('load');
  };
  await rep.goto(base + '/renewals?sort=-amount');
  await rep.locator('.wt tr.it').first().locator('a[href*="/renewals/"]').first().click();
  await rep.waitForURL(/\/renewals\/\d+/);
  await rep.keyboard.press('!');
  await rep.waitForURL(/\/escalations\/new/);
  await clean_in_both(rep, 'the form', check);
  await rep.fill('#e-bl', 'The signature of <b>legal</b>');
  await rep.fill('#e-re', 'Support stops soon.');
  await rep.selectOption('#e-de', 'legal');
  await submit('form[action="/escalations"] .btn');
  await rep.waitForURL(/\/escalations\/\d+\?done=raised/);
  const id = rep.url().match(/escalations\/(\d+)/)[1];
  check(await rep.locator('text=It is escalated, and its owner knows.').count() === 1, 'it is said');

  await rep.keyboard.press('g');
  await rep.keyboard.press('e');
  await rep.waitForURL(u => u.pathname === '/escalations');
  await clean_in_both(rep, 'the board', check);
  const place = () => rep.locator('section', { has: rep.locator('#x' + id) }).locator('h2').textContent();
  check(await place() === 'New', 'it begins as new');
  for (let i = 0; i < 20 && !await rep.locator(`#x${id}[data-cur]`).count(); i++) await rep.keyboard.press('j');
  await Promise.all([rep.waitForEvent('domcontentloaded'), rep.keyboard.press(']')]);
  await rep.waitForSelector('#x' + id);
  check(await place() === 'Owner working', 'moved by its key');

  await rep.goto(base + '/escalations/' + id);
  await rep.fill('#u-note', 'Legal has the draft.');
  await rep.fill('#u-next', 'Redlines back');
  await rep.fill('#u-day', '2026-12-01');
  await rep.fill('#u-time', '10:00');
  await rep.fill('#u-on', 'Dana');
  await submit('form[action$="/updates"] .btn');
  check(await rep.locator('text=waits on Legal: Dana').count() > 0, 'it waits on somebody');
  await clean_in_both(rep, 'one escalation', check);
  await rep.selectOption('#r-ca', 'contract_terms');
  await rep.fill('#r-no', 'Signed.');
  await submit('form[action$="/resolve"] .btn');
  check(await rep.locator('text=It is resolved.').count() === 1, 'resolved');
  await rep.goto(base + '/escalations?view=list');
  await clean_in_both(rep, 'the list', check);
  await leave(rep, check);
});
