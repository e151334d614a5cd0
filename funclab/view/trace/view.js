// Slow motion: one batch forward, backward and through the update, step by step or played.

const REST = 1500;
/** What edges are: gone along by data, by gradients, or in the present step. */
const WAYS = ["fl-went", "fl-came", "fl-now"];

const trace = {
  ...shownOfTrace,
  name: "trace",

  draw(ctx) {
    this.got = {};
    this.asked = new Set();
    const bar = this.bar(ctx);
    ctx.bar.append(...bar, h("label", {}, ctx.t("trace_timeline"), " ", this.range));
    this.graph = new Graph(ctx.t("trace_graph"), (key) => this.find(ctx, (one) => one.key === key || one.marks.includes(key)));
    this.shown = h("div", { class: "fl-shown" });
    ctx.stage.append(this.graph.el, this.shown);
    for (const box of [ctx.tourBox, ctx.captionBox]) ctx.el.insertBefore(box, ctx.stage);
    ctx.captionBox.setAttribute("aria-live", "polite");
    this.table = h("div", { class: "fl-all", tabindex: "0", role: "group", "aria-label": ctx.t("trace_statistics") });
    this.list = h("ol", { class: "fl-lines", tabindex: "0", "aria-label": ctx.t("trace_lines") });
    ctx.panel.append(this.table, !ctx.facts.lines.length ? "" : h("details", { class: "fl-plan", open: ctx.look !== "projector" },
      h("summary", {}, ctx.t("trace_lines")), this.list));
    // Only on the page there is a width, to make pictures fit and to bring the step in sight.
    const watcher = new ResizeObserver(() => this.settle(ctx));
    watcher.observe(ctx.el);
    ctx.cleanups.push(() => this.pause(ctx), () => watcher.disconnect());
  },

  bar(ctx) {
    this.spine = this.spineOf(ctx.facts.steps);
    this.range = h("input", { type: "range", min: 0, max: this.spine.length - 1, "aria-label": ctx.t("trace_timeline"),
      oninput: (event) => this.go(ctx, this.spine[event.target.value]) });
    this.opening = ctx.button(ctx.t("trace_open"), "o", () => this.open(ctx));
    this.playing = ctx.button(ctx.t("trace_play"), "p", () => this.toggle(ctx));
    const phases = new Set(ctx.facts.steps.map((one) => one.phase));
    return [
      ctx.button(ctx.t("trace_back"), "ArrowLeft", () => this.move(ctx, -1)),
      ctx.button(ctx.t("trace_on"), "ArrowRight", () => this.move(ctx, 1)),
      this.playing,
      this.spine.length < ctx.facts.steps.length ? this.opening : null,
      ctx.button(ctx.t("trace_next_node"), "n", () => this.nextNode(ctx)),
      ...["backward", "update"].filter((phase) => phases.has(phase)).map((phase) =>
        ctx.button(ctx.t(`trace_to_${phase}`), phase[0] === "b" ? "b" : "w", () => this.phase(ctx, phase))),
    ].filter(Boolean);
  },

  /** The numbers of the steps that are not folded into another. */
  spineOf(steps) {
    const found = [];
    for (let at = 0; at < steps.length; at += 1 + steps[at].fold) found.push(at);
    return found;
  },

  /** Where a step is on the spine, and its number inside a fold; 0 outside. */
  place(step) {
    const i = this.spine.findLastIndex((one) => one <= step);
    return { i, part: step - this.spine[i] };
  },

  step(ctx) {
    const { steps } = ctx.facts;
    return steps[Math.max(0, Math.min(steps.length - 1, ctx.state.step))];
  },

  update(ctx) {
    const step = this.step(ctx), moved = this.last !== undefined && this.last !== ctx.state.step;
    const { i, part } = this.place(ctx.state.step);
    this.range.value = i;
    this.range.setAttribute("aria-valuetext", this.where(ctx));
    this.opening.firstChild.data = ctx.t(part ? "trace_close" : "trace_open");
    this.opening.disabled = !part && !step.fold;
    this.graph.put(ctx.model.get("pictures").graph);
    this.pictures(ctx, step);
    this.mark(ctx, step);
    this.veil(ctx);
    this.lines(ctx);
    if (moved && step.key) this.graph.travel(this.edgesOf(step).filter(({ dataset }) => dataset.target === step.key), step.phase === "backward");
    this.last = ctx.state.step;
  },

  settle(ctx) {
    const width = ctx.el.clientWidth;
    if (width === this.width) return;
    this.width = width;
    this.fit(ctx);
    this.mark(ctx, this.step(ctx));
  },

  // Marking the graph.
  mark(ctx, step) {
    const { graph } = this;
    graph.clear(...WAYS);
    this.light(ctx, step);
    const parts = graph.parts();
    for (const mark of step.marks) graph.ring(parts.get(mark), "fl-ring fl-lit");
    const place = step.places.find((key) => parts.has(key)), ring = graph.ring(parts.get(place));
    if (ring) graph.sign(ring, step.sign);
    graph.reveal(ring);
  },

  /** The edges that a step is about: into its node, and out of it. */
  edgesOf({ flows, kind, key }) {
    const into = flows.map((ends) => ends.join(" "));
    return this.graph.edges(({ source, target }) =>
      into.includes(`${source} ${target}`) || (kind !== "add_into" && key && source === key));
  },

  /** Light the ways that data have gone, and those that gradients have come back. */
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

  /** An arrow against the way of the data, with the gradient where it is a single number. */
  turn(ctx, edge, step) {
    const path = edge.querySelector("path"), start = path.getPointAtLength(0), next = path.getPointAtLength(9);
    const [dx, dy] = [next.x - start.x, next.y - start.y], turn = Math.atan2(dy, dx) * 180 / Math.PI;
    edge.append(s("path", { class: "fl-mark fl-head-back", d: "M0,0L9,5L9,-5Z", transform: `translate(${start.x} ${start.y}) rotate(${turn})` }));
    const { source } = edge.dataset;
    if (!edge.classList.contains("fl-now") || !source.includes("tensor ")) return;
    const name = `g_${source.replace("tensor ", "")}`, frame = this.framesOf(ctx, step).find((one) => one?.name === name);
    const middle = path.getPointAtLength(path.getTotalLength() / 2);
    this.graph.tag(edge, frame?.kind === "number" ? `g = ${frame.brief}` : "g", middle.x + 8, middle.y - 9);
  },

  /** In ask mode, hide the shapes of what is not yet made. */
  veil(ctx) {
    const { steps } = ctx.facts, makers = {};
    for (const { dataset } of this.graph.edges()) makers[dataset.target] ??= dataset.source;
    const made = (key) => steps.findLastIndex(({ phase, key: own }) => phase === "forward" && (own === key || own.startsWith(`${key}/`)));
    for (const part of this.graph.el.querySelectorAll(".plate,.box")) {
      const { dataset } = part, plate = part.classList.contains("plate");
      dataset.label ??= part.getAttribute("aria-label");
      const veiled = ctx.model.get("ask") && made(plate ? makers[dataset.key] ?? "" : dataset.key) > ctx.state.step;
      part.setAttribute("aria-label", veiled ? `${dataset.key}: ${ctx.t("trace_unknown")}` : dataset.label);
      if (plate) part.classList.toggle("fl-veiled", veiled);
    }
  },

  lines(ctx) {
    const { lines, steps } = ctx.facts, update = this.step(ctx).kind === "update";
    if (this.list.childElementCount !== lines.length)
      this.list.replaceChildren(...lines.map((line) => h("li", {}, h("button", { type: "button", class: "fl-link",
        tabindex: "-1", onclick: () => this.go(ctx, line.step) }, line.text))));
    [...this.list.children].forEach((one, i) => {
      const here = lines[i].step === ctx.state.step || (update && steps[lines[i].step].phase === "update");
      one.hidden = ctx.model.get("ask") && lines[i].step > ctx.state.step;
      one.className = here ? "fl-here" : "";
      here ? one.setAttribute("aria-current", "step") : one.removeAttribute("aria-current");
    });
    const first = this.list.querySelector(".fl-here");
    if (first) this.list.scrollTop = first.offsetTop - this.list.clientHeight / 3;
  },

  // Moving.
  go(ctx, step) {
    const at = Math.max(0, Math.min(ctx.facts.steps.length - 1, step));
    if (!ctx.gate) ctx.askBox.hidden = true;
    const question = at > ctx.state.step ? ctx.facts.steps[at].question : null;
    ctx.ask(question, () => ctx.set({ step: at }));
    if (ctx.gate) this.pause(ctx);
  },

  /** One step on or back; a fold is one step, unless one is inside it. */
  move(ctx, by) {
    const { i, part } = this.place(ctx.state.step), beyond = this.spine[i + 1] ?? ctx.facts.steps.length;
    const inside = part && ctx.state.step + by < beyond;
    const next = inside ? ctx.state.step + by : this.spine[i + by];
    if (next === undefined) ctx.say(ctx.t(by > 0 ? "trace_end" : "trace_begin"));
    else this.go(ctx, next);
  },

  /** Walk into the fold that is shown, or back out of it. */
  open(ctx) {
    const { i, part } = this.place(ctx.state.step);
    if (part) this.go(ctx, this.spine[i]);
    else if (this.step(ctx).fold) this.go(ctx, ctx.state.step + 1);
  },

  find(ctx, test) {
    const { steps } = ctx.facts, from = ctx.state.step;
    const order = [...steps.keys()].map((i) => (i + from + 1) % steps.length);
    const found = order.find((i) => test(steps[i]));
    if (found !== undefined) this.go(ctx, found);
  },

  nextNode(ctx) {
    const { key } = this.step(ctx), { part } = this.place(ctx.state.step);
    this.find(ctx, (one) => (one.key || one.fold) && one.key !== key && (part || this.spine.includes(ctx.facts.steps.indexOf(one))));
  },

  phase(ctx, phase) {
    this.go(ctx, ctx.facts.steps.findIndex((one) => one.phase === phase));
  },

  toggle(ctx) { this.timer ? this.pause(ctx) : this.play(ctx); },

  play(ctx) {
    const last = this.spine.at(-1);
    if (ctx.state.step >= last) this.go(ctx, 0);
    this.timer = setInterval(() => {
      this.move(ctx, 1);
      if (ctx.state.step >= last) this.pause(ctx);
    }, MOTION + REST);
    this.playing.firstChild.data = ctx.t("trace_pause");
    ctx.say(ctx.t("trace_playing"));
  },

  pause(ctx) {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.playing.firstChild.data = ctx.t("trace_play");
    ctx.say(ctx.t("trace_paused"));
  },

  keys(ctx) {
    return {
      ArrowRight: { label: ctx.t("trace_on"), run: () => this.move(ctx, 1) },
      ArrowLeft: { label: ctx.t("trace_back"), run: () => this.move(ctx, -1) },
      Home: { label: ctx.t("trace_first"), run: () => this.go(ctx, 0) },
      End: { label: ctx.t("trace_last"), run: () => this.go(ctx, this.spine.at(-1)) },
      p: { label: ctx.t("trace_play"), run: () => this.toggle(ctx) },
      " ": { run: () => this.toggle(ctx) },
      o: { label: ctx.t("trace_open_key"), run: () => this.open(ctx), when: () => this.spine.length < ctx.facts.steps.length },
      n: { label: ctx.t("trace_next_node"), run: () => this.nextNode(ctx) },
      b: { label: ctx.t("trace_to_backward"), run: () => this.phase(ctx, "backward"), when: () => this.has(ctx, "backward") },
      Escape: { run: () => ctx.el.focus() },
      w: { label: ctx.t("trace_to_update"), run: () => this.phase(ctx, "update"), when: () => this.has(ctx, "update") },
    };
  },

  has(ctx, phase) { return ctx.facts.steps.some((one) => one.phase === phase); },

  where(ctx) {
    const { i, part } = this.place(ctx.state.step), at = { i: i + 1, n: this.spine.length };
    if (!part) return ctx.t("trace_step_of", at);
    return ctx.t("trace_part_of", { ...at, part, parts: ctx.facts.steps[this.spine[i]].fold });
  },

  caption(ctx) { return `${this.where(ctx)}. ${this.step(ctx).words}`; },
};

export default liveView(() => trace);
