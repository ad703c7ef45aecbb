// Which screen of which site is there: the tables are data, this is the reading. Resolves when something is recognised,
// when the goal is reached, or, with a page that stays unknown, after `patience` milliseconds.
(args) => {
  EYES
  const sites = JSON.parse(args.sites);
  const bodyText = () => (look.text ??= tidy(document.body ? document.body.innerText : ''));
  const inUrl = (pattern) => new RegExp(pattern, 'i').test(location.host + location.pathname + location.search);
  const present = (css) => look.roots.some((root) => root.querySelector(css));
  const named = (site, name) => findAll(site.elements[name]);
  const tests = {
    url: (site, v) => inUrl(v),
    any: (site, v) => v.some((n) => named(site, n).length),
    all: (site, v) => v.every((n) => named(site, n).length),
    none: (site, v) => !v.some((n) => named(site, n).length),
    present: (site, v) => v.some(present),
    text: (site, v) => new RegExp(v, 'i').test(bodyText()),
  };
  const problemOf = (site, screen) => {
    for (const problem of site.problems) {
      if (problem.screens.length && !problem.screens.includes(screen)) continue;
      const shown = problem.at.flatMap((n) => named(site, n)).map(textOf).filter(Boolean).join(' ');
      if (shown && new RegExp(problem.text || '.', 'i').test(shown)) return {problem: problem.name, problem_text: shown.slice(0, 300)};
    }
    return {problem: null, problem_text: null};
  };
  const fieldsOf = (site, screen) => Object.fromEntries(Object.entries(screen.fields).map(([role, name]) => {
    const el = find(site.elements[name]);
    return [role, el ? selectorOf(el) : null];
  }));
  const read = () => {
    look.text = null;
    look.roots = roots();
    const base = {origin: location.origin, path: location.pathname, title: document.title, document: performance.timeOrigin};
    const status = (performance.getEntriesByType('navigation')[0] || {}).responseStatus || 0;
    if (location.protocol === 'chrome-error:' || status >= 500) {
      const text = status >= 500 ? `HTTP ${status}` : null;
      return {...base, site: 'browser', screen: 'error', problem: null, problem_text: text, fields: {}};
    }
    if (args.goal && new RegExp(args.goal).test(location.href)) return {...base, site: '', screen: 'goal', problem: null, problem_text: null, fields: {}};
    const byHost = sites.filter((s) => s.hosts && new RegExp(s.hosts, 'i').test(location.host));
    const byMark = sites.filter((s) => !byHost.includes(s) && s.marks.some(present));
    for (const site of [...byHost, ...byMark]) {
      for (const screen of site.screens) {
        if (Object.entries(tests).every(([key, test]) => screen[key] === null || test(site, screen[key]))) {
          const complaint = problemOf(site, screen.name);
          if (screen.name === 'error' && !complaint.problem_text) complaint.problem_text = bodyText().slice(0, 300);
          return {...base, site: site.name, screen: screen.name, ...complaint, fields: fieldsOf(site, screen)};
        }
      }
    }
    return {...base, site: (byHost[0] || byMark[0] || {name: 'generic'}).name, screen: 'unknown', problem: null, problem_text: null, fields: {}};
  };
  const signature = (r) => [r.document, r.site, r.screen, r.problem, r.problem_text, Object.keys(r.fields).join()].join('|');
  const ready = () => document.readyState === 'complete' || (document.readyState === 'interactive' && performance.now() > args.settle);
  return new Promise((resolve) => {
    let timer = null, queued = false, done = false;
    const started = performance.now();
    const finish = (result) => { done = true; observer.disconnect(); clearInterval(timer); resolve({...result, signature: signature(result)}); };
    const check = () => {
      queued = false;
      if (done) return;
      const result = read();
      if (result.screen === 'goal') return finish(result);
      const known = result.screen !== 'unknown' && (result.site === 'browser' || ready());
      if (known && signature(result) !== args.after && !(result.screen === 'hop' && args.pass_hops)) return finish(result);
      if (performance.now() - started > args.patience) finish(result);
    };
    const soon = () => { if (!queued && !done) { queued = true; setTimeout(check, 5); } };
    const observer = new MutationObserver(soon);
    observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
    addEventListener('load', soon); addEventListener('DOMContentLoaded', soon); addEventListener('transitionend', soon, true);
    timer = setInterval(check, 250);  // a style sheet that arrives, an animation that ends: no mutation tells of them
    check();
  });
}
