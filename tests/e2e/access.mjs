// Accounts and access in a real browser: node access.mjs PERENNIAL. A person gets in by a link, sets up an authenticator, signs in with a code
// and with a recovery code; an administrator edits people, teams, territories and tokens; single sign-on through a real provider; every
// page in both themes and two widths.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import { checker, clean as looked_at, demo, leave, PASSWORD, play, visitor } from './demo.mjs';
import { startProvider } from './provider.mjs';

const freePort = () => new Promise(done => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });

// The provider knows the port before the server has it.
const listen = `127.0.0.1:${await freePort()}`;
const provider = await startProvider({ redirect: `http://${listen}/sign-in/oidc/callback`, logins: { helen: { email: 'helen.brandt@palisade.example', name: 'Helen Brandt' } } });
const at = await demo(process.argv[2], { lines: 2000, listen });
const { base, db, run } = at, check = checker();
const fresh = (width, theme) => visitor(at, { width, theme });
const go = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);
// As far as the password leads: whoever has an authenticator is asked for a code then.
async function person(email, width, theme) {
  const page = await fresh(width, theme);
  await page.goto(base + '/sign-in');
  await page.fill('#email', email + '@palisade.example');
  await page.fill('#password', PASSWORD);
  await go(page, 'button:has-text("Sign in")');
  return page;
}
const clean = (page, what) => looked_at(page, what, check);
const end = page => leave(page, check);

// RFC 6238 with SHA-1: six digits of a base32 secret.
function code(secret, at = Date.now()) {
  const bits = [...secret.replace(/\s/g, '')].map(c => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2))), counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = crypto.createHmac('sha1', key).update(counter).digest(), from = mac[19] & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1000000).padStart(6, '0');
}
// A rep's home is the worklist.
const home = page => [base + '/', base + '/work'].includes(page.url());
const ADA = 'ada.lindgren';

// ---- a person is added, gets a link, sets a password by it; once
async function addAndLink() {
  const admin = await person(ADA), newcomer = await fresh();
  await admin.goto(base + '/settings/people/new');
  await admin.fill('#name', 'Noa Berg');
  await admin.fill('#email', 'Noa.Berg@palisade.example');
  await admin.selectOption('#role', 'rep');
  await admin.selectOption('#team', { label: 'US East' });
  await go(admin, 'main button:has-text("Add")');
  check((await admin.innerText('h1')) === 'Noa Berg', 'not added');
  const page = admin.url().replace(/\?.*/, '');
  await go(admin, 'button:has-text("Link to set a password")');
  const link = await admin.innerText('#link');
  check(link.startsWith(base + '/set-password?token='), `the link is ${link}`);
  await newcomer.goto(link);
  await newcomer.fill('#password', 'short');
  await newcomer.fill('#again', 'short');
  newcomer.expected = true;
  await newcomer.evaluate(() => document.querySelector('#password').removeAttribute('minlength'));
  await go(newcomer, 'button:has-text("Set password")');
  check((await newcomer.innerText('[role=alert]')).includes('too short'), 'a short password was taken');
  newcomer.expected = false;
  await clean(newcomer, 'set password');
  await newcomer.fill('#password', 'a lantern on the quay');
  await newcomer.fill('#again', 'a lantern on the quay');
  await go(newcomer, 'button:has-text("Set password")');
  await newcomer.fill('#email', 'noa.berg@palisade.example');
  await newcomer.fill('#password', 'a lantern on the quay');
  await go(newcomer, 'button:has-text("Sign in")');
  check(home(newcomer), `not signed in: ${newcomer.url()}`);
  newcomer.expected = true;
  check((await newcomer.goto(link)).status() === 404, 'the link works twice');
  newcomer.expected = false;

  // A taken email, the last administrator, oneself: refused on the page.
  admin.expected = true;
  await admin.goto(page);
  await admin.fill('#email', 'tom.okafor@palisade.example');
  await go(admin, 'main button:has-text("Save")');
  check((await admin.innerText('#email-err')).includes('another person'), 'a taken email was taken again');
  await admin.goto(base + '/settings/people');
  await go(admin, `a:text-is("Ada Lindgren")`);
  check(await admin.$('button:text-is("Disable")') === null, 'one can disable oneself');
  await admin.selectOption('#role', 'exec');
  await go(admin, 'main button:has-text("Save")');
  check((await admin.innerText('#role-err')).includes('another administrator'), 'one can take the own role away');
  admin.expected = false;

  // Disabled: out at once, with what stays in the name.
  await admin.goto(base + '/settings/people');
  await go(admin, 'a:text-is("Tom Okafor")');
  check(/\d+ open renewals/.test(await admin.innerText('main')), 'open renewals are not shown');
  await admin.goto(page);
  await go(admin, 'button:text-is("Disable")');
  check((await admin.innerText('main')).includes('Disabled. Sessions'), 'not disabled');
  await newcomer.goto(base + '/');
  check(newcomer.url().includes('/sign-in'), 'a disabled person is still in');
  await go(admin, 'button:text-is("Enable")');
  await end(newcomer);
  await end(admin);
}

