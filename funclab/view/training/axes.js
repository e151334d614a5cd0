// Axes of small charts: round numbers, places for labels, and marks that need no font.

/** Round numbers within a span, at most `most`. */
function roundTicks(low, high, most = 5) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((i) => i * power).find((one) => one >= rough);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high * (1 + 1e-9); i++) found.push(i * step);
  return found;
}

/** Numbers for a logarithmic axis: powers of ten, with twos and fives where there is room. */
function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const heads = decades > 4 ? [1] : decades > 1.2 ? [1, 3] : [1, 1.5, 2, 3, 5, 7];
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const head of heads) {
      const value = head * 10 ** power;
      if (value >= low && value <= high) found.push(value);
    }
  return found.length > 1 ? found : roundTicks(low, high, 3);
}

/** Whole epochs for an axis. */
function epochTicks(first, last) {
  return roundTicks(first, Math.max(last, first + 1), 6).filter((one) => Number.isInteger(one));
}

/** Growing places near the wanted ones, `distance` apart; within the limits if they fit. */
function apart(wanted, distance, low, high) {
  const places = [];
  for (const at of wanted)
    places.push(Math.max(at, places.length ? places.at(-1) + distance : low));
  let limit = high;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i], limit);
    limit = places[i] - distance;
  }
  return places;
}

/** A number in three figures: 0.0321, 12.5, 2.1e-5. */
function brief(value) {
  if (value == null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replace("e+", "e");
  return String(Number(value.toPrecision(3)));
}

/** A round number of an axis, in all its figures: 1.275, 2.5e-4. */
function tickText(value) {
  const round = Number(value.toPrecision(6)), size = Math.abs(round);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? round.toExponential().replace("e+", "e") : String(round);
}

/** The value below which a part of the numbers lies. */
function quantile(sorted, part) {
  return sorted[Math.round(part * (sorted.length - 1))];
}

// As the still pictures have them.
const CORNERS = {
  square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
  triangle: [[0, -1.05], [1.05, 0.85], [-1.05, 0.85]],
  star: [[0, -1.15], [0.3, -0.42], [1.09, -0.36], [0.49, 0.16], [0.68, 0.93], [0, 0.52], [-0.68, 0.93], [-0.49, 0.16],
    [-1.09, -0.36], [-0.3, -0.42]],
  hexagon: [[0, -1], [0.87, -0.5], [0.87, 0.5], [0, 1], [-0.87, 0.5], [-0.87, -0.5]],
  down: [[0, 1.05], [1.05, -0.85], [-1.05, -0.85]],
};

/** The outline of a mark around a point. */
function markPath(mark, x, y, size) {
  if (mark === "circle") {
    const r = size * 0.9;
    return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  }
  const corners = CORNERS[mark].map(([a, b]) => `${(x + a * size).toFixed(1)} ${(y + b * size).toFixed(1)}`);
  return `M${corners.join("L")}Z`;
}

/** A line through points, broken where one is missing, unless it was only not measured there. */
function linePath(points, sparse = false) {
  let path = "", pen = "M";
  for (const point of points) {
    if (!point) { if (!sparse) pen = "M"; continue; }
    path += `${pen}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    pen = "L";
  }
  return path;
}
