// What the pages do in the browser besides htmx: theme, keys, rows. Every page works without it.
(() => {
  const d = document, root = d.documentElement;
  const remember = t => { d.cookie = 'theme=' + t + ';path=/;max-age=31536000;samesite=lax'; };
  const typing = e => e.target.closest('input,textarea,select,[contenteditable]');

  d.addEventListener('click', e => {
    if (e.target.closest('[data-theme-toggle]')) {
      const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme:dark)').matches;
      root.dataset.theme = dark ? 'light' : 'dark';
      remember(root.dataset.theme);
    }
    if (e.target.closest('[data-show-keys]')) showKeys();
    const opener = e.target.closest('[data-dialog]');
    if (opener) d.getElementById(opener.dataset.dialog)?.showModal();
    const copy = e.target.closest('[data-copy]');
    if (copy) navigator.clipboard?.writeText(d.getElementById(copy.dataset.copy).textContent.trim());
    for (const m of d.querySelectorAll('details.dd[open]')) if (!m.contains(e.target)) m.open = false;
  });

  // Rows of a list: j and k move the cursor, whose row gets the keys first.
  const rows = () => [...d.querySelectorAll('.wt .it')];
  const current = () => d.querySelector('.wt .it[data-cur]');
  const move = by => {
    const all = rows(), at = all.indexOf(current()), to = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
    if (!to) return;
    if (at >= 0) delete all[at].dataset.cur;
    to.dataset.cur = '';
    to.scrollIntoView({ block: 'nearest' });
    to.dispatchEvent(new Event('desk:row', { bubbles: true }));
  };
  // A control with data-key is pressed by its key: in the bar over a selection, the row under the cursor, a panel, then anywhere.
  const keyed = key => {
    const find = in_ => in_?.querySelector('[data-key="' + CSS.escape(key) + '"]');
    return find(d.querySelector('.bulk[data-on]')) || find(current()) || find(d.querySelector('.peek')) ||
      [...d.querySelectorAll('[data-key="' + CSS.escape(key) + '"]')].find(x => !x.closest('.bulk,.it'));
  };
  const press = x => { if (x.matches('input:not([type=checkbox]),select,textarea')) x.focus(); else x.click(); };
  let from = 0; // where a range of selected rows begins
  const select = range => {
    const all = rows(), at = all.indexOf(current()), box = i => all[i]?.querySelector('input[name=id]');
    if (!box(at)) return;
    if (range) for (let i = Math.min(from, at); i <= Math.max(from, at); i++) { if (box(i) && !box(i).checked) box(i).click(); }
    else { from = at; box(at).click(); }
  };
  // The dialog of this page's keys: those of every page stand in it, the page's own are read from the page.
  const showKeys = () => {
    const box = d.getElementById('keys'), own = box?.querySelector('[data-own]'), met = new Set();
    if (!box || box.open) return;
    own.replaceChildren();
    for (const x of d.querySelectorAll('[data-key]')) {
      const key = x.dataset.key, what = x.dataset.keyLabel;
      if (!what || met.has(key) || x.closest('.bulk') && !x.closest('[data-on]')) continue;
      met.add(key);
      const k = d.createElement('kbd'), dt = d.createElement('dt'), dd = d.createElement('dd');
      k.textContent = key === ' ' ? 'Space' : key.toUpperCase();
      dt.append(k);
      dd.textContent = what;
      own.append(dt, dd);
    }
    box.showModal();
  };

  let waiting = 0;
  d.addEventListener('keydown', e => {
    if ((e.metaKey || e.ctrlKey) && e.key === 'k') {
      const find = d.querySelector('[data-find]');
      if (find) { e.preventDefault(); find.click(); }
      return;
    }
    if (e.key === 'Escape' && !d.querySelector('dialog[open]')) { const x = keyed('Escape'); if (x) { e.preventDefault(); x.click(); return; } }
    if (e.metaKey || e.ctrlKey || e.altKey || typing(e) || d.querySelector('dialog[open]')) return;
    if (e.key === '?') return showKeys();
    if (root.dataset.keys === 'off') return; // WCAG 2.1.4: keys of one character can be turned off
    if (Date.now() - waiting < 1200) {
      waiting = 0;
      const go = d.querySelector('[data-go="' + CSS.escape(e.key) + '"]');
      if (go) go.click();
      return;
    }
    const onControl = e.target.closest('a,button,summary,label');
    if (e.key === 'g') waiting = Date.now();
    else if (e.key === '/') { const s = d.querySelector('[data-search]'); if (s) { e.preventDefault(); s.focus(); } }
    else if (e.key === 'j') move(1);
    else if (e.key === 'k') move(-1);
    else if (e.key === 'x' || e.key === 'X') select(e.key === 'X');
    else if (e.key === 'Enter') { if (!onControl) current()?.querySelector('a')?.click(); }
    else if (e.key !== ' ' || !onControl) { const x = keyed(e.key); if (x) { e.preventDefault(); press(x); } }
  });
})();
