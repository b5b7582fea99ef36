// A real OpenID Connect provider (npm oidc-provider, certified) on loopback, behind a proxy of our own that can tamper with what it
// answers. The issuer is the proxy's address, so that everything goes through it. People are made by their login: ada@… is verified,
// stranger@… too, unverified@… is not.
import { Buffer } from 'node:buffer';
import crypto from 'node:crypto';
import http from 'node:http';
import Provider from 'oidc-provider';

const listen = server => new Promise(done => server.listen(0, '127.0.0.1', () => done(server.address().port)));
const base64url = x => Buffer.from(typeof x === 'string' ? x : JSON.stringify(x)).toString('base64url');
const part = (token, i) => JSON.parse(Buffer.from(token.split('.')[i], 'base64url').toString());

function sign(alg, key, kid, claims) {
  const text = `${base64url({ alg, kid, typ: 'JWT' })}.${base64url(claims)}`;
  if (alg === 'none') return `${text}.`;
  if (alg === 'HS256') return `${text}.${crypto.createHmac('sha256', key).update(text).digest('base64url')}`;
  const options = alg === 'PS256' ? { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key;
  return `${text}.${crypto.sign('sha256', Buffer.from(text), options).toString('base64url')}`;
}

export async function startProvider({ redirect, logins }) {
  const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }), ec = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }), ownEc = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = (pair, kid, alg) => ({ ...pair.privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' });
  const published = (pair, kid) => ({ ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig' });
  const state = { tamper: null, asked: [] };
  let handle;
  const inner = http.createServer((q, s) => handle(q, s)), innerPort = await listen(inner);
  const outer = http.createServer((q, s) => forward(q, s).catch(e => { s.statusCode = 502; s.end(String(e)); })), port = await listen(outer);
  const issuer = `http://127.0.0.1:${port}`;
  const client = { client_id: 'perennial', client_secret: 'a secret: with / signs', redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'],
                   token_endpoint_auth_method: 'client_secret_basic' };
  const provider = new Provider(issuer, {
    clients: [{ ...client, id_token_signed_response_alg: 'RS256' }],
    jwks: { keys: [jwk(rsa, 'rsa', 'RS256'), jwk(ec, 'ec', 'ES256')] },
    cookies: { keys: ['a test'] }, pkce: { required: () => true }, conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: logins[id]?.email ?? id, email_verified: logins[id]?.verified ?? true, name: logins[id]?.name ?? id }) }),
  });
  provider.proxy = true;
  handle = provider.callback();

  // One token of the provider as it would be with one thing changed, signed with a key that the proxy publishes beside the provider's.
  function tampered(token) {
    const claims = part(token, 1), t = state.tamper, now = Math.floor(Date.now() / 1000);
    const other = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
    switch (t) {
      case 'issuer': return sign('RS256', own.privateKey, 'own', { ...claims, iss: 'https://evil.example' });
      case 'audience': return sign('RS256', own.privateKey, 'own', { ...claims, aud: 'another' });
      case 'two audiences': return sign('RS256', own.privateKey, 'own', { ...claims, aud: ['perennial', 'another'] });
      case 'expired': return sign('RS256', own.privateKey, 'own', { ...claims, exp: now - 120, iat: now - 600 });
      case 'future': return sign('RS256', own.privateKey, 'own', { ...claims, iat: now + 600, exp: now + 900 });
      case 'nonce': return sign('RS256', own.privateKey, 'own', { ...claims, nonce: 'another' });
      case 'no nonce': return sign('RS256', own.privateKey, 'own', { ...claims, nonce: undefined });
      case 'none': return sign('none', null, undefined, claims);
      case 'hs256': return sign('HS256', rsa.publicKey.export({ type: 'spki', format: 'pem' }), 'rsa', claims);
      case 'kid': return sign('RS256', other.privateKey, 'nobody', claims);
      case 'signature': return sign('RS256', other.privateKey, 'own', claims);
      case 'body': return [token.split('.')[0], base64url({ ...claims, email: 'admin@example.com' }), token.split('.')[2]].join('.');
      case 'garbage': return 'not.a.token';
      case 'own rs256': return sign('RS256', own.privateKey, 'own', claims); // nothing but the key is another: must be taken
      case 'own ps256': return sign('PS256', own.privateKey, 'own', claims);
      case 'own es256': return sign('ES256', ownEc.privateKey, 'own-ec', claims);
      default: return token;
    }
  }

  async function forward(q, s) {
    const body = await new Promise(done => { const all = []; q.on('data', d => all.push(d)); q.on('end', () => done(Buffer.concat(all))); });
    state.asked.push(`${q.method} ${q.url.split('?')[0]}`);
    if (state.tamper === 'huge' && q.url.startsWith('/.well-known')) return s.end('{"x":"' + 'x'.repeat(1 << 20) + '"}');
    if (state.tamper === 'redirect' && q.url.startsWith('/.well-known')) return s.writeHead(302, { location: `http://127.0.0.1:${innerPort}${q.url}` }).end();
    const headers = { ...q.headers, 'x-forwarded-host': `127.0.0.1:${port}`, 'x-forwarded-proto': 'http' };
    const answer = await new Promise((done, fail) => {
      const sent = http.request({ port: innerPort, host: '127.0.0.1', method: q.method, path: q.url, headers }, r => {
        const all = [];
        r.on('data', d => all.push(d));
        r.on('end', () => done({ status: r.statusCode, headers: r.headers, body: Buffer.concat(all) }));
      });
      sent.on('error', fail);
      sent.end(body);
    });
    let out = answer.body;
    if (q.url.startsWith('/.well-known') && state.tamper === 'another issuer') out = Buffer.from(JSON.stringify({ ...JSON.parse(out), issuer: 'https://evil.example' }));
    if (q.url.startsWith('/.well-known') && state.tamper === 'token host') out = Buffer.from(JSON.stringify({ ...JSON.parse(out), token_endpoint: 'https://evil.example/token' }));
    if (q.url === '/jwks' && answer.status === 200) {
      const keys = JSON.parse(out).keys;
      out = Buffer.from(JSON.stringify({ keys: [...keys, published(own, 'own'), published(ownEc, 'own-ec')] }));
    }
    if (q.url === '/token' && answer.status === 200 && state.tamper) {
      const j = JSON.parse(out);
      out = Buffer.from(JSON.stringify({ ...j, id_token: tampered(j.id_token) }));
    }
    const pass = { ...answer.headers };
    delete pass['content-length'];
    delete pass['transfer-encoding'];
    s.writeHead(answer.status, pass);
    s.end(out);
  }
  return { issuer, client, state, close: () => { inner.close(); outer.close(); inner.closeAllConnections(); outer.closeAllConnections(); } };
}
