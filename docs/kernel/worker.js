// Stands before the script of the browser's Python: its page hears when Python has broken down.

addEventListener("unhandledrejection", ({ reason }) => {
  if (reason?.pyodide_fatal_error) postMessage({ funclab: "died" });
});
