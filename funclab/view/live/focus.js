// Where keys go next.

/** Give a part, if there is one, the focus where it stands: nothing scrolls. */
export function focusOn(part) { part?.focus({ preventScroll: true }); }
