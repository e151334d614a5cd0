// What a lesson shows without asking anything: errors shown on purpose, and what a real Keras printed.

import { h } from "../live/core.js";
import { Graph } from "../live/graph.js";
import { coded } from "./coded.js";

/** The width up to which a picture stands beside the words on a projector; one that is wider stands above them. */
const WIDEST = 460;

const widthOf = (/** @type {string} */ markup) => Number(markup.match(/ viewBox="0 0 ([\d.]+)/)?.[1] ?? 0);

/** @type {WrittenView} */
export const failed = {
  draw(ctx) {
    const { facts } = ctx, { fault, narrow = fault } = ctx.model.get("pictures");
    ctx.el.classList.add("fl-plain"); // the error is its own heading
    const told = ["why", "fix"].filter((name) => facts[name])
      .map((name) => h("p", {}, h("b", {}, `${ctx.t(name)} `), coded(facts[name])));
    this.graph = new Graph(ctx.t("lesson_fault"));
    this.graph.el.hidden = !fault;
    // Where picture and fixes have no room beside each other, the fixes stand below.
    const fit = () => this.graph.put(this.graph.el.clientWidth < widthOf(fault) ? narrow : fault);
    if (fault) ctx.watchSizes(fit, ctx.el);
    if (fault) this.graph.put(fault);
    if (facts.after) told.push(h("p", {}, h("small", {}, facts.after)));
    const line = facts.line ? h("pre", {}, h("code", {}, facts.line)) : "", wall = ctx.look === "projector" && fault;
    const words = wall ? [h("div", { class: "fl-said-of" }, line, ...told)] : [line, ...told];
    if (wall) this.graph.el.classList.add(widthOf(fault) > WIDEST ? "fl-across" : "fl-beside");
    ctx.stage.append(h("p", { class: "fl-what" }, `${facts.name}: `, coded(facts.what)), ...words, this.graph.el);
  },
  update() {},
  keys: () => ({}),
};

/**
 * What a real Keras printed.
 * @type {WrittenView}
 */
export const printed = {
  draw(ctx) {
    ctx.el.classList.add("fl-plain");
    ctx.stage.append(h("p", { class: "fl-prompt" }, ctx.model.get("title")),
      h("pre", {}, h("code", {}, ctx.facts.printed)));
  },
  update() {},
  keys: () => ({}),
};
