// Slow motion: one batch forward, backward and through the update, step by step or played.

import { breakable, h, link, rectOf, row, s, table } from "../live/core.js";
import { Graph, MOTION, ringAround } from "../live/graph.js";
import { liveView } from "../live/start.js";
import { pictureFrom } from "../live/stored.js";
import { within } from "../live/within.js";
import { focusOn } from "../live/focus.js";
import { Room } from "./room.js";
import { joinRows } from "./rows.js";
import { SlidingWindow } from "./window.js";

const REST = 1500;
/** Graph and step stand side by side, if the graph leaves this room; from which width on pictures may be larger. */
const STEP_ROOM = 368, WIDE = 860;
/** The classes of edges: passed by data, passed by gradients, or part of the current step. */
const WAYS = ["fl-went", "fl-came", "fl-now"];
const SIGNS = { part: "+", sum: "=", after: "→" };
const TUPLES = /\((?:(?:-?\d+|None)(?:, )?,?)*\)/g; // shapes, in a line of the plan
const TIES = "path[stroke-dasharray]:not(.box *,.capsule *,.edge *,.plate *)";

/** How far down the middle of a drawn box is. */
function middleOf(box) {
  const { y, height } = rectOf(box) ?? { y: 0, height: 0 };
  return y + height / 2;
}

