// What the explorer says of the selection: node table, arithmetic and source, and all the rest.

const explorerPanel = {
  panel(ctx) {
    const parts = [];
    const chosen = this.chosen(ctx);
    if (chosen?.kind === "tensor") parts.push(...this.tensorPanel(ctx, chosen.tensor));
    else if (chosen) parts.push(...this.layerPanel(ctx, chosen.layer, chosen.node));
    if (ctx.state.level > 0) parts.push(this.tapePanel(ctx));
    if (ctx.state.more && chosen) parts.push(this.morePanel(ctx));
    if (ctx.state.table) parts.push(this.everything(ctx));
    ctx.panel.replaceChildren(...parts);
  },

  layerPanel(ctx, layer, node) {
    const head = ["node", "inbound", "input_shape", "output", "output_shape", "write_this"];
    const rows = layer.rows.slice(0, 5).map((row) => h("tr", {
      class: row.index === node?.index ? "fl-here" : "", "aria-current": row.index === node?.index ? "true" : null,
    },
      h("th", { scope: "row" }, String(row.index)),
      [row.inbound, row.inputs, row.outputs, row.shapes].map((cell) => h("td", {}, cell.join(", ") || "–")),
      h("td", {}, h("code", {}, row.write))));
    const rest = layer.rows.length > 5 ? ctx.t("more_rows", { n: layer.rows.length - 5 }) : "";
    return [
      h("h2", {}, layer.name, h("small", {}, ` ${layer.detail}${layer.weights ? ` · ${layer.weights}` : ""}`)),
      h("table", { class: "fl-table" },
        h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col" }, ctx.t(one))))),
        h("tbody", {}, rows)),
      h("p", { class: "fl-special" }, layer.special, " ", rest),
    ];
  },

  tensorPanel(ctx, tensor) {
    return [
      h("h2", {}, h("code", {}, tensor.name), h("small", {}, ` ${tensor.shape} ${tensor.dtype}`)),
      h("p", {}, ctx.t("made_by", { node: tensor.node }), " ",
        tensor.readers.length ? ctx.t("read_by", { nodes: tensor.readers.join(", ") }) : ctx.t("read_by_none"),
        tensor.masked ? ` ${ctx.t("has_mask")}` : ""),
      h("p", { class: "fl-special" }, h("code", {}, ctx.facts.nodes[tensor.node]?.write ?? "")),
    ];
  },

  /** Ask Python once for what is not in the browser yet. */
  lazy(ctx, kind, key) {
    const store = ctx.facts[kind] ?? {};
    this.got ??= {};
    const known = store[key] ?? this.got[`${kind} ${key}`];
    if (known === undefined) {
      this.got[`${kind} ${key}`] = null;
      ctx.model.send({ ask: kind, key });
    }
    return known;
  },

  follow(ctx, message) {
    if (message.kind) {
      this.got[`${message.kind} ${message.key}`] = message.value;
      ctx.update();
    }
  },

  tapePanel(ctx) {
    const key = this.here(ctx);
    const tape = this.lazy(ctx, "tape", key);
    if (!tape) return h("p", {}, ctx.t("asking_kernel"));
    const at = Math.min(ctx.state.op, tape.length - 1);
    const list = h("ol", { class: "fl-tape" }, tape.map((call, i) => h("li", {
      class: i === at ? "fl-here" : "", "aria-current": i === at ? "step" : null,
    }, h("button", { type: "button", class: "fl-link",
      onclick: () => ctx.set({ op: i, level: 2 }) }, call.text))));
    const source = ctx.state.level > 1 && tape[at] ? [
      h("h3", {}, tape[at].op), h("p", { class: "fl-doc" }, tape[at].doc), h("pre", {}, tape[at].source)] : [];
    return h("section", { "aria-label": ctx.t("tape_of", { key }) },
      h("h3", {}, ctx.t("tape_of", { key })), tape.length ? list : ctx.t("no_ops"), source);
  },

  morePanel(ctx) {
    const chosen = this.chosen(ctx);
    const key = chosen.node?.layer ?? ctx.facts.nodes[chosen.tensor?.node]?.layer ?? ctx.state.selected;
    const more = this.lazy(ctx, "more", key);
    if (!more) return h("p", {}, ctx.t("asking_kernel"));
    const rows = Object.entries(more.config).map(([name, value]) =>
      h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)));
    return h("section", { "aria-label": ctx.t("more_of", { key }) },
      h("pre", { class: "fl-doc" }, more.doc),
      h("p", {}, more.weights.join(" · ")),
      h("table", { class: "fl-table" }, h("tbody", {}, rows)));
  },

  everything(ctx) {
    const rows = Object.entries(ctx.facts.nodes).map(([key, node]) => {
      const row = ctx.facts.layers[node.layer].rows.find((one) => one.index === node.index);
      return h("tr", {}, h("th", { scope: "row" }, h("button", { type: "button", class: "fl-link",
        onclick: () => this.select(ctx, key) }, key)),
        h("td", {}, row?.inbound.join(", ") || "–"), h("td", {}, row?.outputs.join(", ") ?? ""),
        h("td", {}, row?.shapes.join(", ") ?? ""));
    });
    return h("div", { class: "fl-all" }, h("table", { class: "fl-table" },
      h("caption", {}, ctx.t("all_calls")),
      h("thead", {}, h("tr", {}, ["node", "inbound", "output", "output_shape"].map((one) =>
        h("th", { scope: "col" }, ctx.t(one))))),
      h("tbody", {}, rows)));
  },
};
