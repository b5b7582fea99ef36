// A renewal's page in a real browser: node renewal.mjs PERENNIAL. A note with a mention, a document, the history of a field, the rows beside it,
// a past day and its links, typed text that survives, a session that ends before a save, the back button, a double click, two tabs.
import fs from 'node:fs';
import { checker, clean_in_both, demo, enter, person as signed_in, play } from './demo.mjs';

const at = await demo(process.argv[2], { lines: 2000 });
const { base } = at, check = checker();
const person = name => signed_in(at, name, { reducedMotion: 'reduce' });
const clean = (page, what) => clean_in_both(page, what, check);
const submit = async (page, selector) => { // until the page that answers is there, its scripts included
  await Promise.all([page.waitForEvent('domcontentloaded'), page.click(selector)]);
  await page.waitForLoadState('load');
};

await play(at, check, async () => {
  // The rep's open renewals; the second of them, so that it has rows on both sides.
  const rep = await person('tom.okafor'), manager = await person('marisol.andrade');
  await rep.goto(base + '/renewals?sort=-amount');
  await rep.locator('.wt tr.it').nth(1).locator('a[href*="from="]').click();
  await rep.waitForURL(/\/renewals\/\d+/);
  const address = new URL(rep.url()).pathname;
  await clean(rep, 'renewal');
  check(await rep.locator('text=/^2 of \\d+$/').count() === 1, 'its place in the list');
  await rep.keyboard.press('j');
  await rep.waitForURL(u => u.pathname !== address);
  await rep.keyboard.press('k');
  await rep.waitForURL(u => u.pathname === address);

  // A note by the list of people reaches the manager, who reads it.
  await rep.selectOption('#n-who', { label: 'Marisol Andrade' });
  check(await rep.inputValue('#n-text') === '@Marisol Andrade ', 'the name stands in the text');
  await rep.type('#n-text', 'they ask for <b>30 days</b>');
  await submit(rep, 'text=Add the note');
  check(await rep.locator('.log .at', { hasText: '@Marisol Andrade' }).count() === 1, 'the note with its mention');
  await manager.goto(base + '/');
  const mentions = await manager.locator('text=Tom Okafor mentions you').count(); // the vendor's people mention each other, too
  await manager.locator('main').locator('text=Tom Okafor mentions you').first().click();
  await manager.waitForURL(u => u.pathname === address);
  await submit(manager, 'text=Mark as read');
  await manager.goto(base + '/');
  check(await manager.locator('text=Tom Okafor mentions you').count() === mentions - 1, 'the mention was read');

  // A document: kept, downloaded as it came, removed on record.
  await rep.setInputFiles('#d-file', { name: 'order.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 order') });
  await submit(rep, 'text=Keep it here');
  const [download] = await Promise.all([rep.waitForEvent('download'), rep.click('#documents .docs a')]);
  check(download.suggestedFilename() === 'order.pdf' && fs.readFileSync(await download.path(), 'utf8') === '%PDF-1.4 order', 'the document comes back');
  rep.expected = true; // the browser reports the answer 422
  await rep.setInputFiles('#d-file', { name: 'page.pdf', mimeType: 'application/pdf', buffer: Buffer.from('<html>') });
  await submit(rep, 'text=Keep it here');
  check(await rep.locator('[role=alert]').count() === 1, 'a page is no PDF');
  rep.expected = false;
  await rep.goto(base + address);
  await submit(rep, '[aria-label="Remove this document"]');
  check(await rep.locator('#documents .docs', { hasText: 'removed by Tom Okafor' }).count() === 1, 'its removal stays');

  // A double click writes once; going back and saving again shows both versions only when they differ.
  const versions = async () => { await rep.goto(base + address + '/history'); return +(await rep.locator('.hist td:last-child').first().textContent()); };
  const before = await versions();
  await rep.goto(base + address);
  await rep.fill('#f-step', 'Send the quote again');
  await rep.fill('#f-why', 'asked on the phone');
  await rep.evaluate(() => { const b = document.querySelector('#edit button.btn'); b.click(); b.click(); });
  await rep.waitForSelector('text=The earlier state stays');
  check(await versions() === before + 1, 'a double click is one change');
  await rep.click('text=Next step');
  check(await rep.locator('.hist tbody tr').count() >= 1 && await rep.locator('.hist tbody tr', { hasText: 'Send the quote again' }).count() === 1, 'the history of one field');
  await clean(rep, 'history');
  await rep.goto(base + address);
  await rep.fill('#f-step', 'Call the buyer');
  await rep.fill('#f-why', 'no answer');
  await submit(rep, '#edit button.btn');
  await rep.goBack();
  check(await rep.inputValue('#f-step') !== 'Send the quote again', 'going back shows what is saved');

  // Typed text survives a page that went away, and is gone after a save.
  await rep.goto(base + address);
  await rep.fill('#n-text', 'not sent yet');
  await rep.waitForFunction(() => Object.keys(localStorage).some(k => k.startsWith('draft:') && localStorage[k].includes('not sent yet')));
  await rep.goto(base + '/');
  await rep.goto(base + address);
  await rep.click('[data-restore]');
  check(await rep.inputValue('#n-text') === 'not sent yet', 'the text is back');
  await submit(rep, 'text=Add the note');
  await rep.goto(base + address);
  check(await rep.locator('[data-restore]').count() === 0, 'nothing is offered after a save');
  check(await rep.evaluate(() => !Object.values(localStorage).join().includes('palisade-demo')), 'no password is kept');

  // The session ends before the save: sign in again, and the form is there.
  await rep.fill('#f-step', 'Ask for the PO');
  await rep.fill('#f-why', 'they promised it');
  const elsewhere = await at.browser.newContext();
  await elsewhere.addCookies(await rep.context().cookies());
  const tab = await elsewhere.newPage();
  await tab.goto(base + '/');
  await tab.evaluate(async () => { // a new sign-in with this session's cookie ends the session
    await fetch('/sign-in', { method: 'POST', body: new URLSearchParams({ email: 'tom.okafor@palisade.example', password: 'palisade-demo-2026', next: '/' }) });
  });
  await submit(rep, '#edit button.btn');
  check(rep.url().includes('/sign-in?next=/drafts/'), 'asked to sign in: ' + rep.url());
  check(await rep.locator('text=What you sent is kept').count() === 1, 'the sign-in page says that nothing is lost');
  await enter(rep, 'tom.okafor');
  check(await rep.locator('dd', { hasText: 'Ask for the PO' }).count() === 1, 'the form is there');
  await clean(rep, 'draft');
  await submit(rep, 'button:has-text("Save it now")');
  check(await rep.inputValue('#f-step') === 'Ask for the PO', 'and is saved');

  // A past day: nothing can be changed, every link keeps the day, the way back leads to now.
  await rep.keyboard.press('t');
  await Promise.all([rep.waitForURL('**as_of=*'), rep.click('.menu >> text=Last Friday')]);
  check(await rep.locator('.asof', { hasText: 'You are looking at Fri Nov 20' }).count() === 1, 'the banner');
  check(await rep.locator('main form').count() === 0, 'no form');
  await clean(rep, 'past day');
  const lost = await rep.evaluate(() => [...document.querySelectorAll('main a[href^="/"]')].map(a => a.getAttribute('href')).filter(h => !h.includes('as_of=')));
  check(lost.length === 0, 'links that lose the day: ' + lost.join(' '));
  await rep.click('text=Back to now');
  await rep.waitForSelector('#edit');
  for (const page of [rep, manager]) check(page.complaints.length === 0, page.complaints.join('\n'));
});
