// A drawn chart in another room: what lies on its axes moves with them, words and marks keep their size.

/** The largest mark, and how wide a digit of an axis may be, with the room between two numbers. */
const MARK = 16, DIGIT = 7, APART = 8;
/** The least share of a picture that is its left part, if it has two. */
const LEFT_PART = 0.4;
/** How far the middle of a line of words lies above its foot. */
const MIDDLE = 4;

/**
 * Where a number between two ends goes if the second end moves: what lies beyond an end keeps its distance to it.
 * @param {number} from
 * @param {number} to
 * @param {number} by
 */
const moved = (from, to, by) => (at) =>
  at <= from ? at : at >= to ? at + by : from + ((at - from) * (to - from + by)) / (to - from);

/** @param {number} number */
const rounded = (number) => Number(number.toFixed(2));

/** The points of a path of absolute coordinates, each as "x,y". */
const POINTS = /(-?[\d.]+),(-?[\d.]+)/g;

function movePath(path, x, y) {
  const d = path.getAttribute("d"), points = [...d.matchAll(POINTS)].map((one) => one.slice(1).map(Number));
  const ends = [0, 1].map((i) => points.map((one) => one[i])).map((all) => [Math.min(...all), Math.max(...all)]);
  const middles = ends.map(([low, high]) => (low + high) / 2);
  const mark = d.endsWith("Z") && ends.every(([low, high]) => high - low < MARK);
  const by = mark ? [x(middles[0]) - middles[0], y(middles[1]) - middles[1]] : null;
  const next = (a, b) => (by ? [a + by[0], b + by[1]] : [x(a), y(b)]).map(rounded).join(",");
  path.setAttribute("d", d.replace(POINTS, (_, a, b) => next(Number(a), Number(b))));
}

/** Strokes that are short dots keep their length. */
function moveDots(path, x, y) {
  const dots = path.getAttribute("d").matchAll(/M([\d.-]+),([\d.-]+)L[\d.-]+,([\d.-]+)/g);
  path.setAttribute("d", [...dots].map((one) => one.slice(1).map(Number)).map(([at, from, to]) => {
    const across = rounded(x(at)), middle = y((from + to) / 2), half = (to - from) / 2;
    return `M${across},${rounded(middle - half)}L${across},${rounded(middle + half)}`;
  }).join(""));
}

function moveAt(part, names, along) {
  for (const name of names) {
    const at = part.getAttribute(name);
    if (at !== null) part.setAttribute(name, String(rounded(along(Number(at)))));
  }
}

function moveRect(rect, x, y) {
  for (const [name, size, along] of [["x", "width", x], ["y", "height", y]]) {
    const at = Number(rect.getAttribute(name)), end = at + Number(rect.getAttribute(size));
    rect.setAttribute(name, String(rounded(along(at))));
    rect.setAttribute(size, String(rounded(along(end) - along(at))));
  }
}

/** Leave out words of a line that would stand on each other, such as numbers under an axis, but for the last. */
export function thin(texts) {
  const wide = Math.max(0, ...texts.map((one) => one.textContent.length)) * DIGIT + APART;
  const at = (one) => Number(one.getAttribute("x"));
  let free = Infinity;
  for (const text of texts.toSorted((a, b) => at(b) - at(a))) {
    if (at(text) > free) text.remove();
    else free = at(text) - wide;
  }
}

/** Move every part of a picture, or some of them. */
export function moveAll(parts, x, y, line = y) {
  for (const part of parts) {
    const { tagName } = part;
    if (tagName === "path") (part.closest("[data-dots]") ? moveDots : movePath)(part, x, y);
    else if (tagName === "rect") moveRect(part, x, y);
    else if (tagName === "line") { moveAt(part, ["x1", "x2"], x); moveAt(part, ["y1", "y2"], y); }
    else if (tagName === "circle") { moveAt(part, ["cx"], x); moveAt(part, ["cy"], y); }
    else { moveAt(part, ["x"], x); moveAt(part, ["y"], line); }
  }
}

/** Give a picture another size, in which nothing is shrunk. */
export function resize(svg, width, height) {
  const [a, b] = svg.getAttribute("viewBox").split(" ");
  svg.setAttribute("viewBox", [a, b, width, height].join(" "));
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
}

export const PARTS = "path,rect,circle,line,text,tspan";
const sizeOf = (svg) => ["width", "height"].map((name) => Number(svg.getAttribute(name)));

/**
 * Draw a chart wider and higher by so many pixels, or narrower and lower. Returns where a place of it is then.
 * @param {any} svg
 * @param {{ left: number, right: number, top: number, base: number }} plot  where its axes begin and end
 * @param {number} wider
 * @param {number} higher
 */
export function stretch(svg, { left, right, top, base }, wider, higher) {
  const x = moved(left, right, wider), y = moved(top, base, higher), [width, height] = sizeOf(svg);
  const line = (at) => y(at - MIDDLE) + MIDDLE; // words stay in the middle of what they name
  moveAll(svg.querySelectorAll(PARTS), x, y, line);
  if (wider < 0) thin([...svg.querySelectorAll("text[text-anchor=middle]")]
    .filter((one) => Number(one.getAttribute("y")) > base + higher));
  resize(svg, width + wider, height + higher);
  return ([across, down]) => [x(across), y(down)];
}

/**
 * Put the right part of a picture that is on the page under the left one, if it is wider than its room and there is
 * a gap between them. Returns how wide the left part is, or 0.
 * @param {any} svg
 * @param {number} room
 */
export function fold(svg, room) {
  const [width, height] = sizeOf(svg), parts = [...svg.querySelectorAll(PARTS)];
  if (width <= room) return 0;
  const boxes = parts.map((part) => part.getBBox()).map(({ x, width }) => [x, x + width])
    .toSorted((a, b) => a[0] - b[0]);
  let end = 0, gap = [0, 0, 0];
  for (const [from, to] of boxes) {
    if (from - end > gap[0] && from > width * LEFT_PART) gap = [from - end, end, from];
    end = Math.max(end, to);
  }
  const [apart, left, right] = gap;
  if (apart < APART) return 0;
  const beyond = parts.filter((part) => part.getBBox().x >= right - 1);
  const bottom = Math.max(...beyond.map((part) => part.getBBox()).map((box) => box.y + box.height));
  moveAll(beyond, (at) => at - right + apart, (at) => at + height + apart);
  resize(svg, Math.ceil(Math.max(left + 2, width - right + apart)),
    Math.ceil(height + 2 * apart + bottom));
  return left;
}