// ---- the second factor: enrolment, a code once, recovery, the role that needs it
async function secondFactor() {
  const page = await person('tom.okafor');
  await page.goto(base + '/settings/factor');
  await go(page, 'button:has-text("Set it up")');
  const secret = await page.innerText('#secret');
  check(await page.$('svg.qr path') !== null, 'no QR code');
  await clean(page, 'enrolment');
  page.expected = true;
  await page.fill('#code', '000000');
  await go(page, 'button:has-text("Turn it on")');
  check((await page.innerText('#code-err')).includes('not right'), 'a wrong code was taken');
  page.expected = false;
  const used = code(secret);
  await page.fill('#code', used);
  await go(page, 'button:has-text("Turn it on")');
  const recovery = await page.$$eval('.codes li', all => all.map(x => x.textContent));
  check(recovery.length === 10 && new Set(recovery).size === 10, `recovery codes: ${recovery}`);
  await clean(page, 'recovery codes');
  await page.context().close();

  const second = await person('tom.okafor');
  check(second.url().startsWith(base + '/sign-in/code'), `no code asked: ${second.url()}`);
  await clean(second, 'code');
  check((await second.request.get(base + '/renewals', { maxRedirects: 0 })).status() === 303, 'in without the code');
  second.expected = true;
  await second.fill('#code', used);
  await go(second, 'button:has-text("Sign in")');
  check((await second.innerText('[role=alert]')).includes('used already'), 'a code counts twice');
  second.expected = false;
  await second.fill('#code', recovery[3].toUpperCase());
  await go(second, 'button:has-text("Sign in")');
  check(home(second), `the recovery code did not open: ${second.url()}`);
  await second.goto(base + '/settings/factor');
  check((await second.innerText('main')).includes('9 recovery codes left'), 'the recovery code was not used up');
  await end(second);

  const third = await person('tom.okafor');
  third.expected = true;
  await third.fill('#code', recovery[3]);
  await go(third, 'button:has-text("Sign in")');
  check((await third.innerText('[role=alert]')).includes('not right'), 'a recovery code counts twice');
  third.expected = false;
  await third.fill('#code', code(secret, Date.now() + 30000)); // the next one: one step of clock error is allowed
  await go(third, 'button:has-text("Sign in")');
  check(home(third), 'the next code did not open');
  await end(third);

  run(['config', 'set', 'second_factor_roles', 'ops']);
  const ops = await person('ravi.menon');
  await ops.waitForSelector('#secret');
  await clean(ops, 'enrolment at sign-in');
  await ops.fill('#code', code(await ops.innerText('#secret')));
  await go(ops, 'button:has-text("sign in")');
  check((await ops.$$('.codes li')).length === 10, 'no recovery codes at sign-in');
  await go(ops, 'a:has-text("I have kept them")');
  check(home(ops), `enrolled, but at ${ops.url()}`);
  run(['config', 'set', 'second_factor_roles', '']);
  await end(ops);
}

// ---- tokens: made, used, seen by the administrator, revoked; a password that is not fresh is asked for
async function tokens() {
  const [rep, admin] = [await person('ines.carvalho'), await person(ADA)];
  await rep.goto(base + '/settings');
  await rep.fill('#name', 'night report');
  await go(rep, 'form[action="/settings/tokens"] button[type=submit]');
  const token = await rep.innerText('#made');
  const me = () => rep.request.get(base + '/api/v1/me', { headers: { authorization: `Bearer ${token}` } });
  check((await me()).status() === 200, 'the token does not work');
  await rep.goto(base + '/settings');
  check(!(await rep.content()).includes(token), 'the token is shown again');
  await admin.goto(base + '/settings/tokens');
  check((await admin.innerText('main tbody')).includes('night report'), 'the administrator does not see the token');
  await go(admin, 'button[aria-label="Revoke night report of Inês Carvalho"]');
  check((await me()).status() === 401, 'a revoked token works');

  execFileSync('sqlite3', [db, 'pragma busy_timeout=5000; update session set fresh_at = fresh_at - 660']);
  await admin.goto(base + '/settings/organization');
  await admin.fill('#grace_days', '7');
  admin.expected = true;
  await go(admin, 'main button:has-text("Save")');
  check((await admin.innerText('h1')).includes('Is it you'), 'no password asked for');
  await clean(admin, 'is it you');
  await admin.fill('#fresh', 'not my password at all');
  await go(admin, 'button:has-text("Go on")');
  check((await admin.innerText('#fresh-err')).includes('not your current password'), 'a wrong password was taken');
  admin.expected = false;
  await admin.fill('#fresh', PASSWORD);
  await go(admin, 'button:has-text("Go on")');
  check(admin.url().includes('done=saved') && await admin.inputValue('#grace_days') === '7', 'what was typed is lost');
  await admin.fill('#grace_days', '0');
  await go(admin, 'main button:has-text("Save")');
  await end(rep);
  await end(admin);
}

