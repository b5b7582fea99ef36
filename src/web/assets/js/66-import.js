// The upload of an import: how far it is, and what is wrong, without leaving the page. Without this the form is sent as it is.
(() => {
  document.addEventListener('submit', e => {
    const form = e.target.closest('form[data-upload]');
    if (!form) return;
    e.preventDefault();
    const state = form.querySelector('[data-upload-state]'), bar = state.querySelector('progress'), button = form.querySelector('[type=submit]');
    const problem = form.querySelector('[data-upload-problem]'), lost = problem.dataset.say, x = new XMLHttpRequest();
    const say = text => { problem.lastElementChild.textContent = text; problem.hidden = false; state.hidden = true; button.disabled = false; };
    problem.hidden = true;
    document.getElementById('import-problem')?.remove();
    state.hidden = false;
    button.disabled = true;
    x.upload.onprogress = p => {
      bar.value = 100 * p.loaded / p.total;
      state.lastElementChild.textContent = state.dataset.say + ' ' + Math.floor(bar.value) + '%';
    };
    x.onload = () => {
      const a = x.response || {};
      if (a.to) location.assign(a.to);
      else say(a.problem || lost);
    };
    x.onerror = () => say(lost);
    x.open('POST', form.action);
    x.responseType = 'json';
    x.setRequestHeader('Accept', 'application/json');
    x.send(new FormData(form));
  });
})();
