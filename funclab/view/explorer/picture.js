// The picture of the explorer: which picture shows the state, and what is marked in it.

import { s } from "../live/core.js";
import { ringAround } from "../live/graph.js";
import { pictureFrom } from "../live/stored.js";
import { isBlock } from "./facts.js";
import { lowerCapsules, spreadColumns } from "./narrow.js";

/** The width of a view under which it is that of a phone. */
const PHONE = 520;
/** The room at both sides of a picture. */
const SIDES = 32;

/** How wide and high a picture is, as it was drawn. */
export function sizeOf({ svg }) {
  return /viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)/.exec(svg)?.slice(1).map(Number) ?? [0, 0];
}

export class Stage {
  /**
   * @param {Context} ctx
   * @param {import("./facts.js").Facts} facts
   */
  constructor(ctx, facts) {
    this.ctx = ctx;
    this.facts = facts;
    this.boxes = new Map();
    this.plates = [];
    this.edges = [];
    this.name = null;
    /** By how much a picture is wider and higher than its room; the room knows. */
    this.excess = (/** @type {any} */ picture) => [0, 0];
    this.size = [0, 0]; // of the picture as it is drawn; its columns may be farther apart on the stage
    this.apart = 0;
    this.parsed = new Map();
  }

  /** The name that Python gives to the picture of a state. */
  nameOf(state = this.ctx.state) {
    const { frames } = this.facts, { face, unfolded, choice } = state, opened = this.facts.opened(state);
    const every = opened.length && opened.length === Object.keys(frames).length;
    const keys = face === "calls" ? opened : [...new Set(opened.map((key) => frames[key]))];
    return [face, every ? "*" : keys.join(" "), unfolded.join(" "), choice,
      this.ctx.look === "projector" ? "large" : ""].join("|");
  }

  get pictures() { return this.ctx.model.get("pictures"); }

  get picture() { return this.pictures[this.name]; }

  /** The picture that the view begins with. */
  get first() {
    const name = this.roomiest(this.ctx.model.get("home"));
    return this.pictures[Object.keys(this.pictures).find((one) => `${one}@`.startsWith(`${name}@`))];
  }

  /** The blocks of the picture, each with its facts and the calls in it; of those that are open without a frame, only
   * the calls. */
  get blocks() { return this.picture?.blocks ?? {}; }

  membersOf(key) { return (this.blocks[key]?.members ?? []).map((i) => this.facts.order[i]); }

  /** The blocks that each call is in, the innermost first. */
  get within() {
    const { blocks } = this;
    if (this.sorted?.blocks === blocks) return this.sorted.within;
    const within = new Map(), keys = Object.keys(blocks);
    for (const key of keys.sort((a, b) => blocks[a].members.length - blocks[b].members.length))
      for (const node of this.membersOf(key)) within.set(node, [...(within.get(node) ?? []), key]);
    this.sorted = { blocks, within };
    return within;
  }

  isClosed(key) { return this.boxes.has(key) && !this.boxes.get(key).classList.contains("frame"); }

  /** The blocks around a call or block, the innermost first. */
  around(key) {
    const keys = this.within.get(this.facts.nodeOf(key)) ?? [], at = isBlock(key) ? keys.indexOf(key) : -1;
    return keys.slice(at + 1);
  }

  /** The box that is drawn for a call: its own, or that of the closed block around it. */
  holder(key) {
    if (this.boxes.has(this.facts.target(key))) return key;
    return this.around(key).find((one) => this.boxes.has(one)) ?? key;
  }

  /** The name of the way to draw a state; on a page without a kernel, of those there the one with the most words that
   * has room; if none has, one that scrolls downwards only. */
  roomiest(state = this.ctx.state) {
    const name = this.nameOf(state), plain = this.pictures[name];
    if (!plain || !this.ctx.model.alone || state.choice) return name;
    const others = plain.choices.map((choice) => this.nameOf({ ...state, choice }));
    const ways = [name, ...others.slice(plain.choices.indexOf(plain.choice))].filter((one) => one in this.pictures);
    const beyond = ways.map((one) => this.excess(this.pictures[one]));
    const narrow = Math.min(...beyond.map(([wide]) => wide)), fits = beyond.findIndex(([wide, high]) => !wide && !high);
    return ways[fits < 0 ? beyond.findIndex(([wide]) => wide === narrow) : fits];
  }

  /** The picture that shows what is selected; while Python draws it, the closest one available. */
  find() {
    const { ctx, facts } = this, target = facts.target() || facts.target(ctx.state.at);
    const names = this.versions(this.roomiest());
    const right = target ? names.find((name) => this.keysIn(name).has(target)) : names[0];
    if (right || !ctx.model.alone) return right ?? names[0] ?? null;
    const face = Object.keys(this.pictures).filter((name) => name.startsWith(`${ctx.state.face}|`));
    const other = target && face.find((name) => this.keysIn(name).has(target));
    if (!other) ctx.say(ctx.t("not_on_this_page"));
    return other || (names[0] ?? this.name ?? face[0] ?? null);
  }

