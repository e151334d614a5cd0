// The explorer: the graph as calls or as layers, one selection, and a panel that says what it is.

const explorer = {
  ...explorerPanel,
  name: "explorer",

  draw(ctx) {
    this.search = h("input", { type: "search", class: "fl-search", "aria-label": ctx.t("search"),
      placeholder: ctx.t("search"), oninput: () => this.find(ctx) });
    this.hits = h("span", { class: "fl-hits" });
    ctx.stage.addEventListener("click", (event) => this.click(ctx, event.target));
    ctx.stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(ctx, event.deltaY < 0 ? 1.1 : 1 / 1.1);
    }, { passive: false });
    this.drag(ctx);
  },

  /** Pan by dragging the background. */
  drag(ctx) {
    let from = null;
    ctx.stage.addEventListener("pointerdown", (event) => {
      if (!event.target.closest("[data-key]"))
        from = [event.clientX + ctx.stage.scrollLeft, event.clientY + ctx.stage.scrollTop];
    });
    const move = (event) => { if (from) ctx.stage.scrollTo(from[0] - event.clientX, from[1] - event.clientY); };
    const end = () => { from = null; };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    ctx.cleanups.push(() => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
    });
  },

  picture(ctx) {
    const { face, open } = ctx.state;
    return ctx.model.get("pictures")[open ? `${face}+` : face];
  },

  update(ctx) {
    this.bar(ctx);
    const markup = this.picture(ctx);
    if (markup == null) {
      ctx.model.send({ ask: "picture", face: ctx.state.face, open: ctx.state.open });
      ctx.say(ctx.t("drawing"));
    } else if (markup !== this.shown) {
      // The markup is drawn by funclab itself, with every name escaped.
      ctx.stage.innerHTML = markup;
      this.shown = markup;
      this.boxes = [...ctx.stage.querySelectorAll(".box[data-key],.plate[data-key]")];
      for (const title of ctx.stage.querySelectorAll("title")) title.remove();
      for (const box of this.boxes) {
        // An opened model holds other boxes: a button must not hold buttons.
        box.setAttribute("role", box.querySelector("[data-key]") ? "group" : "button");
        box.setAttribute("tabindex", "-1");
      }
    }
    const svg = ctx.stage.querySelector("svg");
    if (svg) fit(ctx, svg, ctx.state.zoom);
    this.mark(ctx);
    this.panel(ctx);
  },

  bar(ctx) {
    const { face, open, table } = ctx.state;
    const keep = document.activeElement === this.search;
    ctx.bar.replaceChildren(...[
      ctx.button(ctx.t(face === "calls" ? "face_calls" : "face_layers"), "f", () => this.flip(ctx)),
      ctx.facts.nested ? ctx.button(ctx.t("nested"), "o", () => ctx.set({ open: !open }), open) : null,
      ctx.button(ctx.t("zoom_in"), "+", () => this.zoom(ctx, 1.25)),
      ctx.button(ctx.t("zoom_out"), "-", () => this.zoom(ctx, 0.8)),
      ctx.button(ctx.t("zoom_fit"), "0", () => ctx.set({ zoom: 0 })),
      ctx.button(ctx.t("table"), "t", () => ctx.set({ table: !table }), table),
      this.search, this.hits].filter(Boolean));
    if (keep) this.search.focus();
  },

  zoom(ctx, factor) {
    ctx.set({ zoom: Math.min(4, Math.max(0.2, (ctx.state.zoom || 1) * factor)) }, true);
  },

  flip(ctx) {
    ctx.set({ face: ctx.state.face === "calls" ? "layers" : "calls" });
  },

  /** What is selected: a node, a layer or a tensor, by its facts. */
  chosen(ctx, key = ctx.state.selected) {
    const { nodes, layers, tensors } = ctx.facts;
    if (key in nodes) return { kind: "node", node: nodes[key], layer: layers[nodes[key].layer] };
    if (key in layers) return { kind: "layer", layer: layers[key] };
    if (key in tensors) return { kind: "tensor", tensor: tensors[key] };
    return null;
  },

  /** The keys of the boxes and tensors to light: the other calls, or the way back to the inputs. */
  lit(ctx) {
    const chosen = this.chosen(ctx);
    if (!chosen) return new Set();
    if (chosen.kind !== "tensor") return new Set(chosen.layer.nodes);
    const found = new Set([...chosen.tensor.readers]);
    const waiting = [chosen.tensor.node];
    while (waiting.length) {
      const key = waiting.pop();
      if (found.has(`<${key}`)) continue;
      found.add(`<${key}`).add(key);
      waiting.push(...(ctx.facts.nodes[key]?.parents ?? []));
    }
    return found;
  },

  /** The box that stands for a key in the face shown. */
  boxOf(ctx, key) {
    const own = this.boxes?.find((box) => box.dataset.key === key);
    if (own) return own;
    const fact = ctx.facts.nodes[key];
    if (fact) return this.boxes?.find((box) => box.dataset.key === fact.layer);
    const first = ctx.facts.layers[key]?.nodes[0];
    return first && this.boxes?.find((box) => box.dataset.key === first);
  },

  mark(ctx) {
    ctx.stage.querySelectorAll(".fl-ring").forEach((ring) => ring.remove());
    for (const name of ["aria-pressed", "aria-current"])
      ctx.stage.querySelectorAll(`[${name}]`).forEach((box) => box.removeAttribute(name));
    const { selected } = ctx.state;
    if (!selected) return;
    for (const key of this.lit(ctx)) {
      const box = this.boxOf(ctx, key);
      if (box) this.ring(box, "fl-ring fl-lit");
    }
    const box = this.boxOf(ctx, selected);
    if (!box) return;
    this.ring(box, "fl-ring");
    box.setAttribute(box.getAttribute("role") === "group" ? "aria-current" : "aria-pressed", "true");
    const inStage = ctx.stage.getBoundingClientRect(), at = box.getBoundingClientRect();
    if (at.top < inStage.top || at.bottom > inStage.bottom)
      ctx.stage.scrollTop += at.top - inStage.top - inStage.height / 3;
    if (at.left < inStage.left || at.right > inStage.right)
      ctx.stage.scrollLeft += at.left - inStage.left - inStage.width / 3;
  },

  ring(box, name) {
    const rect = box.querySelector("rect");
    if (!rect) return;
    const [x, y, width, height] = ["x", "y", "width", "height"].map((a) => Number(rect.getAttribute(a)));
    box.append(s("rect", { class: name, x: x - 4, y: y - 4, width: width + 8, height: height + 8, rx: 10 }));
  },

  click(ctx, target) {
    const box = target.closest("[data-key]");
    if (box && this.chosen(ctx, box.dataset.key)) this.select(ctx, box.dataset.key);
  },

  select(ctx, key) {
    ctx.ask(this.question(ctx, key), () => ctx.set({ selected: key, level: 0, op: 0, more: false }));
  },

  question(ctx, key) {
    const chosen = this.chosen(ctx, key);
    if (chosen?.kind !== "node" || !chosen.layer.rows.length) return null;
    const row = chosen.layer.rows.find((one) => one.index === chosen.node.index);
    if (!row || !row.inbound.length) return null;
    const all = Object.values(ctx.facts.tensors).map((tensor) => tensor.name);
    const right = row.inbound.join(", ");
    const wrong = all.filter((name) => name !== right).slice(0, 3);
    const options = [right, ...wrong].sort();
    return { id: `receives ${key}`, prompt: ctx.t("ask_receives", { key }), options, answer: right,
      explain: chosen.layer.special };
  },

  keys(ctx) {
    const step = (find) => () => this.step(ctx, find);
    return {
      ArrowDown: { label: ctx.t("key_along"), run: step((n) => this.readersOf(ctx, n)[0]) },
      ArrowUp: { label: ctx.t("key_against"), run: step((n) => ctx.facts.nodes[n]?.parents[0]) },
      ArrowRight: { label: ctx.t("key_next_call"), run: step((n) => this.sibling(ctx, n, 1)) },
      ArrowLeft: { label: ctx.t("key_last_call"), run: step((n) => this.sibling(ctx, n, -1)) },
      Enter: { label: ctx.t("key_deeper"), run: () => this.deeper(ctx) },
      Escape: { label: ctx.t("key_out"), run: () => this.out(ctx) },
      Backspace: { label: ctx.t("key_model"), run: () => ctx.set({ level: 0 }) },
      f: { label: ctx.t("key_face"), run: () => this.flip(ctx) },
      o: { label: ctx.t("key_open"), run: () => ctx.set({ open: !ctx.state.open }) },
      c: { label: ctx.t("key_copy"), run: () => this.copyLine(ctx) },
      m: { label: ctx.t("key_more"), run: () => ctx.set({ more: !ctx.state.more }) },
      s: { label: ctx.t("key_tensor"), run: () => this.toTensor(ctx) },
      t: { label: ctx.t("key_table"), run: () => ctx.set({ table: !ctx.state.table }) },
      "/": { label: ctx.t("key_search"), run: () => this.search.focus() },
      "+": { label: ctx.t("key_zoom"), run: () => this.zoom(ctx, 1.25) },
      "-": { run: () => this.zoom(ctx, 0.8) },
      "0": { run: () => ctx.set({ zoom: 0 }) },
    };
  },

  /** The node that the arrows start from. */
  here(ctx) {
    const chosen = this.chosen(ctx), key = ctx.state.selected;
    if (chosen?.kind === "node") return key;
    if (chosen?.kind === "layer") return chosen.layer.nodes[0];
    return chosen?.tensor.node ?? null;
  },

  step(ctx, find) {
    const here = this.here(ctx);
    const next = here ? find(here) : Object.keys(ctx.facts.nodes)[0];
    if (next) this.select(ctx, next);
    else ctx.say(ctx.t("no_further"));
  },

  readersOf(ctx, key) {
    return (ctx.facts.nodes[key]?.outputs ?? []).flatMap((one) => ctx.facts.tensors[one]?.readers ?? []);
  },

  sibling(ctx, key, by) {
    const own = ctx.facts.layers[ctx.facts.nodes[key].layer].nodes;
    const list = own.length > 1 ? own : Object.keys(ctx.facts.nodes);
    return list[(list.indexOf(key) + by + list.length) % list.length];
  },

  toTensor(ctx) {
    const here = this.here(ctx);
    if (here) this.select(ctx, ctx.facts.nodes[here].outputs[0]);
  },

  deeper(ctx) {
    if (!this.here(ctx)) return this.step(ctx, (key) => key);
    ctx.set({ level: Math.min(2, ctx.state.level + 1) });
  },

  out(ctx) {
    if (document.activeElement === this.search) { ctx.el.focus(); return; }
    if (ctx.state.level > 0) ctx.set({ level: ctx.state.level - 1 });
    else ctx.set({ selected: "" });
  },

  copyLine(ctx) {
    const chosen = this.chosen(ctx);
    const line = chosen?.node?.write ?? chosen?.layer?.rows[0]?.write ??
      ctx.facts.nodes[chosen?.tensor?.node]?.write;
    if (line) ctx.copy(line);
    else ctx.say(ctx.t("select_first"));
  },

  find(ctx) {
    const words = this.search.value.trim().toLowerCase();
    const all = [...Object.keys(ctx.facts.layers), ...Object.keys(ctx.facts.nodes)];
    const found = words ? all.filter((key) => key.toLowerCase().includes(words)) : [];
    this.hits.textContent = words ? ctx.t("hits", { n: found.length }) : "";
    if (found.length) ctx.set({ selected: found[0], level: 0 }, true);
    this.search.focus();
  },

  caption(ctx) {
    const { selected, face } = ctx.state, chosen = this.chosen(ctx);
    if (!chosen) return ctx.t(face === "calls" ? "caption_calls" : "caption_layers", ctx.facts.counts);
    if (chosen.kind === "tensor") return ctx.t("caption_tensor", { key: selected, shape: chosen.tensor.shape });
    return ctx.t("caption_layer", { name: chosen.layer.name, n: chosen.layer.nodes.length,
      key: chosen.node ? selected : chosen.layer.nodes[0] ?? "" });
  },
};

export default { render: ({ model, el }) => start(model, el, explorer) };
