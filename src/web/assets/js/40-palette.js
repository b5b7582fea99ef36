// The palette: opened by any [data-find], filled by htmx, walked by arrows. Without it the same control leads to /search.
(() => {
  const d = document, pal = d.getElementById('pal');
  if (!pal) return;
  const box = pal.querySelector('input'), list = d.getElementById('pal-l');
  const all = () => [...list.querySelectorAll('[role=option]')];
  let at = -1;
  const mark = to => {
    const o = all();
    at = o.length ? (to + o.length) % o.length : -1;
    o.forEach((x, i) => { x.id = 'pal-' + i; x.setAttribute('aria-selected', i === at); x.toggleAttribute('data-on', i === at); });
    box.setAttribute('aria-expanded', at >= 0);
    if (at < 0) return box.removeAttribute('aria-activedescendant');
    box.setAttribute('aria-activedescendant', o[at].id);
    o[at].scrollIntoView({ block: 'nearest' });
  };
  new MutationObserver(() => mark(0)).observe(list, { childList: true });
  d.addEventListener('click', e => {
    if (!e.target.closest('[data-find]') || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    pal.showModal();
    box.select();
    box.dispatchEvent(new Event('input', { bubbles: true }));
  });
  pal.addEventListener('click', e => { if (e.target === pal) pal.close(); });
  box.addEventListener('keydown', e => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (by) { e.preventDefault(); mark(at + by); }
    else if (e.key === 'Enter' && at >= 0) { e.preventDefault(); pal.close(); all()[at].click(); }
  });
})();
