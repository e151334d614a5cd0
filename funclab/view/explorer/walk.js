// Ways through the graph without a mouse: keys, search, and the list of ways to draw it.

import { h } from "../live/core.js";
import { focusOn } from "../live/focus.js";
import { isBlock } from "./facts.js";

export class Walk {
  /**
   * @param {Context} ctx
   * @param {import("./facts.js").Facts} facts
   * @param {import("./view.js").Explorer} explorer
   */
  constructor(ctx, facts, explorer) {
    this.ctx = ctx;
    this.facts = facts;
    this.explorer = explorer;
    this.hits = [];
    this.at = 0;
    this.search = h("input", { type: "search", class: "fl-search", "aria-label": ctx.t("search"),
      "aria-keyshortcuts": "/", placeholder: ctx.t("search"), oninput: () => this.find() });
    this.count = h("span", { class: "fl-hits", "aria-hidden": "true" });
  }

  keys() {
    const { ctx, explorer } = this, key = (name, run) => ({ label: ctx.t(name), run });
    return {
      ArrowDown: key("key_along", () => this.along()),
      ArrowUp: key("key_against", () => this.against()),
      ArrowRight: key("key_next_call", () => this.aside(1)),
      ArrowLeft: key("key_last_call", () => this.aside(-1)),
      Enter: key("key_deeper", () => this.deeper()),
      Escape: key("key_out", () => this.out()),
      Backspace: key("key_model", () => this.toModel()),
      s: key("key_tensor", () => this.toTensor()),
      o: key("key_open", () => this.toggleSelected()),
      O: key("key_open_all", () => this.toggleAll()),
      f: key("key_face", () => explorer.flip()),
      c: key("key_copy", () => this.copyLine()),
      m: key("key_more", () => ctx.set({ more: !ctx.state.more })),
      t: key("key_table", () => ctx.set({ table: !ctx.state.table })),
      e: key("key_edit", () => explorer.edit()),
      "/": key("key_search", () => this.search.focus()),
      "+": key("key_words", () => this.words(-1)),
      "-": { run: () => this.words(1) },
      0: { run: () => this.automatic() },
      "[": { run: () => this.page(-1) },
      "]": { label: Object.keys(explorer.stage.blocks).length ? ctx.t("key_page") : "", run: () => this.page(1) },
    };
  }

  /** Draw with more text (-1) or less (1), by the list that came with the picture. */
  words(by) {
    const { ctx } = this, { choice, choices } = this.explorer.stage.picture ?? { choices: [] };
    const next = choices[choices.indexOf(choice) + by];
    if (next) ctx.set({ choice: next });
    ctx.say(next ? ctx.t("drawn_as", { choice: next }) : ctx.t(by < 0 ? "most_words" : "fewest_words"));
  }

  automatic() {
    this.ctx.set({ choice: "", unfolded: [] });
    this.ctx.say(this.ctx.t("drawn_to_fit"));
  }

  /** To the next block that is drawn, or the one before. */
  page(by) {
    const { facts, explorer: { stage } } = this, first = (key) => facts.order.indexOf(facts.nodeOf(key));
    const keys = [...stage.boxes.keys()].filter(isBlock).sort((a, b) => first(a) - first(b));
    const { selected } = this.ctx.state, here = selected ? first(selected) : -1;
    this.go(by > 0 ? keys.find((key) => first(key) > here) : keys.findLast((key) => first(key) < here));
  }

  /** Where a walk begins. */
  get start() { return this.facts.order[0]; }

  /** Go to a call or tensor; a call in a closed block is reached by opening it, so first to the block. */
  go(key) {
    if (key) this.explorer.select(this.facts.tensors[key] || isBlock(key) ? key : this.explorer.stage.holder(key));
    else this.ctx.say(this.ctx.t("no_further"));
  }

  along() {
    const chosen = this.facts.chosen(), here = this.facts.nodeOf();
    if (!here) return this.go(this.start);
    if (this.inside.length) return this.go(this.beyond((node) => this.facts.next(node)));
    return this.go(chosen.tensor ? this.facts.readersOf(this.ctx.state.selected)[0] : this.facts.next(here)[0]);
  }

