// A guard of stored widgets: it withholds scripts until their notebook is trusted.

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

export const guardian = ({ INotebookTracker }) => ({
  id: "funclab:guard", autoStart: true, optional: [INotebookTracker],
  activate: (app, tracker) => { tracker?.widgetAdded.connect((_, { context }) => guard(context.model)); },
});
