// What a field says of itself: kinds of fields, the clues for each with their weight, and how sure that makes.
const folded = (text) => (text || '').toLowerCase().replace(/’/g, "'").normalize('NFKD').replace(/\p{M}/gu, '')
  .replace(/[ıłđøßæœ]/g, (c) => LETTERS[c]);
const patterns = {};
const says = (list, text) => Boolean(text) && (patterns[list] ??= new RegExp(WORDS[list], 'iu')).test(text);
// An id, a name or a class as the words that it is made of: "txtUserName" is "txt user name".
const spoken = (id) => folded((id || '').replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replace(/(\p{L})(\d)/gu, '$1 $2').replace(/[^\p{L}\p{N}]+/gu, ' ')).trim();
const parentOf = (el) => el.parentElement || el.getRootNode().host || null;
const within = (root, el) => { for (let at = el; at; at = parentOf(at)) if (at === root) return true; return root === document.body; };

// A saved page has often lost its style sheets; what they hid is then told by the usual names of classes alone.
// A style sheet that could not be had is there all the same: empty, or closed even to its own site.
const isLost = (link) => { try { return !link.sheet || link.sheet.cssRules.length === 0; } catch { return link.href.startsWith(location.origin + '/'); } };
const unstyled = () => {
  const links = [...document.querySelectorAll('link[rel~=stylesheet]')];
  return !document.styleSheets.length || links.some((link) => !link.sheet) || (links.length > 0 && links.every(isLost));
};
const HIDING = ['hidden', 'hide', 'd-none', 'is-hidden', 'ng-hide', 'invisible', 'visually-hidden', 'visuallyhidden', 'sr-only', 'offscreen', 'off-screen',
  'display-none', 'screenreader', 'screen-reader-text'].map((c) => '.' + c).join() + ', .tab-pane:not(.active):not(.show), .modal.fade:not(.show):not(.in), .collapse:not(.show):not(.in), '
  + ['_hidden', '--hidden', '_hide', '--hide'].flatMap((end) => [`[class$="${end}"]`, `[class*="${end} "]`]).join();
const hiddenByName = (el) => { const at = look.bare ? el.closest(HIDING) : null; return at !== null && at !== document.body && at !== document.documentElement; };
const shown = (el) => visible(el) && !hiddenByName(el);

// Names that programmers give, in the English (and the short forms) of all countries.
const NAMES = {
  user: /user|usr|log ?[io]n|account|acct|e ?mail|\buid\b|ident(?!ification ?code)|member|principal|nick|\bcpf\b|\bsso ?id\b|(^|\b(my|net|web|staff|student)) ?id$|master ?id/,
  phone: /phone|mobile|\btel\b|\bcell\b|msisdn/,
  password: /pass(?! ?code)|pwd|psw|passwd|\bpw\b/,
  new: /new ?(pass|pwd|pw)|(pass|pwd|pw)\w* ?(new|conf|again|repeat|check|verif)|(confirm|conf|repeat|retype|verify|re) ?(the |new )?(pass|pwd|pw)/,
  old: /(old|current|cur|existing|orig) ?(pass|pwd|pw)/,
  code: /\bt?otp\b|totp|one ?time|pass ?code|(verif\w*|auth\w*|secur\w*|sms|identification|confirm\w*|mfa|login|access|factor) ?code|code ?input|\bmfa|2 ?fa\b|2 ?fa |two ?factor|\btfa\b|(?<!\bid ?)token|\btan\b|(^| )code( \d+)?$|^code |\botc\b|\bpin ?code\b|\bota\b/,
  otherCode: /zip|postal|post ?code|promo|coupon|voucher|discount|gift|referral|invit|country|area ?code|dial|currency|captcha|user ?code|device ?code/,
  search: /search|(^| )(q|query|keywords?|term|s)$|suche|recherche|busca|zoek/,
  personal: /first ?name|last ?name|full ?name|sur ?name|middle ?name|given ?name|\bf ?name\b|\bl ?name\b|birth|\bdob\b|gender|country|\bcity\b|street|address ?line|zip|postal|company|organi[sz]ation|\bbday\b/,
  card: /card ?(num|no|holder)|\bcc ?(num|name|exp|csc)|cvv|cvc|iban|expir/,
  captcha: /captcha|turing|security ?(image|text)|human ?check/,
  newMail: /(new|conf\w*|repeat|retype|verify) ?e? ?mail|e ?mail ?(new|conf\w*|repeat|again|2)\b/,
  machine: /\b(host|hostname|server|port|smtp|imap|pop3|ssid|wi ?fi|wlan|database|db ?name|schema|dsn|jdbc|odbc|proxy|driver)\b/,
  ofMachine: /\b(smtp|imap|pop3|ssid|wi ?fi|wlan|wpa|pppoe|database|mysql|postgres\w*|mqtt|snmp|proxy)\b/,
  bait: /honey ?pot|honey|\bhp\b|\bbait\b|leave ?blank|do ?not ?fill/,
};
const PERSONAL = /\b(name|given-name|family-name|additional-name|street-address|address-\w+|postal-code|country(-name)?|bday\S*|sex|organization\S*)\b/;
const isSecret = (f) => f.type === 'password';
const isCode = (f) => /\bone-time-code\b/.test(f.auto) || NAMES.code.test(f.names) || says('code', f.label);
// A password that is good for once is a code, whatever a language calls it. A field named as a password may ask for either.
const isOneTime = (f) => isSecret(f) && says('oneTime', f.label) && !NAMES.password.test(f.names) && !says('password', f.names);
const either = (list) => (f) => (NAMES[list] && NAMES[list].test(f.names)) || says(list, f.names);
const asked = (list) => (f) => says(list, f.label);

