// Which fields belong together, what such a group is for, which screen it would be, and which button sends it.
const BUTTONS = 'button, input[type=submit], input[type=image], input[type=button], [role=button]';
const LINKS = 'a[onclick], a[href^="javascript:" i], a[href="#"], a[class*=btn i], a[class*=button i], span[class*=but i], div[class*=btn i], div[class*=button i], img[onclick], [onclick]';
const formOf = (el) => { if (el.form) return el.form; for (let at = el; at; at = parentOf(at)) if (at.tagName === 'FORM') return at; return null; };
const chain = (el) => { const all = []; for (let at = parentOf(el); at; at = parentOf(at)) all.push(at); return all; };
const labelled = (el) => labelOf(el) || tidy(el.title || el.getAttribute('alt'));
const classOf = (el) => el.getAttribute('class') || '';
const nameOf = (el) => spoken([el.getAttribute('name'), el.id, el.dataset.testid, el.dataset.testId].filter(Boolean).join(' '));

// What a button is not for: it leads elsewhere, or only helps with typing. One without a text is judged by its name.
const NOT_SUBMIT = ['forgot', 'resend', 'search'], NEVER = ['aside', 'otherWay'];
const saysOf = (lists, text) => lists.some((list) => says(list, text));
const leadsAway = (el) => {
  const text = folded(labelled(el)) || nameOf(el);
  if (saysOf(NEVER, text) || (!says('login', text) && saysOf(NOT_SUBMIT, text))) return true;
  if (!isSubmit(el) && ATTRS.forgot.test(nameOf(el))) return true;
  const styles = spoken(classOf(el));
  return /social|federat/.test(styles) || (/(^| )(toggle|eye|icon)( |$)/.test(styles) && !goesOn(text));
};
const goesOn = (text) => says('login', text) || says('next', text);
const makesAccount = (text) => says('signUp', text) && !says('login', text);
const isSubmit = (el) => (el.tagName === 'BUTTON' ? el.type === 'submit' : /^(submit|image)$/.test(el.type || ''));
const asksSubmit = (el) => isSubmit(el) && (el.tagName !== 'BUTTON' || el.hasAttribute('type'));
const WORTH = [
  [6, (b) => asksSubmit(b.el)],
  [4, (b) => isSubmit(b.el)],
  [3, (b) => b.el.matches(BUTTONS)],
  [4, (b) => goesOn(b.text)],
  [2, (b) => /submit|log ?[io]n|sign ?in|next|continue|primary|verify|\bok\b/.test(b.names)],
  [2, (b, g) => Boolean(g.fields.at(-1).el.compareDocumentPosition(b.el) & Node.DOCUMENT_POSITION_FOLLOWING)],
  [1, (b) => b.text !== ''],
];
const submitOf = (g) => {
  const known = (css) => queryAll(css).filter((el) => (formOf(el) === g.form && g.form) || within(g.root, el));
  const usable = (css) => known(css).filter((el) => !g.fields.some((f) => el === f.el || el.contains(f.el)) && !leadsAway(el) && shown(el));
  let found = usable(BUTTONS);
  if (!found.length) found = usable(LINKS).filter((el) => el.tagName !== 'A' || labelled(el) || el.hasAttribute('onclick'));
  // One that says nothing, beside one that says where it leads, is there for a script.
  if (found.some((el) => goesOn(folded(labelled(el))))) found = found.filter((el) => /\p{L}/u.test(labelled(el)));
  const rated = found.map((el) => {
    const b = {el, text: folded(labelled(el)), names: nameOf(el) + ' ' + spoken(classOf(el))};
    return [WORTH.reduce((sum, [points, test]) => sum + (test(b, g) ? points : 0), 0), el];
  });
  rated.sort((a, b) => b[0] - a[0]);
  return rated.length ? rated[0][1] : null;
};

