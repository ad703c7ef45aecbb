// The form finder: what kind of sign-in form a page shows that no table knows, in any language. Structure first (autocomplete,
// type, name, id, how fields stand together), words last. It names nothing when two forms are equally good.
const MARGIN = 4, FEWEST_SURE = 5, MOST_FIELDS = 150;
const sum = (fields) => fields.reduce((total, f) => total + f.sure, 0);
const isForLogin = (g) => g.told.login >= g.against;
const plain = (g) => !g.machine && !g.news.length && !g.codes.length && !g.cards.length && !g.selects.length && !g.pin;
const fewExtras = (g) => !g.extras.length || (g.extras.length === 1 && ['', 'other'].includes(g.extras[0].kind) && g.who && g.who.kind === 'user' && g.told.login > g.against);
const certain = (f) => f.sure >= FEWEST_SURE;
const wayOn = (g) => says('next', folded(g.submit ? labelled(g.submit) : ''));

// The shapes of forms: a screen, the fields it has, and when a group is one. The first that fits is the group's.
const SHAPES = [
  {screen: 'password-expired', fields: () => ({}),
    fits: (g) => !g.extras.length && !g.codes.length && (!g.who || g.passwords.length + g.news.length > 2) && g.told.signUp < 5
      && ((g.news.length > 0 && (g.passwords.length + g.news.length > 1 || g.told.change > 0)) || (g.passwords.length > 1 && g.told.change >= 3))},
  {screen: 'credentials', fields: (g) => ({username: g.who, password: g.passwords[0]}),
    fits: (g) => g.who && g.passwords.length === 1 && certain(g.passwords[0]) && plain(g) && fewExtras(g) && isForLogin(g)
      && (g.who.kind === 'user' || g.told.login > g.against || g.fields.length === 2)},
  {screen: 'password', fields: (g) => ({password: g.passwords[0]}),
    fits: (g) => !g.who && !g.users.some((f) => !f.fixed) && g.passwords.length === 1 && g.passwords[0].sure > FEWEST_SURE && plain(g) && !g.extras.length && isForLogin(g)
      && (g.told.login > g.against || (g.against === 0 && (g.fixed || /current-password/.test(g.passwords[0].auto))))},
  {screen: 'username', fields: (g) => ({username: g.who}),
    fits: (g) => g.who && g.submit && (g.who.kind === 'user' || hiddenSecret(g)) && !g.passwords.length && plain(g) && !g.extras.length && isForLogin(g)
      && (hiddenSecret(g) || g.own > g.against || (g.told.login > g.against && wayOn(g)) || (/username|webauthn/.test(g.who.auto) && g.against === 0) || (certain(g.who) && g.against === 0 && wayOn(g) && !onlyMail(g.who)))},
  {screen: 'code', fields: (g) => ({...(g.who && !g.who.el.value && {username: g.who}), code: g.codes[0]}),
    fits: (g) => g.codes.length === 1 && g.told.errand < 4 && certain(g.codes[0]) && !g.passwords.length && !g.news.length && !g.cards.length && !g.pin && !g.extras.length && !g.selects.length
      && (!g.who || isSecret(g.codes[0])) && Math.max(g.told.elsewhere, g.told.search, g.told.unlock - (g.codes[0].sure > 8 ? 5 : 0)) < 5 && !(g.told.signUp >= 5)},
];
const onlyMail = (f) => !NAMES.user.test(f.names.replace(/e ?mail/g, '')) && !says('user', f.label);

const candidate = (g) => {
  const shape = SHAPES.find((s) => s.fits(g));
  if (!shape) return null;
  const fields = shape.fields(g);
  const told = Object.entries(fields).map(([role, f]) => `${role}: ${f.why.join(', ') || 'it stands before the password'}`);
  const bonus = (hiddenSecret(g) ? 4 : 0) + (g.fixed ? 3 : 0) + placeOf(g.root) + Math.min(g.told.login, 8) - g.against;
  return {g, screen: shape.screen, fields, rank: sum(Object.values(fields)) + sum(g.news) + bonus, why: [...told, ...g.why]};
};

