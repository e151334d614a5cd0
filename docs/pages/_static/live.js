// Puts the views of a page in place of their still pictures, each when it is almost in sight, and
// opens one of several views that share a place.

const here = new URL(".", import.meta.url);

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

/** What is kept of a view in a file of its own. */
async function fetched(name) {
  const answer = await fetch(new URL(`apart/${name}.txt`, here));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.text();
}

/** The style sheet of the views, once on a page. */
function dress(text) {
  if (document.querySelector("#views")) return;
  const sheet = Object.assign(document.createElement("style"), { id: "views", textContent: text });
  document.head.append(sheet);
}

async function show(place) {
  const { room, from } = place.dataset, still = [...place.childNodes];
  try {
    const held = from ? fetched(from) : place.dataset.held; // meanwhile its script is loaded
    const module = await import(new URL(`views/${room}.js`, here).href);
    const model = module.live.held(await unpacked(await held));
    dress(module.STYLE);
    place.replaceChildren();
    module.default.render({ model, el: place });
  } catch (error) {
    console.warn("funclab:", error);
    place.replaceChildren(...still);
  }
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    show(target);
  }
}, { rootMargin: "600px" });
for (const place of document.querySelectorAll(".stored")) near.observe(place);

/** Tabs as readers of screens know them: arrow keys go from one to the next. */
function tabbed(list) {
  const tabs = [...list.children];
  const choose = (chosen) => {
    for (const tab of tabs) {
      tab.ariaSelected = String(tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).classList.toggle("open", tab === chosen);
    }
  };
  list.addEventListener("click", ({ target }) => { if (tabs.includes(target)) choose(target); });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const next = tabs.at((tabs.indexOf(event.target) + by) % tabs.length);
    next.focus();
    choose(next);
    event.preventDefault();
  });
}
for (const list of document.querySelectorAll("[role=tablist]")) tabbed(list);

// After the page is there: keep it, and what one looks at first, for when there is no network.
addEventListener("load", () => {
  if (!navigator.connection?.saveData) navigator.serviceWorker?.register(new URL("../offline.js", here));
});