// Groups: by form; a form around the whole page, and fields without a form, by the nearest container that has a button.
const PAGE_FORM = '[name=__VIEWSTATE], header, nav, main, footer, [role=main], [role=banner]';
const homes = () => {
  const holders = new Set();
  for (const el of queryAll(BUTTONS)) {
    if ((labelled(el) || asksSubmit(el)) && !leadsAway(el) && el.getBoundingClientRect().width > 1) for (const up of chain(el)) holders.add(up);
  }
  return (f, top) => chain(f.el).find((up) => holders.has(up) || up === top) || top;
};
const has = (kinds) => (g) => g.fields.some((f) => kinds.includes(f.kind));
const hasWho = has(['user', 'phone', 'personal', 'other', '']), hasSecret = has(['password', 'new']), isWho = has(['user', 'phone']);
const lacks = (outer, inner) => (hasSecret(outer) && !isWho(outer) && hasWho(inner) && !hasSecret(inner))
  || (hasSecret(inner) && !isWho(inner)) || (!hasSecret(outer) && !hasWho(outer));
const clustered = (fields, top, home) => {
  const groups = [];
  for (const f of fields) {
    const root = home(f, top);
    const same = groups.find((g) => g.root === root);
    if (same) same.fields.push(f); else groups.push({root, form: null, fields: [f]});
  }
  groups.sort((a, b) => chain(b.root).length - chain(a.root).length);
  for (const inner of [...groups]) {
    const outer = groups.filter((g) => g !== inner && within(g.root, inner.root)).sort((a, b) => chain(b.root).length - chain(a.root).length)[0];
    if (!outer || !lacks(outer, inner)) continue;
    outer.fields = fields.filter((f) => outer.fields.includes(f) || inner.fields.includes(f));
    groups.splice(groups.indexOf(inner), 1);
  }
  return groups;
};
const groupsOf = (fields) => {
  const byForm = new Map();
  for (const f of fields.filter((one) => one.kind !== 'search')) {
    const form = formOf(f.el);
    byForm.set(form, [...(byForm.get(form) || []), f]);
  }
  let home = null;
  return [...byForm].flatMap(([form, own]) => {
    if (form && !form.querySelector(PAGE_FORM)) return [{root: form, form, fields: own}];
    home ??= homes();
    return clustered(own, form || document.body, home).map((g) => ({...g, form}));
  });
};

// What a group is for, by the words of its button, headings, names and address. Each source counts once.
const ATTRS = {login: /log ?[io]n|sign ?in|\bauth(?!or)|\bsso\b|credential/, signUp: /sign ?up|regist|enrol|creat\w* ?(account|user)/, forgot: /forgot|reset|recover|lost|remind/,
  change: /(change|chg|update|expired) ?p/, elsewhere: /newsletter|subscri|contact|checkout|payment|coupon|comment/, unlock: /unlock|vault|\bpin\b/, search: /search/,
  newMail: /(change|update) ?e? ?mail/, save: /settings|preferences|config/,
  errand: /(delete|close|deactivate) ?(my ?)?account|deactivat|unsubscrib/};
