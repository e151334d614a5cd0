// Keys right after a cell has run, when it or the next one is selected and its view has no focus yet.

/** The selected cell, if `event` is a plain key there that may be meant for the view of `ctx`. */
export function selectedAfter(ctx, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || ctx.el.contains(document.activeElement)) return null;
  const cell = document.activeElement?.closest(".jp-Notebook.jp-mod-commandMode .jp-Cell");
  const own = ctx.el.closest(".jp-Cell");
  return cell && (cell === own || own === cell.previousElementSibling) ? cell : null;
}

/** The key is for the view, and no command of the notebook. */
export function taken(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