// The authenticator's code or one that was sent: only the page's words can tell, those of its buttons and links aside.
const spokenText = (bodyText) => queryAll('a, button, [role=button], option').filter((el) => el.offsetWidth).map(textOf).filter((t) => t.length > 2)
  .reduce((text, t) => text.replace(t, ' '), bodyText());
const MASKED = /[*•●x×.]{3,} ?-?\d{2,4}\b|\w[*•●]{2,}\S*@|@\w?[*•●]{2,}/u;
// Whose code it is can be told where nothing else is asked: not beside a choice of the way that it comes, and not where it is typed
// in place of a password, as a token's is.
const WAYS = /^(push|sms|text|token|t?otp|call|voice|phone|e?mail|app)\b/i;
const choosesWay = (g) => [...g.root.querySelectorAll('select')].some((el) => el.options.length > 1 && !el.disabled && shown(el)
  && (/method|factor|\bmfa|2 ?fa/.test(nameOf(el)) || [...el.options].some((o) => WAYS.test(o.value))));
const codeScreen = (found, bodyText) => {
  if (found.fields.username || choosesWay(found.g)) return 'one-time-code';
  const text = spokenText(bodyText).slice(0, 6000), code = found.fields.code;
  const byName = /totp|authenticator/.test(code.names + ' ' + spoken(found.g.form ? found.g.form.id + ' ' + found.g.form.getAttribute('action') : ''));
  const app = byName || says('authenticator', folded(text));
  const sent = says('sent', folded(text)) || MASKED.test(text) || queryAll('a, button, [role=button]').some((el) => says('resend', folded(labelOf(el))) && visible(el));
  found.why.push(app && !sent ? 'an authenticator app shows the code' : 'nothing says that an authenticator app shows the code, or it was sent');
  return app && !sent ? 'totp' : 'one-time-code';
};

// A page that sets an application up: a picture to be scanned, or the secret itself, beside the field. Its code is that of a new secret.
const SQUARE = 100, SECRET = /\b(?:[A-Z2-7]{4}[ -]?){4,16}\b/;
const isSquare = (el) => { const {width, height} = el.getBoundingClientRect(); return height >= SQUARE && Math.abs(width - height) <= height / 8; };
const enrols = (bodyText) => says('enrol', folded(bodyText())) && (SECRET.test(bodyText()) || queryAll('img, canvas, svg, [class*=qr i]').some((el) => isSquare(el) && visible(el)));

// A complaint: an element for errors that is shown, says something, and what it says means a refusal.
const NO_ERROR = /\b(info|warn|warning|success|notice|hint|help)\b/;
const errorsOf = (g) => {
  const pointed = g.fields.filter((f) => f.el.getAttribute('aria-invalid') === 'true').flatMap((f) => `${f.el.getAttribute('aria-errormessage') || ''} ${f.el.getAttribute('aria-describedby') || ''}`.split(/\s+/))
    .filter(Boolean).map((id) => g.root.getRootNode().getElementById?.(id)).filter(Boolean);
  const marked = queryAll(COMPLAINTS).filter((el) => !el.querySelector('input, select, textarea, button[type=submit]') && !isField(el) && !el.matches('label[for]:empty, svg, svg *')
    && !NO_ERROR.test(spoken((el.getAttribute('class') || '') + ' ' + el.id)));
  return [...pointed, ...marked].filter(shown).map(textOf).filter((text) => text && text.length <= 400);
};
const REFUSALS = {
  'one-time-code': [['code-reused', (t) => says('reused', t)], ['code-rejected', (t, f) => says('rejected', f) && !says('excuse', f)]],
  totp: [['code-reused', (t) => says('reused', t)], ['code-rejected', (t, f) => says('rejected', f) && !says('excuse', f)]],
};
const REFUSED = [['credentials-rejected', (t, f) => says('rejected', f) && !says('excuse', f)]];
const BARRED = [['locked', (t, f) => says('locked', t) && !says('willLock', f)], ['account-disabled', (t, f) => says('disabled', t) && !says('willLock', f) && !says('excuse', f)]];
const complaintOf = (found, screen) => {
  if (screen === 'password-expired') return {};
  const texts = errorsOf(found.g);
  // Three complaints at once on a page that has lost its style sheets: they are kept in store for later.
  if (look.bare && new Set(texts).size > 2) return {};
  for (const [problem, means] of [...BARRED, ...(REFUSALS[screen] || REFUSED)]) {
    const text = texts.find((t) => means(t.toLowerCase(), folded(t)));
    if (text) return {problem, problem_text: text.slice(0, 300)};
  }
  return {};
};