  against() {
    const tensor = this.facts.chosen()?.tensor, here = this.facts.nodeOf();
    if (this.inside.length) return this.go(this.beyond((node) => this.facts.parents(node)));
    return this.go(tensor?.node ?? (here ? this.facts.parents(here)[0] : this.facts.order[0]));
  }

  /** The calls in the closed block that is selected. */
  get inside() {
    const { selected } = this.ctx.state, { stage } = this.explorer;
    return isBlock(selected) && stage.isClosed(selected) ? stage.membersOf(selected) : [];
  }

  /** The first call outside the selected block that is next to one inside. */
  beyond(next) {
    const own = new Set(this.inside);
    return this.inside.flatMap(next).find((node) => !own.has(node));
  }

  /** The next call of a shared layer, tensor next to the selected one, or node. */
  aside(by) {
    const { facts } = this, here = facts.nodeOf(), tensor = facts.chosen()?.tensor;
    if (!here) return this.go(this.start);
    const own = facts.layers[facts.nodes[here].layer].nodes;
    if (this.inside.length) return this.go(this.besideBlock(by));
    const list = tensor ? this.tensorsAt(here) : own.length > 1 ? own : facts.order;
    const at = list.indexOf(tensor ? this.ctx.state.selected : here);
    return this.go(list[(at + by + list.length) % list.length]);
  }

  /** The call after those of the selected block, or before them, in the order of the table. */
  besideBlock(by) {
    const { order } = this.facts, places = this.inside.map((key) => order.indexOf(key)), n = order.length;
    return order[((by > 0 ? Math.max(...places) : Math.min(...places)) + by + n) % n];
  }

  /** The tensors at a node: those it makes, then those it is given. */
  tensorsAt(node) { return [...new Set([...this.facts.nodes[node].outputs, ...this.facts.nodes[node].inputs])]; }

  /** From a node to its output, then in turn to all its inputs and outputs. */
  toTensor() {
    const { facts } = this, { selected } = this.ctx.state, tensor = facts.chosen()?.tensor;
    if (!tensor) this.around = facts.nodeOf() ?? this.start;
    else if (!this.tensorsAt(this.around ?? tensor.node).includes(selected)) this.around = tensor.node;
    const list = this.tensorsAt(this.around ?? tensor.node);
    this.go(list[(list.indexOf(selected) + 1) % list.length]);
  }

  /** Into a closed block, model or wrapper, or out of a block; else to the arithmetic of a node, then its source. */
  deeper() {
    const { ctx, facts } = this, here = facts.nodeOf(), { selected, level } = ctx.state;
    if (!here && !facts.chosen()) return this.go(this.start);
    if (isBlock(selected)) return this.toggleBlock(selected);
    const closed = here in facts.frames && !facts.opened().includes(here);
    if (closed && level === 0) return this.toggle([here]);
    if (!here) return ctx.say(ctx.t("no_further"));
    return ctx.set({ level: Math.min(2, level + 1) });
  }

  /** Open a block, or close it. */
  toggleBlock(key) {
    const { ctx, explorer: { stage } } = this, { unfolded } = ctx.state, closed = stage.isClosed(key);
    const others = unfolded.filter((one) => one !== key && one !== `-${key}`);
    // What this picture opens by itself stays closed with a minus.
    const news = closed ? [key] : unfolded.includes(key) ? [] : [`-${key}`];
    ctx.set({ unfolded: [...others, ...news], selected: key, level: 0 });
    ctx.say(ctx.t(closed ? "opened" : "closed", { key: stage.blocks[key]?.title ?? key }));
  }

  /** Out of what was gone into last: the panel's depth, or the block around; then nothing is selected. */
  out() {
    const { ctx, explorer: { stage } } = this, { level, more, weight, selected } = ctx.state;
    const frame = selected && !weight && !more ? stage.around(selected).find((key) => stage.boxes.has(key)) : null;
    if (document.activeElement === this.search) this.leaveSearch();
    else if (level > 0) ctx.set({ level: level - 1 });
    else if (isBlock(selected) && stage.boxes.has(selected) && !stage.isClosed(selected)) this.toggleBlock(selected);
    else if (frame) ctx.set({ selected: frame });
    else ctx.set(weight ? { weight: "" } : more ? { more: false } : { selected: "" });
  }

