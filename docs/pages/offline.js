// The service worker of the site: what was opened once opens without a network, and so do the first
// page, the lessons and the page for model files. `docs/offline.py` writes the lists of files.

const CACHE = "funclab-pages $DIGEST", FIRST = ["$FIRST"];
const HERE = self.registration.scope, LITE = `${HERE}lite/`; // which has a service worker of its own

async function keepAll() {
  const cache = await caches.open(CACHE);
  for (const path of FIRST) await cache.add(HERE + path); // one after another: the page goes first
}

async function dropOld() {
  const old = (await caches.keys()).filter((name) => name.startsWith("funclab-pages ") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** From the network; where there is none, from what was kept. */
async function answer(request, plain) {
  const cache = await caches.open(CACHE);
  try {
    const fresh = await fetch(request);
    if (fresh.status === 200) cache.put(plain, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await cache.match(plain);
    if (kept) return kept;
    if (request.mode !== "navigate") throw error;
    return Response.redirect(`${HERE}offline.html`);
  }
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepAll());
});
self.addEventListener("activate", (event) => event.waitUntil(dropOld()));
self.addEventListener("fetch", (event) => {
  const { request } = event, [plain] = request.url.split(/[?#]/);
  if (request.method !== "GET" || !plain.startsWith(HERE) || plain.startsWith(LITE)) return;
  event.respondWith(answer(request, plain.endsWith("/") ? `${plain}index.html` : plain));
});