// A captcha that stands in the way: a picture with a field for it, or a box to tick; not a badge in the corner.
const WIDGETS = 'iframe[src*="recaptcha" i], iframe[src*="hcaptcha" i], iframe[src*="turnstile" i], iframe[src*="challenges.cloudflare" i], iframe[src*="captcha" i], .g-recaptcha[data-sitekey], .h-captcha[data-sitekey], .cf-turnstile[data-sitekey], img[src*="captcha" i], img[id*="captcha" i]';
const isCaptcha = (el) => !/invisible/.test(el.dataset.size || '') && !/size=invisible/.test(el.src || '') && !el.closest('.grecaptcha-badge, [data-size=invisible], button')
  && shown(el) && el.getBoundingClientRect().height >= 20;
const captchaIn = (root) => queryAll(WIDGETS).some((el) => within(root, el) && isCaptcha(el));

// A page without a field to type into: it moves on by itself, asks whether to sign out, or only wants a captcha solved.
const CARRIED = /^(SAMLResponse|SAMLRequest|wresult|id_token|LogoutRequest|LogoutResponse)$/;
const isHop = (form) => {
  const names = [...form.querySelectorAll('input[type=hidden], textarea')].map((el) => el.name);
  // A question of another kind may carry a code and a state along, and is pressed by a person.
  const asks = queryAll(BUTTONS, form).some(visible);
  return names.some((n) => CARRIED.test(n)) || (!asks && names.includes('state') && (names.includes('code') || names.includes('error')));
};
const signOutPage = () => {
  const asked = /log ?-?(out|off)|sign ?-?(out|off)|end_?-?session|session\/end|slo\b/i;
  const buttons = queryAll(BUTTONS).filter(shown);
  const goes = buttons.filter((el) => says('signOut', folded(labelled(el))) && !says('stay', folded(labelled(el))) && !says('aside', folded(labelled(el).replace(/^\p{L}+[,!]/u, ''))));
  const form = goes.length === 1 ? formOf(goes[0]) : null;
  const here = asked.test(location.pathname) || (form && asked.test(`${form.getAttribute('action')} ${form.id}`));
  return form && here && buttons.length <= 4 ? goes[0] : null;
};
const withoutFields = (bodyText) => {
  const forms = queryAll('form');
  if (forms.some(isHop) && bodyText().length < 600) return {screen: 'hop', why: ['a form that carries a message on']};
  const out = signOutPage();
  if (out) return {screen: 'sign-out-confirm', fields: {confirm: selectorOf(out)}, why: ['one button that signs out']};
  if (captchaIn(document.body) && bodyText().length < 1500) return {screen: 'captcha', why: ['a captcha and nothing else']};
  return {};
};

