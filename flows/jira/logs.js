// The rows of an address's connectivity log, newest first as the page has them.
() => {
  const CELL = 'td, [role=cell], [role=gridcell]';
  const heads = (t) => [...t.querySelectorAll('th, [role=columnheader]')].map((h) => h.innerText.trim().toLowerCase());
  // The connectivity log has a status and no mail subject; the processing log has both.
  const table = [...document.querySelectorAll('table, [role=table], [role=grid]')]
    .find((t) => heads(t).includes('status') && !heads(t).some((h) => /subject|from/.test(h)));
  if (!table) return [];
  const at = heads(table);
  const cell = (row, name) => (row.querySelectorAll(CELL)[at.indexOf(name)]?.innerText || '').trim();
  return [...table.querySelectorAll('tbody tr, [role=row]')]
    .filter((row) => row.querySelectorAll(CELL).length === at.length)
    .map((row) => ({
      status: cell(row, 'status').toUpperCase().replace(/[ -]/g, '_'),
      details: cell(row, 'details'),
      time: cell(row, 'time') || cell(row, 'date'),
    }));
}