const PURPOSES = Object.keys(ATTRS);
const headings = () => queryAll('h1, h2, h3, h4, h5, h6, legend, caption, [role=heading]').filter((el) => el.textContent.trim()).slice(0, 60).filter(shown);
const sourcesOf = (g) => {
  const own = look.headings.filter((h) => within(g.root, h));
  const above = look.headings.filter((h) => !own.includes(h) && g.root.compareDocumentPosition(h) & Node.DOCUMENT_POSITION_PRECEDING).slice(-1);
  const namesOf = (all) => spoken(all.filter((el) => el && el !== document.body && el !== document.documentElement)
    .flatMap((el) => [el.id, el.getAttribute('name'), classOf(el), el.dataset.testid, (el.getAttribute('action') || '').split(/[?#]/)[0].replace(/^\w+:\/\/[^/]+/, '')])
    .filter(Boolean).join(' '));
  return [
    [5, folded(g.submit ? labelled(g.submit) : ''), 'its button'],
    [4, folded([...own, ...above].map(textOf).join(' | ')), 'its heading'],
    [3, namesOf([g.root, g.form]), 'its name'],
    [1, namesOf([parentOf(g.root)]), 'the name of what holds it'],
    [2, folded(document.title), 'the title'],
    [2, spoken(location.pathname), 'the address'],
    [8, g.who || !g.passwords.length ? '' : folded(textOf(parentOf(g.root) || g.root).slice(0, 400)), 'its text'],
    [3, g.fields.map((f) => f.label).join(' | '), 'its labels'],
  ];
};
const ONLY = {'its text': ['unlock'], 'its labels': ['elsewhere', 'search']}, OWN = ['its button', 'its heading', 'its name'], KEPT = ['its button', 'its name', 'the address'];
const CONSENTS = /terms|\btos\b|agree|accept|gdpr|consent|privacy|newsletter|opt ?in|marketing/;
// A password that is being chosen where nothing says so: a rule for it, which nobody needs who has one, or terms to be agreed to.
// What its attributes say weighs less: some logins ask the browser to count as well.
const [ATLEAST, LETTERS_OF, NUMBER] = [`(?:${WORDS.least})`, `(?:${WORDS.characters})`, '\\d{1,2}'];
const RULE = new RegExp(`${ATLEAST}.{0,30}${NUMBER}.{0,14}${LETTERS_OF}|${NUMBER}.{0,14}${LETTERS_OF}.{0,20}${ATLEAST}|${NUMBER}.{0,3}${ATLEAST}.{0,10}${LETTERS_OF}`, 'iu');
const LEAST_LENGTH = 8;
const choosesPassword = (g, inside) => {
  if (g.news.length || g.passwords.length !== 1) return 0;
  const {el, auto} = g.passwords[0];
  const described = (el.getAttribute('aria-describedby') || '').split(/\s+/).filter(Boolean).map((id) => el.getRootNode().getElementById?.(id)).filter(Boolean);
  const texts = [el.placeholder, el.title, ...[g.root, ...described].map((at) => textOf(at).slice(0, 1500))].map(folded);
  if (texts.some((text) => RULE.test(text)) || inside('input[type=checkbox]').some((box) => box.required || says('terms', folded(labelOf(box))))) return 6;
  return !/current-password/.test(auto) && (el.hasAttribute('passwordrules') || el.minLength >= LEAST_LENGTH) ? 4 : 0;
};
const purposeOf = (g) => {
  const told = Object.fromEntries(PURPOSES.map((p) => [p, 0]));
  g.why = [];
  g.own = 0;
  for (const [points, text, source] of sourcesOf(g)) {
    for (const p of PURPOSES) {
      if (!(ONLY[source] || PURPOSES).includes(p) || (p === 'save' && !KEPT.includes(source))) continue;
      if (!says(p, text) && !(/name|address/.test(source) && ATTRS[p].test(text))) continue;
      told[p] += points;
      if (p === 'login' && OWN.includes(source)) g.own += points;
      if (p === 'login') g.why.push(`${source} speaks of signing in`);
    }
  }
  const inside = (css) => [...g.root.querySelectorAll(css)];
  told.signUp += choosesPassword(g, inside);
  if (inside('input[type=checkbox]').some((el) => CONSENTS.test(nameOf(el)))) told.signUp += 3;
  if (inside('meter, [class*=strength i], [id*=strength i]').length) told.signUp += 3;
  return told;
};
const PLACES = [[2, 'main, [role=main], dialog, [role=dialog]'], [-2, 'header, nav, footer, aside, [role=banner], [role=contentinfo], [role=navigation]']];
const placeOf = (el) => PLACES.reduce((sum, [points, css]) => sum + (el.closest(css) ? points : 0), 0);

const hiddenSecret = (g) => g.fields.every((f) => f.kind !== 'password')
  && [...g.root.querySelectorAll('input[type=password]')].some((el) => !g.fields.some((f) => f.el === el));
// Who signs in: the one field that says so, else the only text field before the password.
const TEXTY = ['', 'personal', 'phone', 'other'];
const whoOf = (g) => {
  const users = g.fields.filter((f) => f.kind === 'user' && !f.fixed).sort((a, b) => b.sure - a.sure);
  if (users.length === 1 || (users.length > 1 && users[0].sure >= users[1].sure + 4)) return users[0];
  const secret = g.fields.findIndex((f) => f.kind === 'password');
  const before = g.fields.slice(0, Math.max(secret, 0)).filter((f) => !f.fixed);
  const waits = secret < 0 && hiddenSecret(g) && g.fields.length === 1 && !isSecret(g.fields[0]) && ['', 'phone'].includes(g.fields[0].kind);
  if (waits) return g.fields[0];
  const vague = before.length === 1 && (TEXTY.includes(before[0].kind) || (before[0].kind === 'code' && before[0].sure <= 5));
  return !users.length && vague ? before[0] : null;
};
// Several boxes of one character each are one field for a code.
const boxesOf = (fields) => {
  const boxes = fields.filter((f) => f.el.maxLength === 1 || (f.kind === 'code' && /\d$/.test(f.names)));
  return boxes.length >= 4 ? boxes : [];
};
// A site may only mean to keep the browser from filling in a password that it says is new: with one password, and words that speak
// of signing in and of nothing else, it is one.
const readGroup = (g) => {
  const secrets = g.fields.filter(isSecret);
  const [lone] = secrets.length === 1 && secrets[0].kind === 'new' && secrets[0].newByBrowser ? secrets : [];
  if (!lone) return readOnce(g);
  const before = {kind: lone.kind, sure: lone.sure};
  Object.assign(lone, {kind: 'password', sure: 9});
  if (readOnce(g).own >= 5 && g.against === 0 && !g.extras.length) return g;
  Object.assign(lone, before);
  return readOnce(g);
};
const readOnce = (g) => {
  g.boxes = boxesOf(g.fields);
  g.pin = g.boxes.length > 0 && g.boxes.every((f) => f.type === 'password');
  const of = (kind) => g.fields.filter((f) => f.kind === kind && !g.boxes.includes(f));
  Object.assign(g, {passwords: of('password'), news: of('new'), captchas: of('captcha'), cards: of('card'), users: of('user')});
  g.who = whoOf(g);
  g.codes = [...g.boxes.slice(0, 1), ...of('code').filter((f) => f !== g.who)];
  g.fixed = g.fields.some((f) => f.fixed) || (g.root.querySelector('input[autocomplete~=username], input[name*=user i][type=hidden], input[name*=login i][type=hidden]') !== null);
  const known = new Set([g.who, ...g.passwords, ...g.news, ...g.captchas, ...g.codes, ...g.boxes]);
  g.extras = g.fields.filter((f) => !known.has(f) && !f.fixed);
  g.selects = [...g.root.querySelectorAll('select')].filter((el) => el.options.length > 1 && shown(el) && (NAMES.personal.test(nameOf(el)) || PERSONAL.test(el.autocomplete) || says('personal', folded(labelOf(el)))));
  // Something is said of a machine beside the name and the password, or they are its own: they are set here, and not used.
  const rest = [...g.fields.filter((f) => f !== g.who && !g.passwords.includes(f)), ...[...g.root.querySelectorAll('select')].filter(shown).map((el) => ({names: nameOf(el), label: folded(labelOf(el))}))];
  g.machine = rest.some((f) => NAMES.machine.test(f.names) || says('machine', f.label)) || g.fields.some((f) => NAMES.ofMachine.test(f.names));
  g.submit = submitOf(g);
  g.told = purposeOf(g);
  if (g.submit && makesAccount(folded(labelled(g.submit)))) g.told.signUp += 20;
  g.against = Math.max(...PURPOSES.filter((p) => p !== 'login').map((p) => g.told[p]));
  g.key = [g.form ? g.form.getAttribute('action') : '', ...g.fields.map((f) => f.kind + f.el.name + f.type)].join('|');
  return g;
};
