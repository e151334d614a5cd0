// What if the input were different: a sample that is changed or drawn, the answers before and after,
// and maps. Python computes. What is known and asked for is in `asked.js`, what changes the sample in
// `changing.js`, pictures in `parts.js`, bars and panel in `bars.js`, cells in `sample.js`.

import { h, mark, row, table } from "../live/core.js";
import { liveView } from "../live/start.js";
import { focusOn } from "../live/focus.js";
import { unpacked } from "../learned/learned.js";
import { Strip } from "../learned/strip.js";
import { asked } from "./asked.js";
import { amount, answerBars, panelOf } from "./bars.js";
import { changing } from "./changing.js";
import { barOf, curveOf, imageOf, ownOf, seriesOf, wordsOf } from "./parts.js";
import { followPointer } from "./pen.js";
import { Cells } from "./sample.js";
import { headline, signedText } from "./said.js";

/** The side of an image in the face change, beside four maps, and beside one: on a page, in a narrow or low
 * notebook, on a phone, and on a projector before it is enlarged, or beside a list of files there. */
const SIDES = { page: { change: 336, all: 144, other: 232 }, notebook: { change: 248, all: 120, other: 144 },
  low: { change: 312, all: 124, other: 232 }, phone: { change: 200, all: 144, other: 144 },
  projector: { change: 208, all: 80, other: 152 }, beside: { change: 136, all: 72, other: 128 } };
/** The room around four maps beside each other. */
const AROUND = 72;
/** The side of a map where there is a row of them for the answer and one for the truth, and how high the stage is
 * then at least. */
const TWO_ROWS = { page: 96, low: 60 }, HIGH = 424;
/** Below which width a view is a phone's, and a notebook's, and one on a projector is beside
 * something; and below which height its stage is low. */
const PHONE = 520, NOTEBOOK = 860, LOW = 440, BESIDE = 600;
const WIDE = 700, MOST_ROWS = 60, STEPS = 64;

const greatest = (numbers) => numbers.reduce((top, value) => Math.max(top, Math.abs(value)), 0);

