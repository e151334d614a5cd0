// Slow motion: one batch forward, backward and through the update, step by step or played.

const MOTION = 250, REST = 1500;
const SIGNS = { part: "+", sum: "=", after: "→" };

const trace = {
  name: "trace",

  draw(ctx) {
    this.got = {};
    this.asked = new Set();
    const bar = this.bar(ctx);
    ctx.bar.append(...bar, h("label", {}, ctx.t("trace_timeline"), " ", this.range));
    this.graph = h("div", { class: "fl-graph", tabindex: "0", role: "group", "aria-label": ctx.t("trace_graph") });
    this.shown = h("div", { class: "fl-shown" });
    ctx.stage.append(this.graph, this.shown);
    for (const box of [ctx.tourBox, ctx.captionBox]) ctx.el.insertBefore(box, ctx.stage);
    ctx.captionBox.setAttribute("aria-live", "polite");
    this.table = h("div", { class: "fl-all", tabindex: "0", role: "group", "aria-label": ctx.t("trace_statistics") });
    this.list = h("ol", { class: "fl-lines", tabindex: "0", "aria-label": ctx.t("trace_lines") });
    ctx.panel.append(this.table, h("details", { class: "fl-plan", open: true },
      h("summary", {}, ctx.t("trace_lines")), this.list));
    this.graph.addEventListener("click", (event) => this.click(ctx, event.target));
    ctx.cleanups.push(() => this.pause(ctx));
  },

  bar(ctx) {
    const n = ctx.facts.steps.length;
    this.range = h("input", { type: "range", min: 0, max: n - 1, "aria-label": ctx.t("trace_timeline"),
      oninput: (event) => this.go(ctx, Number(event.target.value)) });
    this.playing = ctx.button(ctx.t("trace_play"), "p", () => this.toggle(ctx), false);
    const phases = new Set(ctx.facts.steps.map((one) => one.phase));
    return [
      ctx.button(ctx.t("trace_back"), "ArrowLeft", () => this.move(ctx, -1)),
      ctx.button(ctx.t("trace_on"), "ArrowRight", () => this.move(ctx, 1)),
      this.playing,
      ctx.button(ctx.t("trace_next_node"), "n", () => this.nextNode(ctx)),
      ...["backward", "update"].filter((phase) => phases.has(phase)).map((phase) =>
        ctx.button(ctx.t(`trace_to_${phase}`), phase[0] === "b" ? "b" : "w", () => this.phase(ctx, phase))),
    ];
  },

  step(ctx) {
    const { steps } = ctx.facts;
    return steps[Math.max(0, Math.min(steps.length - 1, ctx.state.step))];
  },

  update(ctx) {
    const step = this.step(ctx), moved = this.last !== undefined && this.last !== ctx.state.step;
    this.range.value = ctx.state.step;
    this.range.setAttribute("aria-valuetext", ctx.t("trace_step_of", { i: ctx.state.step + 1, n: ctx.facts.steps.length }));
    const markup = ctx.model.get("pictures").graph;
    if (markup !== this.markup) {
      // The markup is drawn by funclab itself, with every name escaped.
      this.graph.innerHTML = this.markup = markup;
      for (const title of this.graph.querySelectorAll("title")) title.remove();
    }
    this.fit(ctx);
    this.mark(ctx, step);
    this.pictures(ctx, step);
    this.lines(ctx);
    if (moved) this.animate(step);
    this.last = ctx.state.step;
  },

  fit(ctx) {
    const svg = this.graph.querySelector("svg");
    const [, , width, height] = svg?.getAttribute("viewBox").split(" ").map(Number) ?? [];
    const wall = ctx.look === "projector", room = (ctx.el.clientWidth - 10) / width || 1;
    const wide = !wall && room * 0.44 < 0.7;  // beside the pictures it would be cut, so it goes above them
    const scale = wall ? 1.65 : Math.max(0.6, Math.min(0.95, wide ? room : room * 0.44));
    ctx.stage.classList.toggle("fl-above", wide);
    if (svg) Object.assign(svg.style, { width: `${width * scale}px`, height: `${height * scale}px`, maxWidth: "none" });
  },

  /** The box that stands for a key; of a node inside a closed or folded box, that box. */
  boxOf(key) {
    const all = [...this.graph.querySelectorAll("[data-key]:not(.edge)")];
    for (let path = key; path; path = path.slice(0, Math.max(0, path.lastIndexOf("/")))) {
      const found = all.find((one) => one.dataset.key === path);
      if (found) return found;
    }
    return key.includes("[") ? all.find((one) => one.dataset.key === "fold") : undefined;
  },

  mark(ctx, step) {
    this.graph.querySelectorAll(".fl-ring,.fl-tag").forEach((one) => one.remove());
    for (const mark of step.marks) this.ring(this.boxOf(mark), "fl-ring fl-lit");
    const box = [step.key, ...step.marks.toReversed()].map((one) => this.boxOf(one)).find(Boolean);
    if (!box) return;
    const rect = this.ring(box, "fl-ring");
    this.tag(ctx, box, rect, step.phase);
    const outer = this.graph.getBoundingClientRect(), at = rect.getBoundingClientRect();
    this.graph.scrollTop += at.top - outer.top - (outer.height - at.height) / 2;
    this.graph.scrollLeft += at.left - outer.left - (outer.width - at.width) / 2;
  },

  ring(box, name) {
    const rect = box?.querySelector("rect");
    if (!rect) return null;
    const [x, y, width, height] = ["x", "y", "width", "height"].map((one) => Number(rect.getAttribute(one)));
    const ring = s("rect", { class: name, x: x - 4, y: y - 4, width: width + 8, height: height + 8, rx: 10 });
    box.append(ring);
    return ring;
  },

  /** The way the data or gradients go, in a word with an arrow. */
  tag(ctx, box, ring, phase) {
    const words = ctx.t(`trace_sign_${phase}`), width = words.length * 7.4 + 12;
    const x = Number(ring.getAttribute("x")) + Number(ring.getAttribute("width")) - width - 6;
    const y = Number(ring.getAttribute("y")) + Number(ring.getAttribute("height")) - 9;
    const text = s("text", { x: x + width / 2, y: y + 13, "text-anchor": "middle" });
    text.textContent = words;
    box.append(s("g", { class: "fl-tag" }, s("rect", { x, y, width, height: 18, rx: 9 }), text));
  },

  /** A dot that goes along the edges into the node: forward with the data, backward against it. */
  animate(step) {
    if (!step.key || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    cancelAnimationFrame(this.frame);
    this.dots?.forEach((one) => one.remove());
    const edges = [...this.graph.querySelectorAll(".edge")].filter((one) => one.dataset.target === step.key);
    const paths = edges.map((one) => one.querySelector("path")).filter(Boolean);
    this.dots = paths.map((path) => path.parentNode.appendChild(s("circle", { r: 6, class: "fl-dot" })));
    const begin = performance.now(), back = step.phase === "backward";
    const tick = (now) => {
      const share = Math.min(1, (now - begin) / MOTION);
      paths.forEach((path, i) => {
        const at = path.getPointAtLength(path.getTotalLength() * (back ? 1 - share : share));
        this.dots[i].setAttribute("cx", at.x);
        this.dots[i].setAttribute("cy", at.y);
      });
      if (share < 1) this.frame = requestAnimationFrame(tick);
      else this.dots.forEach((one) => one.remove());
    };
    tick(begin);
  },

  /** The frames of a step, once all are here; those that are not are asked for. */
  framesOf(ctx, step) {
    const all = step.pictures.map((one) => ctx.facts.frames[one.frame] ?? this.got[one.frame]);
    const missing = step.pictures.map((one) => one.frame).filter((key, i) => !all[i] && !this.asked.has(key));
    missing.forEach((key) => this.asked.add(key));
    if (missing.length) ctx.model.send({ ask: "frames", keys: missing });
    return all;
  },

  follow(ctx, message) {
    if (!message.frames) return;
    Object.assign(this.got, message.frames);
    ctx.update();
  },

  pictures(ctx, step) {
    const all = this.framesOf(ctx, step), groups = [];
    if (all.includes(undefined)) {
      this.shown.replaceChildren(h("p", {}, ctx.t("asking_kernel")));
      return;
    }
    step.pictures.forEach(({ role }, i) => {
      const figure = this.figure(ctx, all[i], role), last = groups.at(-1);
      if (last?.role === role && role !== "part") last.figures.push(figure);
      else groups.push({ role, figures: [figure] });
    });
    this.shown.replaceChildren(
      h("div", { class: `fl-roles fl-of-${step.kind}` }, groups.map(({ role, figures }, i) => [
        i && SIGNS[role] ? h("span", { class: "fl-sign" }, SIGNS[role]) : null,
        h("section", { class: "fl-role" }, h("p", { class: "fl-head" }, ctx.t(`trace_role_${role}`)), h("div", { class: "fl-figures" }, figures)),
      ])),
      step.example ? h("p", { class: "fl-example" }, step.example) : "",
      all.some((one) => one.kind !== "number") ? h("p", { class: "fl-legend" }, h("small", {}, ctx.t(ctx.look === "print" ? "trace_legend_print" : "trace_legend"))) : "");
    this.table.replaceChildren(this.statistics(ctx, all));
  },

  figure(ctx, frame, role) {
    const scale = ctx.look === "projector" ? 1.7 : 1.15;
    const label = `${frame.name} ${frame.shape}: ${this.brief(ctx, frame)}`;
    return h("figure", { class: "fl-frame-box" }, frames.draw(frame, scale, label),
      role === "part" ? "" : h("figcaption", {}, h("code", {}, frame.name), h("br"),
        h("small", {}, frame.shape, frame.note ? ` · ${frame.note}` : "")));
  },

  brief(ctx, frame) {
    if (frame.numbers.length === 1) return frames.text(frame, frame.numbers[0]);
    const { mean, spread, zeros } = frame.statistics;
    return ctx.t("trace_brief", { mean: frames.short(mean), spread: frames.short(spread), zeros: this.percent(zeros) });
  },

  percent(share) { return `${Math.round(share * 100)} %`; },

  statistics(ctx, all) {
    const head = ["tensor", "shape", "mean", "spread", "zeros", "least", "greatest", "odd_head"];
    const rows = all.map(({ name, shape, statistics: one }) => h("tr", {},
      h("th", { scope: "row" }, name), h("td", {}, shape),
      [frames.short(one.mean), frames.short(one.spread), this.percent(one.zeros), frames.short(one.least), frames.short(one.greatest)]
        .map((text) => h("td", {}, text)),
      h("td", {}, one.nan + one.infinite ? h("strong", { class: "fl-what" }, ctx.t("trace_odd_cell", one)) : "0")));
    return h("table", { class: "fl-table" }, h("caption", {}, ctx.t("trace_statistics")),
      h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col" }, ctx.t(`trace_${one}`))))),
      h("tbody", {}, rows));
  },

  lines(ctx) {
    const { lines, steps } = ctx.facts, update = this.step(ctx).kind === "update";
    if (this.list.childElementCount !== lines.length)
      this.list.replaceChildren(...lines.map((line) => h("li", {}, h("button", { type: "button", class: "fl-link",
        tabindex: "-1", onclick: () => this.go(ctx, line.step) }, line.text))));
    [...this.list.children].forEach((one, i) => {
      const here = lines[i].step === ctx.state.step || (update && steps[lines[i].step].phase === "update");
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

  move(ctx, by) {
    const next = ctx.state.step + by;
    if (next < 0 || next >= ctx.facts.steps.length) ctx.say(ctx.t(by > 0 ? "trace_end" : "trace_begin"));
    else this.go(ctx, next);
  },

  find(ctx, test) {
    const { steps } = ctx.facts, from = ctx.state.step;
    const order = [...steps.keys()].map((i) => (i + from + 1) % steps.length);
    const found = order.find((i) => test(steps[i]));
    if (found !== undefined) this.go(ctx, found);
  },

  nextNode(ctx) {
    const { key } = this.step(ctx);
    this.find(ctx, (one) => one.key && one.key !== key);
  },

  phase(ctx, phase) {
    this.go(ctx, ctx.facts.steps.findIndex((one) => one.phase === phase));
  },

  click(ctx, target) {
    const key = target.closest("[data-key]")?.dataset.key;
    if (key) this.find(ctx, (one) => one.key === key || one.marks.includes(key));
  },

  toggle(ctx) { this.timer ? this.pause(ctx) : this.play(ctx); },

  play(ctx) {
    this.timer = setInterval(() => {
      this.move(ctx, 1);
      if (ctx.state.step >= ctx.facts.steps.length - 1) this.pause(ctx);
    }, MOTION + REST);
    this.press(ctx, "trace_pause", true);
    ctx.say(ctx.t("trace_playing"));
  },

  pause(ctx) {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.press(ctx, "trace_play", false);
    ctx.say(ctx.t("trace_paused"));
  },

  press(ctx, text, pressed) {
    this.playing.firstChild.data = ctx.t(text);
    this.playing.setAttribute("aria-pressed", String(pressed));
  },

  keys(ctx) {
    const last = ctx.facts.steps.length - 1;
    return {
      ArrowRight: { label: ctx.t("trace_on"), run: () => this.move(ctx, 1) },
      ArrowLeft: { label: ctx.t("trace_back"), run: () => this.move(ctx, -1) },
      Home: { label: ctx.t("trace_first"), run: () => this.go(ctx, 0) },
      End: { label: ctx.t("trace_last"), run: () => this.go(ctx, last) },
      p: { label: ctx.t("trace_play"), run: () => this.toggle(ctx) },
      n: { label: ctx.t("trace_next_node"), run: () => this.nextNode(ctx) },
      b: { label: ctx.t("trace_to_backward"), run: () => this.phase(ctx, "backward"), when: () => this.has(ctx, "backward") },
      Escape: { run: () => ctx.el.focus() },
      w: { label: ctx.t("trace_to_update"), run: () => this.phase(ctx, "update"), when: () => this.has(ctx, "update") },
    };
  },

  has(ctx, phase) { return ctx.facts.steps.some((one) => one.phase === phase); },

  caption(ctx) {
    const { step } = ctx.state, n = ctx.facts.steps.length;
    return `${ctx.t("trace_step_of", { i: step + 1, n })}. ${this.step(ctx).words}`;
  },
};

export default { render: ({ model, el }) => start(model, el, Object.create(trace)) };
