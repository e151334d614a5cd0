// The lines between the boxes of a model: which there are, and where they run.

const STEP = 12, WIDEST = 84, IN = 14, SVG = "http://www.w3.org/2000/svg";

/** From which box to which tensors go, in order, each pair once. */
export function links(model, boxes) {
  const box = new Map(boxes.flatMap(({ nodes }, at) => nodes.map((i) => [i, at])));
  return boxes.flatMap(({ nodes }, to) => {
    const read = new Set(nodes.flatMap((i) => model.calls[i].from.map((j) => box.get(j))));
    read.delete(to);
    return [...read].sort((a, b) => a - b).map((from) => ({ from, to }));
  });
}

/** A lane for each box whose tensor passes others by, so that no two lines lie on each other: the
 * lane next to the boxes is 0. */
export function lanes(all) {
  const far = new Map(), lane = new Map(), until = [];
  for (const { from, to } of all) if (to > from + 1) far.set(from, Math.max(to, far.get(from) ?? 0));
  const length = ([from, to]) => to - from, spans = [...far].sort((a, b) => length(a) - length(b) || a[0] - b[0]);
  for (const [from, to] of spans) {
    const free = (taken) => taken.every(([begin, end]) => to <= begin || end <= from);
    let at = until.findIndex(free);
    if (at < 0) at = until.push([]) - 1;
    until[at].push([from, to]);
    lane.set(from, at);
  }
  return lane;
}

const path = (d, kind) => {
  const el = document.createElementNS(SVG, "path");
  el.setAttribute("d", d);
  el.setAttribute("class", kind);
  return el;
};

/** Draw the lines beside a list of boxes, again whenever its size changes: to the next box straight
 * down, to others in a lane on the left. */
export function connect(list, all) {
  const lane = lanes(all), count = Math.max(0, ...[...lane.values()].map((at) => at + 1));
  const step = Math.min(STEP, WIDEST / Math.max(1, count)), room = count ? IN + count * step : 0;
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("aria-hidden", "true"); // each box says in words what it reads
  list.style.paddingLeft = `${room}px`;
  list.before(picture);
  const draw = () => {
    const place = ({ offsetTop: top, offsetHeight: height }) => ({ top, end: top + height });
    const items = [...list.children].map(place);
    picture.replaceChildren(...all.flatMap(({ from, to }) => {
      const { top } = items[to], { end } = items[from], x = room - IN - lane.get(from) * step, y = top + IN;
      return to === from + 1
        ? [path(`M${room + IN} ${end}V${top}`, "line"), path(`M${room + IN} ${top}l-4 -6h8z`, "head")]
        : [path(`M${room} ${end - IN}H${x}V${y}H${room}`, "line"), path(`M${room} ${y}l-6 -4v8z`, "head")];
    }));
  };
  new ResizeObserver(draw).observe(list);
}
