// Shape steps: a rail of all steps, and the present one. Python draws blocks and rows; what is read here is text.

import { h, mark, row, table } from "../live/core.js";
import { liveView } from "../live/start.js";
import { pictureFrom } from "../live/stored.js";
import { fold, resize } from "../live/stretch.js";
import { within } from "../live/within.js";

/** The batches that have a button. */
const BATCHES = [0, 1, 32];

/** A shape as Python writes it, with the batch that is tried. */
function shape({ makes, batch }, tried) {
  const lengths = makes.map((n, axis) => (n ?? (axis === batch && tried ? tried : "None")));
  return `(${lengths.join(", ")}${lengths.length === 1 ? "," : ""})`;
}

/** A rule: arithmetic as code, words as words. */
function ruled(rule) {
  return /[=×+]|\/\//.test(rule) ? rule : h("span", {}, rule);
}

/** The empty margin of a picture of blocks. */
const MARGIN = 12;

/** @type {WrittenView} */
const shapes = {
  name: "shapes",

  draw(ctx) {
    const pictures = ctx.model.get("pictures"), { steps } = ctx.facts;
    const numbers = Object.keys(pictures).filter((name) => !name.startsWith("figure"));
    this.rows = numbers.map((i) => h("li", {}, pictureFrom(pictures[i])));
    this.figures = numbers.map((i) => pictures[`figure ${i}`] && pictureFrom(pictures[`figure ${i}`]));
    this.list = h("ol", { class: "fl-steps fl-rows" });
    this.rail = h("ol", { class: "fl-rail", "aria-label": ctx.t("shapes_steps") });
    this.told = h("div", { class: "fl-told" });
    this.main = h("div", { class: "fl-main-part" }, this.told, this.list, ctx.askBox);
    ctx.stage.append(h("div", { class: `fl-walk ${steps ? "" : "fl-plain"}` }, this.rail, this.main));
    this.drawBar(ctx);
    ctx.watchSizes(() => { if (this.wide !== (this.wide = ctx.el.clientWidth)) ctx.update(); }, ctx.el);
  },

  drawBar(ctx) {
    this.all = ctx.button(ctx.t("shapes_all"), "a", () => this.flip(ctx), false, { icon: "table" });
    this.batch = h("input", { type: "range", min: 0, max: 128, "aria-label": ctx.t("shapes_batch"),
      oninput: () => this.slide(ctx), onchange: () => { this.sliding = false; } });
    this.tried = h("output");
    this.choices = BATCHES.map((n) =>
      ctx.button(n || ctx.t("shapes_any_brief"), "", () => ctx.set({ batch: n }), false));
    this.place = h("span", { class: "fl-place" });
    const { ArrowLeft: back, ArrowRight: on } = this.keys(ctx);
    ctx.bar.append(
      ctx.button(back.label, "ArrowLeft", () => this.go(ctx, ctx.state.step - 1), null, { icon: "back", brief: true }),
      ctx.button(on.label, "ArrowRight", () => this.go(ctx, ctx.state.step + 1), null, { icon: "next", main: true }),
      this.place,
      h("div", { class: "fl-batch", role: "group", "aria-label": ctx.t("shapes_batch") },
        h("span", { "aria-hidden": "true" }, ctx.t("shapes_batch")), h("span", { class: "fl-seg" }, this.choices),
        this.batch, this.tried),
      this.all);
  },

  flip(ctx) { ctx.set({ all: !ctx.state.all }); },

  /** A whole drag of the slider is undone as one step. */
  slide(ctx) {
    ctx.set({ batch: Number(this.batch.value) }, this.sliding);
    this.sliding = true;
  },

  update(ctx) {
    const { step, all, batch } = ctx.state, plain = !ctx.facts.steps;
    this.all.setAttribute("aria-pressed", String(all));
    this.batch.value = batch;
    this.batch.setAttribute("aria-valuetext", String(batch || ctx.t("shapes_any")));
    this.choices.forEach((choice, i) => choice.setAttribute("aria-pressed", String(BATCHES[i] === batch)));
    this.tried.textContent = BATCHES.includes(batch) ? "" : String(batch);
    this.place.textContent = ctx.t("shapes_at", { i: step + 1, n: this.rows.length });
    this.drawRows(ctx, plain);
    this.list.hidden = !(all || plain);
    this.told.hidden = !this.list.hidden;
    if (!plain) {
      this.drawRail(ctx);
      this.told.replaceChildren(...this.present(ctx));
      this.narrow();
    }
    this.showPresent(ctx);
  },

  /** In little room, the ruler stands under the blocks. */
  narrow() {
    const figure = this.told.querySelector(".fl-figures>svg");
    if (!figure?.checkVisibility()) return;
    const own = figure.cloneNode(true), [width, height] = ["width", "height"].map((name) => figure.getAttribute(name));
    const room = figure.parentElement.clientWidth, ruler = own.querySelector(":scope>g[transform]");
    if (width <= room || !ruler) return;
    figure.replaceWith(own);
    const left = Number(/[\d.]+/.exec(ruler.getAttribute("transform"))[0]), drawn = ruler.getBBox();
    if (width - room <= MARGIN) {
      resize(own, room, height);
      return own.setAttribute("viewBox", `${width - room} 0 ${room} ${height}`);
    }
    ruler.setAttribute("transform", `translate(${1 - drawn.x},${height - drawn.y})`);
    const wide = Math.ceil(Math.max(left - MARGIN, drawn.width + 2));
    resize(own, wide, Math.ceil(Number(height) + drawn.height + 4));
    if (wide <= room) return;
    ruler.remove();
    resize(own, Math.ceil(left - MARGIN), height);
    fold(own, room);  // the block that is made stands under the one that is read
    const [, below] = ["width", "height"].map((name) => Number(own.getAttribute(name)));
    ruler.setAttribute("transform", `translate(${1 - drawn.x},${below - drawn.y})`);
    own.append(ruler);
    const both = Math.max(Number(own.getAttribute("width")), Math.ceil(drawn.width + 2));
    resize(own, both, Math.ceil(below + drawn.height + 4));
  },

  drawRows(ctx, plain) {
    const { step, all, batch } = ctx.state;
    this.rows.forEach((one, i) => {
      one.className = i === step ? "fl-step fl-now" : "fl-step";
      one.ariaCurrent = i === step ? "step" : null;
      if (ctx.facts.steps?.[i]?.failed) return;
      for (const text of one.querySelectorAll(".batch text")) text.textContent = batch || (plain ? "" : "None");
    });
    this.list.replaceChildren(...(all ? this.rows : this.rows.slice(step, step + 1)));
  },

  /** All steps by name; what a step makes is told once one is there. */
  drawRail(ctx) {
    const { step, all, batch } = ctx.state;
    this.rail.replaceChildren(...ctx.facts.steps.map((one, i) => {
      const known = all || i <= step, makes = one.failed ? "" : known ? shape(one, batch) : "?";
      const { class: here, ...current } = mark(i === step, "step");
      return h("li", { class: `${here} ${known ? "" : "fl-todo"} ${one.failed ? "fl-failed" : ""}`, ...current,
        onclick: () => this.go(ctx, i) },
      h("span", { class: "fl-number", "aria-hidden": "true" }, one.failed ? "✕" : i + 1),
      h("div", {}, h("strong", {}, one.key), " ", h("small", {}, one.detail), h("code", {}, makes)));
    }));
  },

  /** The present step: its sentence, its blocks, its axes and its weights. */
  present(ctx) {
    const { step, batch } = ctx.state, one = ctx.facts.steps[step], figure = this.figures[step];
    if (!one) return [];
    if (one.failed) return this.failed(one, figure ?? this.rows[step].firstChild.cloneNode(true));
    const cell = (text, ofBatch) => (ofBatch && batch && text === "None" ? String(batch) : text);
    const axes = one.table.map(([name, reads, rule, makes, ofBatch]) =>
      row(name, [cell(reads, ofBatch), ruled(rule), cell(makes, ofBatch)]));
    const heads = ["axis", "reads", "rule", "makes"].map((key) => ctx.t(`shapes_${key}`));
    return [
      h("p", { class: "fl-say" }, h("strong", {}, `${one.key}: ${one.lead}`), " ", one.words),
      figure ? h("div", { class: "fl-figures" }, figure) : null,
      axes.length ? table(axes, heads, null, "fl-axes") : null,
      one.more.length ? h("p", { class: "fl-more" }, ctx.t("shapes_also", { outputs: one.more.join(", ") })) : null,
      this.sum(ctx, one),
    ].filter(Boolean);
  },

  /** The call at which the walk ends: its sentences wrap; older stored views have them in the picture. */
  failed({ key, detail, takes = [], told = [] }, figure) {
    const [what, ...others] = told;
    return [
      what ? h("p", { class: "fl-say" }, h("strong", { class: "fl-what" }, `✕ ${key}`), " ",
        h("small", {}, detail)) : "",
      ...takes.map((one) => h("code", {}, one)),
      h("div", { class: "fl-figures" }, figure),
      what ? h("p", { class: "fl-what" }, what) : "", ...others.map((text) => h("p", {}, text))];
  },

  /** The weights of this step, as arithmetic, and a bar of all weights: those before, and these. */
  sum(ctx, one) {
    const { total } = ctx.facts, share = (n) => `width:${total ? (100 * n) / total : 0}%`;
    const count = (n) => n.toLocaleString("en");
    return h("div", { class: "fl-sum" },
      h("strong", {}, ctx.t("shapes_weights", { n: count(one.added) })),
      one.weights ? h("code", {}, one.weights) : null,
      h("span", { class: "fl-share", "aria-hidden": "true" },
        h("i", { style: share(one.total - one.added) }), h("i", { style: share(one.added) })),
      h("span", {}, ctx.t("shapes_so_far", { n: count(one.total), total: count(total) })));
  },

  /** After a step, it is seen: in its lists, and on the page. */
  showPresent(ctx) {
    const { step, all } = ctx.state, shown = `${step} ${all}`;
    if (this.shown === shown) return;
    const first = this.shown === undefined;
    this.shown = shown;
    for (const [list, part] of [[this.rail, this.rail.children[step]], [this.main, all && this.rows[step]]])
      list.scrollTop = part ? part.offsetTop - (list.clientHeight - part.offsetHeight) / 2 : 0;
    if (!first) ctx.bringInSight(ctx.foot, ctx.bar);
  },

  go(ctx, step) {
    const next = within(step, this.rows.length);
    ctx.ask(next > ctx.state.step ? ctx.facts.questions[next] : null, () => ctx.set({ step: next }));
  },

  keys(ctx) {
    const { step } = ctx.state;
    return {
      ArrowRight: { label: ctx.t("shapes_next"), run: () => this.go(ctx, step + 1) },
      ArrowLeft: { label: ctx.t("back"), run: () => this.go(ctx, step - 1) },
      ArrowDown: { run: () => this.go(ctx, step + 1) },
      ArrowUp: { run: () => this.go(ctx, step - 1) },
      Home: { label: ctx.t("first_step"), run: () => this.go(ctx, 0) },
      End: { label: ctx.t("last_step"), run: () => this.go(ctx, 1e9) },
      a: { label: ctx.t("shapes_all"), run: () => this.flip(ctx) },
    };
  },

  caption(ctx) {
    const { step, batch } = ctx.state, { steps, captions } = ctx.facts, one = steps?.[step];
    if (!steps) return captions?.[step] ?? "";
    if (!one || one.failed || one.batch < 0 || one.makes[one.batch] !== null) return "";
    if (batch) return ctx.t("shapes_with_batch", { n: batch, shape: shape(one, batch) });
    return ctx.t(step ? "shapes_kept_batch" : "shapes_any_batch");
  },
};

export default liveView(() => shapes);
