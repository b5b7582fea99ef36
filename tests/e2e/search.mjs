// Search, accounts and contracts in a real browser: node search.mjs PERENNIAL. The palette by keyboard only, slips, serial numbers, what is
// foreign; every figure of an account followed to its rows; contacts; two accounts merged and taken apart again; axe on each screen.
import fs from 'node:fs';
import path from 'node:path';
import { checker, clean as looked_at, demo, person as signed_in, play } from './demo.mjs';

// One customer under two names: its serial number goes on under the second.
const CSV = `contract_number,line_number,end_user_account,country,owner,product,serial_number,quantity,start_date,end_date,currency,net_amount
Q-1,1,Quillfeather Mills Inc,US,Tom Okafor,VX-100,QF-0001,1,2025-01-01,2025-11-30,USD,1000.00
Q-2,1,"Quillfeather Mills, LLC",US,Tom Okafor,VX-100,QF-0001,1,2026-01-01,2026-12-31,USD,1100.00
Q-2,2,"Quillfeather Mills, LLC",US,Tom Okafor,VX-200,QF-0002,1,2026-01-01,2026-12-31,USD,500.00
Q-3,1,"Quillfeather Mills, LLC",US,Tom Okafor,VX-200,QF-0002,1,2026-06-01,2027-05-31,USD,400.00
`;
const at = await demo(process.argv[2], {
  lines: 3000,
  before({ dir, run }) {
    const file = path.join(dir, 'twice.csv');
    fs.writeFileSync(file, CSV);
    run(['import', 'contracts', file, '--as-of', '2026-11-23']);
  },
});
const { base } = at, check = checker();
const person = (email, width, theme) => signed_in(at, email, { width, theme });
const clean = (page, what) => looked_at(page, what, check);

// Opens the palette, types, waits for the answer to that text.
async function ask(page, text) {
  if (!(await page.evaluate(() => document.getElementById('pal').open))) {
    const first = page.waitForResponse(r => r.url().includes('/search?'));
    await page.keyboard.press('Control+k');
    await page.waitForSelector('dialog#pal[open]');
    await first;
  }
  await page.keyboard.press('Control+a');
  const answer = page.waitForResponse(r => r.url().includes('/search?') && new URL(r.url()).searchParams.get('q') === text);
  await page.keyboard.type(text);
  await answer;
  await page.waitForFunction(() => document.querySelector('#pal-l [role=option][aria-selected=true]'));
  return page.$$eval('#pal-l [role=option]', all => all.map(o => o.textContent));
}