/** @type {WrittenView} */
const trace = {
  name: "trace",

  draw(ctx) {
    const { spine, lines } = ctx.facts;
    this.range = h("input", { type: "range", min: 0, max: spine.length - 1, "aria-label": ctx.t("trace_timeline"),
      oninput: ({ target }) => this.go(ctx, spine[target.value]) });
    ctx.bar.append(...ctx.makeButtons(), h("label", {}, ctx.t("trace_timeline"), " ", this.range));
    this.graph = new Graph(ctx.t("trace_graph"),
      (key) => this.find(ctx, (step) => step.key === key || step.marks.includes(key)));
    this.shown = h("div", { class: "fl-shown" });
    this.sliding = new SlidingWindow(ctx);
    ctx.stage.append(this.graph.el, this.shown);
    ctx.el.insertBefore(ctx.tourBox, ctx.stage);
    ctx.stage.before(ctx.captionBox);
    ctx.captionBox.setAttribute("aria-live", "polite");
    this.table = h("div", { class: "fl-all", tabindex: "0", role: "group", "aria-label": ctx.t("trace_statistics") });
    this.list = h("ol", { class: "fl-lines", tabindex: "0", "aria-label": ctx.t("trace_lines") });
    this.list.append(...lines.map(() => h("li")));
    const more = (name, part) =>
      ({ box: h("details", { class: "fl-plan" }, h("summary", {}, ctx.t(name)), part), part });
    const statistics = more("trace_statistics_head", this.table), plan = more("trace_lines_head", this.list);
    ctx.panel.append(statistics.box, lines.length ? plan.box : "");
    this.room = new Room(ctx, this.shown, statistics, plan);
    this.hint = h("p", { class: "fl-hint" }, ctx.t("trace_window_hint"));
    ctx.foot.prepend(ctx.panel, this.hint);
    // The room that pictures have to fit into is known only once the view and its caption are on the page.
    ctx.watchSizes(() => this.settle(ctx), ctx.el, this.shown);
    ctx.cleanups.push(() => this.pause(ctx));
  },

  step(ctx) {
    const { steps } = ctx.facts;
    return steps[within(ctx.state.step, steps.length)];
  },

  /** Where a step is on the spine, and its number inside a fold; 0 outside. */
  position(ctx, step = ctx.state.step) {
    const { spine } = ctx.facts, i = spine.findLastIndex((number) => number <= step);
    return { i, part: step - spine[i] };
  },

  update(ctx) {
    const step = this.step(ctx), moved = this.last !== undefined && this.last !== ctx.state.step;
    this.range.value = this.position(ctx).i;
    this.range.setAttribute("aria-valuetext", step.where);
    this.graph.put(ctx.model.get("pictures").graph);
    this.crop(ctx);
    this.pictures(ctx, step);
    this.mark(ctx, step);
    this.veil(ctx);
    this.lines(ctx);
    if (moved && step.key)
      this.graph.travel(this.edgesOf(step).filter(({ dataset }) => dataset.target === step.key),
        step.phase === "backward");
    this.last = ctx.state.step;
  },

  settle(ctx) {
    const width = ctx.el.clientWidth, graph = Number.parseFloat(this.graph.el.style.getPropertyValue("--wide"));
    const wide = width >= graph + STEP_ROOM;
    ctx.el.classList.toggle("fl-wide", wide);
    // In a stage of one height, a longer caption leaves less of it to the pictures.
    const height = wide || ctx.look === "projector" ? this.shown.clientHeight : 0;
    if (width === this.width && height === this.height) return;
    Object.assign(this, { width, height });
    this.fit(ctx);
    this.mark(ctx, this.step(ctx));
  },

  // The pictures: what a step reads and makes, each with its description.
  framesOf(ctx, step) { return step.pictures.map(({ frame }) => ctx.lazy("frames", frame)); },

  /** The window that slides in the current step, with the filters around the chosen one, or until these have
   * come the first ones; undefined if there is none, or if it has not come yet. */
  window(ctx) {
    const { step, filter = 0 } = ctx.state;
    if (!this.step(ctx).slides) return undefined;
    const first = ctx.lazy("windows", step) ?? undefined, many = first?.made.shape[0];
    const begin = first && filter < first.filters ? Math.floor(filter / many) * many : 0;
    return (begin && ctx.lazy("windows", `${step} ${begin}`)) || first;
  },

  pictures(ctx, step) {
    const frames = this.framesOf(ctx, step);
    if (!frames.every(Boolean)) return this.shown.replaceChildren(h("p", {}, ctx.t("asking_kernel")));
    this.table.replaceChildren(this.statistics(ctx, step, frames));
    const window = this.window(ctx);
    this.hint.hidden = !window;
    if (!window) this.sliding.el.remove();
    else {
      if (this.shown.firstChild !== this.sliding.el) this.shown.replaceChildren(this.sliding.el);
      return this.fit(ctx);
    }
    const weights = this.weights(ctx, step), calls = weights?.calls, colour = weights?.colour;
    const parts = step.pictures.filter(({ role }) => role === "part").length;
    const meet = step.kind === "add_into" && parts === calls?.size;
    for (const [name, own] of [["own", colour], ["fill", `${colour}-fill`]])
      this.shown.style.setProperty(`--${name}`, colour ? `var(--f-${own})` : "transparent");
    this.shown.replaceChildren(meet ? this.rows(ctx, step, frames, calls) : this.roles(ctx, step, frames),
      step.example ? h("p", { class: "fl-example" }, step.example) : "",
      step.legend ? h("p", { class: "fl-legend" }, h("small", {}, step.legend)) : "");
    return this.fit(ctx);
  },

  /** As large as there is room for. */
  fit(ctx) {
    const { shown } = this, roles = shown.firstChild, wall = ctx.look === "projector";
    const large = !wall && this.width >= WIDE, fixed = wall || ctx.el.classList.contains("fl-wide");
    if (roles === this.sliding.el) {
      this.room.clear();
      shown.className = "fl-shown";
      this.sliding.put(this.window(ctx), shown.clientWidth, wall || large ? shown.clientHeight : 0);
      return fixed ? this.room.fill(roles) : undefined;
    }
    const join = roles.classList.contains("fl-rows") ? () => this.join(ctx, roles) : null;
    if (!wall || !join) return this.room.fit(roles, { wall, large, fixed, join });
    if (this.room.rows(roles, join)) return this.room.fill(roles);
    const step = this.step(ctx), row = this.roles(ctx, step, this.framesOf(ctx, step));
    roles.replaceWith(row); // too high in rows
    return this.room.fit(row, { wall, large, fixed, join: null });
  },

  /** The pictures side by side, those with the same role in one group. */
  roles(ctx, step, frames) {
    const groups = [];
    step.pictures.forEach(({ role }, i) => {
      const figure = this.figure(ctx, frames[i], role), last = groups.at(-1);
      if (last?.role === role && role !== "part") last.figures.push(figure);
      else groups.push({ role, figures: [figure] });
    });
    return h("div", { class: `fl-roles fl-of-${step.kind}` }, groups.map(({ role, figures }, i) =>
      h("div", { class: "fl-figures" }, i && SIGNS[role] ? h("span", { class: "fl-sign" }, SIGNS[role]) : null,
        h("section", { class: `fl-role fl-role-${role}` }, h("p", { class: "fl-head" }, ctx.t(`trace_role_${role}`)),
          h("div", { class: "fl-figures" }, figures)))));
  },

  /** The weights that a step adds gradients to, or moves: their colour, and how far down their calls are.
   * @param {Context} ctx
   * @param {any} step
   */
  weights(ctx, step) {
    const wall = ctx.look === "projector", kinds = ["add_into", ...(wall ? [] : ["update"])];
    if (!(this.cropped || wall) || !kinds.includes(step.kind)) return null;
    const parts = this.graph.parts(), [weights, ...calls] = step.marks;
    if (wall && !calls.every((key) => parts.has(key))) return null; // in a block
    const outline = parts.get(wall ? calls[0] : weights)?.querySelector("rect");
    const colour = outline?.getAttribute("class").match(/s-([\w-]+)/)?.[1];
    return { colour, calls: new Map(calls.map((key) => [key, middleOf(parts.get(key))])) };
  },

  /** Leave out the capsules of the graph, whose numbers stand beside it, where all are to the right of all boxes. */
  crop(ctx) {
    const { svg, el } = this.graph;
    if (this.seen === svg) return;
    this.seen = svg;
    const left = Math.min(...[...el.querySelectorAll(".capsule")].map((one) => rectOf(one).x));
    const end = (what) => Math.max(0, ...[...el.querySelectorAll(what)].map((one) => one.getBBox())
      .map(({ x, width }) => x + width));
    const words = end(".plate") + 4;
    this.cropped = ctx.look !== "projector" && Number.isFinite(left) && Math.max(end(".box"), words) <= left;
    if (!this.cropped) return;
    const width = Math.max(left - 30, words);
    svg.style.overflow = "hidden";
    for (const tie of svg.querySelectorAll(TIES)) tie.remove();  // they would lead to nothing
    svg.setAttribute("viewBox", `0 0 ${width} ${svg.viewBox.baseVal.height}`);
    svg.setAttribute("width", String(width));
    el.style.setProperty("--wide", `${width}px`);
  },

  /** Gradients that meet: each in the row of its call, under its name, and their sum in the capsule of the weights. */
  rows(ctx, step, frames, calls) {
    const figures = step.pictures.map(({ role }, i) => {
      const figure = this.figure(ctx, frames[i], role), call = frames[i].name.split(" ").at(-1);
      figure.prepend(h("p", { class: "fl-head" }, ctx.t(`trace_role_${role}`)), figure.lastElementChild);
      figure.classList.add(`fl-row-${role}`);
      if (role === "part") figure.dataset.call = call;
      figure.dataset.level = calls.get(call) ?? 0;
      return figure;
    });
    return h("div", { class: "fl-rows" }, s("svg", { class: "fl-joins", "aria-hidden": "true" }), figures);
  },

  /** Place the rows; on a wall, where they are farther apart than the boxes beside them, each is tied to its call. */
  join(ctx, rows) {
    joinRows(rows, ctx.look === "projector" ? this.graph.parts() : null, ctx.zoom);
  },

  figure(ctx, frame, role) {
    const wall = ctx.look === "projector", svg = pictureFrom(frame.svg);
    svg.setAttribute("aria-label", `${frame.name} ${frame.shape}: ${frame.brief}`);
    svg.style.width = `calc(${svg.getAttribute("width")}px*max(${wall && frame.worded ? 1 : 0},var(--scale)))`;
    const note = frame.note && !wall ? ` · ${frame.note}` : "";
    const brief = wall && frame.kind !== "number" && role !== "weights"
      ? h("small", { class: "fl-told" }, frame.brief.replace(/ (?=[−\d%])/g, "\u00a0")) : null;
    return h("figure", { class: "fl-frame-box", title: frame.note || null }, svg, h("figcaption", {},
      h("code", {}, breakable(frame.name)), h("br"), h("small", {}, frame.shape, note), brief));
  },

  statistics(ctx, step, frames) {
    const names = frames.map(({ name }) => name), twice = (name) => names.indexOf(name) !== names.lastIndexOf(name);
    const heads = ["tensor", "shape", "mean", "spread", "zeros", "least", "greatest", "odd_head"]
      .map((name) => ctx.t(`trace_${name}`));
    const rows = frames.map(({ name, shape, cells, odd }, i) =>
      row([breakable(name), twice(name) ? `, ${ctx.t(`trace_role_${step.pictures[i].role}`)}` : ""],
        [shape, ...cells.slice(0, -1), odd ? h("strong", { class: "fl-what" }, cells.at(-1)) : cells.at(-1)]));
    return table(rows, heads, ctx.t("trace_statistics"));
  },

  // Marking the graph.
  mark(ctx, step) {
    const { graph } = this;
    graph.clear(...WAYS);
    this.light(ctx, step);
    const parts = graph.parts(), at = (key) => parts.get(key) ?? parts.get(ctx.facts.holders?.[key]);
    for (const mark of step.marks) ringAround(at(mark), "fl-ring fl-lit");
    const ring = ringAround(at(step.anchors.find(at)));
    if (ring) graph.sign(ring, step.sign);
    graph.reveal(ring);
    const rows = ctx.look === "projector" && this.shown.querySelector(":scope>.fl-rows");
    if (rows) this.join(ctx, rows);
  },

  /**
   * The edges that a step is about: into its node, and out of it.
   * @param {any} step
   */
  edgesOf({ flows, phase, key }) {
    const { between, from } = this.ways(), into = flows.flatMap((ends) => between.get(ends.join(" ")) ?? []);
    return [...new Set([...into, ...((phase === "forward" && key && from.get(key)) || [])])];
  },

  /** The edges of the graph by both their ends, and by their source. */
  ways() {
    if (this.known?.svg === this.graph.svg) return this.known;
    const between = new Map(), from = new Map();
    const note = (edges, key, edge) => edges.get(key)?.push(edge) ?? edges.set(key, [edge]);
    for (const edge of this.graph.edges()) {
      const { source, target } = edge.dataset;
      note(between, `${source} ${target}`, edge);
      note(from, source, edge);
    }
    return this.known = { svg: this.graph.svg, between, from };
  },

  /** Highlight the edges that data has passed, and those along which gradients have come back. */
  light(ctx, now) {
    const { steps } = ctx.facts, at = steps.indexOf(now), here = steps.slice(at, at + now.fold + 1);
    for (const step of [...steps.slice(0, at), ...here].filter(({ phase }) => phase !== "update"))
      for (const { classList } of this.edgesOf(step)) {
        classList.remove(...WAYS);
        classList.add(step.phase === "backward" ? "fl-came" : "fl-went");
        if (here.includes(step)) classList.add("fl-now");
      }
    for (const edge of this.graph.el.querySelectorAll(".fl-came")) {
      if (now.kind === "add_into" && now.marks.includes(edge.dataset.source)) edge.classList.add("fl-now");
      this.turn(ctx, edge, now);
    }
  },

  /** An arrow against the direction of the data, with the gradient if it is a single number: not
      for a sum, to which each edge contributes a part. */
  turn(ctx, edge, step) {
    const path = edge.querySelector("path"), start = path.getPointAtLength(0), next = path.getPointAtLength(3);
    const turn = Math.atan2(next.y - start.y, next.x - start.x) * 180 / Math.PI;
    const transform = `translate(${start.x} ${start.y}) rotate(${turn})`;
    edge.append(s("path", { class: "fl-mark fl-head-back", d: "M0,0L9,5L9,-5Z", transform }));
    const { source, target } = edge.dataset;
    if (!edge.classList.contains("fl-now") || !source.includes("tensor ")) return;
    const alike = this.graph.edges((other) => other.source === source && other.target === target);
    if (alike[0] !== edge) return;
    const name = `g_${source.replace("tensor ", "")}`;
    const frame = this.framesOf(ctx, step).find((other) => other?.name === name);
    const part = alike.length > 1 || step.kind === "add_into";
    const { x, y } = path.getPointAtLength(path.getTotalLength() / 2);
    const end = path.getPointAtLength(path.getTotalLength());
    this.graph.tagEdge(edge, frame?.kind === "number" && !part ? `g = ${frame.brief}` : "g", x, y,
      Math.abs(end.x - start.x) > Math.abs(end.y - start.y));
  },

  /** In ask mode, hide the shapes of tensors that are not yet made. */
  veil(ctx) {
    const { steps } = ctx.facts, makers = {};
    for (const { dataset } of this.graph.edges()) makers[dataset.target] ??= dataset.source;
    const made = (key) =>
      steps.findLastIndex(({ phase, key: own }) => phase === "forward" && (own === key || own.startsWith(`${key}/`)));
    for (const part of this.graph.el.querySelectorAll(".plate,.box")) {
      const { dataset } = part, plate = part.classList.contains("plate");
      dataset.label ??= part.getAttribute("aria-label");
      const veiled = ctx.model.get("ask") && made(plate ? makers[dataset.key] ?? "" : dataset.key) > ctx.state.step;
      part.setAttribute("aria-label", veiled ? `${dataset.key}: ${ctx.t("trace_unknown")}` : dataset.label);
      if (plate) part.classList.toggle("fl-veiled", veiled);
    }
  },

  /** Mark the lines of the plan that belong to the step; in ask mode, lines forward to come are without shapes, and
   * others are not there yet. */
  lines(ctx) {
    const { lines, steps } = ctx.facts, update = this.step(ctx).kind === "update", asks = ctx.model.get("ask");
    [...this.list.children].forEach((item, i) => {
      const { step, text } = lines[i], { phase } = steps[step], now = step === ctx.state.step;
      const later = asks && step > ctx.state.step, words = later ? text.replace(TUPLES, "?") : text;
      if (item.textContent !== words) item.replaceChildren(link(words, () => this.go(ctx, step), { tabindex: "-1" }));
      item.hidden = later && phase !== "forward";
      item.className = now || (update && phase === "update") ? "fl-here" : "";
      item.ariaCurrent = item.className ? "step" : null;
    });
    this.room.reveal();
  },

  // Moving.
  go(ctx, step) {
    const { steps } = ctx.facts, next = within(step, steps.length);
    if (!ctx.gate) ctx.askBox.hidden = true;
    ctx.ask(next > ctx.state.step ? steps[next].question : null, () => ctx.set({ step: next }));
    if (ctx.gate) this.pause(ctx);
  },

  /** One step forward or back; a fold is one step, unless the current step is inside it. */
  move(ctx, by) {
    const { spine, steps } = ctx.facts, { i, part } = this.position(ctx), beyond = spine[i + 1] ?? steps.length;
    const inside = part && ctx.state.step + by < beyond;
    const next = inside ? ctx.state.step + by : spine[i + by];
    if (next === undefined) ctx.say(ctx.t(by > 0 ? "trace_end" : "trace_begin"));
    else this.go(ctx, next);
  },

  /** Go into the current fold, or back out of it. */
  open(ctx) {
    const { i, part } = this.position(ctx);
    if (part) this.go(ctx, ctx.facts.spine[i]);
    else if (this.step(ctx).fold) this.go(ctx, ctx.state.step + 1);
  },

  /** Go to the next step that passes a test, wrapping around at the end. */
  find(ctx, test) {
    const { steps } = ctx.facts, from = ctx.state.step;
    const order = [...steps.keys()].map((i) => (i + from + 1) % steps.length);
    const next = order.find((i) => test(steps[i], i));
    if (next !== undefined) this.go(ctx, next);
  },

  nextNode(ctx) {
    const { key } = this.step(ctx), { part } = this.position(ctx);
    this.find(ctx, (step, i) => (step.key || step.fold) && step.key !== key && (part || ctx.facts.spine.includes(i)));
  },

  toggle(ctx) { this.timer ? this.pause(ctx) : this.play(ctx); },

  play(ctx) {
    const last = ctx.facts.spine.at(-1);
    if (ctx.state.step >= last) this.go(ctx, 0);
    this.timer = setInterval(() => {
      this.move(ctx, 1);
      if (ctx.state.step >= last) this.pause(ctx);
    }, MOTION + REST);
    ctx.nameButtons();
    ctx.say(ctx.t("trace_playing"));
  },

  pause(ctx) {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    ctx.nameButtons();
    ctx.say(ctx.t("trace_paused"));
  },

  keys(ctx) {
    const { spine, steps } = ctx.facts, { part } = this.position(ctx);
    const button = (text, run, more = {}) => ({ label: ctx.t(text), button: ctx.t(text), run, ...more });
    const to = (phase) => {
      const first = steps.findIndex((step) => step.phase === phase);
      return button(`trace_to_${phase}`, () => this.go(ctx, first), { when: () => first >= 0 });
    };
    const { sliding } = this, slides = () => sliding.el.isConnected, some = steps.some((step) => step.slides);
    const window = (text, run, when = slides) => ({ label: some && ctx.t(text), run, when: () => slides() && when() });
    const step = (key, by) => () => { if (!sliding.move(key)) this.move(ctx, by); };
    return {
      ArrowLeft: button("back", step("ArrowLeft", -1), { icon: "back", brief: true }),
      p: { label: ctx.t("trace_play"), button: ctx.t(this.timer ? "pause" : "trace_play"),
        icon: this.timer ? "pause" : "play", main: true, run: () => this.toggle(ctx) },
      ArrowRight: button("next", step("ArrowRight", 1), { icon: "next", brief: true }),
      Enter: window("trace_window_enter", () => focusOn(sliding.maps)),
      ArrowUp: { run: () => sliding.move("ArrowUp"), when: () => sliding.focused },
      ArrowDown: { run: () => sliding.move("ArrowDown"), when: () => sliding.focused },
      "[": window("trace_window_before", () => sliding.nextFilter(-1)),
      "]": window("trace_window_next", () => sliding.nextFilter(1)),
      c: window("trace_window_next_channel", () => sliding.nextChannel(), () => sliding.sliding.channels > 1),
      Home: { label: ctx.t("first_step"), run: () => this.go(ctx, 0) },
      End: { label: ctx.t("last_step"), run: () => this.go(ctx, spine.at(-1)) },
      " ": { run: () => this.toggle(ctx) },
      o: { label: ctx.t("trace_open_key"), button: ctx.t(part ? "trace_close" : "trace_open"),
        off: !part && !this.step(ctx).fold,
        run: () => this.open(ctx), when: () => spine.length < steps.length },
      n: button("trace_next_node", () => this.nextNode(ctx)),
      b: to("backward"),
      w: to("update"),
      Escape: { run: () => ctx.el.focus() },
    };
  },

  caption(ctx) { const step = this.step(ctx); return `${step.where}. ${step.words}`; },
};

export default liveView(() => trace);