// What a form is that a table, or a person, takes for a sign-in: another screen (`against`; empty when nothing speaks against
// it), the button that sends it, and what is complained of (to the form of `screen`).
const LEAST_AGAINST = 4;
const about = (els, screen) => {
  look.bare = unstyled();
  const fields = readFields();
  if (fields.length > MOST_FIELDS) return {against: '', submit: null, complaint: {}};
  look.headings = headings();
  const groups = groupsOf(fields.filter((f) => f.kind !== 'search')).map(readGroup).filter((g) => g.fields.some((f) => els.includes(f.el)));
  const complaint = screen && groups.length === 1 ? complaintOf({g: groups[0]}, screen) : {};
  const told = (against) => ({against, complaint, submit: groups.length === 1 ? groups[0].submit : null});
  if (groups.some((g) => SHAPES[0].fits(g))) return told('password-expired');
  if (groups.some((g) => g.news.length || (g.against >= LEAST_AGAINST && g.against > g.told.login))) return told('unknown');
  return told(groups.some((g) => g.captchas.length || captchaIn(g.root)) ? 'captcha' : '');
};

// For a person who asks: what came next to what was found, and what speaks against it.
const MEANT = {signUp: 'a sign-up', forgot: 'a forgotten password', change: 'a change of password', elsewhere: 'a newsletter, a purchase or a message',
  unlock: 'something locked', search: 'a search', newMail: 'another e-mail address', save: 'settings', errand: 'an errand in an account'};
const shapeless = (g) => (g.passwords.length ? (g.who ? 'credentials' : 'password') : g.codes.length ? 'code' : g.who ? 'username' : null);
const objections = (g) => [
  [g.against > g.told.login, `its words are those of ${MEANT[PURPOSES.find((p) => p !== 'login' && g.told[p] === g.against)]}`],
  [g.machine, 'it sets up a machine'], [g.news.length, 'it asks for a new password'], [g.cards.length, 'it asks for a card'], [g.pin, 'it asks for a PIN'],
  [g.extras.length || g.selects.length, 'it has further fields'], [g.passwords.length > 1, 'it has several passwords'], [g.codes.length && g.passwords.length, 'it has a code beside the password'],
].filter(([holds]) => holds).map(([, why]) => why);
const nextTo = (groups, found) => {
  const [best, ...others] = found, rival = best && others.find((c) => c.g.key !== best.g.key);
  const told = (screen, why) => ({site: 'generic', screen: screen === 'code' ? 'one-time-code' : screen, why});
  if (rival) return told(rival.screen, best.rank - rival.rank < MARGIN ? 'two forms fit equally well, and none is guessed at' : `another form, of which less speaks for it: ${rival.why.join(', ')}`);
  const rest = groups.filter((g) => (!best || g.key !== best.g.key) && shapeless(g))[0];
  return rest ? told(shapeless(rest), objections(rest).join('; ') || 'nothing says enough that somebody signs in here') : null;
};

const readForms = (bodyText) => {
  look.bare = unstyled();
  const fields = readFields();
  if (fields.length > MOST_FIELDS) return {};
  if (fields.every((f) => f.kind === 'search')) return withoutFields(bodyText);
  look.headings = headings();
  const groups = groupsOf(fields).map(readGroup);
  const found = groups.map(candidate).filter(Boolean).sort((a, b) => b.rank - a.rank);
  const rival = found.find((c) => c.g.key !== found[0].g.key), runner_up = nextTo(groups, found);
  if (!found.length || (rival && found[0].rank - rival.rank < MARGIN)) return {runner_up};
  const best = found[0];
  if (best.screen !== 'password-expired' && (best.g.captchas.length || captchaIn(best.g.root))) return {screen: 'captcha', why: ['a captcha in the form']};
  if (best.screen === 'code' && enrols(bodyText)) return {screen: 'mfa-enrolment', why: ['a picture to be scanned, or a secret, beside the field']};
  const screen = best.screen === 'code' ? codeScreen(best, bodyText) : best.screen;
  const elements = screen === 'password-expired' ? {} : {...Object.fromEntries(Object.entries(best.fields).map(([role, f]) => [role, f.el])), submit: best.g.submit};
  const selectors = Object.fromEntries(Object.entries(elements).map(([role, el]) => [role, el ? selectorOf(el) : null]));
  return {screen, ...complaintOf(best, screen), fields: selectors, why: best.why, runner_up};
};
