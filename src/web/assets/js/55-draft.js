// Text typed into a form is kept in this browser until it is saved: offered again after a lost connection, a closed tab, an ended session.
// Kept by person and address; never a password, never a file. Also: a person chosen from the list goes into the note's text.
(() => {
  const d = document, me = d.body.dataset.me, days = 7 * 864e5;
  const say = d.getElementById('draft-say');
  const sent = 'draft-sent';
  const fields = f => [...f.elements].filter(x => x.name && !/^(hidden|password|file|submit|button)$/.test(x.type));
  const take = f => fields(f).map(x => [x.name, x.type === 'checkbox' || x.type === 'radio' ? x.checked : x.value]);
  const put = (f, values) => fields(f).forEach((x, i) => {
    if (!values[i] || values[i][0] !== x.name) return;
    if (typeof values[i][1] === 'boolean') x.checked = values[i][1]; else x.value = values[i][1];
  });
  const store = fn => { try { return fn(localStorage, sessionStorage); } catch { return null; } };
  if (!me || !say) return;
  store(l => { for (const k of Object.keys(l)) if (k.startsWith('draft:') && Date.now() - JSON.parse(l[k]).t > days) l.removeItem(k); });
  for (const f of d.querySelectorAll('form[data-draft]')) {
    const key = 'draft:' + me + ':' + location.pathname + ':' + f.dataset.draft, fresh = JSON.stringify(take(f));
    store((l, s) => { if (s[sent] === key && d.querySelector('.note.ok')) l.removeItem(key); });
    const kept = store(l => JSON.parse(l[key] || 'null'));
    if (kept && JSON.stringify(kept.v) !== fresh) {
      const bar = say.content.firstElementChild.cloneNode(true);
      bar.querySelector('time').textContent = new Date(kept.t).toLocaleTimeString(d.documentElement.lang, { hour: 'numeric', minute: '2-digit' });
      bar.addEventListener('click', e => {
        const b = e.target.closest('button');
        if (!b) return;
        if ('restore' in b.dataset) { put(f, kept.v); f.querySelector('textarea,input:not([type=hidden])')?.focus(); }
        else store(l => l.removeItem(key));
        bar.remove();
      });
      f.prepend(bar);
    }
    let timer;
    f.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => store(l => { l[key] = JSON.stringify({ t: Date.now(), v: take(f) }); }), 250);
    });
    f.addEventListener('submit', () => store((l, s) => { l[key] = JSON.stringify({ t: Date.now(), v: take(f) }); s[sent] = key; }));
  }
  store((l, s) => s.removeItem(sent));
  d.addEventListener('change', e => {
    const to = e.target.dataset?.mention && d.getElementById(e.target.dataset.mention);
    if (!to || !e.target.value) return;
    to.setRangeText('@' + e.target.value + ' ', to.selectionStart, to.selectionEnd, 'end');
    e.target.value = '';
    to.focus();
    to.dispatchEvent(new Event('input', { bubbles: true }));
  });
  d.addEventListener('keydown', e => {
    if (e.metaKey || e.ctrlKey || e.altKey || e.target.closest('input,textarea,select') || d.querySelector('dialog[open]')) return;
    if (e.key === 't') { const m = d.querySelector('[data-as-of-open]'); if (m) { e.preventDefault(); m.click(); m.focus(); } }
    else if (!d.querySelector('.wt tr.it')) d.querySelector('[data-step="' + CSS.escape(e.key) + '"]')?.click();
  });
})();
