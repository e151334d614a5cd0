// What the playground draws: the surface with its points, and the curve of the loss.

const CELL = 8, MIDDLE = 128, BAND = 32, STRIDE = 4, STRENGTH = 0.14;

const playgroundDraw = {
  /** The surface as rows of whole numbers from 0 to 255; 128 is undecided. */
  grid(live) {
    const flat = Uint8Array.from(atob(live.surface), (one) => one.charCodeAt(0));
    const side = Math.round(Math.sqrt(flat.length));
    return Array.from({ length: side }, (_, y) => flat.slice(y * side, (y + 1) * side));
  },

  surface(ctx, live) {
    const grid = this.grid(live), side = CELL * grid.length;
    const svg = this.sheet(ctx, side + 2, side + 2, ctx.t("play_surface"), 1.1);
    const inner = s("g", { transform: "translate(1,1)" });
    inner.append(
      s("rect", { width: side, height: side, class: "f-paper s-line" }),
      this.bands(grid),
      s("path", { d: this.hatching(grid), class: "s-group0", fill: "none", "stroke-width": 0.8 }),
      s("path", { d: this.contour(grid), class: "s-ink fl-play-contour", fill: "none", "stroke-width": 2 }),
      ...this.points(live, side / 1000));
    svg.append(inner);
    return svg;
  },

  /** A picture that grows on a projector: one with text so that the last row can read it. */
  sheet(ctx, width, height, label, growth = 1.5) {
    const scale = ctx.look === "projector" ? growth : 1;
    return s("svg", { viewBox: `0 0 ${width} ${height}`, width: width * scale, height: height * scale,
      role: "img", "aria-label": label });
  },

  bands(grid) {
    const bands = {};
    grid.forEach((row, y) => {
      for (let start = 0, x = 1; x <= row.length; x++) {
        const band = Math.round((row[start] - MIDDLE) / BAND);
        if (x < row.length && Math.round((row[x] - MIDDLE) / BAND) === band) continue;
        if (band) bands[band] = `${bands[band] ?? ""}M${start * CELL} ${y * CELL}H${x * CELL}v${CELL}H${start * CELL}z`;
        start = x;
      }
    });
    return s("g", { class: "fl-play-bands", "shape-rendering": "crispEdges" }, ...Object.entries(bands).map(([band, d]) =>
      s("path", { d, class: band > 0 ? "f-group0" : "f-input", opacity: STRENGTH * Math.abs(band) })));
  },

  hatching(grid) {
    let d = "";
    grid.forEach((row, y) => row.forEach((value, x) => {
      if (value > MIDDLE && (x + y) % STRIDE === 0) d += `M${x * CELL} ${(y + 1) * CELL}l${CELL} -${CELL}`;
    }));
    return d;
  },

  /** The line on which the answer is undecided, between the middles of cells. */
  contour(grid) {
    let d = "";
    const at = ([x, y]) => `${((x + 0.5) * CELL).toFixed(1)} ${((y + 0.5) * CELL).toFixed(1)}`;
    for (let y = 0; y < grid.length - 1; y++) for (let x = 0; x < grid.length - 1; x++) {
      const places = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]];
      const values = places.map(([across, down]) => grid[down][across] - MIDDLE - 0.5);
      const found = [];
      for (let i = 0; i < 4; i++) {
        const j = (i + 1) % 4;
        if (values[i] > 0 === values[j] > 0) continue;
        const part = values[i] / (values[i] - values[j]);
        found.push([0, 1].map((axis) => places[i][axis] + (places[j][axis] - places[i][axis]) * part));
      }
      for (let i = 0; i + 1 < found.length; i += 2) d += `M${at(found[i])}L${at(found[i + 1])}`;
    }
    return d;
  },

  /** Circles and crosses; those for testing are smaller, and hollow or thin. */
  points(live, scale) {
    const shapes = ["", "", "", ""];
    for (const [across, down, cross, tested] of live.points) {
      const size = tested ? 2.4 : 3.2, x = across * scale, y = down * scale;
      shapes[2 * cross + tested] += cross
        ? `M${x - size} ${y - size}l${2 * size} ${2 * size}m${-2 * size} 0l${2 * size} ${-2 * size}`
        : `M${x - size} ${y}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0z`;
    }
    const [circles, hollow, crosses, thin] = shapes;
    const around = { class: "s-paper", fill: "none", "stroke-width": 4.4 };
    return [
      s("path", { d: crosses + thin, ...around }),
      s("path", { d: crosses, class: "s-group0", fill: "none", "stroke-width": 2.2 }),
      s("path", { d: thin, class: "s-group0", fill: "none", "stroke-width": 1.2 }),
      s("path", { d: circles, class: "f-input s-paper" }),
      s("path", { d: hollow, class: "f-paper s-input" }),
    ];
  },

  /** The loss of training and test after every epoch, each line with its name at its end. */
  curve(ctx, live) {
    // On a projector low enough to be seen with the controls.
    const height = ctx.look === "projector" ? 236 : 290, base = height - 44, width = 410, left = 44, right = 288, top = 12;
    const label = live.epochs ? ctx.t(live.epochs > 1 ? "play_caption_losses" : "play_caption_losses_once", this.losses(ctx, live)) : ctx.t("play_untrained");
    const svg = this.sheet(ctx, width, height, label);
    const known = [...live.train, ...live.test].filter((one) => one != null);
    const text = (x, y, words, anchor = "start") => s("text", { x, y, "text-anchor": anchor, class: "f-soft" }, words);
    if (!known.length) { svg.append(text(left, 40, ctx.t("play_untrained"))); return svg; }
    const high = Math.max(...known) * 1.05 || 1, last = Math.max(1, live.epochs);
    const across = (epoch) => left + 8 + (epoch / last) * (right - left - 16);
    const up = (loss) => base - (base - top) * (loss / high);
    for (const value of ticks(0, high, 5)) svg.append(
      s("path", { d: `M${left} ${up(value)}H${right}`, class: "s-rim", "stroke-width": value ? 0.5 : 1 }),
      text(left - 6, up(value) + 4, String(value), "end"));
    for (const epoch of ticks(0, last, 5).filter(Number.isInteger))
      svg.append(text(across(epoch), base + 16, String(epoch), "middle"));
    svg.append(text((left + right) / 2, base + 36, ctx.t("play_epoch"), "middle"));
    const ends = ["train", "test"].map((part) => this.line(svg, live[part], part, across, up));
    const [first, second] = ends.map((end) => end ?? top);
    const close = Math.abs(first - second) < 16;
    const middle = Math.max(top + 8, (first + second) / 2);
    ["train", "test"].forEach((part, i) => {
      const upper = i === 0 ? first <= second : second < first;
      const y = close ? middle + (upper ? -8 : 8) : ends[i] ?? top;
      svg.append(this.mark(part, right + 6, y), text(right + 15, y + 4, ctx.t(`play_${part}`)),
        text(width - 4, y + 4, this.losses(ctx, live)[part], "end"));
    });
    return svg;
  },

  /** One line, broken where the loss is no number; returns the height of its end. */
  line(svg, losses, part, across, up) {
    // The mean over an epoch belongs to its middle; the test is measured at its end.
    const place = (i) => across(part === "train" ? i + 0.5 : i + 1);
    let d = "", pen = "M", end = null;
    losses.forEach((loss, i) => {
      if (loss == null) { pen = "M"; return; }
      d += `${pen}${place(i).toFixed(1)} ${(end = up(loss)).toFixed(1)}`;
      pen = "L";
    });
    const kind = part === "train" ? { class: "s-group0" } : { class: "s-group1", "stroke-dasharray": "5 4" };
    svg.append(s("path", { d, fill: "none", "stroke-width": 2, "data-line": part, ...kind }));
    const step = Math.ceil(losses.length / 12);
    losses.forEach((loss, i) => {
      if (loss != null && i % step === 0) svg.append(this.mark(part, place(i), up(loss)));
    });
    return end;
  },

  mark(part, x, y) {
    return part === "train" ? s("circle", { cx: x, cy: y, r: 3.2, class: "f-group0" })
      : s("rect", { x: x - 3.2, y: y - 3.2, width: 6.4, height: 6.4, class: "f-paper s-group1", "stroke-width": 1.4 });
  },

  losses(ctx, live) {
    const told = (loss) => loss == null ? ctx.t("play_no_number") : loss >= 0.001 ? loss.toFixed(3) : loss.toPrecision(2);
    return { n: live.epochs, train: told(live.train.at(-1)), test: told(live.test.at(-1)) };
  },
};

/** Round numbers from `low` to `high`, at most `most`. */
function ticks(low, high, most) {
  const rough = (high - low) / most || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toPrecision(6)));
  return found;
}
