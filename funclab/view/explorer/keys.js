// The keys of the explorer: walking the graph, search, and how large the picture is.

const explorerKeys = {
  keys(ctx) {
    return {
      ArrowDown: { label: ctx.t("key_along"), run: () => this.along(ctx) },
      ArrowUp: { label: ctx.t("key_against"), run: () => this.against(ctx) },
      ArrowRight: { label: ctx.t("key_next_call"), run: () => this.aside(ctx, 1) },
      ArrowLeft: { label: ctx.t("key_last_call"), run: () => this.aside(ctx, -1) },
      Enter: { label: ctx.t("key_deeper"), run: () => this.deeper(ctx) },
      Escape: { label: ctx.t("key_out"), run: () => this.out(ctx) },
      Backspace: { label: ctx.t("key_model"), run: () => this.toModel(ctx) },
      s: { label: ctx.t("key_tensor"), run: () => this.toTensor(ctx) },
      o: { label: ctx.t("key_open"), run: () => this.toggleSelected(ctx) },
      O: { label: ctx.t("key_open_all"), run: () => this.toggleAll(ctx) },
      f: { label: ctx.t("key_face"), run: () => this.flip(ctx) },
      c: { label: ctx.t("key_copy"), run: () => this.copyLine(ctx) },
      m: { label: ctx.t("key_more"), run: () => ctx.set({ more: !ctx.state.more }) },
      t: { label: ctx.t("key_table"), run: () => ctx.set({ table: !ctx.state.table }) },
      "/": { label: ctx.t("key_search"), run: () => this.search.focus() },
      "+": { label: ctx.t("key_zoom"), run: () => this.zoom(ctx, 1.25) },
      "-": { run: () => this.zoom(ctx, 0.8) },
      "0": { run: () => this.whole(ctx) },
    };
  },

  /** The node that the arrows start from. */
  here(ctx) {
    const chosen = this.chosen(ctx);
    if (chosen?.kind === "node") return ctx.state.selected;
    return chosen?.kind === "layer" ? chosen.layer.nodes[0] : chosen?.tensor.node ?? null;
  },

  go(ctx, key) {
    if (key) this.select(ctx, key);
    else ctx.say(ctx.t("no_further"));
  },

  first(ctx) { return Object.keys(ctx.facts.nodes)[0]; },

  along(ctx) {
    const { nodes, tensors } = ctx.facts, tensor = this.chosen(ctx)?.tensor, here = this.here(ctx);
    if (!here) return this.go(ctx, this.first(ctx));
    const outputs = nodes[here].outputs.map((key) => tensors[key]);
    return this.go(ctx, (tensor ? [tensor] : outputs).flatMap((one) => one.readers)[0]);
  },

  against(ctx) {
    const tensor = this.chosen(ctx)?.tensor, here = this.here(ctx);
    this.go(ctx, tensor?.node ?? (here ? ctx.facts.nodes[here].parents[0] : this.first(ctx)));
  },

  /** The next call of a shared layer, tensor beside the one selected, or node. */
  aside(ctx, by) {
    const here = this.here(ctx), { nodes, layers } = ctx.facts;
    if (!here) return this.go(ctx, this.first(ctx));
    const own = layers[nodes[here].layer].nodes;
    const list = this.chosen(ctx).tensor ? this.tensorsAt(ctx, here) : own.length > 1 ? own : Object.keys(nodes);
    const at = list.indexOf(this.chosen(ctx).tensor ? ctx.state.selected : here);
    return this.go(ctx, list[(at + by + list.length) % list.length]);
  },

  /** The tensors at a node: those it makes, then those it is given. */
  tensorsAt(ctx, node) { return [...ctx.facts.nodes[node].outputs, ...this.givenTo(ctx, node)]; },

  /** From a node to what it made, then in turn to all that it was given and made. */
  toTensor(ctx) {
    const { selected } = ctx.state, tensor = this.chosen(ctx)?.tensor;
    if (!tensor) this.around = this.here(ctx) ?? this.first(ctx);
    else if (!this.tensorsAt(ctx, this.around ?? tensor.node).includes(selected)) this.around = tensor.node;
    const node = this.around ?? tensor.node, list = this.tensorsAt(ctx, node);
    this.go(ctx, list[(list.indexOf(selected) + 1) % list.length]);
  },

  /** Into a closed model or wrapper; else to the arithmetic of a node, and to its source. */
  deeper(ctx) {
    const here = this.here(ctx), { selected, level } = ctx.state;
    if (!here && !this.chosen(ctx)) return this.go(ctx, this.first(ctx));
    const closed = here in ctx.facts.frames && !this.opened(ctx).includes(here);
    if (closed && level === 0 && selected !== "") return this.toggle(ctx, [here]);
    if (!here) return ctx.say(ctx.t("no_further"));
    return ctx.set({ level: Math.min(2, level + 1) });
  },

  out(ctx) {
    const { level, more } = ctx.state;
    if (document.activeElement === this.search) this.leaveSearch(ctx);
    else if (level > 0) ctx.set({ level: level - 1 });
    else ctx.set(more ? { more: false } : { selected: "" });
  },

  toModel(ctx) {
    ctx.set({ level: 0, op: 0, more: false, selected: "" });
    ctx.stage.scrollTo(0, 0);
  },

  copyLine(ctx) {
    const chosen = this.chosen(ctx);
    const line = chosen?.node?.write ?? chosen?.layer?.rows[0]?.write ??
      ctx.facts.nodes[chosen?.tensor?.node]?.write;
    if (line) ctx.copy(line);
    else ctx.say(ctx.t("select_first"));
  },

  /** Keys in the search box, other than the letters. */
  typed(ctx, target, key) {
    const by = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[key];
    if (target !== this.search || !by) return false;
    this.hit(ctx, this.at + by);
    return true;
  },

  leaveSearch(ctx) {
    this.search.value = "";
    this.find(ctx);
    ctx.el.focus({ preventScroll: true });
  },

  find(ctx) {
    const words = this.search.value.trim().toLowerCase();
    const { layers, nodes, tensors } = ctx.facts;
    const all = [layers, nodes, ...(words.includes(":") ? [tensors] : [])].flatMap(Object.keys);
    this.found = words ? all.filter((key) => key.toLowerCase().includes(words)) : [];
    if (this.found.length) this.hit(ctx, 0);
    else {
      this.hits.textContent = words ? ctx.t("hits", { n: 0 }) : "";
      ctx.say(this.hits.textContent);
    }
  },

  /** Go to one of the hits, and say which of how many. */
  hit(ctx, at) {
    const n = this.found?.length;
    if (!n) return;
    this.at = (at + n) % n;
    const key = this.found[this.at];
    ctx.set({ selected: key, level: 0, ...this.revealing(ctx, key) }, true);
    this.hits.textContent = ctx.t("hit_of", { i: this.at + 1, n });
    ctx.say(ctx.t("hit_is", { i: this.at + 1, n, key }));
  },

  zoom(ctx, factor) {
    ctx.set({ zoom: Math.min(4, Math.max(0.1, (ctx.state.zoom || 1) * factor)) }, true);
  },

  /** As large as it is read well; once more, as small as it is seen whole. */
  whole(ctx) {
    const svg = ctx.stage.querySelector("svg");
    if (ctx.state.zoom || !svg) return ctx.set({ zoom: 0 }, true);
    const { clientWidth, clientHeight } = ctx.stage, { width, height } = svg.getBoundingClientRect();
    const scale = Math.min(clientWidth / width, clientHeight / height);
    return scale < 1 ? ctx.set({ zoom: Math.max(0.02, scale) }, true) : undefined;
  },

  /** Its own size, in which no text is too small to be read. */
  size(ctx, svg) {
    const { zoom } = ctx.state, size = `${zoom} ${ctx.look}`;
    if (svg.dataset.size !== size) {
      fit(ctx, svg, zoom);
      if (!zoom) svg.style.maxWidth = "none";
      svg.dataset.size = size;
    }
    this.tell();
  },
};
