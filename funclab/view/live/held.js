// Where a view finds its model: in the kernel, or in the data of a page or a saved notebook.

/** The models of this page with a live kernel, by id; `places` counts the outputs of each, and
 * `latest` has the number of its latest display. */
// An element with the id "funclab" would have this name too, but is not the page's own.
if (!Object.hasOwn(globalThis, "funclab")) globalThis.funclab = { models: new Map(), places: new Map(), latest: new Map(), news: new EventTarget(), opened: new Set() };
const KERNEL = globalThis.funclab;

/** Make a widget's model known, until its kernel or its comm is gone. */
function announce(model) {
  const id = model.get("own_id");
  if (!id) return undefined;
  const retire = () => { if (KERNEL.models.get(id) === model) KERNEL.models.delete(id); };
  model.widget_manager?.get_model(id).then((whole) => {
    model.on("comm_live_update", () => { if (!whole.comm_live) retire(); });
    listen(whole);
  }, retire);
  KERNEL.models.set(id, model);
  KERNEL.news.dispatchEvent(new Event(id));
  return retire;
}

/** anywidget gives up on a model whose script has not loaded after two seconds, as on a busy page,
 * and then drops all its kernel's messages. Then listen without it, and request what was missed. */
function listen(whole) {
  whole._handle_comm_msg?.({ content: { data: {} } })?.catch(() => {
    const plain = Object.getPrototypeOf(Object.getPrototypeOf(whole))._handle_comm_msg;
    whole.comm?.on_msg(plain.bind(whole));
    whole.comm?.send({ method: "request_state" }, {});
  });
}

/** The model with this id, if its kernel is alive. A kernel that is shut down does not say so. */
function inKernel(id) {
  const model = KERNEL.models.get(id);
  return model && model.widget_manager?.kernel !== null ? model : null;
}

/** A model without a kernel: it has its stored data, and keeps what is changed. */
function held(stored) {
  const traits = checked(stored), first = { ...traits }, listeners = {};
  return {
    alone: true,
    kernel: null,
    get: (name) => traits[name],
    set(name, value) {
      if (same(traits[name], value)) return;
      traits[name] = value;
      for (const call of listeners[`change:${name}`] ?? []) call();
    },
    save_changes() {},
    send() {},
    on(name, call) { (listeners[name] ??= new Set()).add(call); },
    off(name, call) { listeners[name]?.delete(call); },

    /** Take what a kernel sends that is too busy to hand out its own model: it is alive. */
    hear({ method, state, content }, kernel) {
      Object.assign(this, { alone: false, kernel });
      if (method === "custom") for (const call of listeners["msg:custom"] ?? []) call(content);
      if (method !== "update") return;
      for (const [name, value] of Object.entries(state)) {
        if (!Object.hasOwn(traits, name)) continue;
        first[name] = value;
        this.set(name, value);
      }
    },

    /** Copy what was changed here to the kernel's model, and leave the rest of that as it is. */
    handTo(model) {
      for (const name of ["state", "stop", "answers"]) {
        if (same(traits[name], first[name])) continue;
        const changed = name === "state" && Object.entries(traits.state).filter(([key, value]) => !same(value, first.state[key]));
        model.set(name, changed ? { ...model.get(name), ...Object.fromEntries(changed) } : traits[name]);
      }
      model.save_changes();
    },
  };
}

/** A view as notebooks load it: what `make` returns, drawn for a model. Python changes the traits
 * in `changing` as long as something is under way, and each save of the notebook stores them. */
function liveView(make, changing = null) {
  return {
    changing,
    initialize: ({ model }) => announce(model),
    render: ({ model, el }) => underCover(model, el, () => start(model, el, make())),
  };
}