  /** The pictures with a name: the one being shown first, unless nothing is selected. */
  versions(name) {
    const { selected, at } = this.ctx.state, first = selected || at ? this.name : name;
    const rank = (other) => (other === first ? 0 : other === name ? 1 : 2);
    return Object.keys(this.pictures).filter((other) => other === name || other.startsWith(`${name}@`))
      .sort((a, b) => rank(a) - rank(b));
  }

  keysIn(name) {
    const { svg } = this.pictures[name], known = this.parsed.get(name);
    if (known?.svg === svg) return known.keys;
    const shown = pictureFrom(svg).querySelectorAll(".box[data-key],.box:not(.frame)>.tick");
    const keys = new Set([...shown].map((part) => part.dataset.key ?? part.dataset.start));
    this.parsed.set(name, { svg, keys });
    return keys;
  }

  /** Show the picture of the state; true if it is a different one than before. */
  update() {
    const name = this.find(), { ctx } = this;
    if (name == null) ctx.say(ctx.t("drawing"));
    else if (ctx.status.textContent === ctx.t("drawing")) ctx.say("");
    this.name = name ?? this.name;
    const narrow = name != null && this.isNarrow();
    const other = name != null && (this.picture.svg !== this.svg || narrow !== this.narrow);
    this.narrow = narrow;
    if (other) this.put(this.picture.svg);
    if (other && narrow) lowerCapsules(ctx.stage.querySelector("svg"));
    if (other) Object.assign(this, { apart: 0, size: this.drawn() });
    this.hide();
    return other;
  }

  /** How wide and high the picture on the stage is. */
  drawn() {
    const svg = this.ctx.stage.querySelector("svg");
    return ["width", "height"].map((name) => Number(svg?.getAttribute(name) ?? 0));
  }

  /** Give the columns of the picture the room that there is on a stage of this width. */
  spread(room) {
    const svg = this.ctx.stage.querySelector("svg"), [wide] = this.size;
    if (svg && wide && !this.narrow) this.apart = spreadColumns(svg, room - wide - SIDES, this.apart);
  }

  /** Whether the view is as narrow as a phone's, and a picture is not. */
  isNarrow(picture = this.picture) {
    const { clientWidth } = this.ctx.el;
    return clientWidth > 0 && clientWidth < PHONE && sizeOf(picture)[0] > clientWidth;
  }

  /** Put a picture on the stage, and make it clickable. */
  put(svg) {
    const { stage } = this.ctx;
    stage.replaceChildren(pictureFrom(svg));
    for (const part of stage.querySelectorAll("g[aria-label]:not([role])"))
      part.setAttribute("role", "graphics-symbol");
    this.svg = svg;
    const all = (what) => [...stage.querySelectorAll(what)];
    this.boxes = new Map(all(".box[data-key]").map((box) => [box.dataset.key, box]));
    for (const tick of all(".box:not(.frame)>.tick")) this.boxes.set(tick.dataset.start, tick);
    this.plates = all(".plate[data-tensor]");
    this.edges = all(".edge[data-tensor]");
    for (const box of [...this.boxes.values(), ...this.plates, ...all(".tick")]) {
      // An opened model contains other boxes, and a button must not contain buttons.
      box.setAttribute("role", box.querySelector("[data-key],.tick") ? "group" : "button");
      box.setAttribute("tabindex", "-1");
    }
    for (const edge of this.edges)
      edge.append(s("path", { class: "fl-hit", d: edge.querySelector("path").getAttribute("d") }));
    for (const [key, box] of this.boxes)
      if (isBlock(key) || this.facts.framesOf(key).length) this.sign(box, isBlock(key));
    for (const [key, box] of this.boxes) if (isBlock(key)) this.level(key, box);
  }

  /** In ask mode, hide every shape until the question about it has been answered. */
  hide() {
    if (!this.ctx.model.get("ask")) return;
    const { stage } = this.ctx, { facts } = this;
    for (const text of stage.querySelectorAll("text")) {
      const tensor = text.closest("[data-tensor]")?.dataset.tensor, row = text.closest("[data-row]");
      const layer = row && facts.layers[facts.keyOf(text.closest(".box").dataset.key)];
      const nodes = tensor ? [facts.tensors[facts.keyOf(tensor)]?.node] : layer?.nodes ?? facts.order;
      const open = nodes.every((node) => facts.told(node)), shape = /\((None|\d+)\b/;
      text.classList.toggle("fl-secret", !open && (Boolean(tensor) || shape.test(text.textContent)));
    }
    for (const part of stage.querySelectorAll("[aria-label]")) {
      part.dataset.label ??= part.getAttribute("aria-label");
      const { tensor, key } = part.dataset, node = tensor ? facts.tensors[facts.keyOf(tensor)]?.node : key;
      const nodes = node in facts.nodes ? [node] : facts.layers[key && facts.keyOf(key)]?.nodes ?? facts.order;
      const open = nodes.every((one) => facts.told(one));
      part.setAttribute("aria-label",
        open ? part.dataset.label : part.dataset.label.replace(/\((None|\d)[^)]*\)/g, "?"));
    }
    // A bar gives the shape away; the frame of a plate, its only rectangle, does not, and stays.
    for (const bar of stage.querySelectorAll("[data-tensor] rect:not(:only-of-type)"))
      bar.classList.toggle("fl-secret",
        !facts.told(facts.tensors[facts.keyOf(bar.closest("[data-tensor]").dataset.tensor)]?.node));
  }

