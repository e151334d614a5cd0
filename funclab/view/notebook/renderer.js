// How JupyterLab 4 and Notebook 7 show live views: with a kernel, without one, and untrusted.

export const MIME = "application/vnd.funclab.view+json", WIDGET = "application/vnd.jupyter.widget-view+json";
const own = new URL(/** @type {HTMLScriptElement} */ (document.currentScript).src); // includes the hash of all files
const load = (room) => import(new URL(`${room}.js${own.search}`, own).href);
// How soon a model in the kernel usually announces itself (after a reload it takes longer), after
// what time a cleared view that is not back on the page is released, and after what time without a
// change a view is packed for the next save, in milliseconds.
const SOON = 150, CLEARED = 3000, CALM = 100;
// The most bytes of a view, however small they were packed, and the most characters of a still
// picture. Elements that it should not have could be repeated or filtered until the page stops.
const MOST_BYTES = 32e6, MOST_STILL = 4e6;
const NOT_STILL = /<(?!\/?(?:svg|g|rect|circle|path|text|tspan|title|desc|style)[\s/>])/;

// When the reader last scrolled, typed or clicked, and the runs of cells whose view has been scrolled to.
let moved = 0;
const seen = new WeakSet();
for (const name of ["wheel", "touchmove", "keydown", "pointerdown"])
  window.addEventListener(name, () => { moved = Date.now(); }, { capture: true, passive: true });
const frame = () => new Promise(requestAnimationFrame);

async function unpacked({ live }, text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  let left = MOST_BYTES;
  const measured = new TransformStream({ transform(part, stream) {
    left -= part.length;
    if (left < 0) live.refuse("stored_too_large");
    stream.enqueue(part);
  } });
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")).pipeThrough(measured);
  return new Response(stream).json();
}

