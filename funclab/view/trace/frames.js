// Frames as SVG, as `trace_drawing.py` draws them for static pictures: above zero orange, below
// zero blue with a sign besides, stronger for larger numbers.

const frames = {
  row: 18, slim: 9, cell: 54, column: 84, id: 44, idsAcross: 6, barsWidth: 150, barsHeight: 72, levels: 8,

  /** A number in a few characters, as Python writes it. */
  short(number, digits = 3) {
    if (number == null) return "–";
    if (typeof number !== "number") return number;
    const size = Math.abs(number);
    let text = size && (size < 1e-4 || size >= 10 ** digits)
      ? number.toExponential(digits - 1).replace(/\.?0+e/, "e").replace(/e([+-])(\d)$/, "e$10$2")
      : String(Number(number.toPrecision(digits)));
    if (!/[.e]/.test(text)) text += ".0";
    return text.replace(/^-/, "−");
  },

  text(frame, number) {
    if (frame.whole && Number.isInteger(number)) return String(number).replace("-", "−");
    const text = this.short(number);
    return text.length <= 7 ? text : this.short(number, 2);
  },

  across(frame) { return Math.ceil(Math.sqrt(frame.tiles)); },

  unit(frame) {
    const most = Math.floor(128 / (Math.max(frame.rows, frame.columns) * this.across(frame)));
    return Math.max(3, Math.min(16, most));
  },

  size(frame) {
    if (frame.kind === "number") return [Math.max(76, 13 * this.text(frame, frame.numbers[0]).length), 44];
    if (frame.kind === "ids")
      return [this.id * Math.min(frame.columns, this.idsAcross), this.row * Math.ceil(frame.columns / this.idsAcross)];
    if (frame.kind === "bars")
      return frame.lying ? [this.column + (frame.printed ? this.cell : 0), this.high(frame) * frame.columns] : [this.barsWidth, this.barsHeight];
    if (frame.printed) return [this.cell * frame.columns, this.row * frame.rows];
    const unit = this.unit(frame), across = this.across(frame), down = Math.ceil(frame.tiles / across);
    return [across * (frame.columns * unit + 3) - 3, down * (frame.rows * unit + 3) - 3];
  },

  /** The height of one lying bar with what stands beside it. */
  high(frame) { return frame.printed ? this.row : this.slim; },

  counts(frame, step) { return !frame.counted.length || frame.counted[step]; },

  finite(number) { return typeof number === "number"; },

  colour(number) {
    return !this.finite(number) ? "f-fault" : number > 0 ? "f-group0" : "f-input";
  },

  /** The whole picture of a frame, `scale` times as large; `label` is what it is for the ear. */
  draw(frame, scale, label) {
    const [width, height] = this.size(frame);
    const svg = s("svg", { viewBox: `-1 -1 ${width + 2} ${height + 2}`, width: (width + 2) * scale,
      height: (height + 2) * scale, role: "img", "aria-label": label, class: "fl-frame" });
    if (frame.kind === "number") svg.append(this.word(width / 2, 30, this.text(frame, frame.numbers[0]), "fl-number"));
    else if (frame.kind === "ids") svg.append(...this.ids(frame));
    else if (frame.kind === "bars") svg.append(...(frame.lying ? this.lines(frame) : this.columns(frame)));
    else svg.append(...this.cells(frame, width, height));
    if (frame.mark != null) svg.append(...this.mark(this.markedArea(frame, width)));
    return svg;
  },

  /** Where the marked number is drawn: its field, or its bar with all room for it. */
  markedArea(frame, width) {
    if (frame.kind !== "bars") return this.fieldOf(frame, frame.mark);
    if (frame.lying) return [0, this.high(frame) * frame.mark, width, this.high(frame)];
    const own = this.barsWidth / frame.columns;
    return [own * frame.mark, 0, own, this.barsHeight];
  },

  /** An outline that stands out from light and from dark fields: dark, with a light rim. */
  mark([x, y, width, height]) {
    return [["s-paper", 4.5], ["s-ink", 2.2]].map(([name, stroke]) => s("rect", { x: x - 1, y: y - 1, width: width + 2,
      height: height + 2, rx: 2, fill: "none", "stroke-width": stroke, class: `${name} fl-outline` }));
  },

  /** The field of one number: left, top, width and height. */
  fieldOf(frame, i) {
    const unit = this.unit(frame), across = this.across(frame), own = frame.rows * frame.columns;
    const [wide, high] = frame.printed ? [this.cell, this.row] : [unit, unit];
    const tile = Math.floor(i / own), row = Math.floor((i % own) / frame.columns), column = i % frame.columns;
    const x = (tile % across) * (frame.columns * unit + 3) + column * wide;
    return [x, Math.floor(tile / across) * (frame.rows * unit + 3) + row * high, wide, high];
  },

  word(x, y, text, name) {
    const el = s("text", { x, y, "text-anchor": "middle", class: name });
    el.textContent = text;
    return el;
  },

  number(frame, x, y, number, step) {
    const counts = this.counts(frame, step);
    const parts = [this.word(x, y, this.text(frame, number), counts ? "fl-digits" : "fl-digits fl-out")];
    if (!counts) parts.push(this.line(x - this.cell / 2 + 4, y - 4, this.cell - 8, 0));
    return parts;
  },

  line(x, y, dx, dy) { return s("path", { d: `M${x},${y}l${dx},${dy}`, class: "s-line" }); },

  /** Whole numbers that are names, not sizes: written one after another. */
  ids(frame) {
    return frame.numbers.flatMap((number, i) => {
      const x = this.id * (i % this.idsAcross), y = this.row * Math.floor(i / this.idsAcross);
      return [s("rect", { x, y, width: this.id, height: this.row, class: "fl-edge" }),
        this.word(x + this.id / 2, y + this.row - 5, this.text(frame, number), "fl-digits")];
    });
  },

  lines(frame) {
    const { reach } = frame, zero = this.column * (1 - frame.zero), row = this.high(frame);
    const parts = frame.numbers.flatMap((number, i) => {
      const length = this.finite(number) ? this.column * reach * number / frame.top : 0;
      const bar = s("rect", { x: zero + Math.min(0, length), y: row * (i + 1 / 6), width: Math.abs(length),
        height: row * 2 / 3, class: this.colour(number) });
      const word = frame.printed ? this.number(frame, this.column + this.cell / 2, row * i + 13, number, i)
        : this.finite(number) ? [] : [this.word(zero - 6, row * i + 8, "×", "fl-digits f-fault")];
      return this.counts(frame, i) ? [bar, ...word] : word;
    });
    return [...parts, this.line(zero, 0, 0, row * frame.columns)];
  },

  columns(frame) {
    const { reach } = frame, zero = this.barsHeight * frame.zero;
    const width = this.barsWidth / frame.columns;
    const bars = frame.numbers.map((number, i) => {
      if (!this.finite(number)) return this.word(width * (i + 0.5), zero - 3, "×", "fl-digits f-fault");
      if (!this.counts(frame, i)) return "";
      const height = this.barsHeight * reach * number / frame.top;
      return s("rect", { x: width * i, y: zero - Math.max(0, height), width: Math.max(1, width - 1),
        height: Math.abs(height), class: this.colour(number) });
    });
    return [...bars, this.line(0, zero, this.barsWidth, 0)];
  },

  /** One path for each colour and strength: a picture has hundreds of fields, but few of these. */
  cells(frame, width, height) {
    const paths = {}, signs = [], words = [];
    frame.numbers.forEach((number, i) => {
      const row = Math.floor((i % (frame.rows * frame.columns)) / frame.columns);
      const [x, y, wide, high] = this.fieldOf(frame, i);
      const counts = this.counts(frame, row), finite = this.finite(number);
      const share = finite ? Math.min(1, Math.abs(number) / frame.top) : 1;
      const level = Math.round(share * this.levels);
      if (counts && level) (paths[`${this.colour(number)} ${level}`] ??= []).push(`M${x},${y}h${wide}v${high}h${-wide}Z`);
      if (!finite || !(counts || frame.printed))
        signs.push(`M${x},${y}l${wide},${high}M${x},${y + high}l${wide},${-high}`);
      else if (number < 0 && level && !frame.printed) signs.push(`M${x},${y + high}l${wide},${-high}`);
      if (frame.printed) words.push(...this.number(frame, x + wide / 2, y + high - 5, number, row));
    });
    const fields = Object.entries(paths).map(([key, parts]) => {
      const [name, level] = key.split(" ");
      return s("path", { d: parts.join(""), class: name, "fill-opacity": level / this.levels * (frame.printed ? 0.45 : 0.95) });
    });
    return [...fields, s("path", { d: signs.join(""), class: "fl-signs" }), ...words,
      s("rect", { x: 0, y: 0, width, height, class: "fl-edge" })];
  },
};
