// Which screen of which site is there: the tables are data, this is the reading. Resolves when something is recognised,
// when the goal is reached, or, with a page that stays unknown, after `patience` milliseconds. Resolves early with `needs` (sites
// whose whole tables are to be sent) or `more` (the form finder is to be asked; it is long, and most pages do without).
(args) => {
  EYES
  FORMS
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
    absent: (site, v) => !v.some(present),
    text: (site, v) => new RegExp(v, 'i').test(bodyText()),
  };
  const conditions = (screen) => Object.entries(tests).filter(([key]) => screen[key] != null);
  const holds = (site, screen) => conditions(screen).every(([key, test]) => test(site, screen[key]));
  const problemOf = (site, screen) => {
    for (const problem of site.problems) {
      if (problem.screens.length && !problem.screens.includes(screen)) continue;
      const shown = problem.at.flatMap((n) => named(site, n)).map(textOf).filter(Boolean).join(' ');
      if (shown && new RegExp(problem.text || '.', 'i').test(shown)) return {problem: problem.name, problem_text: shown.slice(0, 300)};
    }
    return {problem: null, problem_text: null};
  };
  const mapped = (map, change) => Object.fromEntries(Object.entries(map).map(([role, value]) => [role, change(value)]));
  const fieldsOf = (site, screen) => mapped(screen.fields, (name) => { const el = find(site.elements[name]); return el ? selectorOf(el) : null; });
  const namesOf = (site, screen) => mapped(screen.fields, (name) => `${site.name}.${name}`);
  // A customised page may have its button elsewhere than the table knows: the form finder is asked if it sees the same screen.
  const TYPED = ['username', 'password', 'code', 'submit'];
  const FORMS_OF = ['username', 'credentials', 'password', 'totp'];
  // What a person has shown of forms goes before what the finder finds, and makes a form of what it finds nothing in, unless that
  // form is for something else. What fits several elements shows none.
  const asShown = (guess) => {
    const own = Object.entries(args.shown).map(([role, ways]) => [role, findAll(ways)]).filter(([, els]) => els.length === 1);
    const els = Object.fromEntries(own.map(([role, [el]]) => [role, el]));
    if (!own.length || (guess.screen && ![...FORMS_OF, 'one-time-code'].includes(guess.screen))) return guess;
    const selectors = mapped(els, selectorOf);
    if (guess.screen) {
      const both = {username: els.password, password: els.username}[guess.screen] ? ['username', 'password'] : [];
      const kept = own.filter(([role]) => [...both, ...Object.keys(guess.fields)].includes(role)).map(([role]) => [role, selectors[role]]);
      return {...guess, screen: both.length ? 'credentials' : guess.screen, fields: {...guess.fields, ...Object.fromEntries(kept)}};
    }
    const typed = ['username', 'password', 'code'].filter((role) => els[role]).map((role) => els[role]);
    if (!typed.length || (!els.password && !els.code && queryAll('input[type=password]').some(visible))) return guess;
    const {against, submit} = readForms.about(typed);
    if (against) return {screen: against};
    const screen = els.code ? 'totp' : els.password && els.username ? 'credentials' : els.password ? 'password' : 'username';
    return {screen, fields: {submit: submit ? selectorOf(submit) : null, ...selectors}, why: ['what was shown by a person']};
  };
  const byForms = () => {
    const guess = asShown(readForms(bodyText));
    return {...guess, names: Object.fromEntries(Object.keys(guess.fields || {}).filter((role) => TYPED.includes(role)).map((role) => [role, `generic.${role}`]))};
  };
  const completed = (screen, fields) => {
    if (!FORMS_OF.includes(screen) || Object.entries(fields).every(([role, at]) => at || !TYPED.includes(role))) return fields;
    if (!readForms) { look.more = true; return fields; }
    const guess = byForms();
    const same = guess.screen === screen || (screen === 'totp' && guess.screen === 'one-time-code');
    return same ? Object.fromEntries(Object.entries(fields).map(([role, at]) => [role, at || guess.fields[role] || null])) : fields;
  };
  // A table that was written without ever seeing a page may take another form for a sign-in: its form is asked what it is for.
  const LOGINS = ['username', 'credentials', 'password'];
  const doubtOf = (site, screen) => {
    if (!site.doubted || !LOGINS.includes(screen.name)) return '';
    if (!readForms) { look.more = true; return ''; }
    return readForms.about(['username', 'password'].map((role) => screen.fields[role]).filter(Boolean).map((name) => find(site.elements[name]))).against;
  };
  // A theme may complain in elements of its own: the form finder judges what stands there, unless the table has found its own.
  const ASKING = [...FORMS_OF, 'one-time-code'];
  const complainsElsewhere = (site, screen) => ASKING.includes(screen) && queryAll(COMPLAINTS).some((el) => textOf(el) && visible(el))
    && !site.problems.some((problem) => problem.at.some((n) => named(site, n).some(textOf)));
  const toldByForm = (site, screen) => {
    if (!readForms) { look.more = true; return {}; }
    const typed = ['username', 'password', 'code'].map((role) => screen.fields[role]).filter(Boolean).map((name) => find(site.elements[name]));
    return readForms.about(typed, screen.name).complaint;
  };
  // A site is told by its host; whatever the host, by its path or by a mark in the page.
  const here = () => {
    const byHost = sites.filter((s) => s.hosts && new RegExp(s.hosts, 'i').test(location.hostname));
    const byMark = sites.filter((s) => !byHost.includes(s)
      && ((s.paths && new RegExp(s.paths, 'i').test(location.pathname)) || s.marks.some(present)));
    return [...byHost, ...byMark];
  };
  const read = () => {
    look.text = null;
    look.roots = roots();
    look.more = false;
    const base = {origin: location.origin, path: location.pathname, title: document.title, document: performance.timeOrigin};
    const plain = {problem: null, problem_text: null, fields: {}, names: {}};
    const status = (performance.getEntriesByType('navigation')[0] || {}).responseStatus || 0;
    if (location.protocol === 'chrome-error:' || status >= 500) {
      return {...base, ...plain, site: 'browser', screen: 'error', problem_text: status >= 500 ? `HTTP ${status}` : null};
    }
    if (args.goal && new RegExp(args.goal).test(location.href)) return {...base, ...plain, site: '', screen: 'goal'};
    const found = here();
    const needs = found.filter((site) => !site.screens).map((site) => site.name);
    if (needs.length) return {...base, ...plain, site: needs[0], screen: 'unknown', needs};
    for (const site of found) {
      const screen = site.screens.find((s) => holds(site, s));
      if (!screen) continue;
      const doubted = doubtOf(site, screen);
      if (doubted) return {...base, ...plain, site: site.name, screen: doubted};
      const complaint = problemOf(site, screen.name);
      const elsewhere = !complaint.problem && complainsElsewhere(site, screen.name);
      if (elsewhere) Object.assign(complaint, toldByForm(site, screen));
      if (screen.name === 'error' && !complaint.problem_text) complaint.problem_text = bodyText().slice(0, 300);
      return {...base, site: site.name, screen: screen.name, ...complaint, complains: elsewhere, names: namesOf(site, screen), fields: completed(screen.name, fieldsOf(site, screen))};
    }
    return {...base, ...plain, site: found.length ? found[0].name : 'generic', screen: 'unknown', guessed: found.length ? 'site' : 'generic', ...(readForms ? byForms() : {})};
  };
  // Which screen came next to the one that was chosen, and why it was not: for a person who asks.
  const runnerUp = (chosen) => {
    const rest = here().flatMap((site) => site.screens.map((screen) => ({site, screen})))
      .filter(({site, screen}) => screen.name !== chosen.screen || site.name !== chosen.site)
      .map(({site, screen}) => {
        const failed = conditions(screen).filter(([key, test]) => !test(site, screen[key])).map(([key]) => key);
        const positive = conditions(screen).filter(([key]) => !['none', 'absent'].includes(key) && !failed.includes(key));
        return {site, screen, failed, held: positive.length};
      }).filter(({held}) => held).sort((a, b) => a.failed.length - b.failed.length || b.held - a.held);
    if (!rest.length) return null;
    const {site, screen, failed} = rest[0];
    const told = failed.map((key) => {
      const list = [].concat(screen[key]);
      const which = ['any', 'all', 'none'].includes(key) ? list.filter((n) => named(site, n).length === (key === 'none' ? 1 : 0)) : list;
      const said = {url: 'the address is not like', text: 'the page does not say', any: 'not one is shown of', all: 'not shown:', none: 'shown as well:',
        present: 'not in the page:', absent: 'in the page as well:'}[key];
      const short = (which.length ? which : list).slice(0, 3).map((text) => (text.length > 60 ? `${text.slice(0, 59)}…` : text));
      return `${said} ${short.join(', ')}`;
    });
    return {site: site.name, screen: screen.name, why: told.join('; ') || `it fits too, and ${chosen.site}/${chosen.screen} is asked first`};
  };
  const signature = (r) => [r.document, r.site, r.screen, r.problem, r.problem_text, Object.keys(r.fields).join(), r.complains || ''].join('|');
  const ready = () => document.readyState === 'complete' || (document.readyState === 'interactive' && performance.now() > args.settle);
  // What the form finder says of a page that may still be changing counts once it has stood still: longer where a site's own
  // table may yet recognise the page.
  const QUIET = {site: 1500, generic: 250};
  return new Promise((resolve) => {
    let timer = null, queued = false, done = false, last = '', since = 0;
    const started = performance.now();
    const finish = (result) => {
      done = true; observer.disconnect(); clearInterval(timer);
      const own = result.runner_up || null;
      result.runner_up = args.explain && !result.needs && !result.elsewhere ? runnerUp(result) || own : null;
      const {complains, ...told} = result;
      resolve({...told, signature: signature(result)});
    };
    const check = () => {
      queued = false;
      if (done) return;
      const result = read();
      // The tables were chosen for another host: this document is a newer one.
      if (result.screen !== 'goal' && result.site !== 'browser' && location.hostname !== args.host) return finish({...result, elsewhere: location.hostname});
      if (result.screen === 'goal' || result.needs) return finish(result);
      if (signature(result) !== last) { last = signature(result); since = performance.now(); }
      const still = !result.guessed || args.explain || args.settled === performance.timeOrigin || performance.now() - since >= QUIET[result.guessed];
      if (!readForms && still && ready() && (result.guessed || (look.more && signature(result) !== args.after))) return finish({...result, more: true});
      const known = result.screen !== 'unknown' && still && (result.site === 'browser' || ready());
      if (known && signature(result) !== args.after && !(result.screen === 'hop' && args.pass_hops)) return finish(result);
      if (performance.now() - started >= args.patience) finish(result);
    };
    const soon = () => { if (!queued && !done) { queued = true; setTimeout(check, 5); } };
    const observer = new MutationObserver(soon);
    observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
    addEventListener('load', soon); addEventListener('DOMContentLoaded', soon); addEventListener('transitionend', soon, true);
    timer = setInterval(check, 250);  // a style sheet that arrives, an animation that ends: no mutation tells of them
    check();
  });
}
