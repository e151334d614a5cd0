// A view after a question stays covered until the question has been answered. The kernel knows
// whether it was; without one, the browser remembers.

import { h } from "./core.js";
import { KERNEL } from "./kernel.js";
import { checked } from "./stored.js";
import { focusOn } from "./focus.js";

/** The most characters that are remembered of one question. */
const MOST_STORED = 2000;

export const ANSWERED = {
  key: (id) => `funclab question ${id}`,

  /** What was stored, by any notebook on this page. */
  read(id) {
    try { return checked({ answers: JSON.parse(localStorage.getItem(this.key(id))) ?? [] }).answers; }
    catch { return []; }
  },

  store(id, answers) {
    const key = this.key(id), text = JSON.stringify(answers);
    if (key.length + text.length > MOST_STORED) return; // the room is shared with the front end's own settings
    try { localStorage.setItem(key, text); }
    catch { /* A private window remembers nothing. */ }
  },

  /** Uncover what waits for a question that has been answered. */
  open(id) {
    KERNEL.opened.add(id);
    KERNEL.news.dispatchEvent(new Event(`answered ${id}`));
  },

  /** Remember the answers to a question, and uncover what waits for them. */
  keep(id, answers) {
    this.store(id, answers);
    this.open(id);
  },
};

/** A cover in place of a view until its question is answered; then what `show` draws. */
export function underCover(model, host, show) {
  const id = model.get("cover");
  if (!id || (model.alone && (KERNEL.opened.has(id) || ANSWERED.read(id).length))) return show();
  let stop = null;
  const text = TEXTS.cover.replace("{id}", id);
  const press = () => { KERNEL.news.dispatchEvent(new Event(`show ${id}`)); open(); };
  const cover = h("div",
    { class: "funclab fl fl-cover", role: "group", "aria-label": text, "data-look": model.get("look") },
    h("p", {}, text), h("button", { type: "button", onclick: press }, TEXTS.show_me));
  const open = () => {
    if (stop) return;
    const focused = cover.contains(document.activeElement);
    leave();
    stop = show();
    if (focused) focusOn(host.querySelector(".fl"));
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
