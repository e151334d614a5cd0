// A profile: a bar for each layer, and one for each step. Python draws the bars; this selects them.

import { brief, h } from "../live/core.js";
import { liveView } from "../live/start.js";
import { pictureFrom } from "../live/stored.js";
import { within } from "../live/within.js";

/** How wide a view is at least, for its layers and its steps to stand beside each other; and up to which width a row
 * is drawn narrower, and what the rows mean is said below them. */
const BESIDE = 1060, NARROW = 560;
/** What is beside a row in a view; where names and bars begin in a row, the room of its numbers, the widths of a letter
 * of a name and of a detail, and the fewest letters of a detail that say something. */
const SIDES = 36, LEFT = 14, COUNTED = 108, LETTERS = [7.4, 6.2], FEWEST = 12;

/** A row no wider than `room`: its bars are shorter, its numbers nearer, its detail has fewer letters.
 * @param {string} markup
 * @param {number} room
 */
function rowIn(markup, room) {
  const row = pictureFrom(markup), wide = row.viewBox.baseVal.width;
  if (!(room < wide)) return row;
  for (const bar of row.querySelectorAll("rect"))
    bar.setAttribute("width", String((Number(bar.getAttribute("width")) * (room - 2 * LEFT)) / (wide - 2 * LEFT)));
  const [name, ...others] = row.querySelectorAll("text"), number = others.pop(), [detail] = others;
  number?.setAttribute("x", String(room - LEFT));
  row.setAttribute("viewBox", `0 0 ${room} ${row.viewBox.baseVal.height}`);
  row.setAttribute("width", String(room));
  for (const [i, text] of [name, detail].entries()) {
    if (!text) continue;
    const letters = Math.floor((room - LEFT - COUNTED - Number(text.getAttribute("x"))) / LETTERS[i]);
    if (i && letters < FEWEST) text.remove();
    else text.textContent = brief(text.textContent, letters);
  }
  return row;
}

/** @type {WrittenView} */
const profile = {
  name: "profile",
  // A question needs more room than the bars, and on a projector one list has the room that is there.
  low: (model) => !model.get("ask") && model.get("look") !== "projector",

  draw(ctx) {
    this.faces = { layers: [], steps: [] };
    this.markups = new Map();
    for (const [key, markup] of Object.entries(ctx.model.get("pictures"))) {
      const by = key.split(" ")[0], at = this.faces[by].length;
      this.faces[by].push(h("li", { onclick: () => ctx.set({ by, at }) }, pictureFrom(markup)));
      this.markups.set(this.faces[by][at], markup);
    }
    const list = (by) => h("ol", { class: "fl-steps", "aria-label": ctx.t(`profile_by_${by}`) });
    this.lists = { layers: list("layers"), steps: list("steps") };
    this.near = h("div", { class: "fl-layers" }, this.lists.layers);
    ctx.stage.append(h("div", { class: "fl-faces" }, this.near, this.lists.steps));
    this.why = h("p");
    this.about = h("div", {}, ctx.facts.about.map((text) => h("p", {}, text)));
    ctx.panel.append(this.why, this.about);
    ctx.bar.append(...ctx.makeButtons());
    ctx.watchSizes(() => this.settle(ctx), ctx.foot, ctx.stage);
  },

  /** Both lists beside each other, with the reasons under the shorter one, or one under the other; on a
   * projector only one. */
  settle(ctx) {
    const beside = ctx.el.clientWidth >= BESIDE;
    ctx.el.classList.toggle("fl-both", beside);
    if (beside) this.near.append(ctx.panel);
    else ctx.stage.after(ctx.panel);
    this.narrow(ctx);
    ctx.reserve(this.why, Object.values(ctx.facts.reasons ?? {}).map((text) => [h("span", {}, text)]));
  },

  /** In a narrow view, rows are drawn for its width, and what they mean is said where one scrolls to. */
  narrow(ctx) {
    const wide = ctx.el.clientWidth, room = wide < NARROW && ctx.look !== "projector" ? wide - SIDES : Infinity;
    (room < Infinity ? ctx.stage : ctx.panel).append(this.about);
    if (room === this.room) return;
    this.room = room;
    for (const [row, markup] of this.markups) row.replaceChildren(rowIn(markup, room));
  },

  rows(ctx) { return this.faces[ctx.state.by] ?? []; },

  /** In ask mode: whether the longest bar is still to be guessed, so that nothing is shown yet. */
  asks(ctx) {
    const answered = ctx.model.get("answers").some(({ id }) => id === ctx.facts.longest.id);
    return ctx.model.get("ask") && !answered;
  },

  update(ctx) {
    const { by, at } = ctx.state, asks = this.asks(ctx), shown = `${by} ${asks}`;
    for (const [face, rows] of Object.entries(this.faces)) {
      const belong = this.related(ctx, face);
      rows.forEach((row, i) => {
        const here = face === by && i === at;
        row.className = here ? "fl-step fl-now" : belong.includes(i) ? "fl-step fl-akin" : "fl-step";
        row.ariaCurrent = here ? "step" : null;
      });
      this.lists[face].classList.toggle("fl-aside", face !== by);
      if (this.asked !== asks) this.lists[face].replaceChildren(...(asks ? [] : rows));
    }
    const now = this.rows(ctx)[at];
    if (this.shown !== undefined && `${shown} ${at}` !== this.shown && now) ctx.bringInSight(ctx.captionBox, now);
    Object.assign(this, { shown: `${shown} ${at}`, asked: asks });
    this.why.textContent = (!asks && ctx.facts.reasons?.[`${by} ${at}`]) || "";
    if (asks && !ctx.gate) ctx.ask(ctx.facts.longest, () => ctx.update());
  },

  /** In the list that is not walked: the steps of the chosen layer, or the layer of the chosen step. */
  related(ctx, face) {
    const { by, at } = ctx.state, layers = ctx.facts.layers ?? []; // older stored views do not have them
    if (face === by) return [];
    return face === "layers" ? [layers[at]] : layers.flatMap((layer, i) => (layer === at ? [i] : []));
  },

  go(ctx, at) { ctx.set({ at: within(at, this.rows(ctx).length) }); },

  longest(ctx) {
    const widths = this.rows(ctx).map((row) => Number(row.querySelector("rect").getAttribute("width")));
    this.go(ctx, widths.indexOf(Math.max(...widths)));
  },

  keys(ctx) {
    const { by, at } = ctx.state, steps = by === "steps";
    return {
      ArrowUp: { button: ctx.t("back"), icon: "up", brief: true, label: ctx.t("back"),
        run: () => this.go(ctx, at - 1) },
      ArrowDown: { button: ctx.t("next"), icon: "down", brief: true, label: ctx.t("next"),
        run: () => this.go(ctx, at + 1) },
      m: { button: ctx.t("profile_longest"), label: ctx.t("profile_longest"), run: () => this.longest(ctx) },
      s: { button: ctx.t(steps ? "profile_by_layers" : "profile_by_steps"), label: ctx.t("key_profile_by"),
        run: () => ctx.set({ by: steps ? "layers" : "steps", at: 0 }) },
      Home: { label: ctx.t("profile_first"), run: () => this.go(ctx, 0) },
      End: { label: ctx.t("profile_last"), run: () => this.go(ctx, 1e9) },
    };
  },

  caption(ctx) { return this.asks(ctx) ? "" : brief(ctx.facts.captions[`${ctx.state.by} ${ctx.state.at}`] ?? ""); },
};

export default liveView(() => profile);
