// What the explorer says of the selection: node table, arithmetic and source, and all the rest.

const MOST_ROWS = 200;

const explorerPanel = {
  panel(ctx) {
    const parts = [];
    const chosen = this.chosen(ctx);
    if (ctx.state.level > 0) parts.push(this.crumbs(ctx));
    if (chosen?.kind === "tensor") parts.push(...this.tensorPanel(ctx, chosen.tensor));
    else if (chosen) parts.push(...this.layerPanel(ctx, chosen.layer, chosen.node));
    if (ctx.state.level > 0) parts.push(this.tapePanel(ctx));
    if (ctx.state.more && chosen) parts.push(this.morePanel(ctx));
    if (ctx.state.table) parts.push(this.everything(ctx));
    ctx.panel.replaceChildren(...parts);
  },

  /** A button that selects a node or tensor. */
  link(ctx, key, label = key) {
    return h("button", { type: "button", class: "fl-link", onclick: () => this.select(ctx, key) }, label);
  },

  /** The way from the model down to here; each step leads back. */
  crumbs(ctx) {
    const { level } = ctx.state, node = this.here(ctx);
    const steps = [
      [ctx.model.get("title"), () => this.toModel(ctx), "Backspace"],
      [node, () => ctx.set({ level: 0 })],
      [ctx.t("tape_of", { key: node }), () => ctx.set({ level: 1 })],
    ].slice(0, level + 1);
    const links = steps.map(([label, run, key]) => h("li", {},
      h("button", { type: "button", class: "fl-link", onclick: run }, label, key ? h("kbd", { "aria-hidden": "true" }, key) : null)));
    return h("nav", { "aria-label": ctx.t("way_here") }, h("ol", { class: "fl-crumbs" }, links));
  },

  /** A heading in the colour that its box has in the picture. */
  heading(ctx, ...words) {
    const box = this.boxOf(ctx, ctx.state.selected), rect = box && this.outline(box);
    const colour = rect?.getAttribute("class")?.match(/s-([\w-]+)/)?.[1] ?? "neutral";
    return h("h2", { class: "fl-of", style: `border-color:var(--f-${colour})` }, words);
  },

  layerPanel(ctx, layer, node) {
    const head = ["node", "inbound", "output", "write_this"];
    const rows = this.rowsAround(layer, node).map((row) => h("tr", {
      class: row.index === node?.index ? "fl-here" : "", "aria-current": row.index === node?.index ? "true" : null,
    },
      h("th", { scope: "row" }, String(row.index)),
      h("td", {}, this.tensorsIn(row.inputs, row.inbound)), h("td", {}, this.tensorsIn(row.shapes, row.outputs)),
      h("td", {}, h("code", {}, this.breakable(row.write)))));
    const rest = layer.rows.length > 5 ? ctx.t("more_rows", { n: layer.rows.length - 5 }) : "";
    return [
      this.heading(ctx, layer.name, h("small", {}, ` ${layer.detail}${layer.weights ? ` · ${layer.weights}` : ""}`)),
      rows.length ? h("table", { class: "fl-table" },
        h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col" }, ctx.t(one))))),
        h("tbody", {}, rows)) : "",
      h("p", { class: "fl-special" }, layer.special, " ", rest),
    ];
  },

  /** Tensors as in the picture: each name under its shape. */
  tensorsIn(shapes, names) {
    if (!names.length) return "–";
    return names.map((name, i) => h("span", { class: "fl-plate" }, h("span", {}, shapes[i] ?? ""), " ", h("span", {}, this.breakable(name))));
  },

  /** Code, or a name, that may go on below after a dot or stroke, and nowhere else. */
  breakable(line) {
    return line.split(/(?<=[./])(?=[a-z_])/i).flatMap((part, i) => (i ? [h("wbr"), part] : [part]));
  },

  /** Five rows at most, the one of the node among them. */
  rowsAround(layer, node) {
    const at = layer.rows.findIndex((row) => row.index === node?.index);
    const from = Math.max(0, Math.min(at - 2, layer.rows.length - 5));
    return layer.rows.slice(from, from + 5);
  },

  /** Which tensor it is, who made it, and who reads it as which of its inputs. */
  tensorPanel(ctx, tensor) {
    const outputs = ctx.facts.nodes[tensor.node].outputs, at = outputs.indexOf(ctx.state.selected);
    const row = (word, node, as) => h("tr", {}, h("th", { scope: "row" }, word),
      h("td", {}, this.link(ctx, node)), h("td", {}, as));
    const ports = tensor.ports.slice(0, 4).map(([node, i, n]) => row(ctx.t("read_as"), node,
      n > 1 ? ctx.t("as_input", { i, n }) : ctx.t("as_only_input")));
    const rest = tensor.ports.slice(4).map(([node]) => node).join(", ");
    const made = outputs.length > 1 ? ctx.t("as_output", { i: at, n: outputs.length }) : "";
    return [
      this.heading(ctx, h("code", {}, tensor.name), h("small", {}, ` ${tensor.shape} ${tensor.dtype}`)),
      h("table", { class: "fl-table" }, h("tbody", {}, row(ctx.t("made_by_node"), tensor.node, made), ports)),
      h("p", {}, rest ? ctx.t("read_by", { nodes: rest }) : "", tensor.ports.length ? "" : ctx.t("read_by_none"),
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
      h("section", { class: "fl-source", "aria-label": tape[at].op },
        h("h3", {}, tape[at].op), h("pre", {}, sourceLines(tape[at].source)), h("p", { class: "fl-doc" }, tape[at].doc))] : [];
    return h("section", { class: "fl-arithmetic", "aria-label": ctx.t("tape_of", { key }) },
      h("h3", {}, ctx.t("tape_of", { key })), tape.length ? list : ctx.t("no_ops"), source);
  },

  morePanel(ctx) {
    const chosen = this.chosen(ctx);
    const key = chosen.node?.layer ?? ctx.facts.nodes[chosen.tensor?.node]?.layer ?? ctx.state.selected;
    const more = this.lazy(ctx, "more", key);
    if (!more) return h("p", {}, ctx.t("asking_kernel"));
    const rows = Object.entries(more.config).map(([name, value]) =>
      h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)));
    return h("section", { class: "fl-more", "aria-label": ctx.t("more_of", { key }) },
      h("pre", { class: "fl-doc" }, more.doc),
      h("p", {}, more.weights.join(" · ")),
      h("table", { class: "fl-table" }, h("tbody", {}, rows)));
  },

  /** All calls as a table: made once, or, of a long model, the calls around the one selected. */
  everything(ctx) {
    const here = this.here(ctx), table = this.callTable, scrolled = table?.scrollTop ?? 0;
    const keys = Object.keys(ctx.facts.nodes), long = keys.length > MOST_ROWS;
    if (!table || (long && here && !this.rowOf.has(here))) this.callTable = this.calls(ctx, this.rowsOf(keys, here));
    else queueMicrotask(() => { table.scrollTop = scrolled; });
    this.callTable.querySelector(".fl-here")?.classList.remove("fl-here");
    this.rowOf.get(here)?.classList.add("fl-here");
    return this.callTable;
  },

  rowsOf(keys, here) {
    const from = Math.min(keys.indexOf(here) - MOST_ROWS / 2, keys.length - MOST_ROWS);
    return keys.slice(Math.max(0, from)).slice(0, MOST_ROWS);
  },

  calls(ctx, keys) {
    this.rowOf = new Map(keys.map((key) => [key, this.callRow(ctx, key)]));
    const rest = Object.keys(ctx.facts.nodes).length - keys.length;
    const heads = ["node", "inbound", "output"].map((one) => h("th", { scope: "col" }, ctx.t(one)));
    const label = ctx.t("all_calls") + (rest > 0 ? ` · ${ctx.t("rows_left_out", { n: rest })}` : "");
    return h("div", { class: "fl-all", tabindex: "0", role: "group", "aria-label": ctx.t("all_calls") },
      h("table", { class: "fl-table" }, h("caption", {}, label), h("thead", {}, h("tr", {}, heads)),
        h("tbody", {}, [...this.rowOf.values()])));
  },

  callRow(ctx, key) {
    const node = ctx.facts.nodes[key];
    const row = ctx.facts.layers[node.layer].rows.find((one) => one.index === node.index);
    return h("tr", {}, h("th", { scope: "row" }, this.link(ctx, key, this.breakable(key))),
      h("td", {}, row && this.tensorsIn(row.inputs, row.inbound)), h("td", {}, row && this.tensorsIn(row.shapes, row.outputs)));
  },
};
