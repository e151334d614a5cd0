// What the explorer says about the selection: node table, settings, weights, arithmetic and source.

import { breakable, h, link, mark, row, sourceLines, table } from "../live/core.js";
import { pictureFrom } from "../live/stored.js";

const MOST_ROWS = 200, MOST_SIZES = 48, MOST_SHARED = 2, FEW = 8;
/** The colours in which the number of a call is white in the picture; in others it is grey. */
const FILLED = /^(group\d|input|output)$/;

export class Panel {
  /**
   * @param {Context} ctx
   * @param {import("./facts.js").Facts} facts
   * @param {import("./view.js").Explorer} explorer
   */
  constructor(ctx, facts, explorer) {
    this.ctx = ctx;
    this.facts = facts;
    this.explorer = explorer;
  }

  update() {
    const { ctx, facts } = this, chosen = facts.chosen(), { level, more, table } = ctx.state;
    ctx.panel.replaceChildren(...[
      level > 0 ? this.crumbs() : [],
      this.parts(chosen),
      level > 0 ? this.tape() : [],
      more && facts.layerOf() ? this.more() : [],
      table ? this.everything() : [],
    ].flat(2));
  }

  parts(chosen) {
    if (!chosen) return this.summary();
    if (chosen.kind === "tensor") return this.tensor(chosen.tensor);
    return chosen.kind === "block" ? this.block() : this.layer(chosen.layer, chosen.node);
  }

  /** A list of terms, each with its description. */
  list(rows) {
    return h("dl", { class: "fl-list" }, rows.filter(([, ...value]) => value.flat().length).map(([word, ...value]) =>
      h("div", {}, h("dt", {}, word), h("dd", {}, value))));
  }

  /** The whole model, while nothing is selected. */
  summary() {
    const { ctx } = this, { inputs, outputs, weights, trained } = ctx.facts.summary;
    const each = (lines) => lines.map((line) => h("span", {}, line));
    return [h("h2", {}, ctx.model.get("title")), this.list([
      [ctx.t("nodes_drawn"), this.explorer.stage.picture?.told || []],
      [ctx.t("inputs"), each(inputs)], [ctx.t("outputs"), ctx.model.get("ask") ? [] : each(outputs)],
      [ctx.t("weights"), ctx.t("of_which_trained", { n: weights, trained })]]),
      ...(ctx.model.get("ask") ? [] : this.overview())];
  }

  /** The layers with the most weights, as bars beside each other's; and what to know of those that are shared. */
  overview() {
    const { ctx } = this, all = Object.entries(ctx.facts.layers);
    // Of few layers, those without weights are there, too.
    const layers = all.filter(([, { size, detail }]) => size || (all.length <= FEW && detail !== "InputLayer"));
    const sizes = layers.sort(([, { size: a = 0 }], [, { size: b = 0 }]) => b - a),
      shared = layers.filter(([, { nodes }]) => nodes.length > 1);
    const bar = ({ size = 0 }) => h("span", { class: "fl-size", "aria-hidden": "true" },
      h("i", { style: `width:${(100 * size) / sizes[0][1].size}%` }));
    const items = sizes.slice(0, MOST_SIZES).map(([key, layer]) => h("li", {},
      h("div", {}, this.link(layer.nodes[0] ?? key, breakable(this.facts.name(key))),
        h("code", {}, layer.weights || "0")), bar(layer)));
    const special = shared.slice(0, MOST_SHARED)
      .map(([, { special: words }]) => h("p", { class: "fl-special" }, words));
    if (!sizes[0]?.[1].size) return [];
    return [h("section", { class: "fl-sizes" }, h("h3", {}, ctx.t("where_weights")), h("ul", {}, items),
      sizes.length > items.length ? h("small", {}, ctx.t("further_layers", { n: sizes.length - items.length })) : "",
      shared.length ? h("h3", {}, ctx.t("what_is_shared")) : "", special)];
  }

  /** A button that selects a node or tensor. */
  link(key, label = breakable(key)) {
    return link(label, () => this.explorer.select(key));
  }

  links(keys) { return keys.flatMap((key, i) => [i ? ", " : "", this.link(key)]); }

  /** The path from the model down to here; each step is a link back. */
  crumbs() {
    const { ctx } = this, { level } = ctx.state, node = this.facts.nodeOf();
    const steps = [
      [ctx.model.get("title"), () => this.explorer.walk.toModel(), "Backspace"],
      [node, () => ctx.set({ level: 0 })],
      [ctx.t("tape_of", { key: node }), () => ctx.set({ level: 1 })],
    ].slice(0, level + 1);
    return h("nav", { "aria-label": ctx.t("way_here") },
      h("ol", { class: "fl-crumbs" }, steps.map(([label, run, key]) =>
      h("li", {}, link([label, key ? h("kbd", { "aria-hidden": "true" }, key) : null], run)))));
  }

