// OpenID Connect sign-in against a real provider: node oidc.mjs PERENNIAL. No browser: a client that follows redirects and keeps cookies,
// through the provider's own login pages. Then the same with one thing wrong each time, by the proxy of provider.mjs.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { startProvider } from './provider.mjs';

const perennial = path.resolve(process.argv[2]);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'perennial-oidc-'));
const db = path.join(dir, 'o.db');
const run = (args, input) => execFileSync(perennial, ['--db', db, ...args], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
let checks = 0;
const check = (ok, text) => { assert.ok(ok, text); checks++; };
const freePort = () => new Promise(done => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });

class Client {
  jar = new Map();
  async ask(url, options = {}) {
    const host = new URL(url).host, mine = this.jar.get(host) ?? new Map();
    this.jar.set(host, mine);
    const headers = { ...options.headers, cookie: [...mine].map(([k, v]) => `${k}=${v}`).join('; ') };
    const answer = await fetch(url, { ...options, headers, redirect: 'manual' });
    for (const set of answer.headers.getSetCookie()) {
      const [pair, ...rest] = set.split(';'), at = pair.indexOf('='), over = rest.some(x => /max-age=0|1970/i.test(x));
      over ? mine.delete(pair.slice(0, at)) : mine.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }
  // From a link to the first page that is not one of the provider's forms. stop: gives back the callback's address instead of going there.
  async signIn(login, { stop = false, next = '/' } = {}) {
    let url = `${base}/sign-in/oidc?next=${encodeURIComponent(next)}`, answer;
    for (let i = 0; i < 30; i++) {
      if (stop && url.includes('/sign-in/oidc/callback')) return url;
      answer = await this.ask(url);
      const to = answer.headers.get('location');
      if (to) { url = new URL(to, url).href; continue; }
      const page = await answer.text(), form = page.match(/<form[^>]*action="([^"]*)"/);
      if (!url.startsWith(issuer) || !form) return { url, status: answer.status, page };
      const prompt = page.match(/name="prompt" value="([^"]*)"/)[1];
      answer = await this.ask(new URL(form[1], url).href, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
                                                           body: new URLSearchParams({ prompt, login, password: 'x' }).toString() });
      url = new URL(answer.headers.get('location'), url).href;
    }
    throw new Error('too many steps');
  }
}

run(['user', 'add', 'ada@example.com', '--name', 'Ada', '--role', 'admin', '--password-stdin'], 'quiet harbor lantern\n');
run(['user', 'add', 'gone@example.com', '--name', 'Gone', '--role', 'rep']);
run(['user', 'disable', 'gone@example.com']);
const port = await freePort(), base = `http://127.0.0.1:${port}`;
const provider = await startProvider({ redirect: `${base}/sign-in/oidc/callback`, logins: {
  ada: { email: 'Ada@Example.com', name: 'Ada' }, unverified: { email: 'ada@example.com', verified: false }, gone: { email: 'gone@example.com' },
  newcomer: { email: 'newcomer@example.com', name: 'New Comer' } } });
