// The round trip in a real browser: node roundtrip.mjs PERENNIAL. The list is taken along, edited in the bytes of the workbook, uploaded; the look says
// old and new, a field that both changed is chosen, the change is taken back; a partner's workbook; everything by keyboard, in both themes and widths.
import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from './crc32.mjs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { checker, clean_in_both, demo, leave, person as signed_in, play } from './demo.mjs';

const at = await demo(process.argv[2], { seed: 11 });
const { base, dir } = at, check = checker();
const person = (email, options) => signed_in(at, email, { meant: /422/, acceptDownloads: true, ...options });
const SHEET = 'xl/worksheets/sheet1.xml';

// The parts of a package, in order, from its central directory.
function unzip(bytes) {
  const parts = [], end = bytes.lastIndexOf(Buffer.from('PK\x05\x06'));
  for (let p = bytes.readUInt32LE(end + 16), n = bytes.readUInt16LE(end + 10); n > 0; n--) {
    const name = bytes.subarray(p + 46, p + 46 + bytes.readUInt16LE(p + 28)).toString(), at = bytes.readUInt32LE(p + 42);
    const from = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28), packed = bytes.subarray(from, from + bytes.readUInt32LE(p + 20));
    parts.push([name, bytes.readUInt16LE(p + 10) ? inflateRawSync(packed) : packed]);
    p += 46 + bytes.readUInt16LE(p + 28) + bytes.readUInt16LE(p + 30) + bytes.readUInt16LE(p + 32);
  }
  return parts;
}

function zip(parts) {
  const heads = [], bodies = [];
  let at = 0;
  for (const [name, text] of parts) {
    const packed = deflateRawSync(text), fixed = Buffer.alloc(26), where = Buffer.alloc(16);
    fixed.writeUInt16LE(20, 0); fixed.writeUInt16LE(8, 4); fixed.writeUInt32LE(crc32(text), 10); fixed.writeUInt32LE(packed.length, 14);
    fixed.writeUInt32LE(text.length, 18); fixed.writeUInt16LE(name.length, 22);
    where.writeUInt32LE(at, 12);
    bodies.push(Buffer.from('PK\x03\x04'), fixed, Buffer.from(name), packed);
    heads.push(Buffer.from('PK\x01\x02\x14\x00'), fixed, Buffer.alloc(2), where.subarray(4, 12), where.subarray(12), Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(heads), end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4); end.writeUInt16LE(parts.length, 6); end.writeUInt32LE(directory.length, 8); end.writeUInt32LE(at, 12);
  return Buffer.concat([...bodies, directory, Buffer.from('PK\x05\x06'), end]);
}

// The workbook with what edit() makes of its sheet, as a file of its own.
function edited(file, name, edit) {
  const to = path.join(dir, name);
  fs.writeFileSync(to, zip(unzip(fs.readFileSync(file)).map(([part, text]) => (part === SHEET ? [part, Buffer.from(edit(text.toString()))] : [part, text]))));
  return to;
}
// A cell by its column and row; what stands between its tags.
const put = (sheet, ref, inner) => sheet.replace(new RegExp(`<c r="${ref}"[^>]*?(/>|>.*?</c>)`), `<c r="${ref}" t="inlineStr"><is><t>${inner}</t></is></c>`);

async function download(page, selector, name) {
  const [d] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
  const to = path.join(dir, name);
  await d.saveAs(to);
  return to;
}

async function upload(page, file) {
  await page.setInputFiles('#file', file);
  await Promise.all([page.waitForNavigation(), page.focus('form[enctype] button[type=submit]').then(() => page.keyboard.press('Enter'))]);
}

async function takenAlong() {
  const page = await person('tom.okafor');
  await page.goto(base + '/renewals?f=category:best_case,pipeline&sort=due_date');
  await Promise.all([page.waitForURL(/\/renewals\/workbook/), page.click('a.chip:has-text("Edit in Excel")')]);
  await clean_in_both(page, 'the page of the workbook', check);
  const n = Number((await page.innerText('a[download]')).match(/\d+/)[0]), first = await download(page, 'a[download]', 'first.xlsx');
  const sheet = unzip(fs.readFileSync(first)).find(([name]) => name === SHEET)[1].toString();
  check(sheet.split('<row ').length - 2 === n, `${sheet.split('<row ').length - 2} rows, ${n} were promised`);
  const there = page.url();
  const mine = edited(first, 'mine.xlsx', s => put(put(put(s, 'L2', 'From the plane'), 'N3', 'PO-2026'), 'J4', '2026-02-31'));
  await upload(page, mine);
  check((await page.innerText('h1')) === 'Change 2 renewals', await page.innerText('h1'));
  check((await page.innerText('main')).includes('is not a day of the calendar'), 'a day that is none was taken');
  await clean_in_both(page, 'the look', check);
  await Promise.all([page.waitForURL(/\/renewals\/bulk\//), page.click('#apply button[type=submit]')]); /* a row was left: the page says which */
  check((await page.innerText('main')).includes('From the plane'), 'the change is not there');
  await page.goto(there);
  await upload(page, edited(first, 'theirs.xlsx', s => put(s, 'L2', 'Another thought')));
  check((await page.innerText('h1')) === 'Choose what stands', await page.innerText('h1'));
  await clean_in_both(page, 'a conflict', check);
  await page.click('td:has-text("Another thought") input[type=radio]');
  await Promise.all([page.waitForURL(/changed=/), page.click('#apply button[type=submit]')]);
  await Promise.all([page.waitForURL(/undone=/), page.click('button:has-text("Undo")')]);
  await page.goto(there);
  await upload(page, edited(first, 'other.xlsx', s => s.replace('perennial-1.', 'perennial-0.')));
  check((await page.innerText('[role=alert]')).includes('hidden first column is gone'), 'a workbook without its column was taken');
  await clean_in_both(page, 'a refused file', check);
  await leave(page, check);
}

async function partners() {
  const page = await person('tom.okafor');
  await page.goto(base + '/renewals?f=category:commit,best_case,pipeline -reseller:none');
  await page.goto(base + await page.getAttribute('#rows td.c-n a', 'href'));
  const accounts = await page.$$eval('main a[href^="/accounts/"]', all => [...new Set(all.map(a => a.getAttribute('href').split('?')[0]))]);
  for (const href of accounts) {
    await page.goto(base + href);
    if (await page.$('a:has-text("Workbook for this partner")')) break;
  }
  const file = await download(page, 'a:has-text("Workbook for this partner")', 'partner.xlsx');
  const sheet = unzip(fs.readFileSync(file)).find(([name]) => name === SHEET)[1].toString();
  check(!/Best case|Pipeline|USD/.test(sheet), 'a partner sees what is ours');
  await Promise.all([page.waitForURL(/workbook/), page.click('a:has-text("Upload what came back")')]);
  await upload(page, edited(file, 'back.xlsx', s => put(s, 'F2', '4711')));
  check((await page.innerText('main')).includes('a partner.'), 'nobody says whose the changes are');
  await Promise.all([page.waitForURL(/changed=/), page.click('#apply button[type=submit]')]);
  await leave(page, check);
}

await play(at, check, async () => {
  await takenAlong();
  await partners();
});
