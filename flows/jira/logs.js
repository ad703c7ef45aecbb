// The rows of an address's two logs, newest first as the page has them.
() => {
  const CELL = 'td, [role=cell], [role=gridcell]';
  const heads = (t) => [...t.querySelectorAll('th, [role=columnheader]')].map((h) => h.innerText.trim().toLowerCase());
  // The connectivity log has a status and no mail subject; the processing log has both.
  const mails = (t) => heads(t).some((h) => /subject|from/.test(h));
  const tables = [...document.querySelectorAll('table, [role=table], [role=grid]')].filter((t) => heads(t).includes('status'));
  const read = (table) => {
    if (!table) return [];
    const at = heads(table);
    const cell = (row, ...names) => {
      const n = at.findIndex((h) => names.includes(h));
      return n < 0 ? '' : (row.querySelectorAll(CELL)[n]?.innerText || '').trim();
    };
    return [...table.querySelectorAll('tbody tr, [role=row]')]
      .filter((row) => row.querySelectorAll(CELL).length === at.length)
      .map((row) => ({
        status: cell(row, 'status').toUpperCase(),
        details: cell(row, 'details'),
        time: cell(row, 'time', 'date'),
        key: cell(row, 'key'),
        from: cell(row, 'from'),
        subject: cell(row, 'mail subject', 'subject'),
      }));
  };
  const connectivity = read(tables.find((t) => !mails(t)));
  for (const row of connectivity) row.status = row.status.replace(/[ -]/g, '_');
  return {connectivity, processing: read(tables.find(mails))};
}
