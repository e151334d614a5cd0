// Mistakes: a table or a plot of answers beside the truth, the samples of each part of it, and bins
// of sureness. Python draws and words them; this opens one part, and one sample, at a time.

import { breakable, h, rectOf, s } from "../live/core.js";
import { ringAround } from "../live/graph.js";
import { liveView } from "../live/start.js";
import { pictureFrom } from "../live/stored.js";
import { fold, stretch, thin } from "../live/stretch.js";
import { within } from "../live/within.js";
import { focusOn } from "../live/focus.js";

/** How many samples the panel shows at a time, how many on a projector, and how many of the surest stand beside
 * a table. */
const PAGE = 12, FEW = 3, BESIDE = 8;
/** The width of the chart of sureness, with a margin at each side. */
const LARGE = 732;
/** Where the plot of numbers begins, and the least share of its width that a plot or a table may have. */
const NOWHERE = { x: 0, y: 0, width: 0, height: 0 }, PLOT_LEFT = 52, LEAST_PART = 0.64;
/** The names of a table's columns, and how far above its cells they are at most. */
const HEADS = "text[text-anchor=middle]:not(.box *)", HEAD = 20;

/** @type {WrittenView} */
export const mistakes = {
  name: "mistakes",

  draw(ctx) {
    const { faces, thresholds } = ctx.facts;
    this.faces = faces.map((face) => ctx.button(this.faceName(ctx, face), "", () => this.turn(ctx, face), false));
    this.ways = ["count", "percent"].map((way) =>
      ctx.button(ctx.t(`mistakes_${way}`), "", () => ctx.set({ percent: way === "percent" }), false));
    this.wayBox = h("span", { class: "fl-seg" }, this.ways);
    this.slider = h("input", { type: "range", min: 0, max: thresholds.length - 1,
      "aria-label": ctx.t("mistakes_threshold"), oninput: () => this.slide(ctx, Number(this.slider.value)) });
    this.from = h("output");
    this.sliderBox = h("label", {}, ctx.t("mistakes_threshold"), this.slider, this.from);
    this.find = h("input", { type: "text", inputmode: "numeric", class: "fl-find",
      placeholder: ctx.t("mistakes_find"), "aria-label": ctx.t("mistakes_find"), "aria-keyshortcuts": "/" });
    ctx.bar.append(this.sliderBox, h("span", { class: "fl-seg" }, this.faces), this.wayBox, this.find);
    this.main = h("div", { class: "fl-mistakes-main", onclick: ({ target }) => this.click(ctx, target) });
    this.side = h("div", { class: "fl-mistakes-side" });
    ctx.stage.append(this.main, this.side);
    this.told = h("span");
    this.limits = h("p", { class: "fl-limits" }, h("strong", {}, ctx.t("mistakes_not_shown")), " ", this.told);
    const body = h("div", { class: "fl-mistakes-body" });
    ctx.stage.before(body);
    body.append(ctx.stage, h("div", { class: "fl-told" }, ctx.askBox, ctx.panel, this.limits));
    ctx.watchSizes(() => this.drawMain(ctx), ctx.stage);
  },

  faceName(ctx, face) {
    const numbers = ctx.facts.kind === "numbers";
    if (face === "overview") return ctx.t(numbers ? "mistakes_overview_numbers" : "mistakes_overview_table");
    return ctx.t(face === "confidence" ? "mistakes_face_confidence"
      : numbers ? "mistakes_face_farthest" : "mistakes_face_surest");
  },

  counts(ctx) { return ctx.facts.counts; },

  // What is chosen.
  threshold(ctx) {
    const { threshold } = ctx.state, brief = threshold.toFixed(2);
    if (!ctx.facts.thresholds.length) return "";
    return Number(brief) === threshold ? brief : String(threshold);
  },

  /** The row and column of the cell, or the number of the bin or band, that is open. */
  at(ctx) {
    const { face, at } = ctx.state, { parts, first } = ctx.facts;
    if (at.length) return at;
    if (face !== "confidence") return first;
    const counts = Array.from({ length: 10 }, (_, i) => parts[`bin ${i}`].n);
    return [counts.indexOf(Math.max(...counts))];
  },

  key(ctx) {
    const { face } = ctx.state, at = this.at(ctx);
    if (face === "surest") return "surest";
    if (face === "confidence") return `bin ${at[0]}`;
    return ctx.facts.kind === "numbers" ? `band ${at[0]}` : `cell ${this.threshold(ctx)} ${at.join(" ")}`;
  },

  part(ctx) { return ctx.facts.parts[this.key(ctx)]; },

  /** The samples of the open part: those that are stored, and more once the kernel has sent them. */
  samples(ctx) { return ctx.got[`more ${this.key(ctx)}`] ?? this.part(ctx).samples; },

  entry(ctx, i) { return ctx.facts.samples[i] ?? (ctx.model.alone ? null : ctx.lazy("sample", i)); },

  /** The picture of a sample, if it has one that is stored or has arrived. */
  drawing(ctx, i) {
    const stored = ctx.model.get("pictures")[`sample ${i}`];
    if (stored) return pictureFrom(stored);
    const svg = !ctx.model.alone && ctx.lazy("sample", i)?.svg;
    return svg ? pictureFrom(svg) : null;
  },

  // What keys and clicks do.
  open(ctx, at) {
    const { questions, first, kind } = ctx.facts;
    const often = kind !== "numbers" && ctx.state.face === "overview" && String(at) === String(first);
    ctx.ask(often ? questions.often : null, () => {
      ctx.set({ at, sample: -1 });
      ctx.say(this.part(ctx).words[0]);
    });
  },

  turn(ctx, face) {
    ctx.ask(face === "confidence" ? ctx.facts.questions.confidence : null, () => ctx.set({ face, at: [], sample: -1 }));
  },

  choose(ctx, i) {
    ctx.set({ sample: i });
    const entry = this.entry(ctx, i);
    if (entry) ctx.say([entry.words, entry.text].filter(Boolean).join(" "));
  },

  /** The next sample of the open part, or the previous one. */
  step(ctx, by) {
    const samples = this.samples(ctx), now = samples.indexOf(ctx.state.sample);
    if (!samples.length) return ctx.say(ctx.t("mistakes_no_samples"));
    if (now + by >= samples.length && samples.length < this.part(ctx).n) this.more(ctx);
    const next = now < 0 ? 0 : within(now + by, samples.length);
    return this.choose(ctx, samples[next]);
  },

  more(ctx) {
    if (!ctx.model.alone) ctx.lazy("more", this.key(ctx));
    else ctx.say(ctx.t("mistakes_not_stored", { n: this.part(ctx).n - this.samples(ctx).length }));
  },

  /** One step in the picture: a row and a column of the table, cards, bins or bands. */
  move(ctx, down, right) {
    const { face } = ctx.state, { kind, rows } = ctx.facts, at = this.at(ctx);
    if (face === "surest") return this.step(ctx, right + down * this.across());
    if (face === "confidence") return this.open(ctx, [within(at[0] + right - down, 10)]);
    if (kind === "numbers") return this.open(ctx, [within(at[0] + right - down, 5)]);
    return this.open(ctx, [within(at[0] + down, rows), within(at[1] + right, rows)]);
  },

  /** How many cards stand side by side. */
  across() {
    const cards = [...this.main.querySelectorAll("li")];
    return Math.max(1, cards.filter((card) => card.offsetTop === cards[0].offsetTop).length);
  },

  click(ctx, target) {
    const key = target.closest("[data-key]")?.dataset.key;
    if (key) this.open(ctx, key.split(" ").map(Number));
  },

  /** A whole drag of the slider is undone as one step. */
  slide(ctx, to, whole = false) {
    const { thresholds } = ctx.facts, i = within(to, thresholds.length);
    ctx.set({ threshold: thresholds[i], sample: -1 }, !whole && this.sliding);
    this.sliding = !whole;
  },

  shift(ctx, by) { this.slide(ctx, ctx.facts.thresholds.indexOf(ctx.state.threshold) + by, true); },

  typed(ctx, target, key) {
    if (target !== this.find || key !== "Enter") return false;
    const i = Number(this.find.value), there = this.find.value.trim() && i >= 0 && i < ctx.facts.n;
    const entry = there && this.entry(ctx, i);
    if (entry) {
      const { face } = ctx.state;
      ctx.set({ at: face === "overview" ? entry.at : ctx.state.at, sample: i });
      ctx.say([entry.words, entry.text].filter(Boolean).join(" "));
      focusOn(ctx.el);
    } else if (entry === null || !there) ctx.say(ctx.t("mistakes_unknown", { i: this.find.value }));
    return true;
  },

  /** Whether the question before the overview is still open, so that its answer is covered. */
  asks(ctx) {
    const question = ctx.facts.questions.overview;
    return ctx.model.get("ask") && question && ctx.state.face === "overview"
      && !ctx.model.get("answers").some(({ id }) => id === question.id) ? question : null;
  },

  // What is drawn.
  update(ctx) {
    const { face, percent, sample } = ctx.state, { faces, thresholds, kind } = ctx.facts, asked = this.asks(ctx);
    this.faces.forEach((button, i) => button.setAttribute("aria-pressed", String(faces[i] === face)));
    this.ways.forEach((button, i) => button.setAttribute("aria-pressed", String(percent === (i === 1))));
    this.wayBox.hidden = face !== "overview" || kind === "numbers";
    this.sliderBox.hidden = face !== "overview" || !thresholds.length;
    this.slider.value = String(thresholds.indexOf(ctx.state.threshold));
    this.from.textContent = this.threshold(ctx);
    const { limits, limits_from: from = {} } = ctx.facts;
    this.told.textContent = (face === "overview" && from[this.threshold(ctx)]) || limits;
    ctx.el.dataset.face = face;
    ctx.el.classList.toggle("fl-asks", Boolean(asked));
    this.drawMain(ctx);
    this.drawSide(ctx);
    if (asked) ctx.panel.replaceChildren();
    else this.drawPanel(ctx);
    this.cover(ctx, asked);
    if (asked && !ctx.gate) ctx.ask(asked, () => ctx.update());
    if (sample >= 0) this.reveal(ctx);
  },

  /** Scroll the panel, and nothing around it, to the chosen sample. */
  reveal(ctx) {
    for (const list of [ctx.panel, ctx.stage]) {
      const chosen = list.querySelector(".fl-sample[aria-pressed=true]"), room = list.getBoundingClientRect();
      if (!chosen) continue;
      const { top, bottom } = chosen.getBoundingClientRect();
      if (top < room.top) list.scrollTop += top - room.top - 8;
      else if (bottom > room.bottom) list.scrollTop += bottom - room.bottom + 8;
    }
  },

  drawMain(ctx) {
    const { face, percent, sample } = ctx.state, pictures = ctx.model.get("pictures"), { kind, parts } = ctx.facts;
    const low = ctx.stage.clientWidth < LARGE ? " low" : "";
    const name = face === "confidence" ? `${face}${low}` : kind === "numbers" ? "overview"
      : `overview ${this.threshold(ctx)} ${percent ? "percent" : "counts"}`;
    if (face === "surest") {
      const { samples } = parts.surest;
      this.shown = this.values = null;
      this.main.replaceChildren(samples.length ? h("ol", { class: "fl-cards" },
        samples.map((i) => this.card(ctx, i, i === sample, { whole: true }))) : h("p", {}, ctx.t("mistakes_none")));
      return;
    }
    const room = ctx.stage.clientWidth - 2 * parseFloat(getComputedStyle(ctx.stage).paddingLeft);
    if (this.shown !== pictures[name] || this.room !== room) {
      this.shown = pictures[name];
      this.room = room;
      this.svg = pictureFrom(pictures[name]);
      this.values = h("dl", { class: "fl-whole" });
      this.main.replaceChildren(this.svg, this.values);
      this.placed = this.narrow(kind === "numbers" && face === "overview", room);
    }
    // What is true of all samples stands below a table or bars, where it is in sight. A plot of numbers has no
    // room for it, nor has a projector, but for the small table of yes and no.
    const small = face === "overview" && ctx.facts.thresholds.length > 0;
    const beneath = small || (kind !== "numbers" && ctx.look !== "projector");
    this.values.classList.toggle("fl-in-a-row", !small);
    this.values.replaceChildren(...(beneath ? this.pairs(ctx) : []));
    for (const ring of this.svg.querySelectorAll(".fl-ring")) ring.remove();
    const key = this.at(ctx).join(" ");
    ringAround(this.svg.querySelector(`[data-key="${key}"]`), "fl-ring", kind === "numbers" ? 0 : 1);
    const place = face === "overview" && sample >= 0 && this.entry(ctx, sample)?.place;
    if (!place) return;
    const [cx, cy] = this.placed(place);
    this.svg.append(s("circle", { class: "fl-ring", cx, cy, r: 7 }));
  },

  /** In little room, the bars stand under the plot, and plot and table are narrower. Returns where a place is then. */
  narrow(plot, room) {
    const { svg } = this, boxes = [...svg.querySelectorAll(".box")].map(rectOf);
    const end = plot ? fold(svg, room) : 0, over = Number(svg.getAttribute("width")) - room;
    const lefts = boxes.map(({ x } = NOWHERE) => x), rights = boxes.map(({ x, width } = NOWHERE) => x + width);
    const [left, right] = plot ? [PLOT_LEFT, end] : [Math.min(...lefts), Math.max(...rights)];
    if (!(room >= 1 && over > 0 && right > left)) return (place) => place;
    const base = plot ? 0 : Number(svg.getAttribute("height")), by = Math.max(-over, (right - left) * (LEAST_PART - 1));
    const placed = stretch(svg, { left, right, top: 0, base }, by, 0);
    const line = Math.min(...boxes.map(({ y } = NOWHERE) => y)), heads = [...svg.querySelectorAll(HEADS)]
      .filter((one) => line - Number(one.getAttribute("y")) < HEAD);
    if (!plot) thin(heads);
    return placed;
  },

  /** Labels and values about all samples, at the present threshold. */
  pairs(ctx) {
    const { whole } = ctx.facts, pairs = whole[this.threshold(ctx)] ?? whole[""];
    return pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
  },

  drawSide(ctx) {
    const { face, sample } = ctx.state, { small } = ctx.model.get("pictures");
    const { title, samples } = ctx.facts.parts.surest;
    this.side.hidden = face !== "overview" || !small;
    if (this.side.hidden) return;
    if (!this.small) {
      this.small = pictureFrom(small);
      this.small.addEventListener("click", () => this.turn(ctx, "confidence"));
    }
    const cards = samples.slice(0, BESIDE).map((i) => this.card(ctx, i, i === sample, { beside: true }));
    this.side.replaceChildren(this.small, h("h3", {}, title),
      cards.length ? h("ol", { class: "fl-cards" }, cards) : h("p", {}, ctx.t("mistakes_none")));
  },

  /** A sample as a button: its picture or its words, its number, truth and answer. */
  card(ctx, i, chosen, { whole = false, beside = false } = {}) {
    const entry = this.entry(ctx, i), drawing = this.drawing(ctx, i);
    const said = entry ? [entry.words, entry.text].filter(Boolean).join(" ") : `#${i}`;
    const text = drawing ? null : h("span", { class: "fl-text" }, entry?.text ?? "");
    return h("li", {}, h("button", { type: "button", class: "fl-sample", "aria-label": said, title: entry?.text ?? null,
      "aria-pressed": String(chosen), onclick: () => this.choose(ctx, i) },
    drawing ?? text, h("strong", {}, (beside ? entry?.brief : entry?.label) ?? ""),
    h("small", {}, `#${i} ${entry?.sure ?? ""}`),
    entry?.surest ? h("span", { class: "fl-surest" }, entry.surest) : null,
    whole && entry?.look ? h("span", { class: "fl-look" }, entry.look) : null));
  },

  drawPanel(ctx) {
    const { sample } = ctx.state, part = this.part(ctx), samples = this.samples(ctx), { notes, closer, n } = ctx.facts;
    const most = ctx.look === "projector" ? FEW : PAGE;
    const first = Math.max(0, Math.floor(samples.indexOf(sample) / most)) * most;
    const entry = sample >= 0 && this.entry(ctx, sample);
    const page = ctx.state.face === "surest" ? [] : samples.slice(first, first + most);
    ctx.panel.replaceChildren(...[
      h("h2", {}, part.title),
      part.words.map((words) => h("p", {}, words)),
      page.length > 0 && h("ol", { class: "fl-cards" }, page.map((i) => this.card(ctx, i, i === sample))),
      page.length > 0 && part.n > most && h("p", { class: "fl-soft" },
        ctx.t("mistakes_of_them", { i: first + 1, j: first + page.length, n: part.n }),
        ctx.model.alone && samples.length < part.n
          ? ` ${ctx.t("mistakes_not_stored", { n: part.n - samples.length })}` : null),
      entry && h("p", { class: "fl-chosen" }, entry.words, entry.text ? h("small", {}, ` ${entry.text}`) : null),
      entry && closer.length > 0 && [h("h3", {}, ctx.t("mistakes_closer")),
        closer.map((line) => this.line(ctx, line, sample))],
      !this.values?.childElementCount && [h("h3", {}, ctx.t("mistakes_all", { n: n.toLocaleString("en") })),
        h("dl", { class: "fl-whole" }, this.pairs(ctx))],
      notes.map((note) => h("p", { class: "fl-soft" }, note)),
    ].flat(2).filter(Boolean));
  },

  /** A line to copy, about a sample. */
  line(ctx, line, sample) {
    const text = line.replace("§", sample);
    return h("div", { class: "fl-copied" }, h("code", {}, breakable(text)),
      ctx.button(ctx.t("copy"), "", () => ctx.copy(text), null, { icon: "copy", brief: true }));
  },

  /** Cover what a question asks for: a column of the table, or all bands; nothing without one. */
  cover(ctx, asked) {
    for (const cell of this.main.querySelectorAll("[data-key]")) {
      const [i, j] = cell.dataset.key.split(" ").map(Number), { column } = asked ?? {};
      cell.classList.toggle("fl-veiled", Boolean(asked) && (column === undefined || (j === column && i !== column)));
    }
    if (asked) for (const ring of this.main.querySelectorAll(".fl-ring")) ring.remove();
  },

  keys(ctx) {
    const { face } = ctx.state, { faces, kind, thresholds } = ctx.facts;
    const table = face === "overview" && kind !== "numbers", next = faces[(faces.indexOf(face) + 1) % faces.length];
    const arrow = (name, down, right) =>
      ({ label: ctx.t(`key_mistakes_${name}`), run: () => this.move(ctx, down, right) });
    return {
      ArrowUp: arrow("up", -1, 0), ArrowDown: arrow("down", 1, 0),
      ArrowLeft: arrow("left", 0, -1), ArrowRight: arrow("right", 0, 1),
      ",": { label: ctx.t("strip_back"), run: () => this.step(ctx, -1) },
      ".": { label: ctx.t("strip_next"), run: () => this.step(ctx, 1) },
      f: { label: ctx.t("key_mistakes_face"), run: () => this.turn(ctx, next) },
      p: { label: table ? ctx.t("key_mistakes_percent") : "", when: () => table,
        run: () => ctx.set({ percent: !ctx.state.percent }) },
      m: { label: table ? ctx.t("key_mistakes_most") : "", when: () => table,
        run: () => this.open(ctx, ctx.facts.first) },
      "[": { label: thresholds.length ? ctx.t("key_mistakes_lower") : "", when: () => thresholds.length,
        run: () => this.shift(ctx, -1) },
      "]": { label: thresholds.length ? ctx.t("key_mistakes_higher") : "", when: () => thresholds.length,
        run: () => this.shift(ctx, 1) },
      "/": { label: ctx.t("strip_find"), run: () => this.find.focus() },
      Escape: { label: ctx.t("key_out"), run: () => ctx.set(ctx.state.sample >= 0 ? { sample: -1 } : { at: [] }) },
    };
  },

  caption(ctx) {
    const { face } = ctx.state, numbers = ctx.facts.kind === "numbers";
    if (face === "surest") return ctx.t("mistakes_foot_surest");
    if (face === "confidence") return ctx.t("mistakes_foot_confidence");
    return ctx.t(numbers ? "mistakes_foot_numbers" : "mistakes_foot");
  },
};

export default liveView(() => mistakes);
