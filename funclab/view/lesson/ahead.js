// What a question covers beside the next view: every output up to the next question, exercise or heading.

/** The first part of a notebook that is about something else. */
const ELSE = ".fl-asking, .fl-judged, .fl-arranging, .jp-MarkdownOutput > :is(h1, h2, h3):first-child";

const SOON = 50;

export class Ahead {
  /** @param {Context} ctx */
  constructor(ctx) {
    this.ctx = ctx;
    /** @type {Element[]} */
    this.cells = [];
    this.covering = false;
    // Sizes tell nothing of a question that has not been in sight yet, so look until it is on the page.
    const look = () => (ctx.el.isConnected ? this.watch() : (this.soon = setTimeout(look, SOON)));
    look();
    ctx.cleanups.push(() => {
      clearTimeout(this.soon);
      this.watcher?.disconnect();
      this.update(false);
    });
  }

  /** Cells are drawn later than the question, moved, added and removed. */
  watch() {
    const cells = this.ctx.el.closest(".jp-Cell")?.parentElement;
    if (!cells) return;
    let due = 0;
    this.watcher = new MutationObserver(() => {
      if (this.covering) due ||= requestAnimationFrame(() => { due = 0; this.update(this.covering); });
    });
    this.watcher.observe(cells, { childList: true, subtree: true });
    this.update(this.covering);
  }

  /** Cover what comes next, or uncover it. A cell that is off the page for now stays as it is. */
  update(covering) {
    const { id } = this.ctx.facts, next = covering ? this.next() : [];
    this.covering = covering;
    for (const cell of this.cells)
      if (!next.includes(cell) && (cell.isConnected || !covering)) this.mark(cell, id, "");
    for (const cell of next) this.mark(cell, id, this.ctx.t("cover", { id }));
    this.cells = covering ? [...new Set([...this.cells.filter((cell) => !cell.isConnected), ...next])] : [];
  }

  /** The cells up to where something else begins. */
  next() {
    const found = [];
    let cell = this.ctx.el.closest(".jp-Cell")?.nextElementSibling;
    for (; cell && !cell.querySelector(ELSE); cell = cell.nextElementSibling) found.push(cell);
    return found.filter((one) => one.classList.contains("jp-CodeCell"));
  }

  /** Another question may have covered the cell since. */
  mark(cell, id, text) {
    const output = /** @type {HTMLElement} */ (cell.querySelector(".jp-Cell-outputArea"));
    if (!output || (!text && output.dataset.waitsFor !== id)) return;
    if (text) Object.assign(output.dataset, { waitsFor: id, waits: text });
    else for (const name of ["waitsFor", "waits"]) delete output.dataset[name];
  }
}
