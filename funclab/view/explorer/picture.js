// The picture of the explorer: which one shows the state, what is marked in it, how large it is.

const explorerPicture = {
  /** The frames that are open, by their keys among calls: those named, and those around the selected. */
  opened(ctx) {
    const { frames } = ctx.facts, { open, selected } = ctx.state;
    const named = (key) => (typeof open === "boolean" ? open :
      [key, key.replace(/\[\d+\]$/, ""), frames[key]].some((name) => open.includes(name)));
    return Object.keys(frames).filter((key) => named(key) || selected.startsWith(`${key}/`));
  },

  /** Open frames as the state holds them: none, all, or a list. */
  tidy(ctx, keys) {
    const every = Object.keys(ctx.facts.frames), open = every.filter((key) => keys.includes(key));
    return open.length === every.length ? open.length > 0 : open.length > 0 && open;
  },

  /** What is to be open so that a key can be seen. */
  revealing(ctx, key) {
    const opened = this.opened(ctx), around = Object.keys(ctx.facts.frames).filter((one) => key.startsWith(`${one}/`));
    const missing = around.filter((one) => !opened.includes(one));
    return missing.length ? { open: this.tidy(ctx, [...opened, ...missing]) } : {};
  },

  /** The key of the box that stands for what is selected. */
  target(ctx, key = ctx.state.selected) {
    const { nodes, layers, tensors } = ctx.facts;
    const node = tensors[key]?.node ?? key;
    if (ctx.state.face === "layers") return layers[nodes[node]?.layer ?? node]?.box ?? "";
    return node in layers ? layers[node].nodes[0] ?? node : node;
  },

  /** The name that Python gives to the picture of this state. */
  pictureName(ctx, opened = this.opened(ctx)) {
    const { frames } = ctx.facts, { face } = ctx.state;
    const every = opened.length && opened.length === Object.keys(frames).length;
    const keys = face === "calls" ? opened : [...new Set(opened.map((key) => frames[key]))];
    return `${face}|${every ? "*" : keys.join(" ")}|${ctx.look === "projector" ? "large" : ""}`;
  },

  /** The picture that shows what is selected; while Python draws it, the nearest there is. */
  picture(ctx) {
    const pictures = ctx.model.get("pictures"), target = this.target(ctx);
    const found = this.versions(ctx, this.pictureName(ctx));
    const right = target ? found.find((name) => this.keysIn(name, pictures[name]).has(target)) : found[0];
    if (right || !ctx.model.alone) return right ?? found[0] ?? null;
    ctx.say(ctx.t("not_on_this_page"));
    return found[0] ?? this.versions(ctx, this.pictureName(ctx, Object.keys(ctx.facts.frames)))[0] ?? null;
  },

  /** The pictures of a name: first the one on show, unless nothing is selected. */
  versions(ctx, name) {
    const found = Object.keys(ctx.model.get("pictures")).filter((one) => one === name || one.startsWith(`${name}@`));
    const rank = (one) => (one === (ctx.state.selected ? this.shownName : name) ? 0 : one === name ? 1 : 2);
    return found.sort((a, b) => rank(a) - rank(b));
  },

  keysIn(name, markup) {
    this.parsed ??= new Map();
    const known = this.parsed.get(name);
    if (known?.markup === markup) return known.keys;
    const keys = new Set([...pictureFrom(markup).querySelectorAll(".box[data-key]")].map((box) => box.dataset.key));
    this.parsed.set(name, { markup, keys });
    return keys;
  },

  /** Put a picture on the stage, and make of it something that can be clicked. */
  put(ctx, markup) {
    ctx.stage.replaceChildren(pictureFrom(markup));
    this.shown = markup;
    const all = (what) => [...ctx.stage.querySelectorAll(what)];
    this.boxes = new Map(all(".box[data-key]").map((box) => [box.dataset.key, box]));
    this.plates = all(".plate[data-tensor]");
    this.edges = all(".edge[data-tensor]");
    for (const box of [...this.boxes.values(), ...this.plates]) {
      // An opened model holds other boxes: a button must not hold buttons.
      box.setAttribute("role", box.querySelector("[data-key]") ? "group" : "button");
      box.setAttribute("tabindex", "-1");
    }
    for (const edge of this.edges) {
      const line = edge.querySelector("path");
      edge.append(s("path", { class: "fl-hit", d: line.getAttribute("d") }));
    }
    for (const [key, box] of this.boxes) if (this.framesOf(ctx, key).length) this.sign(box);
  },

  /** The frames that a box stands for: one among calls, one for each call among layers. */
  framesOf(ctx, path) {
    const { frames } = ctx.facts;
    if (ctx.state.face === "calls") return path in frames ? [path] : [];
    return Object.keys(frames).filter((key) => frames[key] === path);
  },

  /** The outline of a box: of a wrapper, the inner one. */
  outline(box) {
    const [first, second] = [...box.children].filter((one) => one.tagName === "rect");
    const inner = second && Number(second.getAttribute("x")) - Number(first.getAttribute("x")) === 4;
    return inner ? second : first;
  },

  /** A plus or a minus, in the corner of what opens and closes. */
  sign(box) {
    const rect = this.outline(box), open = box.classList.contains("frame");
    const [x, y, width] = ["x", "y", "width"].map((name) => Number(rect.getAttribute(name)));
    // Under the number of the node; a layer's box has rows there, and room at the top.
    const rows = box.querySelector(":scope > [data-row]"), left = x + width - (rows ? 52 : 28), top = y + Number(box.dataset.sign ?? 31);
    box.append(s("g", { class: "fl-sign", "aria-hidden": "true" },
      s("rect", { x: left, y: top, width: 18, height: 18, rx: 4 }),
      s("path", { d: `M${left + 4},${top + 9}h10${open ? "" : `m-5,-5v10`}` })));
    if (!open) box.setAttribute("aria-expanded", "false");
  },

  /** Open frames, or close them with all that is open inside. */
  toggle(ctx, keys) {
    const opened = this.opened(ctx), { selected } = ctx.state;
    const close = keys.every((key) => opened.includes(key));
    const inside = (key, frame) => key === frame || key.startsWith(`${frame}/`);
    const next = close ? opened.filter((one) => !keys.some((key) => inside(one, key))) : [...opened, ...keys];
    const lost = close && keys.find((key) => selected.startsWith(`${key}/`));
    this.hold(ctx, keys[0]);
    ctx.set({ open: this.tidy(ctx, next), ...(lost ? { selected: lost } : {}) });
    ctx.say(ctx.t(close ? "closed" : "opened", { key: keys.join(", ") }));
  },

  /** Remember where a box stands in the window, so that it stays there in the next picture. */
  hold(ctx, key) {
    const path = ctx.state.face === "calls" ? key : ctx.facts.frames[key], box = this.boxes.get(path);
    this.held = box && { path, at: this.outline(box).getBoundingClientRect() };
  },

  keepHeld(ctx) {
    const box = this.held && this.boxes.get(this.held.path);
    if (!box) return;
    const now = this.outline(box).getBoundingClientRect(), { at } = this.held;
    this.held = null;
    ctx.stage.scrollTop += now.top - at.top;
    ctx.stage.scrollLeft += now.left - at.left;
  },

  /** Open or close what is selected, or else what it lies in, or else everything. */
  toggleSelected(ctx) {
    const { frames } = ctx.facts, { selected } = ctx.state, chosen = this.chosen(ctx);
    const node = chosen?.tensor?.node ?? selected;
    const own = [node, ...(chosen?.kind === "layer" ? chosen.layer.nodes : [])].filter((key) => key in frames);
    const around = Object.keys(frames).filter((key) => node.startsWith(`${key}/`)).slice(-1);
    const keys = own.length ? own : around;
    if (!keys.length) this.toggleAll(ctx);
    else this.toggle(ctx, ctx.state.face === "calls" ? keys : this.framesOf(ctx, frames[keys[0]]));
  },

  toggleAll(ctx) {
    const every = Object.keys(ctx.facts.frames);
    if (every.length) this.toggle(ctx, every);
    else ctx.say(ctx.t("nothing_opens"));
  },

  /** The key in the facts of what a part of the picture shows: among layers, of the same frame. */
  keyOf(ctx, path) {
    const { nodes, layers, tensors } = ctx.facts;
    if (path in nodes || path in layers || path in tensors) return path;
    this.paths ??= Object.entries({ ...layers, ...tensors });
    const found = this.paths.filter(([, fact]) => fact.box === path).map(([key]) => key);
    const frame = ctx.state.selected.split("/").slice(0, -1).join("/");
    return found.find((key) => frame && key.startsWith(`${frame}/`)) ?? found[0];
  },

  boxOf(ctx, key) { return this.boxes?.get(this.target(ctx, key)); },

  /** The plates and lines of a tensor. */
  waysOf(ctx, key) {
    const path = ctx.state.face === "calls" ? key : ctx.facts.tensors[key]?.box;
    return [this.plates, this.edges].map((parts) => (parts ?? []).filter((one) => one.dataset.tensor === path));
  },

  /** What every node is given, by its key. */
  givenTo(ctx, key) {
    if (!this.given) {
      this.given = new Map();
      for (const [tensor, { readers }] of Object.entries(ctx.facts.tensors))
        for (const reader of readers) this.given.set(reader, [...(this.given.get(reader) ?? []), tensor]);
    }
    return this.given.get(key) ?? [];
  },

  /** The nodes and tensors between the inputs and a tensor. */
  behind(ctx, key) {
    const tensors = new Set(), nodes = new Set(), waiting = [key];
    while (waiting.length) {
      const one = waiting.pop();
      if (tensors.has(one)) continue;
      tensors.add(one);
      nodes.add(ctx.facts.tensors[one].node);
      waiting.push(...this.givenTo(ctx, ctx.facts.tensors[one].node));
    }
    return { tensors, nodes };
  },

  mark(ctx) {
    const all = (what) => ctx.stage.querySelectorAll(what);
    all(".fl-ring").forEach((ring) => ring.remove());
    all(".fl-way,.fl-back").forEach((line) => line.classList.remove("fl-way", "fl-back"));
    for (const name of ["aria-pressed", "aria-current"]) all(`[${name}]`).forEach((box) => box.removeAttribute(name));
    const chosen = this.chosen(ctx), { selected } = ctx.state;
    if (!chosen) return;
    if (chosen.kind === "tensor") this.markTensor(ctx, selected);
    else for (const key of chosen.layer.nodes) this.ring(this.boxOf(ctx, key), "fl-ring fl-lit");
    const own = chosen.kind === "tensor" ? this.waysOf(ctx, selected).flat()[0] : null;
    const box = own ?? this.boxOf(ctx, selected);
    if (!box) return;
    if (!own) this.ring(box, "fl-ring");
    this.ringRow(ctx, box, chosen);
    const role = box.getAttribute("role");
    box.setAttribute(role === "button" ? "aria-pressed" : "aria-current", "true");
    this.intoView(ctx, box);
  },

  /** Light the way back to the inputs, and what reads the tensor. */
  markTensor(ctx, key) {
    const { tensors, nodes } = this.behind(ctx, key);
    const [plates, edges] = this.waysOf(ctx, key);
    for (const one of [...nodes, ...ctx.facts.tensors[key].readers]) this.ring(this.boxOf(ctx, one), "fl-ring fl-lit");
    for (const one of tensors) for (const edge of this.waysOf(ctx, one)[1]) edge.classList.add("fl-back");
    for (const edge of edges) edge.classList.replace("fl-back", "fl-way");
    for (const plate of plates) this.ring(plate, "fl-ring");
  },

  /** In a layer's box, the row of the node. */
  ringRow(ctx, box, chosen) {
    if (ctx.state.face !== "layers" || chosen.kind !== "node") return;
    const row = [...box.children].find((one) => one.dataset.row === String(chosen.node.index));
    if (row) this.ring(row, "fl-ring fl-row", 2);
  },

  ring(box, name, margin = 4) {
    const rect = box?.querySelector("rect");
    if (!rect) return;
    const [x, y, width, height] = ["x", "y", "width", "height"].map((a) => Number(rect.getAttribute(a)));
    box.append(s("rect", { class: name, x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin, rx: 10 }));
  },
};
