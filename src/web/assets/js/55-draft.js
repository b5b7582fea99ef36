// Text typed into a form is kept in this browser until it is saved: offered again after a lost connection, a closed tab, an ended session.
// Kept by person and the form's address; never a password, never a file. Also: what is said when the server does not answer or its day is over, one
// answer for two clicks, and a person chosen from the list who goes into the note's text.
(() => {
  const d = document, me = d.body.dataset.me, days = 7 * 864e5;
  const sent = 'draft-sent';
  const fields = f => [...f.elements].filter(x => x.name && !/^(hidden|password|file|submit|button)$/.test(x.type));
  const take = f => fields(f).map(x => [x.name, x.type === 'checkbox' || x.type === 'radio' ? x.checked : x.value]);
  const put = (f, values) => fields(f).forEach((x, i) => {
    if (!values[i] || values[i][0] !== x.name) return;
    if (typeof values[i][1] === 'boolean') x.checked = values[i][1]; else x.value = values[i][1];
  });
  const store = fn => { try { return fn(localStorage, sessionStorage); } catch { return null; } };
  if (!me) return;
  const of = id => d.getElementById(id).content.firstElementChild.cloneNode(true);
  const toast = id => { if (!d.querySelector('.toast.' + id)) d.body.append(of(id)); };
  const key = f => 'draft:' + me + ':' + f.getAttribute('action') + ':' + f.dataset.draft;
  const keep = f => store(l => { l[key(f)] = JSON.stringify({ t: Date.now(), v: take(f) }); });
  store((l, s) => { // a form that was sent is saved when the answer led on to this page
    const nav = performance.getEntriesByType('navigation')[0];
    for (const k of Object.keys(l)) if (k.startsWith('draft:') && Date.now() - JSON.parse(l[k]).t > days) l.removeItem(k);
    if (location.pathname.startsWith('/drafts/')) { // not yet: it waits here for its confirmation
      const to = 'draft:' + me + ':' + d.querySelector('main form')?.getAttribute('action') + ':';
      s[sent] ||= Object.keys(l).find(k => k.startsWith(to)) || '';
      return;
    }
    if (s[sent] && nav.type === 'navigate' && nav.redirectCount && /^\/(?!sign-in)/.test(d.referrer.slice(location.origin.length))) l.removeItem(s[sent]);
    s.removeItem(sent);
  });
  const met = new WeakSet();
  const offer = () => {
    for (const f of d.querySelectorAll('form[data-draft]')) {
      const kept = store(l => JSON.parse(l[key(f)] || 'null'));
      if (met.has(f) || !met.add(f) || !kept || JSON.stringify(kept.v) === JSON.stringify(take(f))) continue;
      const bar = of('draft-say'), alone = f.matches('.ip');
      bar.querySelector('time').textContent = new Date(kept.t).toLocaleTimeString(d.documentElement.lang, { hour: 'numeric', minute: '2-digit' });
      bar.addEventListener('click', e => {
        const b = e.target.closest('button');
        if (!b) return;
        if (!('restore' in b.dataset)) store(l => l.removeItem(key(f)));
        else {
          put(f, kept.v);
          if (alone) f.requestSubmit(); else f.querySelector('textarea,input:not([type=hidden])')?.focus();
        }
        bar.remove();
      });
      if (alone) f.closest('section').before(bar); else f.prepend(bar);
    }
  };
  offer();
  d.addEventListener('htmx:after:swap', offer);
  d.addEventListener('input', e => { const f = e.target.form; if (f?.dataset.draft) keep(f); });
  d.addEventListener('submit', e => {
    const f = e.target;
    if (e.defaultPrevented || f.method !== 'post') return;
    if (f.dataset.gone) return e.preventDefault(); // the second of two clicks
    f.dataset.gone = 1;
    setTimeout(() => { delete f.dataset.gone; }, 4000);
    if (f.dataset.draft) { keep(f); store((l, s) => { s[sent] = key(f); }); }
  });
  addEventListener('pageshow', () => { for (const f of d.querySelectorAll('[data-gone]')) delete f.dataset.gone; });
  d.addEventListener('htmx:after:request', e => {
    const f = e.target, status = e.detail.ctx.response.status;
    d.querySelector('.toast.lost-say')?.remove();
    if (f.dataset?.draft) store((l, s) => { if (status < 400) l.removeItem(key(f)); else if (status === 401) s[sent] = key(f); });
  });
  d.addEventListener('htmx:error', e => { if (e.detail.ctx && !e.detail.ctx.response) toast('lost-say'); });
  const left = d.body.dataset.left * 1000, born = Date.now();
  const over = () => { if (left && Date.now() - born >= left) toast('day-say'); };
  if (left) setTimeout(over, left);
  d.addEventListener('visibilitychange', over); // a computer that slept through midnight
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
