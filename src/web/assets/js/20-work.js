// The worklist: the row under the cursor and the selected rows survive a new list; the panel follows the cursor.
(() => {
  const d = document, list = d.getElementById('list');
  if (!list) return;
  const chosen = new Set(), wide = matchMedia('(min-width:761px)');
  let at = new URLSearchParams(location.search).get('peek'), timer;
  const boxes = () => [...list.querySelectorAll('input[name=id]')];
  const cursor = () => {
    const row = at && d.getElementById('r' + at) || wide.matches && list.querySelector('.it');
    for (const r of list.querySelectorAll('[data-cur]')) if (r !== row) delete r.dataset.cur;
    if (row) { row.dataset.cur = ''; at = row.dataset.id; }
  };
  const mark = () => {
    cursor();
    for (const b of boxes()) b.checked = chosen.has(b.closest('tr').dataset.id);
    count();
  };
  const count = () => {
    const on = boxes().filter(b => b.checked);
    chosen.clear();
    for (const b of boxes()) b.closest('tr').setAttribute('aria-selected', b.checked);
    for (const b of on) chosen.add(b.closest('tr').dataset.id);
    const bar = d.getElementById('bulk');
    if (bar) { bar.toggleAttribute('data-on', on.length > 0); bar.querySelector('[data-selected]').dataset.selected = on.length; }
  };
  d.addEventListener('change', e => { if (e.target.name === 'id') count(); });
  d.addEventListener('reset', e => { if (e.target.id === 'bulk') setTimeout(() => { for (const b of boxes()) b.checked = false; count(); }); });
  d.addEventListener('desk:row', e => { // the cursor moved: the panel follows
    at = e.target.dataset.id;
    clearTimeout(timer);
    if (wide.matches) timer = setTimeout(() => e.target.querySelector('.pk').click(), 120);
  });
  list.addEventListener('click', e => {
    const row = e.target.closest('.it');
    if (!row) return;
    at = row.dataset.id;
    cursor();
    if (!e.target.closest('a,input,label,button')) row.querySelector(wide.matches ? '.pk' : '.c-n a').click();
  });
  let inside = false; // htmx keeps the focus by id; where what had it is gone, the panel's heading takes it, not the page's beginning
  d.addEventListener('htmx:before:swap', () => { inside ||= !!d.activeElement?.closest('#peek'); });
  d.addEventListener('htmx:after:swap', () => {
    mark();
    if (inside && d.activeElement === d.body) d.querySelector('#peek h2 a')?.focus({ preventScroll: true });
    inside = false;
  });
  mark();
})();
