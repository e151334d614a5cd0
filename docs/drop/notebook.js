// Gives the structure of a model to the notebook that shows it with the browser's own Python: it
// becomes a file of JupyterLite, which keeps files in the browser.

const STORAGE = "funclab", STORE = "files", NAME = "dropped_model.json"; // as `docs/lite.py` names them

const asked = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

/** The storage, with a place for files: JupyterLite may not have been opened yet. */
async function opened(version) {
  const request = indexedDB.open(STORAGE, version);
  request.onupgradeneeded = () => {
    if (!request.result.objectStoreNames.contains(STORE)) request.result.createObjectStore(STORE);
  };
  const storage = await asked(request), next = storage.version + 1;
  if (storage.objectStoreNames.contains(STORE)) return storage;
  storage.close();
  return opened(next);
}

/** Keep a model's config, as JSON, where the notebook looks for it. */
export async function hand(content) {
  const storage = await opened(), now = new Date().toISOString();
  const file = { name: NAME, path: NAME, type: "file", format: "text", mimetype: "application/json",
    writable: true, created: now, last_modified: now, size: content.length, content };
  await asked(storage.transaction(STORE, "readwrite").objectStore(STORE).put(file, NAME));
  storage.close();
}