// Kind of field, weight, what it is told by, and the test. The kind with the greatest sum is the field's.
const CLUES = [
  ['bait', 30, 'it is to be left empty', (f) => NAMES.bait.test(f.names) || says('bait', f.label)],
  ['search', 9, 'it is a search box', (f) => f.type === 'search' || /^search(box)?$/.test(f.el.getAttribute('role') || '') || f.el.closest('[role=search], search') !== null],
  ['search', 8, 'its name says search', (f) => NAMES.search.test(f.names)],
  ['search', 7, 'its label says search', asked('search')],
  ['card', 12, 'autocomplete says card', (f) => /\bcc-/.test(f.auto)],
  ['card', 9, 'its name says card', (f) => NAMES.card.test(f.names)],
  ['card', 9, 'its label says card', asked('card')],
  ['captcha', 12, 'its name says captcha', (f) => NAMES.captcha.test(f.names)],
  ['captcha', 12, 'its label says captcha', asked('captcha')],
  ['other', 14, 'it is another kind of code', (f) => !isSecret(f) && (NAMES.otherCode.test(f.names) || says('otherCode', f.label))],
  ['new', 20, 'autocomplete says new password', (f) => /\bnew-password\b/.test(f.auto) && !(isCode(f) && !either('password')(f))],
  ['new', 16, 'its name says new password', (f) => isSecret(f) && NAMES.new.test(f.names) && !NAMES.old.test(f.names)],
  ['new', 16, 'its label says new password', (f) => isSecret(f) && says('new', f.label) && !says('old', f.label)],
  ['password', 5, 'it hides what is typed', isSecret],
  ['password', 4, 'autocomplete says password', (f) => /\bcurrent-password\b/.test(f.auto)],
  ['password', 4, 'its name says password', (f) => isSecret(f) && either('password')(f)],
  ['password', 4, 'its label says password', (f) => isSecret(f) && says('password', f.label) && !isOneTime(f)],
  ['password', 6, 'its name and its label say password', (f) => !isSecret(f) && either('password')(f) && says('password', f.label) && !either('user')(f)],
  ['code', 12, 'autocomplete says one-time code', (f) => /\bone-time-code\b/.test(f.auto)],
  ['code', 6, 'its name says code', (f) => NAMES.code.test(f.names) && !NAMES.otherCode.test(f.names)],
  ['code', 5, 'its label says code', (f) => says('code', f.label) && !says('otherCode', f.label)],
  ['code', 11, 'its label says a password that is good for once', isOneTime],
  ['user', 6, 'autocomplete says user name', (f) => !isSecret(f) && /\b(username|webauthn)\b/.test(f.auto)],
  ['user', 4, 'it takes an e-mail address', (f) => f.type === 'email' || /\bemail\b/.test(f.auto)],
  ['user', 4, 'its name says who', (f) => !isSecret(f) && (either('user')(f) || says('email', f.names))],
  ['user', 4, 'its label says who', (f) => !isSecret(f) && (says('user', f.label) || says('email', f.label))],
  ['newMail', 16, 'it asks for another e-mail address', (f) => !isSecret(f) && !isCode(f) && (NAMES.newMail.test(f.names) || (says('email', f.label) && says('new', f.label)))],
  ['phone', 4, 'its name says telephone', (f) => !isSecret(f) && (NAMES.phone.test(f.names) || /\btel/.test(f.auto))],
  ['phone', 3, 'its label says telephone', (f) => !isSecret(f) && says('phone', f.label)],
  ['personal', 8, 'autocomplete asks who somebody is', (f) => PERSONAL.test(f.auto)],
  ['personal', 5, 'its name asks who somebody is', (f) => !isSecret(f) && NAMES.personal.test(f.names)],
  ['personal', 4, 'its label asks who somebody is', (f) => !isSecret(f) && says('personal', f.label)],
  ['message', 9, 'it is for a longer text', (f) => f.el.tagName === 'TEXTAREA'],
];

