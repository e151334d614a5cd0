// The graph beside the curves: for each layer its gradient, the change of its weights, dead units.

const MEASURES = ["gradient", "change", "dead"];
const LARGE = 1.65; // on a projector

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

  layerOf(key) { return this.ctx.facts.layers.find((layer) => layer.boxes.includes(key)); }

  /** `measures` holds [how full, text] for each layer and measure; `lost` is where nan first appeared. */
  update(measures, lost) {
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
    this.el.querySelectorAll(".fl-heat,.fl-ring,.fl-lost").forEach((mark) => mark.remove());
    let chosen = null;
    for (const box of this.boxes) {
      const layer = this.layerOf(box.dataset.key), rect = box.querySelector("rect");
      if (!layer || !rect) continue;
      const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));
      const value = measures[layer.key]?.[MEASURES.indexOf(measure)];
      if (value) box.append(this.bar(value, x, y, width, height));
      const ring = { x: x - 4, y: y - 4, width: width + 8, height: height + 8, rx: 10 };
      if (layer.key === lost) box.append(s("rect", { class: "fl-lost", ...ring }));
      if (layer.key !== selected) continue;
      chosen ??= box;
      box.append(s("rect", { class: "fl-ring", ...ring }));
    }
    if (chosen && selected !== this.reached) this.reach(chosen);
    this.reached = selected;
  }

  /** Scroll within the graph, not the page, so that the chosen layer is seen. */
  reach(box) {
    const [inner, outer] = [box, this.el].map((el) => el.getBoundingClientRect());
    this.el.scrollTop += Math.min(0, inner.top - outer.top) + Math.max(0, inner.bottom + 30 - outer.bottom);
    this.el.scrollLeft += Math.min(0, inner.left - outer.left) + Math.max(0, inner.right - outer.right);
  }

  bar([full, text], x, y, width, height) {
    const left = x + 16, long = width - 24, top = y + height - 8, bad = /nan|inf/.test(text) ? " fl-bad-number" : "";
    return s("g", { class: `fl-heat${bad}` },
      s("rect", { class: "fl-heat-frame", x: left, y: top, width: long, height: 4 }),
      s("rect", { class: "fl-heat-bar", x: left, y: top, width: long * full, height: 4 }),
      s("text", { class: "fl-heat-text", x: x + 2, y: y + height + 13 }, text));
  }

  /** One measure over the epochs, as bars whose height and strength say the same. */
  strip(cells) {
    const svg = s("svg", { class: "fl-strip", viewBox: `0 0 120 14`, "aria-hidden": "true" });
    cells.slice(-30).forEach((cell, i) => {
      if (cell) svg.append(s("rect", { x: i * 4, y: 14 - 14 * cell[0], width: 3, height: 14 * cell[0], "fill-opacity": 0.35 + 0.65 * cell[0] }));
    });
    return svg;
  }

  /** All layers, or the selected one, with the three measures in numbers. */
  table(measures, heat, select) {
    const { ctx } = this, { table, selected } = ctx.state;
    const layers = ctx.facts.layers.filter((layer) => measures[layer.key] && (table || layer.key === selected));
    if (!layers.length) return [];
    const head = ["layer", ...MEASURES].map((name) => h("th", { scope: "col" }, ctx.t(`live_${name}`)));
    const rows = layers.map((layer) => h("tr", { class: layer.key === selected ? "fl-here" : "" },
      h("th", { scope: "row" }, h("button", { type: "button", class: "fl-link", onclick: () => select(layer.key) }, layer.name),
        h("small", {}, ` ${layer.detail}`)),
      MEASURES.map((_, i) => h("td", {}, h("span", { class: "fl-measure" }, measures[layer.key][i]?.[1] ?? "–"),
        this.strip(heat.map((epoch) => epoch.layers[layer.key]?.[i]))))));
    return [h("table", { class: "fl-table fl-layers" }, h("caption", {}, ctx.t("live_layers")),
      h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)),
      h("p", { class: "fl-special" }, ctx.t("live_measures"))];
  }
}
