// What a person would see of a page, in one evaluate. No globals, no changes to the page.
// Grammar of a locator: CSS, or `role=NAME`, each optionally followed by ` :: /regex/flags` on its accessible name or text.
const tidy = (text) => (text || '').replace(/[‘’‛′ʼ]/g, "'").replace(/[“”]/g, '"')
  .replace(/[    ]/g, ' ').replace(/[​-‍­﻿]/g, '').replace(/\s+/g, ' ').trim();

const roots = () => {
  const found = [document];
  for (const root of found) for (const el of root.querySelectorAll('*')) if (el.shadowRoot) found.push(el.shadowRoot);
  return found;
};

const queryAll = (css, scope) => scope ? [...scope.querySelectorAll(css)] : look.roots.flatMap((r) => [...r.querySelectorAll(css)]);

// Where pages complain, by what such places are called.
const COMPLAINTS = '[role=alert], [aria-live=assertive], [class*=error i], [class*=danger i], [class*=invalid i], [class*=alert i], [class*=fail i], [class*=negative i], [id*=error i], [class*=fehler i]';

const isField = (el) => /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName);

// Really visible: painted, of a size, inside the page, not hidden from people who listen, not skipped by the Tab key (fields).
const visible = (el) => {
  if (!el.isConnected || (el.tagName === 'INPUT' && el.type === 'hidden')) return false;
  if (el.checkVisibility && !el.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) return false;
  const box = el.getBoundingClientRect();
  if (box.width < 2 || box.height < 2) return false;
  const page = document.scrollingElement || document.documentElement;
  if (box.right + scrollX <= 0 || box.bottom + scrollY <= 0 || box.left + scrollX >= Math.max(page.scrollWidth, innerWidth)) return false;
  // A field that its form requires is meant for people, whatever aria-hidden says of it (LemonLDAP marks its password so).
  const veil = el.closest('[aria-hidden=true], [inert], .moveOffScreen');
  if (veil && !(veil === el && el.required && !veil.matches('.moveOffScreen, [inert]'))) return false;
  if (isField(el) && el.tabIndex < 0) return false;
  for (let up = el.parentElement; up; up = up.parentElement) {
    const style = getComputedStyle(up);
    if (style.overflow === 'hidden' || style.clipPath !== 'none' || style.clip !== 'auto') {
      const frame = up.getBoundingClientRect();
      if (frame.width < 2 || frame.height < 2) return false;
    }
  }
  return true;
};

const textOf = (el) => tidy(el.innerText === undefined ? el.textContent : el.innerText);

const labelOf = (el) => {
  const ids = (el.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean);
  const named = tidy(ids.map((id) => (el.getRootNode().getElementById?.(id) || {}).textContent || '').join(' '));
  if (named) return named;
  const aria = tidy(el.getAttribute('aria-label'));
  if (aria) return aria;
  if (isField(el)) {
    if (/^(submit|button|reset)$/.test(el.type)) return tidy(el.value);
    const label = tidy([...(el.labels || [])].map((l) => l.textContent).join(' '));
    return label || tidy(el.alt || el.placeholder || el.title);
  }
  const own = textOf(el);
  if (own) return own;
  const image = el.querySelector('img[alt], [aria-label], svg title');
  return tidy(image ? image.getAttribute('alt') || image.getAttribute('aria-label') || image.textContent : el.title);
};

const IMPLICIT = {
  button: 'button, input[type=submit], input[type=button], input[type=image], summary', link: 'a[href]', checkbox: 'input[type=checkbox]',
  radio: 'input[type=radio]', combobox: 'select', option: 'option', row: 'tr', heading: 'h1,h2,h3,h4,h5,h6', dialog: 'dialog[open]',
  textbox: 'input:not([type]),input[type=text],input[type=email],textarea', menuitem: '', tab: '', alert: '', list: 'ul,ol', listitem: 'li',
};

const candidates = (locator, scope) => {
  const [base, test] = locator.split(/ :: (?=\/)/);
  const role = /^role=(\w+)$/.exec(base.trim());
  const css = role ? [`[role=${role[1]}]`, ...(IMPLICIT[role[1]] || '').split(',').filter(Boolean).map((c) => `${c.trim()}:not([role])`)].join(',') : base;
  let found = queryAll(css, scope);
  if (test) {
    const [, source, flags] = /^\/(.*)\/(\w*)$/s.exec(test.trim());
    const regex = new RegExp(source, flags);
    found = found.filter((el) => regex.test(labelOf(el)) || (!role && regex.test(isField(el) ? tidy(el.value) : textOf(el))));
  }
  return found;
};

// All really visible elements of the first alternative that has any; an element inside another match counts once.
const findAll = (alternatives, scope) => {
  for (const locator of alternatives || []) {
    const seen = candidates(locator, scope).filter(visible);
    if (seen.length) return seen.filter((el) => !seen.some((other) => other !== el && other.contains(el)));
  }
  return [];
};
const find = (alternatives, scope) => findAll(alternatives, scope)[0] || null;

const quote = (value) => '"' + CSS.escape(value).replace(/\\(?=[ .:@/])/g, '') .replace(/"/g, '\\"') + '"';
const selectorOf = (el) => {
  const unique = (css) => { try { return el.getRootNode().querySelectorAll(css).length === 1; } catch { return false; } };
  const tag = el.tagName.toLowerCase();
  if (el.id && !/\d{3,}|^:|uid/.test(el.id)) { const css = '#' + CSS.escape(el.id); if (unique(css)) return css; }
  for (const name of ['data-testid', 'data-test-id', 'data-se', 'name', 'data-type', 'autocomplete', 'aria-label', 'type', 'value']) {
    const value = el.getAttribute(name);
    if (value && unique(`${tag}[${name}=${JSON.stringify(value)}]`)) return `${tag}[${name}=${JSON.stringify(value)}]`;
  }
  const path = [];
  for (let at = el; at && at.nodeType === 1; at = at.parentElement) {
    if (at !== el && at.id && !/\d{3,}|^:/.test(at.id)) { path.unshift('#' + CSS.escape(at.id)); break; }
    const twins = at.parentElement ? [...at.parentElement.children].filter((c) => c.tagName === at.tagName) : [];
    path.unshift(at.tagName.toLowerCase() + (twins.length > 1 ? `:nth-of-type(${twins.indexOf(at) + 1})` : ''));
  }
  return path.join(' > ');
};

const look = {roots: [document]};
