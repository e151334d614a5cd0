// The graph beside the curves: for each layer its gradient, the change of its weights, dead units.

const MEASURES = ["gradient", "change", "dead"];
const LARGE = 1.65; // on a projector
const FULL = { gradient: [-6, 0], change: [-4, 0] };

/** How full a bar is: by powers of ten for sizes, as it is for shares. */
function fullness(measure, value) {
  if (value == null) return 0;
  if (measure === "dead") return value;
  const [low, high] = FULL[measure];
  return value > 0 ? Math.min(1, Math.max(0.03, (Math.log10(value) - low) / (high - low))) : 0;
}

function measured(measure, value) {
  if (value == null) return "–";
  return measure === "gradient" ? brief(value) : `${brief(100 * value)} %`;
}

class TrainingGraph {
  constructor(ctx, select) {
    this.ctx = ctx;
    this.el = h("div", { class: "fl-graph", role: "group", tabindex: "0", "aria-label": ctx.t("live_graph") });
    this.el.addEventListener("click", (event) => {
      const box = event.target.closest("[data-key]");
      const layer = box && this.layerOf(box.dataset.key);
      if (layer) select(layer.key);
    });
  }

  layerOf(key) { return this.ctx.facts.layers.find((one) => one.boxes.includes(key)); }

  update(latest) {
    const { ctx } = this, large = ctx.look === "projector", markup = ctx.model.get("pictures")[large ? "narrow" : "graph"] ?? "";
    this.el.hidden = !markup || !ctx.state.graph;
    if (this.el.hidden) return;
    if (markup !== this.shown) {
      this.el.replaceChildren(pictureFrom(markup));
      this.shown = markup;
      this.natural = Number(this.el.querySelector("svg").getAttribute("viewBox").split(" ")[2]);
      this.boxes = [...this.el.querySelectorAll(".box[data-key]")];
    }
    const { measure, selected } = ctx.state, svg = this.el.querySelector("svg");
    svg.removeAttribute("height");
    svg.setAttribute("width", this.natural * (large ? LARGE : 1));
    this.el.querySelectorAll(".fl-heat,.fl-ring").forEach((one) => one.remove());
    let chosen = null;
    for (const box of this.boxes) {
      const layer = this.layerOf(box.dataset.key), rect = box.querySelector("rect");
      if (!layer || !rect) continue;
      const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));
      const value = latest[layer.key]?.[measure];
      if (value != null) box.append(this.bar(measure, value, x, y, width, height));
      if (layer.key !== selected) continue;
      chosen ??= box;
      box.append(s("rect", { class: "fl-ring", x: x - 4, y: y - 4, width: width + 8, height: height + 8, rx: 10 }));
    }
    if (chosen && selected !== this.reached) this.reach(chosen);
    this.reached = selected;
  }

  /** Scroll within the graph, not the page, so that the chosen layer is seen. */
  reach(box) {
    const [inner, outer] = [box, this.el].map((one) => one.getBoundingClientRect());
    this.el.scrollTop += Math.min(0, inner.top - outer.top) + Math.max(0, inner.bottom + 30 - outer.bottom);
    this.el.scrollLeft += Math.min(0, inner.left - outer.left) + Math.max(0, inner.right - outer.right);
  }

  bar(measure, value, x, y, width, height) {
    const left = x + 16, long = width - 24, top = y + height - 8;
    return s("g", { class: "fl-heat" },
      s("rect", { class: "fl-heat-frame", x: left, y: top, width: long, height: 4 }),
      s("rect", { class: "fl-heat-bar", x: left, y: top, width: long * fullness(measure, value), height: 4 }),
      s("text", { class: "fl-heat-text", x: x + 2, y: y + height + 13 }, measured(measure, value)));
  }

  /** One measure over the epochs, as bars whose height and strength say the same. */
  strip(measure, heat, key) {
    const cells = heat.slice(-30).map((one) => one.layers[key]?.[measure]);
    const svg = s("svg", { class: "fl-strip", viewBox: `0 0 120 14`, "aria-hidden": "true" });
    cells.forEach((value, i) => {
      const part = fullness(measure, value);
      if (value != null) svg.append(s("rect", { x: i * 4, y: 14 - 14 * part, width: 3, height: 14 * part,
        "fill-opacity": 0.35 + 0.65 * part }));
    });
    return svg;
  }

  /** All layers, or the selected one, with the three measures in numbers. */
  table(latest, heat, select) {
    const { ctx } = this, { table, selected } = ctx.state;
    const seen = ctx.facts.layers.filter((one) => latest[one.key] && (table || one.key === selected));
    if (!seen.length) return [];
    const head = ["layer", ...MEASURES].map((one) => h("th", { scope: "col" }, ctx.t(`live_${one}`)));
    const rows = seen.map((layer) => h("tr", { class: layer.key === selected ? "fl-here" : "" },
      h("th", { scope: "row" }, h("button", { type: "button", class: "fl-link", onclick: () => select(layer.key) }, layer.name),
        h("small", {}, ` ${layer.detail}`)),
      MEASURES.map((measure) => h("td", {}, h("span", { class: "fl-measure" }, measured(measure, latest[layer.key]?.[measure])),
        this.strip(measure, heat, layer.key)))));
    return [h("table", { class: "fl-table fl-layers" }, h("caption", {}, ctx.t("live_layers")),
      h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)),
      h("p", { class: "fl-special" }, ctx.t("live_measures"))];
  }
}
