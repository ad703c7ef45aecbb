// How an element that a person pointed at can be found again, in the grammar of eyes.js: the first way that finds exactly it.
(picked, {row, kind, mask}) => {
  EYES
  look.roots = roots();
  const CONTROL = 'button, a[href], input, select, textarea, summary, [role=button], [role=link], [role=menuitem], [role=option], '
    + '[role=combobox], [role=tab], [role=checkbox]';
  const el = picked.closest('label')?.control || picked.closest(CONTROL) || picked;
  const scope = row ? document.querySelector(row) : undefined;
  const told = (problem) => ({problem, locator: null});
  if (!visible(el)) return told('That element cannot really be seen');
  if (row && !scope?.contains(el)) return told('That element is in another row');
  const field = isField(el) && !/^(submit|button|reset|image|checkbox|radio)$/.test(el.type || '');
  const secret = el.tagName === 'INPUT' && el.type === 'password';
  if (kind === 'password' && !secret) return told('That is not a field for a password');
  if (kind !== 'password' && secret && kind !== 'code') return told('That is a field for a password');
  if (['username', 'code'].includes(kind) && !field) return told('That is not a field to type into');
  if (kind === 'press' && field && el.tagName !== 'SELECT') return told('That is a field, not something to press');
  const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  // An address in a label is the row's own, and the next row has another.
  const pattern = (label) => quoted(label).replace(mask ? new RegExp(quoted(quoted(mask)), 'gi') : /$^/, '.+')
    .replace(/[\w.+'-]+@[\w-]+(?:\\\.[\w-]+)+/g, '.+');
  const ways = [];
  const tag = el.tagName.toLowerCase();
  for (const name of ['data-testid', 'data-test-id', 'data-se', 'name']) {
    const value = el.getAttribute(name);
    if (value && !/\d{3,}/.test(value)) ways.push(`${tag}[${name}=${JSON.stringify(value)}]`);
  }
  if (el.id && !/\d{2,}|^:|uid/.test(el.id)) ways.push('#' + CSS.escape(el.id));
  const label = labelOf(el);
  const own = el.getAttribute('role');
  const role = own || Object.keys(IMPLICIT).find((r) => IMPLICIT[r] && el.matches(IMPLICIT[r]));
  if (label && label.length <= 80) ways.push(role && /^\w+$/.test(role) ? `role=${role} :: /^${pattern(label)}$/i` : `${tag} :: /^${pattern(label)}$/i`);
  if (!row) ways.push(selectorOf(el));
  const locator = ways.find((way) => { const found = findAll([way], scope); return found.length === 1 && found[0] === el; });
  return locator ? {problem: '', locator} : told('Nothing tells that element from others');
}