/** @type {WrittenView} */
const whatif = {
  name: "whatif",
  ...asked,
  ...changing,

  draw(ctx) {
    const strip = new Strip(ctx, { blank: false, changes: [] });  // a change belongs to the sample that it was made in
    Object.assign(this, { cells: new Cells(ctx.facts, ctx.t.bind(ctx)), strip, mode: "cell", ink: null,
      stroking: false, sliding: false, waiting: null, wants: null, last: null, stopped: false, fetching: null,
      halted: false, pieces: {} });
    ctx.head.after(this.strip.el);
    const boxes = ["input", "bars", "control", "maps", "features"];
    for (const name of boxes) this[`${name}Box`] = h("div", { class: `fl-wi-${name}` });
    this.sayWords = h("span");
    this.sayBox = h("p", { class: "fl-wi-say" }, this.sayWords);
    this.computing = h("span", { class: "fl-wi-computing" }, h("span"), " ",
      ctx.button(ctx.t("whatif_trust_stop"), "", () => this.halt(ctx), null));
    this.main = h("div", { class: "fl-wi" }, this.sayBox, boxes.map((name) => this[`${name}Box`]));
    const body = h("div", { class: "fl-wi-body" });
    ctx.stage.replaceWith(body);
    body.append(ctx.stage, ctx.panel);
    Object.assign(ctx.panel, { tabIndex: 0, role: "group", ariaLabel: ctx.t("whatif_about") });
    ctx.stage.append(this.main);
    this.drawControl(ctx);
    this.faces = Object.fromEntries(ctx.facts.faces.map((face) =>
      [face, ctx.button(ctx.t(`whatif_${face}`), "", () => this.show(ctx, face), false)]));
    const group = { class: "fl-seg", role: "group", "aria-label": ctx.t("whatif_faces") };
    ctx.bar.append(h("span", group, Object.values(this.faces)));
    followPointer(ctx, this.inputBox, this);
    const high = () => ctx.stage.clientHeight >= HIGH;
    ctx.watchSizes(() => { if (this.side !== this.size(ctx) || this.high !== high()) ctx.update(); }, ctx.stage);
  },

  /** What changes the chosen cell, and what changes the whole picture. */
  drawControl(ctx) {
    this.cellName = h("strong");
    this.cellSaid = h("span", { class: "fl-wi-said" });
    this.readings = h("dl", { class: "fl-wi-readings" });
    const end = () => { this.sliding = false; this.settle(ctx); };
    this.slider = h("input", { type: "range", min: 0, step: 1, oninput: () => this.slide(ctx), onchange: end });
    const chosen = () => {
      this.put(ctx, ctx.state.at, Number(this.choice.value));
      focusOn(ctx.el);
    };
    this.choice = h("select", { onchange: chosen });
    const image = this.image(ctx);
    const tool = (key, words, run) => ctx.button(ctx.t(words), key, run, null);
    this.pen = image && tool("p", "whatif_pen", () => this.toMode(ctx, "pen"));
    this.mover = image && tool("m", "whatif_move", () => this.toMode(ctx, "move"));
    this.drawing = [image && tool("d", "whatif_draw_it", () => this.startDrawing(ctx)), this.pen, this.mover];
    this.restored = tool("o", "whatif_restored", () => this.original(ctx));
    const tools = h("div", { class: "fl-wi-tools" }, this.drawing,
      tool("s", "whatif_smallest", () => this.smallestChange(ctx)), this.restored);
    this.controlBox.append(h("p", { class: "fl-wi-cell" }, this.cellName, " ", this.cellSaid), this.readings,
      this.slider, this.choice, tools);
  },

  update(ctx) {
    const { face } = ctx.state, told = this.told(ctx), { alone } = ctx;
    Object.assign(this, { side: this.size(ctx), high: ctx.stage.clientHeight >= HIGH });
    if (!this.stroking) this.strip.update();
    ctx.el.dataset.face = face;
    for (const [name, button] of Object.entries(this.faces)) button.ariaPressed = String(name === face);
    this.main.classList.toggle("fl-wi-empty", !told);
    if (!told) return this.sayWords.replaceChildren(
      ctx.t(ctx.facts.stale ? "learned_stale" : alone ? "whatif_store_off" : "whatif_maps_waiting"));
    const values = this.values(ctx), after = this.after(ctx), maps = this.stroking ? null : this.mapsOf(ctx);
    this.last = after ?? (alone ? null : this.last);
    this.sayWords.textContent = headline(ctx, told, after);
    this.showComputing(ctx);
    this.drawInput(ctx, values, told);
    this.barsBox.replaceChildren(...answerBars(ctx, told, this.isChanged(ctx) ? this.last : null, this.target(ctx),
      (of) => ctx.set({ of })));
    this.showControl(ctx, values, maps);
    this.drawMaps(ctx, values, maps);
    this.drawFeatures(ctx, values, maps);
    ctx.panel.replaceChildren(...panelOf(ctx, this.answerName(ctx), this, maps), ctx.askBox);
    this.measure(ctx);
    this.applySmallest(ctx);
    if (!this.stroking) this.prefetch(ctx);
    return undefined;
  },

  /** How far maps are that take long, and what stops them: a button that stays, so that it can be pressed. */
  showComputing(ctx) {
    const done = this.partOf(ctx), [words, button] = this.computing.children;
    if (!done) return this.computing.remove();
    words.textContent = ctx.t(this.halted ? "whatif_maps_stopped" : "whatif_maps_part", { n: Math.round(100 * done) });
    button.textContent = ctx.t(this.halted ? "whatif_go_on" : "whatif_trust_stop");
    return this.computing.isConnected || this.sayBox.append(" ", this.computing);
  },

  room(ctx) {
    const wide = ctx.el.clientWidth, low = ctx.stage.clientHeight < LOW;
    const wall = wide < BESIDE ? "beside" : "projector";
    return ctx.look === "projector" ? wall : wide < PHONE ? "phone" : wide <= NOTEBOOK ? "notebook" :
      low ? "low" : "page";
  },

  size(ctx) {
    const room = this.room(ctx), sides = SIDES[room], side = sides[ctx.state.face] ?? sides.other;
    if (room !== "notebook" || ctx.state.face !== "all") return side;
    return Math.min(side, Math.floor((ctx.stage.clientWidth - AROUND) / 4)); // the four maps side by side
  },

  picture(ctx, part, more) {
    const options = { at: ctx.state.at, cells: this.cells, choose: (cell) => this.choose(ctx, cell), ...more };
    if (part.kind === "image") return imageOf(part, { size: this.size(ctx), ...options });
    return part.kind === "series" ? seriesOf(part, { width: WIDE, ...options }) : wordsOf(part, options);
  },

  /** Whether the cells are features of a row, and nothing else. */
  featured() { return this.cells.parts.length > 0 && !this.placed().length; },

  /** The inputs that are not features. */
  placed() { return this.cells.parts.filter(({ kind }) => kind !== "row"); },

  drawInput(ctx, values, told) {
    const { blank, changes, sample } = ctx.state, placed = this.placed();
    const head = ctx.t(blank ? "whatif_drawn" : "whatif_sample", { i: sample });
    this.inputBox.classList.toggle("fl-wi-drawing", this.mode === "pen");
    this.inputBox.hidden = !placed.length;
    this.inputBox.replaceChildren(...placed.map((part) => {
      const { rows, columns } = part, said = this.saidOf(ctx, values);
      const label = ctx.t("whatif_pixels", { rows, columns, said });
      const more = part.kind === "image" && part.block > 1 ? ctx.t("whatif_blocks", { n: part.block }) : "";
      return h("figure", {},
        h("figcaption", {}, h("strong", {}, head), " ", placed.length > 1 ? part.name : more),
        this.picture(ctx, part, { values, told, changes, label }));
    }));
  },

  /** The chosen cell and its value, in words. */
  saidOf(ctx, values) {
    const { at } = ctx.state;
    return ctx.t("whatif_cell_value", { cell: this.cells.name(at), value: this.cells.value(at, values[at]) });
  },

  showControl(ctx, values, maps) {
    const { at, face, sample } = ctx.state, { part } = this.cells.find(at), { low, high, whole } = this.cells.range(at);
    const pen = this.mode === "pen", value = pen ? this.inkOf(ctx) : values[at], before = this.base(ctx)[at];
    const name = this.cells.name(at), said = this.cells.value(at, values[at]), was = this.cells.value(at, before);
    this.cellName.textContent = name;
    this.cellSaid.textContent = values[at] === before ? said : ctx.t("whatif_was", { value: said, before: was });
    this.readings.replaceChildren(...(maps ? this.names(ctx).map((map) => h("div", {},
      h("dt", {}, ctx.t(`whatif_${map}`).toLowerCase()), h("dd", {}, signedText(unpacked(maps[map])[at])))) : []));
    const named = whole && part.names.length > 0 && !pen, curve = ctx.facts.curves[sample]?.[at];
    this.slider.hidden = named;
    this.choice.hidden = !named;
    const last = whole ? high - low : curve ? curve.shape[0] - 1 : STEPS;
    this.slider.max = String(last);
    this.slider.value = String(high > low ? Math.round(((value - low) / (high - low)) * last) : 0);
    this.slider.ariaLabel = ctx.t(pen ? "whatif_slider_pen" : "whatif_slider", { cell: name });
    this.slider.ariaValueText = pen ? this.cells.value(at, value) : said;
    if (named) this.fillChoice(ctx, part, values[at]);
    this.pen?.setAttribute("aria-pressed", String(pen));
    this.mover?.setAttribute("aria-pressed", String(this.mode === "move"));
    for (const tool of this.drawing) if (tool) tool.hidden = face !== "change";
    this.restored.hidden = !this.isChanged(ctx);
  },

  /** The words or options that the chosen cell may hold. */
  fillChoice(ctx, part, value) {
    const option = (name, i) => h("option", { value: i }, name || ctx.t("whatif_padding"));
    if (this.choicesOf !== part) this.choice.replaceChildren(...part.names.map(option));
    this.choicesOf = part;
    this.choice.value = String(value);
    this.choice.ariaLabel = ctx.t("whatif_choice", { cell: this.cells.name(ctx.state.at) });
  },

  drawMaps(ctx, values, maps) {
    const placed = this.placed(), names = placed.length ? this.names(ctx) : [];
    this.mapsBox.hidden = !names.length;
    this.mapsBox.classList.toggle("fl-wi-lines", placed.length > 0 && placed[0].kind !== "image");
    const [truth, others] = this.forTruth(ctx, maps), two = others && { size: TWO_ROWS[this.room(ctx)] };
    const row = (given, target) => names.map((name) => this.mapFigure(ctx, name, values, given, { target, ...two }));
    const whom = (target) => (others ? [h("p", { class: "fl-wi-whom" }, this.forWhom(ctx, target))] : []);
    const first = this.target(ctx), second = others ? [...whom(truth), ...row(others, truth)] : [];
    for (const figure of second) figure.querySelector("figcaption")?.remove();  // as above it
    this.mapsBox.replaceChildren(...whom(first), ...row(maps, first), ...second);
  },

  /** Of an image whose answer is wrong: the class that would be right, and its maps, if there is room for them. */
  forTruth(ctx, maps) {
    const { own, truths: [truth = own] } = this.told(ctx), [part, ...more] = this.placed(), { facts, state } = ctx;
    const asked = maps && state.face === "all" && part?.kind === "image" && !more.length && this.room(ctx) in TWO_ROWS
      && this.high && facts.targets[own].kind === "classes" && this.target(ctx) === own && truth !== own;
    return [truth, asked ? this.mapsOf(ctx, truth) : null];
  },

  mapFigure(ctx, name, values, maps, { target, ...more }) {
    const title = ctx.t(`whatif_${name}`),
      gone = ctx.facts.stale ? "learned_stale" : maps === false ? "whatif_map_alone" : "whatif_maps_waiting";
    const head = h("figcaption", {}, h("strong", {}, title), " ", this.headOf(ctx, name));
    if (!maps) return h("figure", { class: "fl-wi-figure" }, head, h("p", { class: "fl-wi-gone" }, ctx.t(gone)));
    const numbers = unpacked(maps[name]), top = greatest(numbers), { at } = ctx.state;
    const said = ctx.t("whatif_cell_value", { cell: this.cells.name(at), value: signedText(numbers[at]) });
    const label = ctx.t("whatif_map_words", { map: title, answer: this.forWhom(ctx, target), said });
    return h("figure", { class: "fl-wi-figure" }, head,
      this.placed().map((part) => this.picture(ctx, part, { values, map: ownOf(part, numbers), top, label,
        ...more })));
  },

  /** The question of a map. */
  headOf(ctx, name) {
    const kinds = this.cells.parts.map(({ kind }) => kind);
    const values = { ...ctx.facts.terms, answer: this.answerName(ctx) };
    if (name === "cover" && !kinds.includes("image")) return ctx.t("whatif_head_cover_row", values);
    if (name === "slope" && kinds.includes("words")) return ctx.t("whatif_head_slope_words", values);
    return ctx.t(`whatif_head_${name}`, values);
  },

  forWhom(ctx, target = this.target(ctx)) {
    const { own, truths } = this.told(ctx), answer = ctx.facts.targets[target];
    const truth = answer.kind === "classes" && truths[0] === target;
    const key = target === own ? "whatif_for_own" : truth ? "whatif_for_truth" : "whatif_for";
    return ctx.t(key, { answer: answer.name });
  },

  /** The features of a table: a row for each, with its value, the maps' numbers, or its curve. */
  drawFeatures(ctx, values, maps) {
    const rows = this.cells.parts.filter(({ kind }) => kind === "row"), { at, sample, face } = ctx.state;
    this.featuresBox.hidden = !rows.length;
    if (!rows.length) return;
    const names = this.names(ctx).filter((name) => name !== "region"), target = this.target(ctx);
    const curves = face === "change" ? ctx.lazy("curves", String(sample)) ?? {} : null;
    const columns = names.map((name) => maps && unpacked(maps[name]));
    const line = (cell) => {
      const bars = columns.map((numbers) => (numbers ? barOf(numbers[cell], greatest(numbers)) : "…"));
      const curve = curves && (curves[cell] ? this.curve(ctx, cell, values[cell], curves[cell], target) : "–");
      return row(this.cells.name(cell), [this.cells.value(cell, values[cell]), ...bars, ...(curve ? [curve] : [])],
        { ...mark(cell === at), onclick: () => this.choose(ctx, cell) });
    };
    const cells = rows.flatMap((part) => Array.from({ length: part.columns }, (_, i) => part.start + i));
    const curved = curves ? [ctx.t("whatif_curve_head", { answer: this.answerName(ctx) })] : [];
    const titles = names.map((name) => ctx.t(`whatif_${name}`));
    const heads = [ctx.t("whatif_feature"), ctx.t("whatif_value"), ...titles, ...curved];
    this.featuresBox.replaceChildren(table(cells.slice(0, MOST_ROWS).map(line), heads, null, "fl-wi-table"));
  },

  curve(ctx, cell, value, stored, target) {
    const [length, count] = stored.shape, numbers = unpacked(stored), { low, high, whole } = this.cells.range(cell);
    const points = Array.from({ length }, (_, i) => numbers[i * count + target]), wanted = ctx.facts.targets[target];
    const ends = wanted.kind === "numbers" ? [Math.min(...points), Math.max(...points)] : [0, 1];
    const label = ctx.t("whatif_curve", { name: this.cells.name(cell), answer: wanted.name,
      low: this.cells.value(cell, low), high: this.cells.value(cell, high),
      first: amount(ctx, points[0], wanted), last: amount(ctx, points.at(-1), wanted) });
    const x = (value - low) / (high - low || 1);
    return curveOf(points, { low: ends[0], high: ends[1], x, label, joined: !whole });
  },

  show(ctx, face) { ctx.ask(ctx.facts.questions[face], () => ctx.set({ face })); },

  nextFace(ctx) {
    const { faces } = ctx.facts;
    this.show(ctx, faces[(faces.indexOf(ctx.state.face) + 1) % faces.length]);
  },

  choose(ctx, cell) {
    ctx.set({ at: cell }, true);
    const maps = this.mapsOf(ctx), numbers = maps ? this.names(ctx).map((name) => ctx.t("whatif_cell_map",
      { map: ctx.t(`whatif_${name}`), number: signedText(unpacked(maps[name])[cell]) })) : [];
    ctx.say([this.saidOf(ctx, this.values(ctx)), ...numbers].join("; "));
  },

  toClass(ctx, by) {
    const { targets } = ctx.facts, next = (this.target(ctx) + by + targets.length) % targets.length;
    ctx.set({ of: targets[next].name });
    ctx.say(this.forWhom(ctx));
  },

  /** Out of the pen or the move; else stop maps that are computed, or go on with them. */
  out(ctx) {
    if (this.mode !== "cell") this.toMode(ctx, this.mode);
    else if (this.partOf(ctx)) this.halt(ctx);
  },

  toTruth(ctx) {
    const truth = this.told(ctx).truths[0], { targets } = ctx.facts;
    if (truth === null || targets[0].kind !== "classes") return ctx.say(ctx.t("whatif_no_truth"));
    ctx.set({ of: this.target(ctx) === truth ? "" : targets[truth].name });
    return ctx.say(this.forWhom(ctx));
  },

  keys(ctx) {
    const arrow = (right, down) => ({ run: () => this.arrow(ctx, right, down) }), image = this.image(ctx);
    const drawing = (key, run) => ({ label: image ? ctx.t(key) : "", run, when: () => image });
    return {
      ...this.strip.keys(),
      "[": { label: ctx.t("whatif_key_class_back"), run: () => this.toClass(ctx, -1) },
      "]": { label: ctx.t("whatif_key_class"), run: () => this.toClass(ctx, 1) },
      t: { label: ctx.t("whatif_key_truth"), run: () => this.toTruth(ctx) },
      f: { label: ctx.t("whatif_key_face"), run: () => this.nextFace(ctx) },
      ArrowRight: { label: ctx.t("whatif_key_arrows"), ...arrow(1, 0) },
      ArrowLeft: arrow(-1, 0), ArrowUp: arrow(0, -1), ArrowDown: arrow(0, 1),
      Enter: { label: ctx.t("whatif_key_set"), run: () => this.step(ctx, 0) },
      "+": { label: ctx.t("whatif_key_more"), run: () => this.step(ctx, 1) },
      "-": { label: ctx.t("whatif_key_less"), run: () => this.step(ctx, -1) },
      x: { label: ctx.t("whatif_key_empty"), run: () => this.empty(ctx) },
      s: { label: ctx.t("whatif_key_smallest"), run: () => this.smallestChange(ctx) },
      o: { label: ctx.t("whatif_key_original"), run: () => this.original(ctx) },
      d: drawing("whatif_key_draw", () => this.startDrawing(ctx)),
      p: drawing("whatif_key_pen", () => this.toMode(ctx, "pen")),
      m: drawing("whatif_key_move", () => this.toMode(ctx, "move")),
      Escape: { run: () => this.out(ctx) },
    };
  },

  typed(ctx, target, key) { return this.strip.typed(target, key); },

  counts(ctx) {
    const { read, samples } = ctx.facts;
    if (read < samples) return ctx.t("whatif_counts", { n: read, all: samples.toLocaleString("en") });
    return this.told(ctx) ? this.forWhom(ctx) : "";
  },

  caption(ctx) {
    const { face, blank } = ctx.state;
    if (ctx.facts.stale) return ctx.t("learned_stale");
    const changing = face === "change" || blank || !this.told(ctx);
    if (changing) return ctx.t(this.featured() ? "whatif_legend_change_row" : "whatif_legend_change");
    const key = !this.image(ctx) ? "whatif_legend_plain" : face === "cover" ? "whatif_legend_cover" : "whatif_legend";
    return ctx.t(key, { answer: this.answerName(ctx) });
  },
};

export default liveView(() => whatif, ["facts", "status"]);
