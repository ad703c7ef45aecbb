// Waits for what happens to the rows of an e-mail page: see `watch` in email_page.py.
(args) => {
  EYES
  FIND_ROWS
  const COMPLAINT = /couldn't|could not|can't|cannot|unable|fail|error|went wrong|currently used|already|denied|cancel|limit/i;
  const complaint = () => (findAll(args.alert).some((el) => COMPLAINT.test(textOf(el))) ? 'complaint' : null);
  // A page may keep the old row's element for the new row: then only its message tells that the address is there again.
  const announced = (rows) => args.fresh && rows.map((row) => row.address).filter((address) => !args.known.includes(address))
    .some((address) => args.notices.flatMap((notice) => findAll([notice]))
      .some((el) => !('runbookOld' in el.dataset) && textOf(el).toLowerCase().includes(address) && !COMPLAINT.test(textOf(el))));
  const state = () => {
    if (document.readyState === 'loading') return null;
    look.roots = roots();
    const rows = readRows();
    const shown = rows.filter((row) => !args.fresh || !row.old).map((row) => row.address);
    if (args.want) {
      const mine = rows.find((row) => row.address === args.want.address);
      return mine && Object.entries(args.want).every(([key, value]) => mine[key] === value) ? 'as-wanted' : complaint();
    }
    if (args.gone && !shown.includes(args.gone)) return 'gone';
    if (args.known && shown.some((address) => !args.known.includes(address))) return 'new';
    if (args.known && announced(rows)) return 'new';
    const dialogs = findAll(args.dialog);
    if (args.known && dialogs.some((d) => findAll(args.type, d).length)) return 'dialog';
    return complaint();
  };
  return new Promise((resolve) => {
    const started = performance.now();
    let timer = null, queued = false, done = false;
    const check = () => {
      queued = false;
      if (done) return;
      const result = state();
      if (result === null && performance.now() - started < args.patience) return;
      done = true; observer.disconnect(); clearInterval(timer); resolve(result || 'nothing');
    };
    const observer = new MutationObserver(() => { if (!queued) { queued = true; setTimeout(check, 5); } });
    observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
    document.addEventListener('DOMContentLoaded', check);
    timer = setInterval(check, 250);
    check();
  });
}
