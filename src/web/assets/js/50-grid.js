// The grid: a cell becomes its form, rows are selected (x and shift-x press their boxes, 10-desk.js), what is open closes with Esc.
(() => {
  const d = document;
  const boxes = () => [...d.querySelectorAll('.wt [name=id]')];
  let last = null;

  const say = () => {
    const all = boxes(), n = all.filter(b => b.checked).length, out = d.querySelector('[data-picked]');
    if (out) out.textContent = out.dataset.say.replace('{0}', n);
    d.querySelector('.pickbar')?.toggleAttribute('data-on', n > 0);
    const page = d.querySelector('[data-pick-page]');
    if (page) { page.checked = n > 0 && n === all.length; page.indeterminate = n > 0 && n < all.length; }
  };
  const pick = (box, range) => {
    const all = boxes(), from = all.indexOf(last), to = all.indexOf(box);
    if (range && from >= 0) for (let i = Math.min(from, to); i <= Math.max(from, to); i++) all[i].checked = box.checked;
    last = box;
    say();
  };
  const close = except => {
    for (const p of d.querySelectorAll('.pop')) if (p !== except && p.firstChild) { p.replaceChildren(); p.previousElementSibling?.focus?.(); }
  };
  const leave = form => {
    const cell = form.closest('td');
    cell.replaceChildren(...(cell.was || []));
    cell.querySelector('a')?.focus();
  };

  d.addEventListener('click', e => {
    const edit = e.target.closest('.grid a.e');
    if (edit && !e.metaKey && !e.ctrlKey && !e.shiftKey) {
      e.preventDefault();
      const cell = edit.closest('td');
      const over = d.createElement('div'); // the form lies over the cell, whose text keeps the column's width
      cell.was = [...cell.childNodes];
      cell.append(over);
      htmx.ajax('GET', edit.getAttribute('href'), { target: over, swap: 'innerHTML' });
    }
    const step = e.target.closest('.cols li button');
    if (step) { // nothing is sent before "Show these"
      e.preventDefault();
      const li = step.closest('li'), up = step.name === 'up', near = up ? li.previousElementSibling : li.nextElementSibling;
      if (near) near[up ? 'before' : 'after'](li);
      else if (up) step.form.querySelector('ul').append(li);
      step.focus();
    }
    if (e.target.closest('[data-reload]')) { e.preventDefault(); location.reload(); }
    if (e.target.closest('[data-leave]')) { e.preventDefault(); leave(e.target.closest('form')); }
    if (e.target.matches('.wt [name=id]')) pick(e.target, e.shiftKey);
    if (e.target.closest('[data-pick-none]')) { for (const b of boxes()) b.checked = false; say(); }
    if (e.target.matches('[data-pick-page]')) { for (const b of boxes()) b.checked = e.target.checked; say(); }
    const pop = e.target.closest('.dd')?.querySelector('.pop');
    if (e.target.isConnected) close(pop);
  });
  d.addEventListener('keydown', e => {
    if (e.key === 'Escape') {
      const form = e.target.closest?.('form.cf');
      if (form) leave(form); else close();
    }
  });
})();
