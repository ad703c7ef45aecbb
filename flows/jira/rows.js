// Reads the rows of an e-mail page, and what the page announces.
() => {
  EYES
  FIND_ROWS
  look.roots = roots();
  return {rows: readRows(), alerts: findAll(['role=alert', '[data-banner]']).map(textOf).filter(Boolean)};
}
