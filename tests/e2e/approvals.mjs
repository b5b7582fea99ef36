// Exceptions in a real browser: node approvals.mjs PERENNIAL. A rep asks from the page of a renewal, the manager returns it, the rep answers, the manager
// approves by key; two approvers; authority; pages clean at both widths.
import { checker, clean_in_both, demo, person as signed_in, play } from './demo.mjs';

const at = await demo(process.argv[2], { lines: 2000 });
const { base } = at, check = checker();
const person = name => signed_in(at, name, { reducedMotion: 'reduce' });
const go = async (page, act) => {
  await Promise.all([page.waitForEvent('domcontentloaded'), act()]);
  await page.waitForLoadState('load');
};

await play(at, check, async () => {
  const rep = await person('tom.okafor'), manager = await person('kurt.ames');
  await rep.goto(base + '/renewals?sort=amount&f=category:pipeline');
  await rep.locator('.wt tr.it a[href^="/renewals/"]').first().click();
  await rep.waitForURL(/\/renewals\/\d+/);
  await go(rep, () => rep.click('#exceptions >> text=Ask for one'));
  await clean_in_both(rep, 'the request form', check);
  await rep.fill('#x-size', '5');
  await rep.fill('#x-why', 'They sign this week for it');
  await go(rep, () => rep.click('text=What it costs'));
  check(await rep.locator('.note', { hasText: 'Kurt Ames decides' }).count() === 1, 'what it costs and who decides');
  check(await rep.inputValue('#x-why') === 'They sign this week for it', 'what was typed stays');
  await go(rep, () => rep.click('form.hand button.btn'));
  const address = new URL(rep.url()).pathname;
  check(/^\/approvals\/\d+$/.test(address), 'the request has an address');
  check(await rep.locator('text=Your decision').count() === 0, 'nobody decides their own');

  await manager.goto(base + address);
  await clean_in_both(manager, 'the case', check);
  await manager.keyboard.press('r');
  check(await manager.evaluate(() => document.activeElement.id) === 'd-note', 'r goes to the words');
  await manager.keyboard.type('For how long?');
  await go(manager, () => manager.click('text=Return with a question'));
  await rep.goto(base + address);
  await rep.fill('#o-note', 'One term');
  await go(rep, () => rep.click('form.dec button.btn'));
  await manager.goto(base + address);
  const second = await person('marisol.andrade');
  await second.goto(base + address);
  await manager.locator('h1').click();
  await go(manager, () => manager.keyboard.press('a'));
  check(await manager.locator('.ttl .tag.good', { hasText: 'Approved' }).count() === 1, 'approved by its key');
  second.expected = true; // the answer is 409
  await go(second, () => second.click('button:has-text("Decline")'));
  check(await second.locator('[role=alert]', { hasText: 'Kurt Ames has approved the request already' }).count() === 1, 'the second approver is told');
});
