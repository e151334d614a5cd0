// A view after a question stays covered until the question has been answered. The kernel knows
// whether it was; without one, the browser remembers.

const ANSWERED = {
  key: (id) => `funclab question ${id}`,

  read(id) {
    try { return JSON.parse(localStorage.getItem(this.key(id))) ?? []; }
    catch { return []; }
  },

  store(id, answers) {
    try { localStorage.setItem(this.key(id), JSON.stringify(answers)); }
    catch { /* A private window remembers nothing. */ }
  },

  /** Remember the answers to a question, and uncover what waits for them. */
  keep(id, answers) {
    this.store(id, answers);
    KERNEL.news.dispatchEvent(new Event(`answered ${id}`));
  },
};

/** A cover in place of a view until its question is answered; then what `show` draws. */
function underCover(model, host, show) {
  const id = model.get("cover");
  if (!id || (model.alone && ANSWERED.read(id).length)) return show();
  let stop = null;
  const text = TEXTS.cover.replace("{id}", id);
  const press = () => { KERNEL.news.dispatchEvent(new Event(`show ${id}`)); open(); };
  const cover = h("div", { class: "funclab fl fl-cover", role: "group", "aria-label": text, "data-look": model.get("look") },
    h("p", {}, text), h("button", { type: "button", onclick: press }, TEXTS.show_me));
  const open = () => {
    if (stop) return;
    const focused = cover.contains(document.activeElement);
    leave();
    stop = show();
    if (focused) host.querySelector(".fl")?.focus({ preventScroll: true });
  };
  const look = () => { if (!model.get("cover")) open(); };
  const leave = () => {
    KERNEL.news.removeEventListener(`answered ${id}`, open);
    model.off?.("change:cover", look);
    cover.remove();
  };
  KERNEL.news.addEventListener(`answered ${id}`, open);
  model.on("change:cover", look);
  host.append(cover);
  return () => { leave(); stop?.(); };
}