/** JSON as `unpacked` reads it. */
async function packed(json) {
  const stream = new Blob([json]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** The style sheet of all views, once on a page. */
function dress(text) {
  if (document.head.querySelector("#funclab-style")) return;
  const sheet = document.createElement("style");
  sheet.id = "funclab-style";
  sheet.textContent = text;
  document.head.append(sheet);
}

export const rendererOf = ({ Widget }) => class extends Widget {
  async renderModel(output) {
    this.output = output;
    try {
      await this.show(output);
    } catch (error) {
      console.warn("funclab:", error);
      this.showStill(output);
    }
  }

  async show({ data, metadata }) {
    const { held: text, displays, since } = metadata[MIME], id = data[WIDGET]?.model_id;
    const module = this.module = await load(data[MIME].view.replace(/\W/g, ""));
    dress(module.STYLE);
    const { latest } = module.live.KERNEL;
    latest.set(id, Math.max(displays, latest.get(id) ?? 0));
    if (id === this.id && this.live === module.live.inKernel(id)) return; // it is already shown
    this.leave?.(true);
    this.join(module, id);
    this.live = module.live.inKernel(id) ?? await this.soon(module, id);
    if (this.live) await this.mend(module, id, text);
    const held = this.live ? null : module.live.held({ ...await unpacked(module, text),
      ...typeof since === "string" ? await unpacked(module, since) : since });
    this.live ??= module.live.inKernel(id); // it may have arrived meanwhile
    this.held = this.live ? null : held;
    if (!this.isDisposed) this.put(module);
  }

  /** The kernel's model if it arrives quickly: then nothing is drawn twice. */
  soon(module, id) {
    return new Promise((done) => {
      const end = setTimeout(done, SOON, null);
      module.live.KERNEL.news.addEventListener(id, () => { clearTimeout(end); done(module.live.inKernel(id)); },
        { once: true });
    });
  }

  /**
   * Pictures and cover are sent right after the model, and can get lost on a busy machine (it
   * happened with five browsers): then take them from the output.
   */
  async mend(module, id, text) {
    const { live } = this, some = (pictures) => Object.keys(pictures ?? {}).length > 0;
    if (some(live.get("pictures"))) return;
    const { pictures, cover } = module.live.checked(await unpacked(module, text));
    if (!some(pictures) || some(live.get("pictures"))) return;
    const model = await live.widget_manager?.get_model(id);
    model?.set_state({ pictures, cover }); // a plain set would send them to the kernel
  }

  /** Count this output among those of its view; switch to the kernel's model if one arrives. */
  join(module, id) {
    const { places, latest, news } = module.live.KERNEL;
    this.id = id;
    places.set(id, (places.get(id) ?? 0) + 1);
    const listen = () => {
      if (!this.held) return;
      this.live = module.live.inKernel(id);
      this.held.handTo(this.live);
      this.held = null;
      this.mend(module, id, this.output.metadata[MIME].held).then(() => { if (!this.isDisposed) this.put(module); });
    };
    news.addEventListener(id, listen);
    this.leave = (cleared) => {
      news.removeEventListener(id, listen);
      places.set(id, places.get(id) - 1);
      this.leave = null;
      const close = { ask: "close", displays: latest.get(id) };
      if (cleared) setTimeout(() => { if (!places.get(id)) module.live.inKernel(id)?.send(close); }, CLEARED);
    };
  }

  /** Draw the view; the focus stays on the same element as in the previous drawing. */
  put(module) {
    const focused = this.node.contains(document.activeElement);
    this.stop?.();
    this.node.replaceChildren();
    const model = this.live ?? this.held, end = module.default.render({ model, el: this.node });
    const leave = this.follow(model, module.default.changing ?? []);
    this.stop = () => { leave(); end?.(); };
    if (focused) this.node.querySelector(".fl")?.focus({ preventScroll: true });
    this.bringInSight();
  }

  /** Scroll to the view of a cell that was just run by itself, once, as far as needed: not of a notebook that is
   * opened, and not if the reader has done something else since. */
  async bringInSight() {
    const run = this.area?.future, { widgets = [], activeCellIndex = 0 } = this.panel?.content ?? {};
    if (!run || !this.stop || seen.has(run)) return;
    seen.add(run);
    const at = widgets.findIndex(({ node }) => node.contains(this.node));
    if (at < 0 || ![0, 1].includes(activeCellIndex - at)) return; // one of several that were run
    await frame();
    await frame(); // it has its size, and the front end has scrolled to the next cell
    if (moved <= Date.parse(run.msg.header.date)) this.node.scrollIntoView({ block: "nearest" });
  }

  /** The picture that was stored beside the view, and why there is only that. */
  showStill({ data }) {
    this.stop = null;
    const svg = String(data["image/svg+xml"] ?? ""), text = data["text/plain"] ?? "";
    const drawn = svg && svg.length <= MOST_STILL && !NOT_STILL.test(svg), words = document.createElement("p");
    const picture = document.createElement("img");
    picture.alt = text;
    const whole = svg.replace(/[\ud800-\udfff]/gu, "\ufffd");
    if (drawn) picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(whole)}`;
    words.textContent = this.module?.TEXTS.stored_refused ?? (drawn ? "" : text);
    this.node.replaceChildren(...(drawn ? [picture] : []), ...(words.textContent ? [words] : []));
  }

  onAfterAttach() {
    this.area ??= this.parent?.parent;
    let panel = this.area;
    while (panel && !panel.sessionContext) panel = panel.parent;
    if (this.panel || !panel?.context) return;
    this.panel = panel;
    panel.sessionContext.iopubMessage.connect(this.overhear, this);
    panel.context.saveState.connect(this.store, this);
    this.bringInSight();
  }

  /**
   * Follow a kernel that is still busy with a cell that was begun before this page was loaded. It
   * cannot yet hand out its models, and JupyterLab ignores what comes for them and their outputs.
   */
  overhear(_, { header, content }) {
    if (header.msg_type === "comm_msg" && content.comm_id === this.id) this.followBusy(content.data);
    else if (header.msg_type === "update_display_data" && content.data[WIDGET]?.model_id === this.id)
      this.replace({ data: content.data, metadata: content.metadata });
  }

  followBusy(data) {
    if (!this.held) return;
    const { alone } = this.held;
    this.held.hear(data, this.panel.sessionContext.session?.kernel ?? null);
    if (alone && !this.held.alone) this.put(this.module);
  }

  /** What Python has changed since this output was stored; null if it has changed nothing. */
  get news() {
    const model = this.live ?? this.held, names = this.module?.default.changing;
    if (!model || !names) return null;
    const { since, serial } = this.output.metadata[MIME];
    // What could not be packed in time has its own number, and is packed as soon as that can be done.
    return model.get("status")?.serial > (this.live ? serial : since?.status?.serial ?? serial)
      ? Object.fromEntries(names.map((name) => [name, model.get(name)])) : null;
  }

  /** Pack what changes as soon as it stays as it is for a moment: a save does not wait. */
  follow(model, names) {
    const pack = async () => {
      const { news } = this, json = JSON.stringify(news);
      if (news) this.packed = { json, text: await packed(json) };
    };
    let timer = 0;
    const later = () => { clearTimeout(timer); timer = setTimeout(pack, CALM); };
    for (const name of names) model.on(`change:${name}`, later);
    later();
    return () => {
      clearTimeout(timer);
      for (const name of names) model.off(`change:${name}`, later);
    };
  }

  /** Before the notebook is saved: store what has changed since this was displayed, so that the
   * file has the curves up to now, and not up to the last display. */
  store(_, state) {
    const { news } = this;
    if (state !== "started" || !news) return;
    const { data, metadata } = this.output, { json, text } = this.packed ?? {};
    const added = json === JSON.stringify(news) ? { since: text, serial: news.status.serial } : { since: news };
    this.replace({ data, metadata: { ...metadata, [MIME]: { ...metadata[MIME], ...added } } });
  }

  /** Replace the output that this shows, in the notebook. */
  replace({ data, metadata }) {
    const { model } = this.area;
    for (let i = 0; i < model.length; i++) {
      const old = model.get(i);
      const alike = JSON.stringify(old.metadata[MIME]) === JSON.stringify(metadata[MIME]);
      if (old.data[WIDGET]?.model_id === this.id && !alike) model.set(i, { ...old.toJSON(), data, metadata });
    }
  }

  /** A reopened notebook finds its views again, but a cleared or replaced output does not. */
  dispose() {
    if (this.isDisposed) return;
    this.panel?.sessionContext.iopubMessage.disconnect(this.overhear, this);
    this.panel?.context.saveState.disconnect(this.store, this);
    this.stop?.();
    this.leave?.(!this.area?.isDisposed);
    super.dispose();
  }
};
