// Waits for the first of several named elements (in a scope, if one is given) and returns its name (the element
// itself with `give`); null after `patience`.
(args) => {
  EYES
  const here = () => {
    look.roots = roots();
    const scopes = args.scope ? findAll(args.scope) : [];
    if (args.scope && !scopes.length) return null;
    const scope = scopes.length ? scopes[scopes.length - 1] : undefined;
    for (const [name, locators] of Object.entries(args.names)) {
      const found = findAll(locators, scope);
      if (found.length) return args.give ? found[0] : name;
    }
    return null;
  };
  const wanted = () => (args.gone ? (here() === null ? 'gone' : null) : here());
  return new Promise((resolve) => {
    const started = performance.now();
    let timer = null, queued = false, done = false;
    const check = () => {
      queued = false;
      if (done) return;
      const name = document.readyState === 'loading' ? null : wanted();
      if (name === null && performance.now() - started < args.patience) return;
      done = true; observer.disconnect(); clearInterval(timer); resolve(name);
    };
    const observer = new MutationObserver(() => { if (!queued) { queued = true; setTimeout(check, 5); } });
    observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
    document.addEventListener('DOMContentLoaded', check);
    timer = setInterval(check, 250);
    check();
  });
}
