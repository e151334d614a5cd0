// Where the parts of the explorer stand: the picture, and beside or under it what is said of it.
// Together they are no higher than a window, so that a key shows what it is for without scrolling.

// So wide must the explorer be for two columns.
const WIDE = 760, WIDE_ON_A_WALL = 1000;
// A picture that is cut off beside a panel stands above it where the window leaves so much room.
const PANEL = 280, PANEL_ON_A_WALL = 420, BESIDE = 0.5;

const explorerRoom = {
  /** The picture on one side; question, caption, tour and panel on the other. */
  furnish(ctx) {
    this.beyond = h("button", { type: "button", class: "fl-beyond", hidden: true, onclick: () => this.goBeyond(ctx) });
    this.work = h("div", { class: "fl-work" });
    ctx.stage.before(this.work);
    this.work.append(h("div", { class: "fl-near" }, ctx.stage, this.beyond),
      h("div", { class: "fl-said" }, ctx.askBox, ctx.captionBox, ctx.tourBox, ctx.panel, ctx.status));
    for (const [name, value] of Object.entries({ role: "group", "aria-label": ctx.t("said") }))
      ctx.panel.setAttribute(name, value);
  },

  /** Keep true what is said of the parts outside the stage, and the parts as large as there is room. */
  watch(ctx) {
    this.tell = () => { this.told ??= requestAnimationFrame(() => { this.told = null; this.tellBeyond(ctx); }); };
    const watcher = new ResizeObserver(() => { this.arrange(ctx); this.tell(); });
    for (const one of [ctx.stage, ctx.el, ctx.panel]) watcher.observe(one);
    const asked = new ResizeObserver(() => { this.arrange(ctx); if (ctx.gate) ctx.bringInSight(ctx.askBox); });
    asked.observe(ctx.askBox);
    ctx.stage.addEventListener("scroll", this.tell);
    // What is clicked must not move away under the mouse.
    ctx.el.addEventListener("pointerdown", () => { this.pointed = true; }, true);
    ctx.el.addEventListener("click", () => { this.pointed = false; });
    const fit = () => this.arrange(ctx);
    window.addEventListener("resize", fit);
    ctx.cleanups.push(() => {
      watcher.disconnect();
      asked.disconnect();
      window.removeEventListener("resize", fit);
    });
  },

  /** Two columns where there is room and something to say; with the tools no higher than a window. */
  arrange(ctx) {
    const page = ctx.el.closest(".jp-WindowedPanel-outer"), scale = ctx.el.currentCSSZoom ?? 1;
    const room = page ? page.clientHeight : window.innerHeight / scale;
    const high = Math.max(320, Math.floor(room) - ctx.bar.offsetHeight - 24), wall = ctx.look === "projector";
    this.work.style.setProperty("--fl-room", `${high}px`);
    const size = ctx.stage.querySelector("svg")?.getBoundingClientRect() ?? { width: 0, height: 0 };
    const flat = size.width / scale > BESIDE * ctx.el.clientWidth && size.height / scale <= high - (wall ? PANEL_ON_A_WALL : PANEL);
    const wide = !flat && ctx.el.clientWidth >= (wall ? WIDE_ON_A_WALL : WIDE);
    const { selected, level, table } = ctx.state;
    const said = Boolean(selected || level || table || !ctx.askBox.hidden);
    this.work.classList.toggle("fl-chosen", said);
    this.work.classList.toggle("fl-beside", wide && said);
  },

  /** Say what lies outside the stage, and go there. */
  tellBeyond(ctx) {
    const { stage } = ctx, frame = stage.getBoundingClientRect();
    const right = frame.left + stage.clientWidth, below = frame.top + stage.clientHeight;
    const at = [...this.boxes?.values() ?? []].map((box) => box.getBoundingClientRect());
    const told = (axis, more, n) => more > 12 && ctx.t(n ? `beyond_${axis}` : `beyond_${axis}_only`, { n });
    const words = [
      told("below", stage.scrollHeight - stage.clientHeight - stage.scrollTop, at.filter((one) => one.bottom > below + 2).length),
      told("right", stage.scrollWidth - stage.clientWidth - stage.scrollLeft, at.filter((one) => one.right > right + 2).length),
    ].filter(Boolean);
    this.beyond.hidden = !words.length;
    this.beyond.textContent = words.join("   ");
    // What scrolls can be reached by Tab.
    ctx.panel.tabIndex = ctx.panel.scrollHeight > ctx.panel.clientHeight + 1 ? 0 : -1;
  },

  goBeyond(ctx) {
    const { stage } = ctx, down = stage.scrollHeight - stage.clientHeight - stage.scrollTop > 12;
    stage.scrollBy(down ? { top: stage.clientHeight * 0.8 } : { left: stage.clientWidth * 0.8 });
  },

  /** Scroll the stage to a box and, when there is room for them, what is joined to it. */
  intoView(ctx, box) {
    const joined = this.joined(ctx).map((key) => this.boxOf(ctx, key)).filter(Boolean);
    const { stage } = ctx, frame = stage.getBoundingClientRect();
    const rects = [box, ...joined].map((one) => one.getBoundingClientRect());
    const along = (low, high, size) => {
      const [first, last] = [frame[low], frame[low] + size];
      const ends = (some) => [Math.min(...some.map((one) => one[low])), Math.max(...some.map((one) => one[high]))];
      const all = ends(rects), [start, end] = all[1] - all[0] < size ? all : ends(rects.slice(0, 1));
      if (start >= first && end <= last) return 0;
      return end - start > size ? start - first - 8 : (start + end) / 2 - (first + last) / 2;
    };
    stage.scrollTop += along("top", "bottom", stage.clientHeight);
    stage.scrollLeft += along("left", "right", stage.clientWidth);
  },

  /** The nodes that feed what is selected, and those that read it. */
  joined(ctx) {
    const { nodes, tensors } = ctx.facts, node = nodes[this.here(ctx)];
    if (!node) return [];
    return [...node.parents, ...node.outputs.flatMap((key) => tensors[key].readers)];
  },

  /** Show what the last key brought: in the panel, and the whole of it in the window. */
  reveal(ctx) {
    const { selected, level, op, more, table } = ctx.state, { panel } = ctx;
    const now = { selected, op: level && `${level} ${op}`, more, table }, before = this.revealed ?? {};
    const parts = { selected: "*", op: level > 1 ? ".fl-source" : ".fl-arithmetic", more: ".fl-more", table: ".fl-all" };
    const news = Object.keys(now).filter((name) => now[name] !== before[name]), last = news.findLast((name) => now[name]);
    const part = news.length ? panel.querySelector(parts[last] ?? "*") : null;
    // What Python is still asked for is shown when it is here.
    if (part || !last) this.revealed = now;
    if (!part) return;
    if (part === panel.firstChild) panel.scrollTop = 0;
    else this.scrollPanel(ctx, part);
    if (this.pointed) return;
    const beside = this.work.classList.contains("fl-beside");
    ctx.bringInSight(...(beside ? [this.work, ctx.bar] : [part === panel.firstChild ? ctx.stage : part]));
  },

  /** Scroll the panel as little as shows the end of a part, or as much of it as there is room for. */
  scrollPanel(ctx, part) {
    const [frame, at] = [ctx.panel, part].map((one) => one.getBoundingClientRect());
    const way = ctx.panel.querySelector("nav")?.offsetHeight ?? 0;
    ctx.panel.scrollTop += Math.max(0, Math.min(at.bottom - frame.bottom, at.top - frame.top - way));
  },
};
