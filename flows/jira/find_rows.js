// The rows of an e-mail page: one per address, read the way a person reads it. Needs eyes.js, and ADDRESS, before it.
const NOT_A_ROW = 'select, option, [role=option], [role=listbox], [role=dialog], dialog, nav, header, [role=banner], [role=alert], '
  + '[role=status], script, style, template';
const findRows = () => {
  const main = document.querySelector('main, [role=main]') || document.body;
  const leaves = [...main.querySelectorAll('*')].filter((el) => [...el.childNodes].some((n) => n.nodeType === 3 && n.data.match(ADDRESS))
    && !el.closest(NOT_A_ROW) && visible(el));
  const rowOf = (el) => {
    const known = el.closest('tr, [role=row], li, [role=listitem]');
    if (known) return known;
    let row = el;
    for (let up = el.parentElement; up && up !== main; up = up.parentElement) {
      if (new Set((textOf(up).match(ADDRESS) || []).map((a) => a.toLowerCase())).size > 1) break;
      row = up;
    }
    return row;
  };
  const rows = new Map();
  for (const leaf of leaves) {
    const row = rowOf(leaf);
    if (!rows.has(row)) rows.set(row, textOf(leaf).match(ADDRESS)[0].toLowerCase());
  }
  return rows;
};

// What a list says that is in force. In a form that is sent as a whole, what is chosen is not until the page comes again with it.
const inForce = (select) => {
  const sent = select.form && select.form.method === 'post';
  const option = sent ? [...select.options].find((o) => o.defaultSelected) || select.options[0] : select.selectedOptions[0];
  return option ? tidy(option.textContent) : '';
};

// What each row says: address, request type, reply-to, provider, kind of sign-in.
const readRows = () => {
  const cellUnder = (row, pattern) => {
    const heads = [...(row.closest('table, [role=table], [role=grid]')?.querySelectorAll('th, [role=columnheader]') || [])];
    const at = heads.findIndex((h) => pattern.test(textOf(h)));
    return at < 0 ? null : [...row.querySelectorAll('td, [role=cell], [role=gridcell], th[scope=row]')][at] || null;
  };
  const requestType = (row) => {
    const cell = cellUnder(row, /request type|work type/i);
    const select = (cell || row).querySelector('select[name*=request i], select[aria-label*="request type" i]');
    if (select) return inForce(select);
    if (cell) return textOf(cell);
    const said = /(?:request|work) type:?[ \t]*\n?([^\n]+)/i.exec(row.innerText || '');
    return said ? tidy(said[1]) : '';
  };
  const rows = [...findRows()].map(([row, address]) => ({row, address, rest: textOf(row).toLowerCase().split(address).join(' ')}));
  const marked = rows.some(({rest}) => /(^|\W)reply[- ]?to/i.test(rest));
  // A list that a script draws shows a choice as soon as it is made, saved or not: a mark in the row is the better witness.
  const list = marked ? null : find(['select[name*=reply i]', 'select :: /reply[- ]?to/i']);
  const chosen = list ? inForce(list).toLowerCase() : '';
  return rows.map(({row, address, rest}) => {
    const icons = [...row.querySelectorAll('img[alt], svg[aria-label], [title]')]
      .map((el) => el.alt || el.getAttribute('aria-label') || el.title).join(' ');
    return {
      address, old: 'runbookOld' in row.dataset, request_type: requestType(row), selector: selectorOf(row),
      reply_to: marked ? /(^|\W)reply[- ]?to/i.test(rest) : chosen.includes(address),
      provider: /microsoft|office 365|outlook/i.test(rest + icons) ? 'microsoft' : /google|gmail/i.test(rest + icons) ? 'google' : '',
      basic: /\b(imap|pop3?|basic|password)\b/i.test(rest),
    };
  });
};
