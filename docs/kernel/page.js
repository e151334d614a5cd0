// Stands before the scripts of JupyterLite, which says nothing when its Python cannot be fetched, or
// breaks down: a sentence says so, until there is another one.

{
  const texts = JSON.parse(document.currentScript.dataset.texts), Plain = window.Worker;
  let told = null;

  const close = () => { told?.remove(); told = null; };

  const tell = (key) => {
    if (told?.dataset.about === key) return;
    close();
    told = Object.assign(document.createElement("p"), { role: "alert", textContent: texts[key] });
    told.dataset.about = key;
    const button = Object.assign(document.createElement("button"), { textContent: texts.close, onclick: close });
    const placed = { position: "fixed", zIndex: 1e5, inset: "auto 16px 40px", margin: "0 auto", maxWidth: "44rem" };
    const drawn = { padding: "12px 16px", borderRadius: "8px", background: "#8a1c1c", color: "#fff" };
    Object.assign(told.style, placed, drawn, { font: "14px/1.5 system-ui, sans-serif" });
    Object.assign(button.style, { marginLeft: "12px", font: "inherit", cursor: "pointer" });
    told.append(button);
    document.body.append(told);
  };

  window.Worker = class extends Plain {
    constructor(...given) {
      super(...given);
      close();
      this.addEventListener("message", ({ data }) => { if (data?.funclab === "died") tell("died"); });
    }
  };
  addEventListener("unhandledrejection", ({ reason }) => {
    const why = String(reason?.message ?? reason);
    if (/import.*pyodide|importing a module script failed/i.test(why)) tell("missing");
  });
}
