// From the strokes of a pen to an image like the training digits.

const SIDE = 32; // of an image
const INK = 0.305; // the share of a training digit that is ink, on average

/** The training digits are 8 × 8 numbers from 0 to 16, enlarged to 32 × 32 by interpolation; so is everything here. */
function enlarge(eight) {
  const taps = range(SIDE).map((at) => {
    const centre = clamp((at + 0.5) / 4 - 0.5, 0, 7), low = Math.min(6, Math.floor(centre));
    return [low, centre - low];
  });
  return Float64Array.from(table(SIDE, SIDE, (r, c) => {
    const [[i, down], [j, right]] = [taps[r], taps[c]], at = 8 * i + j;
    const blend = (from) => eight[from] * (1 - right) + eight[from + 1] * right;
    return (blend(at) * (1 - down) + blend(at + 8) * down) / 16;
  }).flat());
}

/** How strokes lie in the raster: in the middle, as high as it, at most 22 pixels wide, with room for the pen. */
function fit(strokes, thick) {
  const [[left, right], [top, bottom]] = [0, 1].map((axis) => limits([strokes.flat().map((point) => point[axis])]));
  const high = (SIDE - thick) / Math.max(bottom - top, 0.6 * (right - left), 0.02);
  const wide = Math.min(high, (22 - thick) / Math.max(right - left, 0.001)), half = SIDE / 2;
  const across = (left + right) / 2, down = (top + bottom) / 2;
  return { to: ([x, y]) => [half + wide * (x - across), half + high * (y - down)],
    from: ([x, y]) => [(x - half) / wide + across, (y - half) / high + down] };
}

/** How far each pixel is from the nearest stroke, as far as a pen may reach. */
function distances(strokes, { to }) {
  const far = new Float64Array(SIDE * SIDE).fill(9), near = (value) => clamp(Math.floor(value), 0, SIDE);
  for (const way of strokes.map((stroke) => stroke.map(to))) way.forEach(([x, y], i) => {
    const [fromX, fromY] = way[Math.max(0, i - 1)], [dx, dy] = [x - fromX, y - fromY], length = dx * dx + dy * dy || 1;
    for (let r = near(Math.min(y, fromY) - 6); r < near(Math.max(y, fromY) + 7); r++)
      for (let c = near(Math.min(x, fromX) - 6); c < near(Math.max(x, fromX) + 7); c++) {
        const part = clamp(((c + 0.5 - fromX) * dx + (r + 0.5 - fromY) * dy) / length, 0, 1);
        const away = Math.hypot(c + 0.5 - fromX - part * dx, r + 0.5 - fromY - part * dy);
        if (away < far[r * SIDE + c]) far[r * SIDE + c] = away;
      }
  });
  return far;
}

/**
 * Make a drawing look like the training digits, which fill the raster and have much the same ink: 30.5 % of it. So the
 * pen is as thick as it takes; then the pixels of 4 × 4 blocks are counted, as was done with the digits. pen.py does the same.
 */
function prepare(strokes, share = INK) {
  let thick = 4, place, far;
  const ink = (away) => clamp(thick / 2 + 0.5 - away, 0, 1);
  for (let round = 0; round < 2; round++) {
    far = distances(strokes, (place = fit(strokes, thick)));
    let [thin, fat] = [2, 8];
    while (fat - thin > 0.01) {
      thick = (thin + fat) / 2;
      if (far.reduce((sum, away) => sum + ink(away), 0) < share * SIDE * SIDE) thin = thick;
      else fat = thick;
    }
  }
  const eight = new Float64Array(64);
  far.forEach((away, at) => (eight[8 * (at >> 7) + ((at % SIDE) >> 2)] += ink(away)));
  return { eight: eight.map(Math.round), from: place.from };
}

// ---- strokes as text, for the address: three letters a point, 9 bits each way; a dot between strokes

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const FINEST = 511, LONGEST = 900; // letters that an address may take

/** The points without which a line would be off by more than `tolerance` (Douglas and Peucker). */
function thinned(points, tolerance) {
  const [[x, y], [toX, toY]] = [points[0], points.at(-1)], dx = toX - x, dy = toY - y, length = dx * dx + dy * dy;
  let farthest = tolerance, at = 0;
  points.forEach(([px, py], i) => {
    const part = length ? clamp(((px - x) * dx + (py - y) * dy) / length, 0, 1) : 0;
    const away = Math.hypot(px - x - part * dx, py - y - part * dy);
    if (away > farthest) [farthest, at] = [away, i];
  });
  if (!at) return points.length > 1 ? [points[0], points.at(-1)] : points;
  return [...thinned(points.slice(0, at + 1), tolerance).slice(0, -1), ...thinned(points.slice(at), tolerance)];
}

/** The text of a drawing, as coarse as it must be; none if it is too long all the same. */
function toText(strokes) {
  for (const tolerance of [0.003, 0.006, 0.012, 0.024]) {
    const text = strokes.map((stroke) => thinned(stroke, tolerance).map((point) => {
      const [x, y] = point.map((at) => Math.round(clamp(at, 0, 1) * FINEST)), both = (x << 9) | y;
      return LETTERS[both >> 12] + LETTERS[(both >> 6) & 63] + LETTERS[both & 63];
    }).join("")).join(".");
    if (text.length <= LONGEST) return text;
  }
  return "";
}

/** The strokes of a text; what is no such text gives fewer of them. */
function fromText(text) {
  return text.split(".").map((stroke) => {
    const letters = [...stroke].map((letter) => LETTERS.indexOf(letter)).filter((at) => at >= 0);
    return range(Math.floor(letters.length / 3)).map((i) => {
      const both = (letters[3 * i] << 12) | (letters[3 * i + 1] << 6) | letters[3 * i + 2];
      return [(both >> 9) / FINEST, (both & FINEST) / FINEST];
    });
  }).filter((stroke) => stroke.length).slice(0, LONGEST);
}
