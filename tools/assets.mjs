// Makes the C file that holds what browsers fetch: our CSS and JS, htmx, the font, the icons used.
// Usage: node tools/assets.mjs SOURCE_ROOT OUT.c
// Packages come from SOURCE_ROOT/node_modules when it matches the lock file, else `npm ci` puts them into the user's cache.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const [root, out] = process.argv.slice(2);
const dir = path.join(root, 'src/web/assets');
const fail = text => { console.error(`assets: ${text}`); process.exit(1); };
const read = (...p) => fs.readFileSync(path.join(...p));

// ---- packages
// Only what the pages are made of: tools of the tests stay out, so that their packages can't keep the program from being built.
const lock = JSON.parse(read(root, 'package-lock.json'));
const { '': self, ...all } = lock.packages;
const wanted = Object.entries(all).filter(([, x]) => !x.dev && !x.devOptional);
const own = { name: self.name, license: self.license, dependencies: self.dependencies };
const lockText = JSON.stringify({ ...lock, packages: { '': own, ...Object.fromEntries(wanted) } }, null, 2) + '\n';
const complete = modules => wanted.every(([p, x]) => {
  try { return JSON.parse(read(modules, p.slice('node_modules/'.length), 'package.json')).version === x.version; } catch { return false; }
});

function packages() {
  const here = path.join(root, 'node_modules');
  if (complete(here)) return here;
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'perennial');
  const home = path.join(cache, 'npm-' + createHash('sha256').update(lockText).digest('hex').slice(0, 16));
  const modules = path.join(home, 'node_modules');
  if (complete(modules)) return modules;
  fs.mkdirSync(cache, { recursive: true });
  const work = fs.mkdtempSync(path.join(cache, 'new-'));
  fs.copyFileSync(path.join(root, '.npmrc'), path.join(work, '.npmrc'));
  fs.writeFileSync(path.join(work, 'package.json'), JSON.stringify({ ...own, private: true }, null, 2));
  fs.writeFileSync(path.join(work, 'package-lock.json'), lockText);
  try {
    execFileSync('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch { fail('npm ci failed: the web pages need the packages of package-lock.json: connect to a registry, or run `npm ci` in ' + root); }
  try { fs.renameSync(work, home); } catch { fs.rmSync(work, { recursive: true, force: true }); } // another build was first
  if (!complete(modules)) fail(`the packages in ${modules} are not those of package-lock.json: remove the folder and build again`);
  return modules;
}
const modules = packages();

// ---- icons
const names = read(dir, 'icons.txt').toString().split('\n').map(l => l.trim()).filter(l => l && !l.startsWith('#'));
const views = path.join(root, 'src/web/views');
for (const f of fs.readdirSync(views).filter(n => n.endsWith('.html'))) {
  for (const m of read(views, f).toString().matchAll(/\{\{@icon "([^"]+)"/g)) {
    if (!names.includes(m[1])) fail(`${f} uses the icon ${m[1]}: add it to src/web/assets/icons.txt`);
  }
}
const symbol = name => {
  const file = path.join(modules, '@tabler/icons/icons/outline', name + '.svg');
  if (!fs.existsSync(file)) fail(`icons.txt names ${name}, which @tabler/icons does not have`);
  const inner = [...fs.readFileSync(file, 'utf8').matchAll(/<path[^>]*>/g)].map(m => m[0]).filter(p => !p.includes('M0 0h24v24H0z'));
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner.join('').replace(/ \/>/g, '/>')}</symbol>`;
};
const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join('')}</svg>\n`;

// ---- files, in an order in which each may name those before it
const made = [];
function add(name, type, bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const dot = name.lastIndexOf('.');
  const address = `/a/${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  const zipped = /woff2|png/.test(type) ? null : gzipSync(bytes, { level: 9 });
  made.push({ name, type, address, bytes, zipped });
  return address;
}
const font = n => read(modules, '@fontsource-variable/hanken-grotesk/files', `hanken-grotesk-${n}-wght-normal.woff2`);
add('hanken.woff2', 'font/woff2', font('latin'));
add('hanken-ext.woff2', 'font/woff2', font('latin-ext'));
add('icons.svg', 'image/svg+xml', Buffer.from(sprite));
add('favicon.svg', 'image/svg+xml', read(dir, 'favicon.svg'));
// Styles and scripts are files of one subject each, joined in the order of their names.
const joined = (folder, end) => fs.readdirSync(path.join(dir, folder)).filter(n => n.endsWith(end)).sort().map(n => path.join(dir, folder, n));
// css/*.css is app.css. A folder css/NAME makes NAME.css for the pages that ask for it (struct page, sheet): app.css and the folder's files, so that a page
// fetches one stylesheet.
const styles = folder => joined(folder, '.css').map(f => fs.readFileSync(f, 'utf8')).join('')
  .replace(/asset:([\w.-]+)/g, (_, n) => made.find(m => m.name === n)?.address ?? fail(`a style names asset:${n}, which there is not`))
  .replace(/\/\*.*?\*\//gs, '').replace(/\n+/g, '');
const sheets = fs.readdirSync(path.join(dir, 'css'), { withFileTypes: true }).filter(d => d.isDirectory()).map(d => d.name).sort();
for (const name of ['app', ...sheets]) {
  add(`${name}.css`, 'text/css; charset=utf-8', Buffer.from(styles('css') + (name === 'app' ? '' : styles(path.join('css', name)))));
}
const js = [path.join(modules, 'htmx.org/dist/htmx.min.js'), path.join(modules, 'htmx.org/dist/ext/hx-csp.min.js'), ...joined('js', '.js')];
add('app.js', 'text/javascript; charset=utf-8', Buffer.from(js.map(f => fs.readFileSync(f, 'utf8').replace(/^\/\/# sourceMappingURL.*$/gm, '').trim()).join('\n;\n') + '\n'));

// ---- C
const array = (id, b) => {
  const rows = [];
  for (let i = 0; i < b.length; i += 32) rows.push([...b.subarray(i, i + 32)].join(','));
  return `static const unsigned char ${id}[] = {\n${rows.join(',\n')}};\n`;
};
let c = '/* Made by tools/assets.mjs. */\n#include "web/asset.h"\n';
made.forEach((m, i) => { c += array(`b${i}`, m.bytes); if (m.zipped) c += array(`z${i}`, m.zipped); });
c += 'const struct asset web_assets[] = {\n';
made.forEach((m, i) => { c += `  {"${m.name}", "${m.address}", "${m.type}", b${i}, sizeof b${i}, ${m.zipped ? `z${i}, sizeof z${i}` : 'NULL, 0'}},\n`; });
c += '  {NULL, NULL, NULL, NULL, 0, NULL, 0}};\n';
fs.writeFileSync(out, c);
