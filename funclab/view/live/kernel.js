// The models of this page that have a live kernel.

/** The models of this page with a live kernel, by id; `places` counts the outputs of each, and
 * `latest` has the number of its latest display. */
// An element with the id "funclab" would have this name too, but is not the page's own.
if (!Object.hasOwn(globalThis, "funclab"))
  globalThis.funclab = { models: new Map(), places: new Map(), latest: new Map(), news: new EventTarget(),
    opened: new Set() };
export const KERNEL = globalThis.funclab;

/** Make a widget's model known, until its kernel or its comm is gone. */
export function announce(model) {
  const id = model.get("own_id");
  if (!id) return undefined;
  const retire = () => { if (KERNEL.models.get(id) === model) KERNEL.models.delete(id); };
  model.widget_manager?.get_model(id).then((whole) => {
    model.on("comm_live_update", () => {
      model.ended = !whole.comm_live;  // as after a restart
      if (model.ended) retire();
    });
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
export function inKernel(id) {
  const model = KERNEL.models.get(id);
  return model && model.widget_manager?.kernel !== null ? model : null;
}
