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
    const opener = e.target.closest('[data-dialog]');
    if (opener) d.getElementById(opener.dataset.dialog)?.showModal();
    const copy = e.target.closest('[data-copy]');
    if (copy) navigator.clipboard?.writeText(d.getElementById(copy.dataset.copy).textContent.trim());
    for (const m of d.querySelectorAll('details.dd[open]')) if (!m.contains(e.target)) m.open = false;
  });

  // Rows of a list: j and k move, Enter opens, x selects.
  const rows = () => [...d.querySelectorAll('.wt tr.it')];
  const move = by => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex(r => 'cur' in r.dataset);
    const to = Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by));
    if (at >= 0) delete all[at].dataset.cur;
    all[to].dataset.cur = '';
    all[to].scrollIntoView({ block: 'nearest' });
  };
  const current = () => d.querySelector('.wt tr.it[data-cur]');

  let waiting = 0;
  d.addEventListener('keydown', e => {
    if ((e.metaKey || e.ctrlKey) && e.key === 'k') {
      const find = d.querySelector('[data-find]');
      if (find) { e.preventDefault(); find.click(); }
      return;
    }
    if (e.metaKey || e.ctrlKey || e.altKey || typing(e) || d.querySelector('dialog[open]')) return;
    if (Date.now() - waiting < 1200) {
      waiting = 0;
      const go = d.querySelector('[data-go="' + CSS.escape(e.key) + '"]');
      if (go) go.click();
      return;
    }
    if (e.key === 'g') waiting = Date.now();
    else if (e.key === '/') { const s = d.querySelector('[data-search]'); if (s) { e.preventDefault(); s.focus(); } }
    else if (e.key === 'j') move(1);
    else if (e.key === 'k') move(-1);
    else if (e.key === 'Enter' && e.target === d.body) current()?.querySelector('a')?.click();
  });
})();