  /** The outline of a box, which has a line around it: for a wrapper, the inner one. */
  outline(box) {
    const [first, second] = [...box.children].filter((part) => part.matches("rect[stroke-width]"));
    const inner = second && Number(second.getAttribute("x")) - Number(first.getAttribute("x")) === 4;
    return inner ? second : first;
  }

  /** A plus or a minus, in the corner of what opens and closes. */
  sign(box, block) {
    const [x, y, width] = ["x", "y", "width"].map((name) => Number(this.outline(box).getAttribute(name)));
    const open = box.classList.contains("frame"), rows = box.querySelector(":scope > [data-row]");
    const at = y + Number(box.dataset.sign), left = block && open ? x + 6 : x + width - (rows ? 52 : 28);
    box.append(s("g", { class: "fl-sign", "aria-hidden": "true" },
      s("rect", { x: left, y: at, width: 18, height: 18, rx: 4 }),
      s("path", { d: `M${left + 4},${at + 9}h10${open ? "" : `m-5,-5v10`}` })));
    if (!open || block) box.setAttribute("aria-expanded", String(open));
  }

  /** For a screen reader: how deep a block is in others. */
  level(key, box) {
    const { ctx } = this, n = this.around(key).length + 1;
    box.setAttribute("aria-label", `${box.getAttribute("aria-label")} ${ctx.t("block_level", { n })}`);
  }

  /** How many boxes are closed blocks. */
  closed() {
    return [...this.boxes.keys()].filter((key) => isBlock(key) && this.isClosed(key)).length;
  }

  boxOf(key) { return this.boxes.get(this.facts.target(key)); }

  /** The plates and edges of a tensor. */
  waysOf(key) {
    const path = this.ctx.state.face === "calls" ? key : this.facts.box(key);
    return [this.plates, this.edges].map((parts) => parts.filter((part) => part.dataset.tensor === path));
  }

  /** Mark what is selected; returns the part of the picture that shows it. */
  mark() {
    const { ctx, facts } = this, all = (what) => ctx.stage.querySelectorAll(what);
    all(".fl-ring").forEach((ring) => ring.remove());
    all(".fl-way,.fl-back").forEach((line) => line.classList.remove("fl-way", "fl-back"));
    for (const name of ["aria-pressed", "aria-current"]) all(`[${name}]`).forEach((box) => box.removeAttribute(name));
    const chosen = facts.chosen(), { selected } = ctx.state;
    this.markLines(chosen);
    if (!chosen) return null;
    if (chosen.kind === "tensor") this.markTensor(selected);
    else for (const key of chosen.layer?.nodes ?? []) ringAround(this.boxOf(key), "fl-ring fl-lit");
    const own = chosen.kind === "tensor" ? this.waysOf(selected).flat()[0] : null;
    const box = own ?? this.boxOf(selected);
    if (!box) return null;
    if (!own) ringAround(box, "fl-ring");
    this.ringRow(box, chosen);
    box.setAttribute(box.getAttribute("role") === "button" ? "aria-pressed" : "aria-current", "true");
    return box;
  }

  /** The lines of code of what is selected: of a call, of all calls of a layer, or of what makes a tensor. */
  markLines(chosen) {
    const { facts, ctx } = this, { selected } = ctx.state;
    const keys = chosen?.kind === "layer" ? chosen.layer.nodes : chosen ? [facts.nodeOf(selected)] : [];
    for (const line of ctx.stage.querySelectorAll(".line"))
      line.classList.toggle("fl-current", keys.includes(facts.keyOf(line.dataset.key)));
  }

  /** Highlight the path back to the inputs, and what reads the tensor. */
  markTensor(key) {
    const { tensors, nodes } = this.facts.behind(key), [plates, edges] = this.waysOf(key);
    for (const node of [...nodes, ...this.facts.readersOf(key)]) ringAround(this.boxOf(node), "fl-ring fl-lit");
    for (const tensor of tensors) for (const edge of this.waysOf(tensor)[1]) edge.classList.add("fl-back");
    for (const edge of edges) edge.classList.replace("fl-back", "fl-way");
    for (const plate of plates) ringAround(plate, "fl-ring");
  }

  /** In a layer's box, the row of the node. */
  ringRow(box, chosen) {
    if (this.ctx.state.face !== "layers" || chosen.kind !== "node") return;
    const row = [...box.children].find((part) => part.dataset.row === String(chosen.node.index));
    if (row) ringAround(row, "fl-ring fl-row", 2);
  }
}
