// What a lesson shows without asking anything: errors shown on purpose, and what a real Keras printed.

import { h } from "../live/core.js";
import { Graph } from "../live/graph.js";
import { coded } from "./coded.js";

/** @type {WrittenView} */
export const failed = {
  draw(ctx) {
    const { facts } = ctx, fault = ctx.model.get("pictures").fault;
    ctx.el.classList.add("fl-plain"); // the error is its own heading
    const told = ["why", "fix"].filter((name) => facts[name])
      .map((name) => h("p", {}, h("b", {}, `${ctx.t(name)} `), coded(facts[name])));
    this.graph = new Graph(ctx.t("lesson_fault"));
    this.graph.el.hidden = !fault;
    if (fault) this.graph.put(fault);
    ctx.stage.append(h("p", { class: "fl-what" }, `${facts.name}: `, coded(facts.what)),
      facts.line ? h("pre", {}, h("code", {}, facts.line)) : "", ...told, this.graph.el);
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
    ctx.stage.append(h("p", { class: "fl-prompt" }, ctx.model.get("title")),
      h("pre", {}, h("code", {}, ctx.facts.printed)));
  },
  update() {},
  keys: () => ({}),
};
