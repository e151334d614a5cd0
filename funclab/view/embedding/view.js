// An embedding: marks in the plane, one of them chosen, with lines to its nearest in the full space.
// Python draws the planes and says what is near; this goes from mark to mark.

import { breakable, h, row, s, table } from "../live/core.js";
import { liveView } from "../live/start.js";
import { pictureFrom } from "../live/stored.js";
import { focusOn } from "../live/focus.js";

/** How near a click must be to a mark, and how large a sample is in place of its mark, in pixels. */
const REACH = 16, THUMB = 22, COVERED = 15, RADIUS = "9", AROUND = "15", LETTER = 6.7, LOW = 4;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @type {WrittenView} */
export const embedding = {
  name: "embedding",

  draw(ctx) {
    const { faces } = ctx.facts;
    this.faces = faces.map((face) =>
      ctx.button(ctx.t(`embedding_face_${face}`), "", () => this.turn(ctx, face), false));
    this.ways = ["labels", "images"].map((way) =>
      ctx.button(ctx.t(`embedding_as_${way}`), "", () => ctx.set({ images: way === "images" }), false));
    this.find = h("input", { type: "text", class: "fl-find", placeholder: ctx.t("embedding_find"),
      "aria-label": ctx.t("strip_find"), "aria-keyshortcuts": "/" });
    ctx.bar.append(h("span", { class: "fl-seg" }, this.faces),
      this.pictured(ctx).length ? h("span", { class: "fl-seg" }, this.ways) : "", this.find);
    this.box = h("div", { class: "fl-plane", onclick: (event) => this.click(ctx, event) });
    this.line = h("p", { class: "fl-computing" }, h("span"), " ",
      ctx.button(ctx.t("embedding_stop"), "", () => this.halt(ctx), null));
    Object.assign(this, { halted: false, going: false, asked: -1, busy: false });
    ctx.stage.append(this.box);
    this.limits = h("p", { class: "fl-limits" });
    this.body = h("div", { class: "fl-embedding-body" });
    ctx.stage.before(this.body);
    this.body.append(ctx.stage, h("div", { class: "fl-told" }, ctx.askBox, ctx.panel, this.limits));
    ctx.watchSizes(() => ctx.el.isConnected && this.drawPlane(ctx), ctx.stage);
  },

  counts(ctx) { return ctx.facts.counts; },

  /** The samples that have a stored picture. */
  pictured(ctx) {
    return Object.keys(ctx.model.get("pictures")).filter((key) => key.startsWith("sample "))
      .map((key) => Number(key.slice(7)));
  },

  drawing(ctx, i) {
    const svg = ctx.model.get("pictures")[`sample ${i}`] ?? (ctx.model.alone ? "" : ctx.lazy("sample", i)?.svg);
    return svg ? pictureFrom(svg) : null;
  },

  /** The places of the marks in the room that there is. */
  places(ctx) { return ctx.facts.places[this.drawnFace(ctx)].map(([x, y]) => [x * this.scale, y * this.scale]); },

  /** The face that is drawn: PCA until t-SNE is computed. */
  drawnFace({ state: { face }, facts: { places }, model }) {
    return places[face] && model.get("pictures")[face] ? face : "pca"; // they may arrive one after the other
  },

  /** Ask for the next piece of t-SNE, once, as long as it is looked at; and say how far it is, in a line that
   * stays, so that its button can be pressed. */
  compute(ctx) {
    const { state: { face }, facts: { places, stopped }, alone } = ctx, [words, button] = this.line.children;
    const there = face !== "tsne" || (places.tsne && !stopped), was = this.busy;
    this.busy = !there && !alone && !this.halted && (!places.tsne || this.going);
    if (there && was && face === "tsne") ctx.say(ctx.t("embedding_drawn"));
    if (there || (alone && places.tsne)) return this.line.remove();
    const { step = 0, steps } = ctx.got["plane tsne"] ?? {};
    const key = alone ? "embedding_alone" : this.busy ? "embedding_computing" : "embedding_halted";
    words.textContent = ctx.t(key, { step, steps: steps ?? ctx.facts.steps });
    button.textContent = ctx.t(this.busy ? "embedding_stop" : "embedding_go_on");
    button.hidden = alone;
    if (!this.line.isConnected) ctx.stage.append(this.line);
    if (this.busy && this.asked !== step) this.request(ctx, step);
    return undefined;
  },

  request(ctx, step, more = {}) {
    this.asked = step;
    ctx.model.send({ ask: "plane", key: "tsne", ...more });
  },

  /** Stop t-SNE where it is, or go on with it. */
  halt(ctx) {
    this.halted = this.busy;
    this.going = !this.busy;
    if (this.halted) this.request(ctx, -1, { stop: true });
    ctx.update();
  },

  /** How large the plane is, as a part of the size in which it was drawn: its marks stay as large. */
  fitting(ctx) {
    const { width, height } = this.svg.viewBox.baseVal, { clientWidth, clientHeight } = ctx.stage;
    const below = getComputedStyle(this.body).display === "block";
    const across = (clientWidth - 32) / this.size[0], down = below ? 1 : (clientHeight - 16) / this.size[1];
    return width && height ? Math.max(0.4, Math.min(1, across, down)) : 1;
  },

  /** A row in words, and what the data say of it. */
  said(ctx, i) { return [`${ctx.facts.names[i]}.`, ctx.facts.texts[i]].filter(Boolean).join(" "); },

  // What keys and clicks do.
  choose(ctx, i) {
    const { questions, words } = ctx.facts;
    ctx.ask(questions.sample, () => {
      ctx.set({ sample: i, near: -1 });
      ctx.say(`${this.said(ctx, i)} ${words[i]}`);
    });
  },

  turn(ctx, face) { ctx.ask(face === "tsne" ? ctx.facts.questions.tsne : null, () => ctx.set({ face })); },

  click(ctx, { clientX, clientY }) {
    const { left, top } = this.svg.getBoundingClientRect(), zoom = ctx.zoom;
    const at = [(clientX - left) / zoom, (clientY - top) / zoom];
    // A word may stand apart from its place.
    const [far, i] = [...this.svg.querySelectorAll("g.shape>text")].map((mark, j) => {
      const [x, y] = ["x", "y"].map((name) => Number(mark.getAttribute(name)));
      return [Math.hypot(x - at[0], y - LOW - at[1]), j];
    }).reduce((best, one) => (one[0] < best[0] ? one : best));
    if (far < REACH) this.choose(ctx, i);
  },

  /** To the nearest mark in a direction: at most 45 degrees off it, the farther off the worse. */
  go(ctx, key) {
    const places = this.places(ctx), [dx, dy] = WAYS[key], now = ctx.state.sample;
    if (now < 0) return this.choose(ctx, this.middle(ctx));
    let best = -1, least = Infinity;
    places.forEach(([x, y], i) => {
      const across = x - places[now][0], down = y - places[now][1];
      const ahead = across * dx + down * dy, aside = Math.abs(across * dy) + Math.abs(down * dx);
      if (i === now || ahead <= 0.5 || aside > ahead || ahead + 2 * aside >= least) return;
      [best, least] = [i, ahead + 2 * aside];
    });
    return best < 0 ? ctx.say(this.said(ctx, now)) : this.choose(ctx, best);
  },

  /** The mark nearest to the middle of all. */
  middle(ctx) {
    const places = this.places(ctx);
    const mean = [0, 1].map((axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length);
    const far = places.map(([x, y]) => Math.hypot(x - mean[0], y - mean[1]));
    return far.indexOf(Math.min(...far));
  },

  next(ctx) {
    const { sample, near } = ctx.state, { names, away } = ctx.facts;
    if (sample < 0) return this.choose(ctx, this.middle(ctx));
    const others = ctx.facts.near[sample], k = (near + 1) % others.length;
    ctx.set({ near: k });
    const told = { k: k + 1, n: others.length, name: names[others[k]], away: away[sample][k] };
    ctx.say(ctx.t("embedding_neighbour", told));
  },

  enter(ctx) {
    const { sample, near } = ctx.state;
    this.choose(ctx, ctx.facts.near[sample][near]);
  },

  /** Stop what is computed; else from the neighbour to the sample, and from there to none. */
  out(ctx) {
    if (this.busy) this.halt(ctx);
    else ctx.set(ctx.state.near >= 0 ? { near: -1 } : { sample: -1 });
  },

  typed(ctx, target, key) {
    if (target !== this.find || key !== "Enter") return false;
    const text = this.find.value.trim(), { labels, names } = ctx.facts;
    const index = ctx.facts.kind === "sample" && /^#?\d+$/.test(text);
    const wanted = index ? Number(text.replace("#", "")) : labels.indexOf(text);
    if (wanted >= 0 && wanted < names.length) {
      this.choose(ctx, wanted);
      focusOn(ctx.el);
    } else ctx.say(ctx.t("embedding_unknown", { text }));
    return true;
  },

  /** The question before the picture, if it is still open: what it asks for is covered. */
  asks(ctx) {
    const question = ctx.facts.questions.open;
    const answered = ctx.model.get("answers").some(({ id }) => id === question.id);
    return ctx.model.get("ask") && !answered ? question : null;
  },

  // What is drawn.
  update(ctx) {
    const { face, images } = ctx.state, { faces, limits } = ctx.facts, asked = this.asks(ctx);
    this.faces.forEach((button, i) => button.setAttribute("aria-pressed", String(faces[i] === face)));
    this.ways.forEach((button, i) => button.setAttribute("aria-pressed", String(images === (i === 1))));
    const honest = [h("strong", {}, ctx.t("embedding_not_shown")), ` ${limits[this.drawnFace(ctx)]}`];
    this.limits.replaceChildren(...(asked ? [] : honest));
    ctx.el.classList.toggle("fl-asks", Boolean(asked));
    this.drawPlane(ctx);
    this.compute(ctx);
    ctx.panel.replaceChildren(...(asked ? [] : this.told(ctx)));
    if (asked && !ctx.gate) ctx.ask(asked, () => ctx.update());
  },

  drawPlane(ctx) {
    const { images } = ctx.state, markup = ctx.model.get("pictures")[this.drawnFace(ctx)];
    if (this.markup !== markup) {
      this.markup = markup;
      this.svg = pictureFrom(markup);
      this.box.replaceChildren(this.svg);
      const { width, height } = this.svg.viewBox.baseVal, moved = this.svg.querySelectorAll("text,circle");
      this.size = [width, height];
      this.ties = [...this.svg.querySelectorAll("path")].map((tie) => [tie, tie.getAttribute("d")]);
      this.drawn = [...moved].map((part) => [part, ...(part.localName === "text" ? ["x", "y"] : ["cx", "cy"])]
        .map((one) => (typeof one === "string" ? [one, Number(part.getAttribute(one))] : one)));
      this.scale = 0;
    }
    this.arrange(ctx);
    this.drawThumbs(ctx, images);
    for (const mark of this.svg.querySelectorAll(".fl-chosen")) mark.remove();
    this.mark(ctx);
  },

  /** Move the marks to where they are in the room that there is; letters are centred LOW pixels lower, and words at
   * the rim stay whole. */
  arrange(ctx) {
    const scale = this.fitting(ctx), width = Math.floor(this.size[0] * scale);
    const height = Math.ceil(this.size[1] * scale) + 4;
    if (scale === this.scale) return;
    this.scale = scale;
    for (const [part, ...ends] of this.drawn) for (const [name, value] of ends) {
      const low = name === "y" ? LOW : 0;
      const half = name === "x" && part.closest(".shape") ? (part.textContent.length * LETTER) / 2 : 0;
      const at = (value - low) * scale + low;
      part.setAttribute(name, String(half ? Math.max(half, Math.min(width - half, at)) : at));
    }
    for (const [tie, way] of this.ties)
      tie.setAttribute("d", way.replace(/-?[\d.]+/g, (number) => String(number * scale)));
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height }))
      this.svg.setAttribute(name, String(value));
    this.thumbs?.remove();
    this.thumbs = null;
  },

  /** The samples that are drawn in place of their marks: the stored ones, as far as none lies on another. */
  apart(ctx) {
    const places = this.places(ctx), free = ([x, y]) => shown.every((i) =>
      Math.abs(places[i][0] - x) >= THUMB || Math.abs(places[i][1] - y) >= THUMB), shown = [];
    for (const i of this.pictured(ctx)) if (free(places[i])) shown.push(i);
    return shown;
  },

  /** Samples in place of their marks; the marks that would lie under them are left out. */
  drawThumbs(ctx, images) {
    const marks = this.svg.querySelectorAll("g.shape>text"), places = this.places(ctx);
    if (images && !this.thumbs) {
      this.thumbs = s("g", { class: "fl-thumbs" });
      this.shown = this.apart(ctx);
      for (const i of this.shown) {
        const one = this.drawing(ctx, i), [x, y] = places[i];
        const at = { x: x - THUMB / 2, y: y - THUMB / 2, width: THUMB, height: THUMB };
        for (const [name, value] of Object.entries(at)) one.setAttribute(name, String(value));
        this.thumbs.append(one);
      }
      this.svg.querySelector("g.shape").after(this.thumbs);
    }
    if (!this.thumbs) return;
    this.thumbs.style.display = images ? "" : "none";
    const under = ([x, y]) => this.shown.some((i) =>
      Math.abs(places[i][0] - x) < COVERED && Math.abs(places[i][1] - y) < COVERED);
    const hide = (mark, hidden) => { mark.style.display = images && hidden ? "none" : ""; };
    marks.forEach((mark, i) => hide(mark, under(places[i])));
    for (const circle of this.svg.querySelectorAll("g.edge>circle")) { // wrong answers: around a sample, it is larger
      /** @type {[number, number]} */
      const at = [circle.cx.baseVal.value, circle.cy.baseVal.value];
      const drawn = this.shown.some((i) => Math.hypot(places[i][0] - at[0], places[i][1] - at[1]) < 0.5);
      circle.setAttribute("r", images && drawn ? AROUND : RADIUS);
      hide(circle, under(at) && !drawn);
    }
  },

  /** A ring around the chosen mark, and lines to its nearest. */
  mark(ctx) {
    const { sample, near } = ctx.state, places = this.places(ctx);
    if (sample < 0) return;
    const [x, y] = places[sample], others = ctx.facts.near[sample];
    const lines = others.map((i, k) => s("path", { class: k === near ? "fl-line-near" : "fl-line",
      d: `M${x},${y}L${places[i][0]},${places[i][1]}` }));
    const ring = ([cx, cy], r, name) => s("circle", { class: name, cx, cy, r });
    this.svg.append(s("g", { class: "fl-chosen" }, ...lines, ring(places[sample], 12, "fl-ring"),
      ...(near >= 0 ? [ring(places[others[near]], 9, "fl-ring fl-lit")] : [])));
  },

  told(ctx) {
    const { trust, notes, code, numbers, nearest } = ctx.facts;
    const of = ctx.t("embedding_trust_of", { n: nearest, d: numbers });
    return [
      ctx.state.sample >= 0 ? this.chosen(ctx) : h("p", { class: "fl-soft" }, ctx.t("embedding_choose")),
      h("h3", {}, ctx.t("embedding_trust_brief")),
      table(trust.map(([name, value]) => row(name, [value])), [], of),
      notes.map((note) => h("p", { class: "fl-soft" }, note)),
      h("h3", {}, ctx.t("embedding_code")),
      h("div", { class: "fl-copied" }, h("code", {}, breakable(code)),
        ctx.button(ctx.t("copy"), "", () => ctx.copy(code), null, { icon: "copy", brief: true })),
    ].flat(2).filter(Boolean);
  },

  /** The chosen row, and its nearest as cards. */
  chosen(ctx) {
    const { sample, near } = ctx.state, { names, words, texts, away, numbers } = ctx.facts;
    const others = ctx.facts.near[sample];
    return [
      h("h2", {}, names[sample]),
      h("div", { class: "fl-own" }, this.drawing(ctx, sample),
        h("p", {}, texts[sample] && texts[sample] !== names[sample] ? `${texts[sample]}. ` : "", words[sample])),
      h("h3", {}, ctx.t("embedding_nearest", { n: others.length, d: numbers })),
      h("ol", { class: "fl-cards" }, others.map((i, k) => this.card(ctx, i, away[sample][k], k === near))),
    ];
  },

  card(ctx, i, away, chosen) {
    const { names, labels, texts } = ctx.facts, drawing = this.drawing(ctx, i);
    return h("li", {}, h("button", { type: "button", class: "fl-sample", "aria-pressed": String(chosen),
      "aria-label": `${this.said(ctx, i)} ${away}`, title: names[i], onclick: () => this.choose(ctx, i) },
    drawing ?? (texts[i] && texts[i] !== labels[i] ? h("span", { class: "fl-text" }, texts[i]) : null),
    h("strong", {}, labels[i] ?? `#${i}`), h("small", {}, away)));
  },

  keys(ctx) {
    const { faces } = ctx.facts, { face, images, sample, near } = ctx.state, some = this.pictured(ctx).length > 0;
    const arrows = Object.keys(WAYS).map((key) =>
      [key, { label: ctx.t("key_embedding_go"), run: () => this.go(ctx, key) }]);
    return {
      ...Object.fromEntries(arrows),
      n: { label: ctx.t("key_embedding_near"), run: () => this.next(ctx) },
      Enter: { label: ctx.t("key_embedding_enter"), when: () => near >= 0, run: () => this.enter(ctx) },
      f: { label: faces.length > 1 ? ctx.t("key_embedding_face") : "", when: () => faces.length > 1,
        run: () => this.turn(ctx, faces[(faces.indexOf(face) + 1) % faces.length]) },
      i: { label: some ? ctx.t("key_embedding_images") : "", when: () => some,
        run: () => ctx.set({ images: !images }) },
      ",": { label: ctx.t("strip_back"), run: () => this.choose(ctx, Math.max(0, sample - 1)) },
      ".": { label: ctx.t("strip_next"),
        run: () => this.choose(ctx, Math.min(ctx.facts.names.length - 1, sample + 1)) },
      "/": { label: ctx.t("strip_find"), run: () => this.find.focus() },
      Escape: { label: ctx.t("key_out"), run: () => this.out(ctx) },
    };
  },

  caption(ctx) {
    const { kind, labels, wrong } = ctx.facts;
    if (kind === "word") return ctx.t("embedding_foot_word");
    if (ctx.state.images) return ctx.t("embedding_foot_images", { n: this.shown?.length ?? 0 });
    if (!labels.length) return ctx.t("embedding_foot_bare");
    return ctx.t(wrong ? "embedding_foot_wrong" : "embedding_foot");
  },
};

export default liveView(() => embedding, ["facts", "pictures", "status"]);