const COMPLAINT = '[role=alert], [class*=error i], [class*=alert i], [class*=invalid i], [class*=feedback i]';
// The text that stands before a field without a label: in the cell, the paragraph or the line before it.
const textBefore = (el) => {
  let at = el;
  for (let level = 0; at && level < 3; level += 1, at = parentOf(at)) {
    for (let near = at.previousSibling; near; near = near.previousSibling) {
      if (near.nodeType === 1 && (near.matches(COMPLAINT) || hiddenByName(near) || !near.checkVisibility())) continue;
      if (near.nodeType === 1 && (/^(SCRIPT|STYLE)$/.test(near.tagName) || isField(near))) { if (isField(near) && near.type !== 'hidden') return ''; continue; }
      if (near.nodeType === 1 && near.querySelector('input:not([type=hidden]), select, textarea')) return '';
      const text = tidy(near.textContent);
      if (/\p{L}/u.test(text)) return text.length <= 60 ? text : '';
    }
  }
  return '';
};

const TYPES = ['text', 'email', 'tel', 'number', 'password', 'search', 'url'];
const readField = (el) => {
  const f = {el, type: el.type, auto: (el.getAttribute('autocomplete') || '').toLowerCase(), why: []};
  f.names = [el.name, el.id, el.dataset.testid, el.dataset.testId, el.getAttribute('formcontrolname')].filter(Boolean).map(spoken).join(' | ');
  const label = [labelOf(el), el.placeholder, el.title].join(' ').trim();
  f.label = folded(label || textBefore(el));
  f.newByBrowser = isSecret(f) && /\bnew-password\b/.test(f.auto) && !NAMES.new.test(f.names) && !says('new', f.label);
  f.fixed = (el.readOnly || el.disabled) && Boolean(el.value);
  const sums = {};
  for (const [kind, weight, told, test] of CLUES) if (test(f)) { sums[kind] = (sums[kind] || 0) + weight; f.why.push([kind, told]); }
  const [best, second] = Object.entries(sums).sort((a, b) => b[1] - a[1]);
  f.kind = best ? best[0] : '';
  f.sure = best ? best[1] - (second ? second[1] : 0) : 0;
  if (f.kind === 'code' && f.sure < 5) f.kind = '';
  f.why = f.why.filter(([kind]) => kind === f.kind).map(([, told]) => told);
  return f;
};

// The "show what I type" twin of a password: a second field beside it that no form would send.
const isTwin = (el) => el.type === 'password' && !el.name && !el.id && el.parentElement
  && [...el.parentElement.children].some((o) => o !== el && o.type === 'password' && (o.name || o.id));
// Where the style sheets are lost: a password without a name or a label beside a field that has a name. It waits for the browser
// to fill it in, and no person ever sees it.
const isLure = (el) => look.bare && el.type === 'password' && !el.name && !el.id && !labelOf(el)
  && [...(el.form?.elements || [])].some((o) => TYPES.includes(o.type) && o.type !== 'password' && o.name);
// A list to choose from that is drawn as a field.
const isList = (el) => el.readOnly && el.getAttribute('role') === 'combobox';
const readFields = () => queryAll('input, textarea')
  .filter((el) => (el.tagName === 'TEXTAREA' ? !/captcha/i.test(el.name + el.id) : TYPES.includes(el.type)) && !isTwin(el) && !isLure(el) && !isList(el) && shown(el))
  .map(readField).filter((f) => f.kind !== 'bait' && !(f.el.disabled && !f.fixed && !['password', 'new', 'code'].includes(f.kind)));