// ---- teams (no cycle), territories (preview, move, take back), audit (filters, chain)
async function places() {
  const admin = await person(ADA);
  await admin.goto(base + '/settings/teams');
  await admin.click('summary:has-text("Americas")');
  await admin.selectOption('details[open] select[name=parent]', { label: 'Brazil' });
  admin.expected = true;
  await go(admin, 'details[open] button:has-text("Save")');
  check((await admin.innerText('[role=alert]')).includes('below itself'), 'a cycle was taken');
  admin.expected = false;

  await admin.goto(base + '/settings/territories');
  await admin.fill('#name', 'All of LATAM');
  await admin.selectOption('#region', { label: 'LATAM' });
  await admin.selectOption('#owner', { label: 'Inês Carvalho' });
  await go(admin, 'button:has-text("Add rule")');
  const would = Number((await admin.innerText('.lines .sub')).match(/^([\d,]+)/)[1].replace(',', ''));
  check(would > 0, 'nothing would move');
  await go(admin, 'button:has-text("Move to Inês Carvalho")');
  check(/\/renewals\/bulk\/\d+/.test(admin.url()), `no batch: ${admin.url()}`);
  const batch = admin.url();
  await admin.goto(base + '/settings/territories');
  check(await admin.$('button:has-text("Move to")') === null, 'there is still something to move');
  await admin.goto(batch);
  await go(admin, 'main button[type=submit]');
  await admin.goto(base + '/settings/territories');
  check(Number((await admin.innerText('.lines .sub')).match(/^([\d,]+)/)[1].replace(',', '')) === would, 'the batch was not taken back whole');
  await go(admin, 'button:has-text("Remove")');

  await admin.goto(base + '/audit');
  await go(admin, 'button:has-text("Check the whole chain")');
  check((await admin.innerText('.aud-state')).includes('were whole'), 'the chain was not checked');
  await admin.goto(base + '/audit?what=team.edit');
  check((await admin.innerText('main')).includes('Nothing fits'), 'a refused change is in the audit');
  await admin.selectOption('#what', 'territory.add');
  await go(admin, 'button:text-is("Show")');
  check((await admin.$$('.aud tbody tr')).length === 1 && (await admin.innerText('.aud')).includes('All of LATAM'), 'the rule is not in the audit');
  const csv = await (await admin.request.get(base + '/audit.csv?what=territory.add')).text();
  check(csv.trim().split('\r\n').length === 2 && csv.includes('"territory.add"'), `the export: ${csv}`);
  await admin.goto(base + '/audit');
  const seen = new Set();
  for (let next; ; ) {
    for (const when of await admin.$$eval('.aud tbody tr', all => all.map(x => x.innerText))) seen.add(when);
    next = await admin.$('a:text-is("Older")');
    if (!next || seen.size > 400) break;
    await Promise.all([admin.waitForNavigation(), next.click()]);
  }
  check(seen.size > 60, `paging saw ${seen.size} entries`);
  const manager = await person('lucas.antunes');
  await manager.goto(base + '/audit');
  const who = await manager.$$eval('.aud tbody td:nth-child(2)', all => [...new Set(all.map(x => x.textContent))]);
  check(who.length > 0 && who.every(x => ['Lucas Antunes', 'Inês Carvalho', 'Sofía Rivas'].includes(x)), `a manager sees what ${who} did`);
  await end(manager);
  await end(admin);
}

// ---- single sign-on, set up on the page, used in the browser
async function singleSignOn() {
  const admin = await person(ADA), page = await fresh();
  run(['config', 'set', 'oidc_loopback', 'yes']);
  await admin.goto(base + '/settings/sign-on');
  await admin.fill('#issuer', provider.issuer);
  await admin.fill('#client_id', 'perennial');
  await admin.fill('#client_secret', provider.client.client_secret);
  await admin.fill('#label', 'Palisade ID');
  await go(admin, 'main button:has-text("Save")');
  check((await admin.innerText('#secret-hint')).includes('sealed') && !(await admin.content()).includes(provider.client.client_secret), 'the secret is shown');
  await end(admin);
  await page.goto(base + '/sign-in');
  await clean(page, 'sign-in with a provider');
  await go(page, 'a:has-text("Sign in with Palisade ID")');
  await page.fill('input[name=login]', 'helen');
  await page.fill('input[name=password]', 'x');
  await go(page, 'button[type=submit]');
  await Promise.all([page.waitForURL(base + '/'), page.click('button[type=submit]')]);
  check((await page.innerText('.me')).includes('Helen Brandt'), 'somebody else came in');
  await end(page);
}

async function lookAtPages() {
  const pages = ['/settings', '/settings/factor', '/settings/people', '/settings/people/new', '/settings/people/3', '/settings/teams', '/settings/territories', '/settings/roles',
    '/settings/tokens', '/settings/organization', '/settings/sign-on', '/audit'];
  for (const [theme, width] of [['light', 1440], ['dark', 390]]) {
    const page = await person(ADA, width, theme);
    for (const url of pages) {
      check((await page.goto(base + url)).status() === 200, `${url}`);
      await clean(page, `${url} ${width} ${theme}`);
    }
    await end(page);
  }
}

await play(at, check, async () => {
  await addAndLink();
  await secondFactor();
  await tokens();
  await places();
  await singleSignOn();
  await lookAtPages();
}, () => provider.close());
