// The extension of JupyterLab 4 and Notebook 7 (`labextension.py` puts it in its place): a container
// for module federation, with a renderer for funclab's own output type, and a guard of stored widgets.

import { guardian } from "./guard.js";
import { MIME, rendererOf } from "./renderer.js";

/** The newest version of a module that the page shares under a name. */
async function shared(scope, name) {
  const copies = scope[name], order = new Intl.Collator("en", { numeric: true });
  const newest = Object.keys(copies).sort(order.compare).at(-1);
  return (await copies[newest].get())();
}

const container = {
  init(scope) { this.scope = scope; },
  async get(module) {
    if (module === "./extension")
      return shared(this.scope, "@jupyterlab/notebook").then((notebook) => () => guardian(notebook));
    const Renderer = rendererOf(await shared(this.scope, "@lumino/widgets"));
    const rendererFactory = { safe: true, mimeTypes: [MIME], createRenderer: () => new Renderer() };
    return () => ({ id: "funclab:view", rank: -20, dataType: "json", rendererFactory });
  },
};
(window._JUPYTERLAB ??= {}).funclab = container;
