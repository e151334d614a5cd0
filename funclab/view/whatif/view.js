// What if the input were different: a sample that is changed or drawn, the answers before and after,
// and maps. Python computes; `sample.js` has the cells, `parts.js` the pictures, `bars.js` the panel.

import { h, mark, row, same, table } from "../live/core.js";
import { liveView } from "../live/start.js";
import { unpacked } from "../learned/learned.js";
import { Strip } from "../learned/strip.js";
import { amount, answerBars, panelOf } from "./bars.js";
import { barOf, curveOf, imageOf, seriesOf, wordsOf } from "./parts.js";
import { followPointer } from "./pen.js";
import { Cells, shifted, stroke, tidy } from "./sample.js";

const LARGE = 336, MIDDLE = 232, SMALL = 144, FINGER = 288, WIDE = 700, MOST_ROWS = 60;
const POINTS = 33;

/** @type {WrittenView} */
const whatif = {
  name: "whatif",

  draw(ctx) {
    Object.assign(this, { cells: new Cells(ctx.facts, ctx.t.bind(ctx)), strip: new Strip(ctx), mode: "cell", ink: null,
      stroking: false, asked: null, wants: null, last: null, stopped: false });
    ctx.head.after(this.strip.el);
    const part = (name, tag = "div") => h(/** @type {any} */ (tag), { class: `fl-wi-${name}` });
    this.body = part("body");
    ctx.stage.replaceWith(this.body);
    this.body.append(ctx.stage, ctx.panel);
    for (const name of ["input", "bars", "control", "maps", "features"]) this[`${name}Box`] = part(name);
    this.sayBox = part("say", "p");
    this.main = h("div", { class: "fl-wi" }, this.sayBox, this.inputBox, this.barsBox, this.controlBox, this.mapsBox, this.featuresBox);
    ctx.stage.append(this.main);
    this.drawControl(ctx);
    this.drawBar(ctx);
    followPointer(ctx, this.inputBox, this);
  },

  drawBar(ctx) {
    this.faces = Object.fromEntries(ctx.facts.faces.map((face) =>
      [face, ctx.button(ctx.t(`wi_${face}`), "", () => this.show(ctx, face), false)]));
    ctx.bar.append(h("span", { class: "fl-seg", role: "group", "aria-label": ctx.t("wi_faces") }, Object.values(this.faces)));
  },

  /** What changes the chosen cell, and what changes the whole picture. */
  drawControl(ctx) {
    const typed = () => { this.sliding = true; };
    this.cellName = h("strong");
    this.cellSaid = h("span", { class: "fl-wi-said" });
    this.slider = h("input", { type: "range", min: 0, max: 64, step: 1, oninput: () => this.slide(ctx, typed),
      onchange: () => { this.sliding = false; this.settle(ctx); } });
    this.choice = h("select", { onchange: () => { this.put(ctx, ctx.state.at, Number(this.choice.value)); ctx.el.focus({ preventScroll: true }); } });
    const tool = (key, name, run) => { this[name] = ctx.button(ctx.t(`wi_${name}`), key, run, null); return this[name]; };
    const image = this.cells.parts.some(({ kind }) => kind === "image");
    this.tools = h("div", { class: "fl-wi-tools" },
      image ? [tool("d", "draw_it", () => this.startDrawing(ctx)), tool("p", "pen", () => this.toMode(ctx, "pen")),
        tool("m", "move", () => this.toMode(ctx, "move"))] : null,
      tool("s", "smallest", () => this.smallestChange(ctx)), tool("o", "as_it_was", () => this.original(ctx)));
    this.readings = h("dl", { class: "fl-wi-readings" });
    this.controlBox.append(h("p", { class: "fl-wi-cell" }, this.cellName, " ", this.cellSaid), this.readings, this.slider, this.choice, this.tools);
  },

  // What is known of the present state.
  told(ctx) { return ctx.lazy("sample", String(ctx.state.sample)); },
  base(ctx) { return this.cells.base(this.told(ctx), ctx.state.blank); },
  values(ctx) { return this.cells.changed(this.base(ctx), ctx.state.changes); },
  isChanged({ state }) { return state.blank || state.changes.length > 0; },
  answerKey({ state }) { return JSON.stringify([state.sample, state.blank, state.changes]); },
  image(ctx) { return this.cells.parts.find(({ kind }) => kind === "image") ?? null; },
  names(ctx) { return ctx.state.face === "all" ? ctx.facts.maps_of : ctx.facts.maps_of.filter((name) => name === ctx.state.face); },

  target(ctx) {
    const { of } = ctx.state, named = ctx.facts.targets.findIndex(({ name }) => name === of);
    return named < 0 ? this.told(ctx).own : named;
  },

  mapsKey(ctx, sample = ctx.state.sample, target = this.target(ctx)) {
    const { state } = ctx, own = sample === state.sample;
    return JSON.stringify([sample, own && state.blank, own ? state.changes : [], target]);
  },

  /** The answers to the sample as it is changed: stored ones, those of a curve, or from the kernel. */
  after(ctx) {
    const told = this.told(ctx), { state, facts } = ctx, key = this.answerKey(ctx);
    if (!this.isChanged(ctx)) return told.answers;
    const known = facts.answer[key] ?? ctx.got[`answer ${key}`] ?? this.onCurve(ctx) ?? this.asTried(ctx);
    if (!known && !ctx.model.alone && this.asked === null) {
      this.asked = key;
      ctx.model.send({ ask: "answer", key, keep: !this.stroking });
    }
    return known ?? null;
  },

  /** From the curve of a feature, if only that is changed, and to a value of the curve. */
  onCurve({ state: { sample, blank, changes }, facts }) {
    const curve = changes.length === 2 && !blank && facts.curves[sample]?.[changes[0]];
    if (!curve) return null;
    const { low, high, whole } = this.cells.range(changes[0]), last = curve.shape[0] - 1;
    const at = whole ? changes[1] : ((changes[1] - low) / (high - low)) * last, near = Math.round(at);
    const count = curve.shape[1];
    return Math.abs(at - near) < 1e-4 ? [...unpacked(curve).subarray(near * count, (near + 1) * count)] : null;
  },

  /** From the smallest change that was found. */
  asTried({ state: { sample, blank, changes }, facts }) {
    return Object.entries(facts.smallest).find(([key, { cell, value }]) =>
      same(JSON.parse(key).slice(0, 3), [sample, blank, []]) && same(changes, [cell, value]))?.[1].answers;
  },

  follow(ctx, message) { return message; },

  // What is shown.
  update(ctx) {
    const { face } = ctx.state, told = this.told(ctx);
    this.strip.update();
    ctx.el.dataset.face = face;
    for (const [name, button] of Object.entries(this.faces)) button.setAttribute("aria-pressed", String(name === face));
    this.main.classList.toggle("fl-wi-empty", !told);
    if (!told) return this.sayBox.replaceChildren(ctx.t(ctx.model.alone ? "wi_store_off" : "wi_maps_waiting"));
    if (this.asked !== null && (ctx.got[`answer ${this.asked}`] || ctx.facts.answer[this.asked])) this.asked = null;
    const values = this.values(ctx), after = this.after(ctx);
    if (after) this.last = after;
    this.sayBox.textContent = this.headline(ctx, told, after);
    this.drawInput(ctx, values, told);
    this.barsBox.replaceChildren(...answerBars(ctx, told, this.isChanged(ctx) ? after ?? (ctx.model.alone ? null : this.last) : null,
      this.target(ctx), (name) => ctx.set({ of: name })));
    const maps = this.stroking ? null : this.mapsOf(ctx);
    this.showControl(ctx, values, maps);
    this.drawMaps(ctx, values, maps);
    this.drawFeatures(ctx, values, maps);
    ctx.panel.replaceChildren(...panelOf(ctx, this.answerName(ctx), this, maps), ctx.askBox);
    this.measure(ctx);
    this.applySmallest(ctx);
    if (!this.stroking) this.prefetch(ctx);
    return undefined;
  },

  answerName(ctx) { return ctx.facts.targets[this.target(ctx)].name; },

  headline(ctx, told, after) {
    const { state, facts } = ctx, n = state.changes.length / 2, several = facts.targets[0].kind === "classes";
    if (state.blank && !n) return ctx.t("wi_drawing_empty");
    if (!after) return ctx.t(ctx.model.alone ? "wi_alone" : "wi_waiting");
    const own = several ? bestOf(facts, after) : told.own, answer = facts.targets[own], p = amount(ctx, after[own], answer);
    const was = facts.targets[told.own], truth = told.truths[0];
    const values = { i: state.sample, answer: answer.label, p, n };
    if (state.blank) return ctx.t("wi_drawing", values);
    if (n) {
      const key = was !== answer ? "wi_turned" : several ? "wi_stayed" : "wi_shifted";
      return ctx.t(key, { ...values, before: key === "wi_turned" ? was.label : amount(ctx, told.answers[own], answer) });
    }
    if (!several) return ctx.t("wi_answered", values);
    return truth === null || truth === own ? ctx.t("wi_read_as", values) :
      ctx.t("wi_read_wrong", { ...values, truth: facts.targets[truth].label });
  },

  size(ctx) {
    const { face } = ctx.state, narrow = ctx.el.clientWidth < 520;
    if (narrow) return face === "all" ? SMALL : FINGER;
    return face === "change" ? LARGE : face === "all" ? SMALL : MIDDLE;
  },

  picture(ctx, part, more) {
    const options = { at: ctx.state.at, cells: this.cells, choose: (cell) => this.choose(ctx, cell), ...more };
    if (part.kind === "image") return imageOf(part, { size: this.size(ctx), ...options });
    if (part.kind === "series") return seriesOf(part, { width: WIDE, ...options });
    return wordsOf(part, options);
  },

  drawInput(ctx, values, told) {
    const { state } = ctx, placed = this.cells.parts.filter(({ kind }) => kind !== "row");
    this.inputBox.classList.toggle("fl-wi-drawing", this.mode === "pen");
    this.inputBox.replaceChildren(...placed.map((part) => h("figure", {},
      h("figcaption", {}, h("strong", {}, state.blank ? ctx.t("wi_drawn") : ctx.t("wi_sample", { i: state.sample })),
        placed.length > 1 ? ` ${part.name}` : ""),
      this.picture(ctx, part, { values, told, changes: state.changes,
        label: ctx.t("wi_pixels", { rows: part.rows, columns: part.columns, said: this.saidOf(ctx, values) }) }))));
    this.inputBox.hidden = !placed.length;
  },

  saidOf(ctx, values) { return ctx.t("wi_cell_value", { cell: this.cells.name(ctx.state.at), value: this.cells.value(ctx.state.at, values[ctx.state.at]) }); },

  showControl(ctx, values, maps) {
    const { at } = ctx.state, { part } = this.cells.find(at), { low, high, whole } = this.cells.range(at);
    const pen = this.mode === "pen", value = pen ? this.inkOf(ctx) : values[at];
    const before = this.base(ctx)[at], said = this.cells.value(at, values[at]);
    this.cellName.textContent = this.cells.name(at);
    this.cellSaid.textContent = values[at] === before ? said : ctx.t("wi_was", { value: said, before: this.cells.value(at, before) });
    const chosen = whole && part.names.length > 0, curve = ctx.facts.curves[ctx.state.sample]?.[at];
    this.slider.hidden = chosen && !pen;
    this.choice.hidden = !this.slider.hidden;
    this.slider.max = String(whole ? high - low : curve ? POINTS - 1 : 64);
    this.slider.value = String(high > low ? Math.round(((value - low) / (high - low)) * Number(this.slider.max)) : 0);
    this.slider.setAttribute("aria-label", ctx.t(pen ? "wi_slider_pen" : "wi_slider", { cell: this.cells.name(at) }));
    this.slider.setAttribute("aria-valuetext", pen ? this.cells.value(at, value) : said);
    if (chosen) this.fillChoice(ctx, part, values[at]);
    for (const [name, on] of [["pen", pen], ["move", this.mode === "move"]]) this[name]?.setAttribute("aria-pressed", String(on));
    for (const name of ["draw_it", "pen", "move"]) if (this[name]) this[name].hidden = ctx.state.face !== "change";
    this.as_it_was.hidden = !this.isChanged(ctx);
    this.readings.replaceChildren(...(maps ? this.names(ctx).map((name) => h("div", {}, h("dt", {}, ctx.t(`wi_${name}`).toLowerCase()),
      h("dd", {}, signedText(unpacked(maps[name])[at])))) : []));
  },

  fillChoice(ctx, part, value) {
    if (this.choicesOf !== part) {
      this.choicesOf = part;
      this.choice.replaceChildren(...part.names.map((name, i) => h("option", { value: i }, name || ctx.t("wi_padding"))));
    }
    this.choice.value = String(value);
    this.choice.setAttribute("aria-label", ctx.t("wi_choice", { cell: this.cells.name(ctx.state.at) }));
  },

  /** The maps of the present sample; null while they are computed, false if they are not stored. */
  mapsOf(ctx) {
    if (!this.names(ctx).length) return null;
    const maps = ctx.lazy("maps", this.mapsKey(ctx));
    return maps ?? (ctx.model.alone ? false : null);
  },

  drawMaps(ctx, values, maps) {
    const placed = this.cells.parts.filter(({ kind }) => kind !== "row"), names = placed.length ? this.names(ctx) : [];
    this.mapsBox.hidden = !names.length;
    this.mapsBox.classList.toggle("fl-wi-lines", placed.length > 0 && placed[0].kind !== "image");
    const gone = ctx.t(maps === false ? "wi_map_alone" : "wi_maps_waiting");
    this.mapsBox.replaceChildren(...names.map((name) => {
      const numbers = maps ? unpacked(maps[name]) : null, top = numbers ? greatest(numbers) : 1;
      return h("figure", { class: "fl-wi-figure" }, h("figcaption", {}, h("strong", {}, ctx.t(`wi_${name}`)), " ", this.headOf(ctx, name)),
        numbers ? placed.map((part) => this.picture(ctx, part, { values, map: numbers.subarray(part.start, part.start + part.rows * part.columns),
          top, label: ctx.t("wi_map_words", { map: ctx.t(`wi_${name}`), answer: this.forWhom(ctx), said: this.mapSaid(ctx, name, numbers) }) })) :
          h("p", { class: "fl-wi-gone" }, gone));
    }));
  },

  headOf(ctx, name) {
    const kinds = this.cells.parts.map(({ kind }) => kind), answer = this.answerName(ctx);
    const more = name === "cover" && !kinds.includes("image") ? "_row" : name === "slope" && kinds.includes("words") ? "_words" : "";
    return ctx.t(`wi_head_${name}${more}`, { ...ctx.facts.terms, answer });
  },

  mapSaid(ctx, name, numbers) {
    return ctx.t("wi_cell_value", { cell: this.cells.name(ctx.state.at), value: signedText(numbers[ctx.state.at]) });
  },

  forWhom(ctx) {
    const told = this.told(ctx), target = this.target(ctx), answer = ctx.facts.targets[target].name;
    return ctx.t(target === told.own ? "wi_for_own" : told.truths.includes(target) && told.truths[0] === target ? "wi_for_truth" : "wi_for", { answer });
  },

  /** The features of a table: a row for each, with its value, the maps' numbers, or its curve. */
  drawFeatures(ctx, values, maps) {
    const rows = this.cells.parts.filter(({ kind }) => kind === "row"), { at, sample, face } = ctx.state;
    this.featuresBox.hidden = !rows.length;
    if (!rows.length) return;
    const names = this.names(ctx).filter((name) => name !== "region"), target = this.target(ctx);
    const curves = face === "change" ? ctx.lazy("curves", String(sample)) ?? {} : null;
    const numbers = Object.fromEntries(names.map((name) => [name, maps ? unpacked(maps[name]) : null]));
    const line = (cell) => {
      const shown = names.map((name) => (numbers[name] ? h("span", { class: "fl-wi-pair" }, barOf(numbers[name][cell], greatest(numbers[name]))) : "…"));
      const curve = curves?.[cell] ? this.curve(ctx, cell, values[cell], curves[cell], target) : null;
      return row(this.cells.name(cell), [this.cells.value(cell, values[cell]), ...shown, ...(curves ? [curve ?? "–"] : [])],
        { ...mark(cell === at), onclick: () => this.choose(ctx, cell) });
    };
    const cells = rows.flatMap(({ start, columns }) => Array.from({ length: columns }, (_, i) => start + i)).slice(0, MOST_ROWS);
    const heads = [ctx.t("wi_feature"), ctx.t("wi_value"), ...names.map((name) => ctx.t(`wi_${name}`)),
      ...(curves ? [ctx.t("wi_curve_head", { answer: this.answerName(ctx) })] : [])];
    this.featuresBox.replaceChildren(table(cells.map(line), heads, null, "fl-wi-table"));
  },

  curve(ctx, cell, value, packed, target) {
    const count = packed.shape[1], numbers = unpacked(packed), { low, high } = this.cells.range(cell);
    const points = Array.from({ length: packed.shape[0] }, (_, i) => numbers[i * count + target]);
    const wanted = ctx.facts.targets[target], ends = wanted.kind === "numbers" ? [Math.min(...points), Math.max(...points)] : [0, 1];
    const said = { name: this.cells.name(cell), answer: wanted.name, low: this.cells.value(cell, low), high: this.cells.value(cell, high),
      first: amount(ctx, points[0], wanted), last: amount(ctx, points.at(-1), wanted) };
    return curveOf(points, { low: ends[0], high: ends[1], x: (value - low) / (high - low || 1), label: ctx.t("wi_curve", said) });
  },

  // What is asked of the kernel without being asked for.
  /** Measure how far the maps are to be trusted, piece by piece. */
  measure(ctx) {
    const { trust } = ctx.facts, done = trust && !trust.more, at = trust?.samples ?? -1;
    if (done || this.stopped || ctx.model.alone || !this.names(ctx).length || this.measured === at) return;
    this.measured = at;
    ctx.model.send({ ask: "trust", key: at });
  },

  stop(ctx) {
    this.stopped = true;
    ctx.update();
  },

  /** The maps of the other samples of the strip, one after the other, so that they are stored. */
  prefetch(ctx) {
    if (ctx.model.alone || ctx.got[this.fetching] === null && !(this.fetched?.(ctx))) return;
    if (ctx.facts.trust?.more && !this.stopped) return;
    for (const { sample } of this.strip.samples) {
      const told = ctx.facts.sample[sample];
      if (!told) continue;
      if (this.cells.parts.some(({ kind }) => kind === "row") && this.fetch(ctx, "curves", String(sample))) return;
      for (const target of new Set([told.own, ctx.facts.targets[0].kind === "classes" ? told.truths[0] ?? told.own : told.own]))
        if (this.fetch(ctx, "maps", JSON.stringify([sample, false, [], target]))) return;
    }
  },

  fetch(ctx, kind, key) {
    const name = `${kind} ${key}`;
    if (ctx.facts[kind][key] !== undefined || ctx.got[name] !== undefined) return false;
    this.fetching = name;
    this.fetched = ({ facts }) => facts[kind][key] !== undefined;
    ctx.lazy(kind, key);
    return true;
  },

  // What is changed.
  show(ctx, face) { ctx.ask(ctx.facts.questions[face], () => ctx.set({ face })); },

  choose(ctx, cell) {
    ctx.set({ at: cell }, true);
    const values = this.values(ctx), said = [this.saidOf(ctx, values)], maps = this.mapsOf(ctx);
    if (maps) for (const name of this.names(ctx)) said.push(ctx.t("wi_cell_map", { map: ctx.t(`wi_${name}`), number: signedText(unpacked(maps[name])[cell]) }));
    ctx.say(said.join("; "));
  },

  put(ctx, cell, value, quiet = false) {
    const values = this.values(ctx);
    values[cell] = value;
    this.setAll(ctx, values, quiet);
  },

  setAll(ctx, values, quiet = false) {
    if (this.told(ctx)) ctx.set({ changes: this.cells.between(this.base(ctx), values) }, quiet);
  },

  /** After the last of several quiet changes: what is answered to it is stored. */
  settle(ctx) {
    const key = this.answerKey(ctx);
    if (!ctx.model.alone && this.isChanged(ctx) && !ctx.facts.answer[key]) ctx.model.send({ ask: "answer", key, keep: true });
    ctx.update();
  },

  slide(ctx, typed) {
    const { at } = ctx.state, { low, high } = this.cells.range(at), value = tidy(low + (Number(this.slider.value) / Number(this.slider.max)) * (high - low));
    if (this.mode === "pen") { this.ink = value; return ctx.update(); }
    this.put(ctx, at, value, this.sliding);
    return typed();
  },

  inkOf(ctx) { return this.ink ?? (Array.isArray(this.image(ctx).high) ? Math.max(...this.image(ctx).high) : this.image(ctx).high); },

  toMode(ctx, mode) {
    this.mode = this.mode === mode ? "cell" : mode;
    ctx.say(ctx.t(`wi_mode_${this.mode}`));
    ctx.update();
  },

  startDrawing(ctx) {
    this.mode = "pen";
    const image = this.image(ctx), middle = image.start + Math.floor(image.rows / 2) * image.columns + Math.floor(image.columns / 2);
    ctx.set({ blank: true, changes: [], face: "change", at: middle });
    ctx.say(ctx.t("wi_mode_pen"));
    ctx.update();
  },

  original(ctx) {
    this.mode = "cell";
    ctx.set({ blank: false, changes: [] });
    ctx.update();
  },

  arrow(ctx, right, down) {
    if (this.strip.focused) return this.strip.move(right + down);
    if (!this.told(ctx)) return undefined;
    const image = this.image(ctx), { at } = ctx.state, next = this.cells.move(at, right, down);
    if (this.mode === "move" && image) return this.setAll(ctx, shifted(this.values(ctx), image, right, down));
    if (this.mode === "pen" && image) {
      const point = (cell) => ({ x: this.cells.find(cell).column + 0.5, y: this.cells.find(cell).row + 0.5 });
      ctx.set({ at: next, changes: this.cells.between(this.base(ctx), stroke(this.values(ctx), image, point(next), point(next), this.inkOf(ctx))) });
      return ctx.say(this.saidOf(ctx, this.values(ctx)));
    }
    return this.choose(ctx, next);
  },

  step(ctx, by) {
    const values = this.values(ctx), { at } = ctx.state;
    this.put(ctx, at, this.cells.next(at, values[at], by));
    ctx.say(this.saidOf(ctx, this.values(ctx)));
  },

  toClass(ctx, by) {
    const { targets } = ctx.facts, next = (this.target(ctx) + by + targets.length) % targets.length;
    ctx.set({ of: targets[next].name });
    ctx.say(this.forWhom(ctx));
  },

  toTruth(ctx) {
    const told = this.told(ctx), truth = told.truths[0], { targets } = ctx.facts;
    if (truth === null || targets[0].kind !== "classes") return ctx.say(ctx.t("wi_no_truth"));
    ctx.set({ of: this.target(ctx) === truth ? "" : targets[truth].name });
    return ctx.say(this.forWhom(ctx));
  },

  nextFace(ctx) {
    const { faces } = ctx.facts;
    this.show(ctx, faces[(faces.indexOf(ctx.state.face) + 1) % faces.length]);
  },

  // The smallest change.
  smallestChange(ctx) {
    this.wants = this.mapsKey(ctx);
    ctx.lazy("smallest", this.wants);
    if (ctx.model.alone && !ctx.facts.smallest[this.wants]) {
      this.wants = null;
      return ctx.say(ctx.t("wi_alone"));
    }
    return ctx.update();
  },

  applySmallest(ctx) {
    const found = this.wants && ctx.lazy("smallest", this.wants);
    if (!found) return;
    this.wants = null;
    if (found.none) return void ctx.say(ctx.t("wi_nothing_to_try"));
    this.foundBest = { key: this.mapsKey(ctx), found, target: this.target(ctx), values: this.values(ctx), from: this.last };
    ctx.ask(found.question, () => this.putBest(ctx, found));
  },

  putBest(ctx, found) {
    const values = this.values(ctx);
    values[found.cell] = found.value;
    this.foundBest.changes = this.cells.between(this.base(ctx), values);
    this.foundBest.of = ctx.state.of;
    ctx.set({ at: found.cell, changes: this.foundBest.changes });
    ctx.say(this.bestSaid(ctx));
  },

  /** What the smallest change did, as long as it is shown. */
  bestSaid(ctx) {
    const best = this.foundBest;
    if (!best?.changes || !same(best.changes, ctx.state.changes)) return "";
    const { found, target, values, from } = best, { targets } = ctx.facts, wanted = targets[target];
    const several = targets[0].kind === "classes", own = several ? bestOf(ctx.facts, found.answers) : target;
    const key = !several ? "wi_best_shift" : own === bestOf(ctx.facts, from) ? "wi_best_stay" : "wi_best_turn";
    const said = ctx.t(key, { cell: this.cells.name(found.cell), before: this.cells.value(found.cell, values[found.cell]),
      value: this.cells.value(found.cell, found.value), target: wanted.name, p: amount(ctx, from[target], wanted),
      after: amount(ctx, found.answers[target], wanted), answer: targets[own].name });
    return `${said} ${ctx.t(found.tried < found.possible ? "wi_tried" : "wi_tried_all", found)}`;
  },

  keys(ctx) {
    const arrow = (right, down) => ({ run: () => this.arrow(ctx, right, down) }), image = this.image(ctx);
    return {
      ...this.strip.keys(),
      "[": { label: ctx.t("wi_key_class_back"), run: () => this.toClass(ctx, -1) },
      "]": { label: ctx.t("wi_key_class"), run: () => this.toClass(ctx, 1) },
      t: { label: ctx.t("wi_key_truth"), run: () => this.toTruth(ctx) },
      f: { label: ctx.t("wi_key_face"), run: () => this.nextFace(ctx) },
      ArrowRight: { label: ctx.t("wi_key_arrows"), ...arrow(1, 0) },
      ArrowLeft: arrow(-1, 0), ArrowUp: arrow(0, -1), ArrowDown: arrow(0, 1),
      Enter: { label: ctx.t("wi_key_set"), run: () => this.step(ctx, 0) },
      "+": { label: ctx.t("wi_key_more"), run: () => this.step(ctx, 1) },
      "-": { label: ctx.t("wi_key_less"), run: () => this.step(ctx, -1) },
      s: { label: ctx.t("wi_key_smallest"), run: () => this.smallestChange(ctx) },
      o: { label: ctx.t("wi_key_original"), run: () => this.original(ctx) },
      d: { label: image ? ctx.t("wi_key_draw") : "", run: () => this.startDrawing(ctx), when: () => image },
      p: { label: image ? ctx.t("wi_key_pen") : "", run: () => this.toMode(ctx, "pen"), when: () => image },
      m: { label: image ? ctx.t("wi_key_move") : "", run: () => this.toMode(ctx, "move"), when: () => image },
      Escape: { run: () => this.mode !== "cell" && this.toMode(ctx, this.mode) },
    };
  },

  typed(ctx, target, key) { return this.strip.typed(target, key); },

  counts(ctx) {
    const { read, samples } = ctx.facts, told = this.told(ctx);
    return read < samples ? ctx.t("wi_counts", { n: read, all: samples.toLocaleString("en") }) : told ? this.forWhom(ctx) : "";
  },

  caption(ctx) {
    const { face, blank } = ctx.state, placed = this.cells.parts.some(({ kind }) => kind === "image");
    if (face === "change" || blank || !this.told(ctx)) return ctx.t("wi_legend_change");
    const key = !placed ? "wi_legend_plain" : face === "cover" ? "wi_legend_cover" : "wi_legend";
    return ctx.t(key, { answer: this.answerName(ctx) });
  },
};

const greatest = (numbers) => numbers.reduce((top, value) => Math.max(top, Math.abs(value)), 0);

/** A number of a map, with its sign. */
function signedText(value) {
  const text = Math.abs(value).toFixed(Math.abs(value) >= 10 ? 1 : 2);
  return Number(text) === 0 ? "0" : value < 0 ? `−${text}` : text;
}

/** The likeliest class of the first output. */
function bestOf({ targets }, answers) {
  let best = 0;
  targets.forEach(({ output }, i) => { if (output === 0 && answers[i] > answers[best]) best = i; });
  return best;
}

export default liveView(() => whatif, ["facts", "status"]);