  toModel() {
    this.ctx.set({ level: 0, op: 0, more: false, weight: "", selected: "" });
    this.ctx.stage.scrollTo(0, 0);
  }

  copyLine() {
    const { ctx, facts } = this, line = facts.nodes[facts.nodeOf()]?.write;
    if (line) ctx.copy(line);
    else ctx.say(ctx.t("select_first"));
  }

  /** Open frames, or close them and everything open inside. */
  toggle(keys) {
    const { ctx, facts } = this, opened = facts.opened(), { selected } = ctx.state;
    const close = keys.every((key) => opened.includes(key));
    const inside = (key, frame) => key === frame || key.startsWith(`${frame}/`);
    const next = close ? opened.filter((key) => !keys.some((frame) => inside(key, frame))) : [...opened, ...keys];
    const lost = close && keys.find((key) => selected.startsWith(`${key}/`));
    // If there is no room for everything, the picture shows what was opened.
    ctx.set({ open: facts.tidy(next), ...(lost ? { selected: lost } : {}),
      ...(close || selected ? {} : { at: keys[0] }) });
    ctx.say(ctx.t(close ? "closed" : "opened", { key: keys.join(", ") }));
  }

  /** Open or close what is selected, or else the frame around it, or else everything. */
  toggleSelected() {
    const { ctx, facts } = this, { frames } = facts, { selected, face } = ctx.state, node = facts.nodeOf() ?? selected;
    if (isBlock(selected)) return this.toggleBlock(selected);
    const own = [node, selected, ...(facts.layers[selected]?.nodes ?? [])]
      .filter((key, i, all) => key in frames && all.indexOf(key) === i);
    const around = Object.keys(frames).filter((key) => node.startsWith(`${key}/`)).slice(-1);
    const keys = own.length ? own : around, block = this.explorer.stage.around(node)[0];
    if (!own.length && block && selected) return this.toggleBlock(block);
    if (!keys.length) return this.toggleAll();
    return this.toggle(face === "calls" ? keys : facts.framesOf(frames[keys[0]]));
  }

  toggleAll() {
    const every = Object.keys(this.facts.frames);
    if (every.length) this.toggle(every);
    else this.ctx.say(this.ctx.t("nothing_opens"));
  }

  /** Handle keys in the search box other than letters. */
  typed(target, key) {
    const by = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[key];
    if (target !== this.search || !by) return false;
    this.hit(this.at + by);
    return true;
  }

  leaveSearch() {
    this.search.value = "";
    this.find();
    focusOn(this.ctx.el);
  }

  /** The keys of all boxes of this face, each box once: calls, and layers in wrappers; or layers. */
  boxes() {
    const { facts } = this, layers = Object.keys(facts.layers);
    if (this.ctx.state.face === "calls")
      return [...facts.order, ...layers.filter((key) => !facts.layers[key].nodes.length)];
    return [...new Map(layers.reverse().map((key) => [facts.box(key), key])).values()].reverse();
  }

  find() {
    const { ctx, facts } = this, words = this.search.value.trim().toLowerCase();
    const among = (keys) => (words ? keys.filter((key) => key.toLowerCase().includes(words)) : []);
    this.hits = among([...this.boxes(), ...(words.includes(":") ? Object.keys(facts.tensors) : [])]);
    if (!this.hits.length) this.hits = among(facts.order);  // a call in the layers face
    if (this.hits.length) return this.hit(0);
    this.count.textContent = words ? ctx.t("hits", { n: 0 }) : "";
    return ctx.say(this.count.textContent);
  }

  /** Go to one of the hits, and say which of how many it is. */
  hit(at) {
    const { ctx } = this, n = this.hits.length;
    if (!n) return;
    this.at = (at + n) % n;
    const key = this.hits[this.at], title = this.explorer.stage.blocks[this.explorer.stage.around(key)[0]]?.title;
    ctx.set({ selected: key, level: 0, ...this.facts.revealing(key) }, true);
    this.count.textContent = ctx.t("hit_of", { i: this.at + 1, n });
    ctx.say(ctx.t("hit_is", { i: this.at + 1, n, key: title ? ctx.t("hit_within", { key, title }) : key }));
  }
}