  /** A heading in the colour of its box in the picture; numbers of calls below it are filled as they are there. */
  heading(...words) {
    const { ctx, explorer: { stage } } = this, box = stage.boxOf(ctx.state.selected);
    const colour = (box && stage.outline(box))?.getAttribute("class")?.match(/s-([\w-]+)/)?.[1] ?? "neutral";
    const filled = FILLED.test(colour), fills = { "--fl-of": `var(--f-${colour})`, "--fl-on": "var(--f-on-colour)" };
    for (const [name, value] of Object.entries(fills)) ctx.panel.style.setProperty(name, filled ? value : "");
    return h("h2", { class: "fl-of", style: `border-color:var(--f-${colour})` }, words);
  }

  layer(layer, node) {
    const { ctx, facts } = this, key = facts.layerOf(), rows = facts.rows(layer);
    const readers = node ? [...new Set(facts.next(facts.nodeOf()))] : [];
    const settings = (layer.settings ?? []).map(([name, value]) => h("code", {}, `${name}=${value} `));
    return [
      this.heading(facts.name(key), h("small", {}, ` ${layer.detail ?? ""}`)),
      h("p", { class: "fl-special" }, layer.special,
        rows.length > 5 ? ` ${ctx.t("more_rows", { n: rows.length - 5 })}` : ""),
      rows.length ? this.nodes(rows, node) : "",
      this.list([[ctx.t("used_by"), this.links(readers)], [ctx.t("settings"), settings],
        [ctx.t("weights"), layer.weights ? [layer.weights, h("br"), this.weights(key, layer.arrays ?? [])] : []]]),
      this.values(key),
    ];
  }

  /** The nodes of a layer: at most five, the selected one among them. */
  nodes(calls, node) {
    const at = calls.findIndex((call) => call.index === node?.index);
    const from = Math.max(0, Math.min(at - 2, calls.length - 5));
    const heads = ["node", "inbound", "output", "write_this"].map((head) => this.ctx.t(head));
    const rows = calls.slice(from, from + 5).map(({ index, inputs, inbound, shapes, outputs, write }) =>
      row(String(index), [this.tensorsIn(inputs, inbound), this.tensorsIn(shapes, outputs),
        [h("code", {}, breakable(write)), this.copier(write)]], mark(index === node?.index)));
    for (const { cells } of rows) heads.forEach((head, i) => { cells[i].dataset.label = head; });
    return table(rows, heads, null, "fl-nodes");
  }

  /** Tensors by name, each with its shape. */
  tensorsIn(shapes, names) {
    if (!names.length) return "–";
    return names.map((name, i) =>
      h("span", { class: "fl-plate" }, h("span", {}, breakable(name)), " ", h("span", {}, shapes[i] ?? "")));
  }

  /** A button that copies a line. */
  copier(line) {
    const { ctx } = this;
    return ctx.button(ctx.t("copy"), "", () => ctx.copy(line), null, { icon: "copy", brief: true });
  }

  /** A button for each weight, which shows its numbers. */
  weights(layer, arrays) {
    const { ctx } = this;
    return arrays.map(([name, shape]) => {
      const key = `${layer} ${name}`, pressed = ctx.state.weight === key;
      return h("button", { type: "button", class: "fl-weight", "aria-pressed": String(pressed), onclick: () => {
        delete ctx.got[`values ${key}`];  // it may have been trained since then
        ctx.set({ weight: pressed ? "" : key });
      } }, `${name} ${shape}`);
    });
  }

  /** The heat map and the histogram of the weight that is shown. */
  values(layer) {
    const { ctx } = this, { weight } = ctx.state;
    if (!weight || weight.slice(0, weight.lastIndexOf(" ")) !== layer) return "";
    const values = ctx.lazy("values", weight);
    if (!values) return h("p", {}, ctx.t("asking_kernel"));
    return h("figure", { class: "fl-values" }, pictureFrom(values.svg),
      h("figcaption", {}, ctx.t("values_of", { key: weight }), " ", values.told));
  }

