// Filtering a picture: from its bytes to the output, and to the two pictures that are looked at.

/**
 * Red, green and blue as one channel, weighed as the eye does and as data.photograph does.
 * @type {(colours: Float64Array[]) => Float64Array}
 */
const mix = ([red, green, blue]) => red.map((value, at) => 0.299 * value + 0.587 * green[at] + 0.114 * blue[at]);

/**
 * A picture from its bytes, `step` of them to a pixel: its three channels, and one of whole grey values.
 * @returns {Source}
 */
function split(bytes, rows, cols, step) {
  const colours = range(3).map((channel) => {
    const x = new Float64Array(rows * cols);
    for (let at = 0; at < x.length; at++) x[at] = bytes[step * at + channel];
    return x;
  });
  return { rows, cols, colours, grey: [mix(colours).map((value) => Math.floor(value + 0.5))] };
}

/** Surround a channel on each side by `edge` zeros, or by its border repeated. */
function pad(x, rows, cols, edge, repeat) {
  const wide = cols + 2 * edge, padded = new Float64Array(wide * (rows + 2 * edge));
  for (let r = repeat ? -edge : 0; r < rows + (repeat ? edge : 0); r++) {
    const from = clamp(r, 0, rows - 1) * cols, to = (r + edge) * wide;
    padded.set(x.subarray(from, from + cols), to + edge);
    if (repeat) padded.fill(x[from], to, to + edge).fill(x[from + cols - 1], to + edge + cols, to + wide);
  }
  return padded;
}

/** Slide a k by k kernel over a channel that is `wide` wide, in steps: row by row, each tap adds its products to all outputs. */
function correlate(x, wide, kernel, k, step) {
  const cols = Math.floor((wide - k) / step) + 1, rows = Math.floor((x.length / wide - k) / step) + 1, y = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let tap = 0; tap < k * k; tap++) {
      const weight = kernel[tap], from = (i * step + Math.floor(tap / k)) * wide + (tap % k);
      if (weight) for (let j = 0, to = i * cols; j < cols; j++) y[to + j] += weight * x[from + j * step];
    }
  return y;
}

/** The least and the largest value of some channels. */
function extremes(channels) {
  let least = Infinity, most = -Infinity;
  for (const y of channels)
    for (let at = 0; at < y.length; at++) {
      if (y[at] < least) least = y[at];
      if (y[at] > most) most = y[at];
    }
  return [least, most];
}

/** What paints channels of height rows and width cols, with a clear edge; bytes round, and cut off at 0 and 255. */
const natural = (channels, rows, cols, edge = 0) => (bytes) => {
  const [red, green, blue] = channels.length > 1 ? channels : [...channels, ...channels, ...channels];
  for (let r = 0, at = 0; r < rows; r++)
    for (let c = 0, to = 4 * ((r + edge) * (cols + 2 * edge) + edge); c < cols; c++, at++) {
      bytes[to++] = red[at];
      bytes[to++] = green[at];
      bytes[to++] = blue[at];
      bytes[to++] = 255;
    }
};

/** What paints one channel in red below zero and blue above, on light paper (0) or dark (1). */
const signs = (y, limit) => (bytes, paper) => {
  const pixels = new Uint32Array(bytes.buffer), inks = INKS.output[paper];
  for (let at = 0; at < y.length; at++) pixels[at] = inks[shadeOf(y[at] / limit)];
};

/** The output of a kernel over a picture as split() gives it, and both as pictures to draw. */
function filter(source, { size: k, stride = 1, weight, flip, padding, signed, grey }) {
  const { rows: high, cols: wide } = source, x = grey ? source.grey : source.colours;
  const edge = padding === "valid" ? 0 : k >> 1, across = wide + 2 * edge, down = high + 2 * edge;
  const [rows, cols] = [down, across].map((side) => Math.floor((side - k) / stride) + 1);
  if (rows < 1 || cols < 1)
    return { rows: 0, cols: 0, last: 0, fixes: [["padding with zeros", { padding: "zeros" }], ...(Math.min(high, wide) >= 3 ? [["kernel k = 3", { size: 3 }]] : [])],
      trouble: `The kernel does not fit: it is ${k} by ${k}, the picture ${high} by ${wide}, and n − k + 1 is below 1. Choose` };
  const used = flip ? [...weight].reverse() : weight;
  const padded = x.map((channel) => pad(channel, high, wide, edge, padding === "repeat"));
  const y = padded.map((channel) => correlate(channel, across, used, k, stride));
  const shown = signed && !grey ? [mix(y)] : y, [least, most] = extremes(shown);
  return { rows, cols, high, wide, edge, across, down, padded, used, y, least, most, last: rows * cols - 1,
    input: { rows: down, cols: across, paint: padding === "repeat" ? natural(padded, down, across) : natural(x, high, wide, edge) },
    output: { rows, cols, paint: signed ? signs(shown[0], Math.max(-least, most) || 1) : natural(y, rows, cols) } };
}
