// The sizes of parts, as they are on the page; and on paper, which is printed at once, in a width of its own.

/** The width of A4 between usual margins, in pixels. */
const PAPER = 680;

/**
 * Run what lays out a view when a part of it has another size, and for a page that is printed, just before and after
 * that. Returns what ends this.
 * @param {HTMLElement} el
 * @param {() => unknown} run
 * @param {Element[]} parts
 */
export function watchSizes(el, run, parts) {
  const watcher = new ResizeObserver(run), laid = (width) => () => { el.style.width = width; run(); };
  const turns = { beforeprint: laid(`${PAPER}px`), afterprint: laid("") };
  parts.forEach((part) => watcher.observe(part));
  for (const [name, turn] of Object.entries(turns)) window.addEventListener(name, turn);
  return () => {
    watcher.disconnect();
    for (const [name, turn] of Object.entries(turns)) window.removeEventListener(name, turn);
  };
}
