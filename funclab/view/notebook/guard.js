// What is done to a notebook that is opened: scripts that it has stored are withheld until it is
// trusted, and a lesson that the reader has not changed has nothing to save.

/**
 * What a notebook has stored of its widgets, without anywidgets unless the notebook is trusted: they
 * bring scripts, which the widget manager runs as soon as a notebook is opened.
 */
function guard(notebook) {
  const STORED = "application/vnd.jupyter.widget-state+json", read = notebook.getMetadata.bind(notebook);
  notebook.getMetadata = (...key) => {
    const found = read(...key), stored = found?.[STORED];
    const code = [...notebook.cells].filter(({ type }) => type === "code");
    if (key[0] !== "widgets" || !stored || (code.length && code.every(({ trusted }) => trusted))) return found;
    const others = Object.entries(stored.state ?? {})
      .filter(([, model]) => !String(model?.model_module).includes("anywidget"));
    return { ...found, [STORED]: { ...stored, state: Object.fromEntries(others) } };
  };
}

/**
 * JupyterLab writes the kernel into a notebook as soon as it knows it: the version of Python, the
 * name that is shown. In a lesson, the same kernel is no change that one would have to save.
 */
function settle(notebook) {
  const write = notebook.setMetadata.bind(notebook);
  notebook.setMetadata = (key, ...value) => {
    const kernel = ["kernelspec", "language_info"].includes(key) && notebook.getMetadata("funclab");
    const clean = kernel && !notebook.dirty && notebook.getMetadata(key)?.name === value[0]?.name;
    write(key, ...value);
    if (clean) notebook.dirty = false;
  };
}

export const guardian = ({ INotebookTracker }) => ({
  id: "funclab:guard", autoStart: true, optional: [INotebookTracker],
  activate: (app, tracker) => {
    tracker?.widgetAdded.connect((_, { context }) => { guard(context.model); settle(context.model); });
  },
});
