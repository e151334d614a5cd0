// The graph of slow motion: where the step is, and which ways numbers and gradients have gone.

const MOTION = 250;
/** Edges, in the order in which `mark` lights them. */
const WAYS = ["fl-went", "fl-came", "fl-now"];

const graphOfTrace = {
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
    this.graph.querySelectorAll(".fl-ring,.fl-tag,.fl-head-back").forEach((one) => one.remove());
    this.light(ctx, step);
    for (const mark of step.marks) this.ring(this.boxOf(mark), "fl-ring fl-lit");
    // A sum and an update are where the weights are; all else is where the node is.
    const sum = step.kind === "add_into", weights = sum || step.phase === "update";
    const keys = weights || step.fold ? [...step.marks, step.key] : [step.key, ...step.marks.toReversed()];
    const box = keys.map((one) => this.boxOf(one)).find(Boolean);
    if (!box) return;
    const rect = this.ring(box, "fl-ring");
    this.tag(ctx, box, rect, sum ? "sum" : step.phase);
    const outer = this.graph.getBoundingClientRect(), at = rect.getBoundingClientRect();
    this.graph.scrollTop += at.top - outer.top - (outer.height - at.height) / 2;
    this.graph.scrollLeft += at.left - outer.left - (outer.width - at.width) / 2;
  },

  /** In ask mode, hide the shapes of what is not yet made. */
  veil(ctx) {
    const { steps } = ctx.facts, makers = {};
    for (const { dataset } of this.graph.querySelectorAll(".edge")) makers[dataset.target] ??= dataset.source;
    const made = (key) => steps.findLastIndex(({ phase, key: own }) => phase === "forward" && (own === key || own.startsWith(`${key}/`)));
    const hidden = (key) => ctx.model.get("ask") && made(key) > ctx.state.step;
    for (const part of this.graph.querySelectorAll(".plate,.box")) {
      const { dataset } = part, plate = part.classList.contains("plate");
      dataset.label ??= part.getAttribute("aria-label");
      const veiled = hidden(plate ? makers[dataset.key] ?? "" : dataset.key);
      part.setAttribute("aria-label", veiled ? `${dataset.key}: ${ctx.t("trace_unknown")}` : dataset.label);
      if (plate) part.classList.toggle("fl-veiled", veiled);
    }
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
  tag(ctx, box, ring, sign) {
    const words = ctx.t(`trace_sign_${sign}`);
    const right = Number(ring.getAttribute("x")) + Number(ring.getAttribute("width")) - 6;
    const low = Number(ring.getAttribute("y")) + Number(ring.getAttribute("height")) - 9;
    box.append(this.pill(words, right - words.length * 7.4 - 12, low));
  },

  pill(words, x, y) {
    const width = words.length * 7.4 + 12;
    const text = s("text", { x: x + width / 2, y: y + 13, "text-anchor": "middle" });
    text.textContent = words;
    return s("g", { class: "fl-tag" }, s("rect", { x, y, width, height: 18, rx: 9 }), text);
  },

  /** The edges that a step is about: into its node, and out of it. */
  edgesOf(step) {
    const into = step.flows.map((ends) => ends.join(" "));
    return [...this.graph.querySelectorAll(".edge")].filter(({ dataset }) =>
      into.includes(`${dataset.source} ${dataset.target}`) ||
      (step.kind !== "add_into" && step.key && dataset.source === step.key));
  },

  /** Light the ways that data have gone, and those that gradients have come back. */
  light(ctx, now) {
    const edges = this.graph.querySelectorAll(".edge"), { steps } = ctx.facts, at = steps.indexOf(now);
    for (const edge of edges) edge.classList.remove(...WAYS);
    const here = now.fold ? steps.slice(at, at + now.fold + 1) : [now];
    for (const step of [...steps.slice(0, at), ...here]) {
      if (step.phase === "update") continue;
      const back = step.phase === "backward", present = here.includes(step);
      for (const edge of this.edgesOf(step)) {
        edge.classList.remove(...WAYS);
        edge.classList.add(back ? "fl-came" : "fl-went");
        if (present) edge.classList.add("fl-now");
      }
    }
    if (now.kind === "add_into")
      for (const edge of edges)
        if (edge.classList.contains("fl-came") && now.marks.includes(edge.dataset.source)) edge.classList.add("fl-now");
    for (const edge of this.graph.querySelectorAll(".fl-came")) this.turn(edge, now);
  },

  /** An arrow against the way of the data, with the gradient where it is a single number. */
  turn(edge, step) {
    const path = edge.querySelector("path"), start = path.getPointAtLength(0), next = path.getPointAtLength(9);
    const size = Math.hypot(next.x - start.x, next.y - start.y) || 1;
    const [x, y] = [(next.x - start.x) / size, (next.y - start.y) / size];
    const corner = (side) => `${start.x + 9 * x - side * 5 * y},${start.y + 9 * y + side * 5 * x}`;
    edge.append(s("path", { class: "fl-head-back", d: `M${start.x},${start.y}L${corner(1)}L${corner(-1)}Z` }));
    if (!edge.classList.contains("fl-now") || !edge.dataset.source.includes("tensor ")) return;
    const name = `g_${edge.dataset.source.replace("tensor ", "")}`;
    const { frame } = step.pictures.find((one) => this.got[one.frame]?.name === name) ?? {};
    const one = this.got[frame], words = one?.kind === "number" ? `g = ${frames.text(one, one.numbers[0])}` : "g";
    const middle = path.getPointAtLength(path.getTotalLength() / 2);
    edge.append(this.pill(words, middle.x + 8, middle.y - 9));
  },

  /** A dot that goes along the edges into the node: forward with the data, backward against it. */
  animate(step) {
    if (!step.key || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    cancelAnimationFrame(this.frame);
    this.dots?.forEach((one) => one.remove());
    const edges = this.edgesOf(step).filter((one) => one.dataset.target === step.key);
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
};
