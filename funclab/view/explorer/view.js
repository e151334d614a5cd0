// The explorer: the graph as calls or as layers, one selection, and a panel that says what it is.

const explorer = {
  ...explorerPanel,
  ...explorerPicture,
  ...explorerKeys,
  ...explorerRoom,
  name: "explorer",

  draw(ctx) {
    this.search = h("input", { type: "search", class: "fl-search", "aria-label": ctx.t("search"),
      placeholder: ctx.t("search"), oninput: () => this.find(ctx) });
    this.hits = h("span", { class: "fl-hits", "aria-hidden": "true" });
    this.furnish(ctx);
    ctx.stage.addEventListener("click", (event) => this.click(ctx, event.target));
    ctx.stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(ctx, event.deltaY < 0 ? 1.1 : 1 / 1.1);
    }, { passive: false });
    this.drag(ctx);
    this.watch(ctx);
  },

  /** Pan by dragging the background. */
  drag(ctx) {
    let from = null;
    ctx.stage.addEventListener("pointerdown", (event) => {
      if (!event.target.closest("[data-key]:not(.frame)"))
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

  update(ctx) {
    this.arrange(ctx);
    this.bar(ctx);
    const name = this.picture(ctx);
    const markup = ctx.model.get("pictures")[name], other = markup !== this.shown;
    if (name == null) ctx.say(ctx.t("drawing"));
    else if (other) this.put(ctx, markup);
    if (name != null && ctx.status.textContent === ctx.t("drawing")) ctx.say("");
    this.shownName = name ?? this.shownName;
    const svg = ctx.stage.querySelector("svg");
    this.panel(ctx);
    if (svg) this.size(ctx, svg);
    if (other) this.keepHeld(ctx);
    this.mark(ctx);
    this.reveal(ctx);
  },

  bar(ctx) {
    const { face, table } = ctx.state, frames = Object.keys(ctx.facts.frames), opened = this.opened(ctx);
    const keep = document.activeElement === this.search;
    ctx.bar.replaceChildren(...[
      ctx.button(ctx.t(face === "calls" ? "face_calls" : "face_layers"), "f", () => this.flip(ctx)),
      frames.length ? ctx.button(ctx.t("nested"), "O", () => this.toggleAll(ctx), opened.length === frames.length) : null,
      ctx.button(ctx.t("zoom_in"), "+", () => this.zoom(ctx, 1.25)),
      ctx.button(ctx.t("zoom_out"), "-", () => this.zoom(ctx, 0.8)),
      ctx.button(ctx.t("zoom_fit"), "0", () => this.whole(ctx)),
      ctx.button(ctx.t("table"), "t", () => ctx.set({ table: !table }), table),
      this.search, this.hits].filter(Boolean));
    if (keep) this.search.focus();
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

  click(ctx, target) {
    const part = (what) => target.closest(what);
    const box = part(".box[data-key]"), path = box?.dataset.key;
    if (part(".fl-sign")) return this.toggle(ctx, this.framesOf(ctx, path));
    if (part("[data-tensor]")) return this.choose(ctx, part("[data-tensor]").dataset.tensor);
    if (box?.dataset.first) return this.choose(ctx, box.dataset.first);
    const row = box && part("[data-row]"), layer = row && this.keyOf(ctx, path);
    const node = layer && `${layer}[${row.dataset.row}]`;
    if (node && node in ctx.facts.nodes) return this.select(ctx, node);
    return this.choose(ctx, part("[data-key]")?.dataset.key);
  },

  /** Select what a part of the picture stands for. */
  choose(ctx, path) {
    const key = path && this.keyOf(ctx, path);
    if (key) this.select(ctx, key);
  },

  select(ctx, key) {
    ctx.ask(this.question(ctx, key), () =>
      ctx.set({ selected: key, level: 0, op: 0, more: false, ...this.revealing(ctx, key) }));
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

  caption(ctx) {
    const { selected, face } = ctx.state, chosen = this.chosen(ctx);
    if (!chosen) {
      const told = ctx.t(face === "calls" ? "caption_calls" : "caption_layers", ctx.facts.counts);
      return ctx.model.get("ask") ? `${told} ${ctx.t("caption_asks")}` : told;
    }
    const brief = (text) => (text.length > 80 ? `${text.slice(0, 50)}…${text.slice(-20)}` : text), key = brief(selected);
    if (chosen.kind === "tensor") return ctx.t("caption_tensor", { key, shape: chosen.tensor.shape });
    return ctx.t("caption_layer", { name: brief(chosen.layer.name), n: chosen.layer.nodes.length, key });
  },
};

export default liveView(() => explorer);