async function palette() {
  const tom = await person('tom.okafor');
  let found = await ask(tom, 'quillfaether');
  check(found[0].startsWith('Quillfeather'), `a slip finds it: ${found[0]}`);
  check(await tom.evaluate(() => document.querySelector('#pal [role=combobox]').getAttribute('aria-activedescendant') === 'pal-0'), 'the first is marked');
  await clean(tom, 'palette');
  await tom.keyboard.press('ArrowDown');
  check(await tom.evaluate(() => document.activeElement.getAttribute('aria-activedescendant') === 'pal-1'), 'down goes on');
  await tom.keyboard.press('ArrowUp');
  await tom.keyboard.press('ArrowUp');
  check(await tom.evaluate(() => document.querySelector('#pal-l [role=option]:last-of-type') !== null), 'up from the first goes to the last');
  await tom.keyboard.press('Escape');
  check(await tom.evaluate(() => !document.getElementById('pal').open), 'Esc closes');

  found = await ask(tom, 'qf 0002');
  check(found[0].includes('QF-0002') && found[0].includes('Quillfeather'), `a serial number, however it is written: ${found[0]}`);
  await Promise.all([tom.waitForURL(/\/contracts\//), tom.keyboard.press('Enter')]);
  check((await tom.textContent('.hit')).includes('QF-0002'), 'its line is shown');

  found = await ask(tom, 'go to renewals');
  await Promise.all([tom.waitForURL(base + '/renewals'), tom.keyboard.press('Enter')]);

  const ines = await person('ines.carvalho');
  for (const text of ['quillfeather', 'quillfaether', 'QF-0001', 'qf00', 'Q-2']) {
    found = await ask(ines, text);
    check(!found.some(f => f.includes('Quillfeather')), `another rep does not find ${text}: ${found[0]}`);
    await ines.keyboard.press('Escape');
    const page = await ines.request.get(base + '/search?q=' + encodeURIComponent(text));
    check(!(await page.text()).includes('Quillfeather'), `nor on the page: ${text}`);
  }
  check(tom.complaints.length + ines.complaints.length === 0, [...tom.complaints, ...ines.complaints].join('\n'));
  await tom.context().close();
  await ines.context().close();
}

const accountOf = async (page, name) => {
  await page.goto(base + '/search?q=' + encodeURIComponent(name));
  return page.locator('.found a', { hasText: name }).first().getAttribute('href');
};

// Without script: a form and links.
async function plain() {
  const page = await signed_in(at, 'tom.okafor', { width: 390, script: false });
  await page.goto(base + '/');
  await page.click('.bar [data-find]');
  check(page.url() === base + '/search', 'the control leads to the page');
  await page.fill('#s-q', 'quilfeather');
  await page.press('#s-q', 'Enter');
  check((await page.textContent('.found')).includes('Quillfeather Mills'), 'found without script');
  await page.goto(base + '/search?q=q');
  check((await page.textContent('main')).includes('at least two letters'), 'too short is said');
  await page.goto(base + '/search?q=kwilfethr');
  check(/Nothing matches/.test(await page.textContent('main')), 'nothing is said');
  await page.context().close();
}

async function looks() {
  for (const [theme, width] of [['light', 1440], ['dark', 390]]) {
    const page = await person('marisol.andrade', width, theme);
    const account = await accountOf(page, 'Quillfeather Mills, LLC');
    const partner = await accountOf(page, 'Cobalt');
    for (const url of [account, account + '/coverage', account + '/coverage?show=double', '/contracts/Q-2', partner, '/search', '/search?q=quill', '/accounts/duplicates', account + '/merge',
      partner + '?as_of=2026-10-01']) {
      const answer = await page.goto(base + url);
      check(answer.status() === 200, `${url}: ${answer.status()}`);
      await clean(page, `${url} ${width} ${theme}`);
    }
    check(page.complaints.length === 0, page.complaints.join('\n'));
    await page.context().close();
  }
}

async function figures() {
  const page = await person('marisol.andrade');
  for (const name of ['Quillfeather Mills, LLC', 'Cobalt', 'Vetor']) {
    await page.goto(base + await accountOf(page, name));
    const links = await page.$$eval('[data-follow]', all => all.map(a => [a.getAttribute('href'), a.dataset.follow]));
    check(links.length >= 5, `${name}: ${links.length} figures`);
    for (const [href, amount] of links) {
      const exact = (await (await page.request.get(base + href)).text()).match(/data-exact="([^"]*)"/)?.[1];
      check(exact === amount, `${name} ${href}: ${exact}, the page says ${amount}`);
    }
  }
  const account = await accountOf(page, 'Quillfeather Mills, LLC');
  await page.goto(base + account + '/coverage');
  const text = await page.textContent('.cv');
  check(text.includes('QF-0002') && text.includes('214 days'), 'QF-0002 is covered twice from June 1 to December 31');
  await page.context().close();
}

async function contacts() {
  const tom = await person('tom.okafor');
  const account = await accountOf(tom, 'Quillfeather Mills, LLC');
  await tom.goto(base + account);
  await tom.click('#add-contact summary');
  await tom.fill('#add-contact [name=name]', '<b>Zoë "Zed" Quill</b>');
  await tom.fill('#add-contact [name=email]', 'not an address');
  tom.expected = true;
  await tom.click('#add-contact button[type=submit]');
  check((await tom.textContent('#add-contact [role=alert]')).includes('no email address'), 'the field is named');
  await clean(tom, 'account with a refused contact');
  tom.expected = false; // the refusal is an error of the console, too, and it may come late
  check(await tom.inputValue('#add-contact [name=name]') === '<b>Zoë "Zed" Quill</b>', 'what was typed stays');
  await tom.fill('#add-contact [name=email]', 'zed@quill.example');
  await tom.selectOption('#add-contact [name=language]', 'es');
  await tom.click('#add-contact button[type=submit]');
  await tom.waitForURL(/saved=1/);
  check((await tom.textContent('#contacts')).includes('<b>Zoë "Zed" Quill</b>'), 'saved as written');
  await clean(tom, 'account with a contact');
  const found = await ask(tom, 'zoe quill');
  check(found.some(f => f.includes('Zoë')), `contacts are found at once: ${found[0]}`);
  await tom.keyboard.press('Escape');
  await tom.click('#contacts .who li summary');
  await tom.click('#contacts .who li button:has-text("Remove")');
  await tom.waitForURL(/saved=1/);
  check((await tom.textContent('#contacts')).includes('Nobody is written down'), 'and gone again');
  check(tom.complaints.length === 0, tom.complaints.join('\n'));
  await tom.context().close();
}

async function merging() {
  const page = await person('marisol.andrade');
  const inc = await accountOf(page, 'Quillfeather Mills Inc'), llc = await accountOf(page, 'Quillfeather Mills, LLC');
  await page.goto(base + '/accounts/duplicates');
  const row = page.locator('tr', { hasText: 'Quillfeather' });
  check((await row.textContent()).includes('the same name in another form'), 'the two are suggested');
  await row.locator('a:has-text("Look at it")').click();
  await page.waitForURL(/merge\?with=/);
  await clean(page, 'preview of a merge');
  check((await page.textContent('main')).includes('contract'), 'it says what moves');
  await page.fill('[name=reason]', 'one customer, two spellings');
  await page.click('main button[type=submit]');
  await page.waitForURL(base + '/accounts/duplicates');
  await clean(page, 'duplicates with a merge');
  const answers = [await page.request.get(base + inc), await page.request.get(base + llc)].map(a => a.url());
  check(answers[0] === answers[1], 'both addresses lead to the account');
  await page.goto(answers[0]);
  check((await page.textContent('main')).includes('31 days'), 'the gap of December between the two contracts shows');
  await page.goto(base + '/accounts/duplicates');
  await page.click('button:has-text("Undo")');
  await page.waitForURL(base + '/accounts/duplicates');
  check((await page.textContent('main')).includes('taken back'), 'taken back');
  await page.goto(base + llc);
  check(page.url() === base + llc && (await page.textContent('h1')).includes('LLC'), 'the second account stands for itself again');
  check(page.complaints.length === 0, page.complaints.join('\n'));
  await page.context().close();
}

await play(at, check, async () => {
  await palette();
  await plain();
  await looks();
  await figures();
  await contacts();
  await merging();
});
