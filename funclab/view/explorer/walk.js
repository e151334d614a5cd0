// Ways through the graph without a mouse: keys, search, and the list of ways to draw it.

import { h } from "../live/core.js";
import { isRepeat, repeatEnds } from "./facts.js";

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
      placeholder: ctx.t("search"), oninput: () => this.find() });
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
      "/": key("key_search", () => this.search.focus()),
      "+": key("key_words", () => this.words(-1)),
      "-": { run: () => this.words(1) },
      0: { run: () => this.automatic() },
      "[": { run: () => this.page(-1) },
      "]": { label: explorer.stage.picture?.strip ? ctx.t("key_page") : "", run: () => this.page(1) },
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

  /** Page forward, or back, to the calls next to those shown below the strip. */
  page(by) {
    const [first, last] = this.explorer.stage.picture?.window ?? [];
    if (first == null) return;
    this.goTo(by > 0 ? last + (last - first) / 2 : first - (last - first) / 2);
  }

  /** Go to a call of the strip, or the nearest one outside the window that the picture shows. */
  goTo(index) {
    const { facts, explorer: { stage } } = this, [first, last, n] = stage.picture.window;
    const drawn = stage.keysIn(stage.name);
    let at = Math.max(0, Math.min(n - 1, Math.round(index)));
    const by = at < first ? 1 : -1;
    while ((at < first || at >= last) && at in facts.order && drawn.has(facts.target(facts.order[at]))) at += by;
    this.ctx.set({ selected: "", at: facts.order[at] }, true);
  }

  /** Where a walk begins: at the first call, or the first of those below the strip. */
  get start() { return this.facts.order[this.explorer.stage.picture?.window?.[0] ?? 0]; }

  go(key) {
    if (key) this.explorer.select(key);
    else this.ctx.say(this.ctx.t("no_further"));
  }

  along() {
    const chosen = this.facts.chosen(), here = this.facts.nodeOf();
    if (!here) return this.go(this.start);
    return this.go(chosen.tensor ? this.facts.readersOf(this.ctx.state.selected)[0] : this.facts.next(here)[0]);
  }

  against() {
    const tensor = this.facts.chosen()?.tensor, here = this.facts.nodeOf();
    this.go(tensor?.node ?? (here ? this.facts.parents(here)[0] : this.facts.order[0]));
  }

  /** The next call of a shared layer, tensor next to the selected one, or node. */
  aside(by) {
    const { facts } = this, here = facts.nodeOf(), tensor = facts.chosen()?.tensor;
    if (!here) return this.go(this.start);
    const own = facts.layers[facts.nodes[here].layer].nodes;
    const list = tensor ? this.tensorsAt(here) : own.length > 1 ? own : facts.order;
    const at = list.indexOf(tensor ? this.ctx.state.selected : here);
    return this.go(list[(at + by + list.length) % list.length]);
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

  /** Into a repeat, closed model or wrapper; else to the arithmetic of a node, then its source. */
  deeper() {
    const { ctx, facts } = this, here = facts.nodeOf(), { selected, level } = ctx.state;
    if (!here && !facts.chosen()) return this.go(this.start);
    if (isRepeat(selected)) return this.unfold(selected);
    const closed = here in facts.frames && !facts.opened().includes(here);
    if (closed && level === 0) return this.toggle([here]);
    if (!here) return ctx.say(ctx.t("no_further"));
    return ctx.set({ level: Math.min(2, level + 1) });
  }

  /** Draw every repetition of a repeat. */
  unfold(key) {
    this.ctx.set({ unfolded: [...this.ctx.state.unfolded, key], selected: repeatEnds(key)[0] });
    this.ctx.say(this.ctx.t("opened", { key }));
  }

  /** The unfolded repeat that a node is in. */
  unfoldedAround(node) {
    const at = (key) => this.facts.order.indexOf(key);
    return this.ctx.state.unfolded.findLast((key) => {
      const [first, last] = repeatEnds(key);
      return at(first) <= at(node) && at(node) <= at(last);
    });
  }

  out() {
    const { ctx } = this, { level, more, weight } = ctx.state;
    if (document.activeElement === this.search) this.leaveSearch();
    else if (level > 0) ctx.set({ level: level - 1 });
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
    if (isRepeat(selected)) return this.unfold(selected);
    const own = [node, selected, ...(facts.layers[selected]?.nodes ?? [])]
      .filter((key, i, all) => key in frames && all.indexOf(key) === i);
    const around = Object.keys(frames).filter((key) => node.startsWith(`${key}/`)).slice(-1);
    const keys = own.length ? own : around, repeat = !own.length && this.unfoldedAround(node);
    if (repeat) return this.ctx.set({ unfolded: this.ctx.state.unfolded.filter((key) => key !== repeat) });
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
    this.ctx.el.focus({ preventScroll: true });
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
    const key = this.hits[this.at];
    ctx.set({ selected: key, level: 0, ...this.facts.revealing(key) }, true);
    this.count.textContent = ctx.t("hit_of", { i: this.at + 1, n });
    ctx.say(ctx.t("hit_is", { i: this.at + 1, n, key }));
  }
}