  /** Which tensor it is, which call made it, and which calls read it as which input. */
  tensor(tensor) {
    const { ctx, facts } = this, { selected } = ctx.state, { outputs, write } = facts.nodes[tensor.node];
    const readers = facts.readers.get(selected) ?? [];
    const ports = readers.slice(0, 4).map(({ node, i, n }) =>
      row(ctx.t("read_as"), [this.link(node), ctx.t(n > 1 ? "as_input" : "as_only_input", { i, n })]));
    const rest = readers.slice(4).map(({ node }) => node).join(", ");
    const made = outputs.length > 1 ? ctx.t("as_output", { i: outputs.indexOf(selected), n: outputs.length }) : "";
    return [
      this.heading(h("code", {}, facts.name(selected)), h("small", {}, ` ${facts.shape(selected)} ${tensor.dtype}`)),
      table([row(ctx.t("made_by_node"), [this.link(tensor.node), made]), ports]),
      h("p", {}, rest ? ctx.t("read_by", { nodes: rest }) : "", readers.length ? "" : ctx.t("read_by_none"),
        tensor.masked ? ` ${ctx.t("has_mask")}` : "", tensor.means ? ` ${tensor.means}` : ""),
      h("p", { class: "fl-special" }, h("code", {}, write)),
    ];
  }

  /** A block: what it holds, what it reads and makes, its weights, and how its repetitions differ. */
  block() {
    const { ctx, explorer: { stage } } = this, key = ctx.state.selected, fact = stage.blocks[key];
    const lines = (texts = []) => texts.map((text) => h("span", {}, text));
    const label = stage.boxes.get(key)?.getAttribute("aria-label") ?? "";
    if (!fact?.title) return [h("p", { class: "fl-special" }, label)];
    const starts = fact.starts ?? [];
    return [this.heading(fact.title, h("small", {}, ` ${fact.what}`)),
      h("p", { class: "fl-special" }, ctx.t(stage.isClosed(key) ? "block_closed" : "block_open")),
      this.list([[ctx.t("block_holds"), fact.content], [ctx.t("nodes_drawn"), String(fact.nodes)],
        [ctx.t("inputs"), ctx.model.get("ask") ? [] : lines(fact.reads)],
        [ctx.t("block_makes"), ctx.model.get("ask") ? [] : lines(fact.makes)],
        [ctx.t("weights"), fact.weights ? [[fact.weights, fact.whose].filter(Boolean).join(", ")] : []],
        [ctx.t("block_differ"), lines(fact.differ)],
        [ctx.t("begins_at"), this.links(starts.slice(0, MOST_ROWS))]])];
  }

  tape() {
    const { ctx } = this, key = this.facts.nodeOf(), tape = ctx.lazy("tape", key);
    if (!tape) return h("p", {}, ctx.t("asking_kernel"));
    const at = Math.min(ctx.state.op, tape.length - 1), call = ctx.state.level > 1 && tape[at];
    const list = h("ol", { class: "fl-tape" }, tape.map(({ text }, i) =>
      h("li", mark(i === at, "step"), link(text, () => ctx.set({ op: i, level: 2 })))));
    const source = call ? h("section", { class: "fl-source", "aria-label": call.op },
      h("h3", {}, call.op), h("pre", {}, sourceLines(call.source)), h("p", { class: "fl-doc" }, call.doc)) : null;
    return h("section", { class: "fl-arithmetic", "aria-label": ctx.t("tape_of", { key }) },
      h("h3", {}, ctx.t("tape_of", { key })),
      tape.length ? list : ctx.t(ctx.facts.nodes[key].inputs.length ? "no_ops_on" : "no_ops"), source);
  }

  more() {
    const { ctx } = this, key = this.facts.layerOf(), more = ctx.lazy("more", key);
    if (!more) return h("p", {}, ctx.t("asking_kernel"));
    return h("section", { class: "fl-more", "aria-label": ctx.t("more_of", { key }) },
      h("pre", { class: "fl-doc" }, more.doc),
      table(more.settings.map(([name, value]) => row(name, [value]))));
  }

  /** All calls as a table, each with the closed block that it is in. */
  everything() {
    const { ctx, facts, explorer: { stage } } = this, here = facts.nodeOf();
    const before = ctx.panel.querySelector(".fl-all")?.scrollTop ?? 0;
    const some = Object.keys(stage.blocks).length > 0;
    const heads = ["node", "inbound", "output", ...(some ? ["in_block"] : [])].map((head) => ctx.t(head));
    const rows = facts.order.map((key) => {
      const { inputs, outputs } = facts.nodes[key], holder = stage.holder(key);
      const cells = [inputs, outputs].map((names) => this.tensorsIn(names.map((name) => facts.shape(name)), names));
      const block = holder === key ? "" : this.link(holder, stage.blocks[holder].title);
      return row(this.link(key), some ? [...cells, block] : cells, { class: key === here ? "fl-here" : "" });
    });
    const all = h("div", { class: "fl-all", tabindex: "0", role: "group", "aria-label": ctx.t("all_calls") },
      table(rows, heads, ctx.t("all_calls")));
    queueMicrotask(() => { all.scrollTop = before; });
    return all;
  }
}