const { issuer, state } = provider;
for (const [key, value] of [['oidc_issuer', issuer], ['oidc_client_id', 'perennial'], ['oidc_label', 'Palisade ID'], ['oidc_loopback', 'yes']]) run(['config', 'set', key, value]);
run(['config', 'secret', 'oidc_client_secret'], provider.client.client_secret + '\n');
const server = spawn(perennial, ['--db', db, 'serve', '--listen', `127.0.0.1:${port}`, '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise(done => server.stdout.on('data', d => String(d).includes('serves') && done()));

const audit = () => run(['user', 'list']) && execFileSync('sqlite3', [db, 'select action || \' \' || detail from audit order by id'], { encoding: 'utf8' });

async function comesIn(login, next, says) {
  const c = new Client(), end = await c.signIn(login, { next });
  check(end.status === 200 && end.url === base + next, `${login}: ended at ${end.url} with ${end.status}: ${end.page.slice(0, 2000)}`);
  check(end.page.includes(says), `${login}: the page does not say ${says}`);
  return c;
}
async function staysOut(what, login, says) {
  state.tamper = what;
  const c = new Client(), end = await c.signIn(login);
  state.tamper = null;
  check(end.status === 403 || end.status === 502, `${what ?? login}: ${end.status} at ${end.url}`);
  check(end.page.includes(says), `${what ?? login}: the page does not say "${says}": ${end.page.replace(/<[^>]*>/g, ' ').slice(-600)}`);
  const me = await c.ask(base + '/settings');
  check(me.status === 303, `${what ?? login}: signed in all the same`);
}

let status = 0;
try {
  const page = await (await fetch(base + '/sign-in')).text();
  check(page.includes('Sign in with Palisade ID'), 'no button on the sign-in page');
  await comesIn('ada', '/settings?x=1', 'ada@example.com');
  check(state.asked.filter(x => x === 'POST /token').length === 1, `asked ${state.asked}`);
  await comesIn('ada', '/settings', 'ada@example.com'); // now by the subject
  for (const how of ['own rs256', 'own ps256', 'own es256']) {
    state.tamper = how;
    await comesIn('ada', '/settings', 'ada@example.com'); // re-signed with another published key: the cases below fail for their own reason
    state.tamper = null;
  }
  const wrong = [['issuer', 'comes from another provider'], ['audience', 'meant for another program'], ['two audiences', 'meant for another program'], ['expired', 'The token is over'],
    ['future', 'from the future'], ['nonce', 'belongs to another sign-in'], ['no nonce', 'belongs to another sign-in'], ['none', 'signed in a way that is not allowed'],
    ['hs256', 'signed in a way that is not allowed'], ['kid', 'does not publish'], ['signature', 'signature is wrong'], ['body', 'signature is wrong'], ['garbage', 'The token'],
    ['huge', 'reached'], ['redirect', 'reached'], ['another issuer', 'calls itself otherwise'], ['token host', 'not among the hosts']];
  for (const [what, says] of wrong) await staysOut(what, 'ada', says);
  await staysOut(null, 'unverified', 'Nobody with this email');
  await staysOut(null, 'gone', 'Nobody with this email');
  await staysOut(null, 'newcomer', 'Nobody with this email');

  // The answer of one sign-in: in another browser, twice, with another state.
  const first = new Client(), back = await first.signIn('ada', { stop: true });
  check((await new Client().ask(back)).status === 403, 'another browser took the answer');
  const bent = back.replace(/state=[^&]*/, 'state=' + 'a'.repeat(64));
  check((await first.ask(bent)).status === 403, 'another state was taken');
  const cookies = new Map([...first.jar].map(([k, v]) => [k, new Map(v)]));
  check((await first.ask(back)).status === 303, 'the true answer was refused');
  first.jar = cookies;
  const again = await first.ask(back);
  check(again.status === 403 && (await again.text()).includes('came back already'), 'a state was taken twice');
  check((await new Client().ask(base + '/sign-in/oidc/callback?error=access_denied&state=x')).status === 403, 'an error without a sign-in');

  // People are made only when the organization says as what; our own second factor is asked for all the same.
  run(['config', 'set', 'oidc_default_role', 'sales']);
  await comesIn('newcomer', '/settings', 'newcomer@example.com');
  check(run(['user', 'list', '--format', 'csv']).includes('newcomer@example.com,New Comer,sales'), 'not made as sales');
  run(['config', 'set', 'second_factor_roles', 'admin']);
  const step = await new Client().signIn('ada');
  check(step.url.startsWith(base + '/sign-in/code') && step.page.includes('Set up your authenticator'), `no second factor: ${step.url}`);
  run(['config', 'set', 'second_factor_roles', '']);

  // Loopback is refused when it is not allowed: no request goes out.
  run(['config', 'set', 'oidc_loopback', 'no']);
  const asked = state.asked.length, refused = await new Client().ask(base + '/sign-in/oidc');
  check(refused.status === 403 && state.asked.length === asked, `loopback was asked: ${refused.status}`);

  const log = audit();
  check(/sign_in\.oidc/.test(log) && /"why":"The token is over"/.test(log), 'the audit lacks the sign-ins');
  const all = fs.readFileSync(db), secret = provider.client.client_secret;
  check(!all.includes(secret) && !fs.readFileSync(db + '-wal').includes(secret) && !log.includes(secret), 'the client secret is in the database in clear');
  check((fs.statSync(db + '.key').mode & 0o777) === 0o600, 'the key file is open to others');
  check(run(['check']).length > 0, 'check');
  console.log(`${checks} checks passed`);
} catch (e) {
  console.error(e.stack || e);
  status = 1;
} finally {
  const over = new Promise(r => server.on('exit', r));
  if (server.exitCode === null && server.signalCode === null) { server.kill('SIGTERM'); await over; }
  provider.close();
  fs.rmSync(dir, { recursive: true, force: true });
}
process.exit(status);
