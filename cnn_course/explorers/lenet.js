// LeNet-5, from the bytes of its weights to the scores.

const SHAPES = [[6, 25], [16, 150], [120, 400], [84, 120]]; // of the weights: outputs, inputs of each; then the classes

/**
 * Weights from bytes: whole numbers in 6 bits each, then the scales and the biases of all outputs.
 * @param {DataView} view
 * @param {number} classes
 * @returns {Layer[]}
 */
function unpack(view, classes) {
  const shapes = [...SHAPES, [classes, 84]], outputs = shapes.reduce((sum, [n]) => sum + n, 0), floats = view.byteLength - 8 * outputs;
  let row = 0, bit = 0;
  return shapes.map(([n, inputs]) => {
    const weight = new Float64Array(n * inputs), bias = new Float64Array(n);
    for (let o = 0; o < n; o++, row++) {
      const scale = view.getFloat32(floats + 4 * row, true);
      bias[o] = view.getFloat32(floats + 4 * (outputs + row), true);
      for (let i = 0; i < inputs; i++, bit += 6) {
        const six = (view.getUint16(bit >> 3) >> (10 - (bit % 8))) & 63;
        weight[o * inputs + i] = scale * (six - 31);
      }
    }
    return { weight, bias };
  });
}

const dense = (x, { weight, bias }) => bias.map((start, o) => {
  let sum = start;
  for (let i = 0, at = o * x.length; i < x.length; i++) sum += x[i] * weight[at + i];
  return sum;
});

/** 5 × 5 kernels over maps of n × n. */
function convolve(x, n, { weight, bias }) {
  const m = n - 4, channels = x.length / (n * n), y = new Float64Array(bias.length * m * m);
  let at = 0;
  bias.forEach((start, map) => {
    y.fill(start, map * m * m, (map + 1) * m * m);
    for (let c = 0; c < channels; c++) for (let a = 0; a < 5; a++) for (let b = 0; b < 5; b++) {
      const w = weight[at++];
      for (let i = 0; i < m; i++) {
        const to = (map * m + i) * m, from = (c * n + i + a) * n + b;
        for (let j = 0; j < m; j++) y[to + j] += w * x[from + j];
      }
    }
  });
  return y;
}

/** The maximum of 2 × 2, over maps of n × n. */
const pool = (x, n) => Float64Array.from({ length: x.length / 4 }, (_, at) => {
  const from = 4 * at - 2 * (at % (n / 2)); // the row is twice as far, the column twice as far
  return Math.max(x[from], x[from + 1], x[from + n], x[from + n + 1]);
});

const bending = (sigmoid) => (sigmoid ? (value) => 1 / (1 + Math.exp(-value)) : (value) => Math.max(0, value));

/**
 * All layers of LeNet-5, and the scores as the last one.
 * @param {Layer[]} weights
 * @param {Float64Array} input
 * @param {boolean} sigmoid
 */
function forward([c1, c3, c5, f6, last], input, sigmoid) {
  const bend = (x) => x.map(bending(sigmoid));
  const C1 = bend(convolve(input, 32, c1)), S2 = pool(C1, 28), C3 = bend(convolve(S2, 14, c3)), S4 = pool(C3, 10);
  const C5 = bend(dense(S4, c5)), F6 = bend(dense(C5, f6));
  return [C1, S2, C3, S4, C5, F6, dense(F6, last)];
}

function softmax(scores) {
  const most = Math.max(...scores), parts = scores.map((score) => Math.exp(score - most));
  return parts.map((part) => part / parts.reduce((a, b) => a + b));
}

/**
 * What a cell at `map`, row i and column j of layer number `nth` is made of. After a convolution: for each map below the
 * sum of its products, and of the map that counts most the window and the kernel; after a pooling: the window; after a dense
 * layer: the sum of each map below, or of what is above and below zero.
 */
function originOf(weights, volumes, input, nth, map, i, j) {
  const at = (x, n, c, r, col) => x[(c * n + r) * n + col];
  if (nth === 1 || nth === 3) {
    const n = nth === 1 ? 28 : 10;
    return { window: table(2, 2, (a, b) => at(volumes[nth - 1], n, map, 2 * i + a, 2 * j + b)) };
  }
  const { weight, bias } = weights[{ 0: 0, 2: 1, 4: 2, 5: 3 }[nth]], inputs = weight.length / bias.length;
  const own = weight.subarray(map * inputs, (map + 1) * inputs);
  if (nth > 3) {
    const terms = [...own].map((value, k) => value * volumes[nth - 1][k]), add = (list) => list.reduce((a, b) => a + b, 0);
    const sums = nth === 4 ? range(16).map((c) => add(terms.slice(25 * c, 25 * c + 25)))
      : [1, -1].map((sign) => add(terms.filter((term) => sign * term > 0)));
    return { sums, bias: bias[map] };
  }
  const n = nth ? 14 : SIDE, below = nth ? volumes[1] : input;
  const parts = range(inputs / 25).map((c) => {
    const window = table(5, 5, (a, b) => at(below, n, c, i + a, j + b)), kernel = table(5, 5, (a, b) => own[25 * c + 5 * a + b]);
    const products = table(5, 5, (a, b) => window[a][b] * kernel[a][b]);
    return { from: c, window, kernel, products, sum: products.flat().reduce((a, b) => a + b) };
  });
  const most = parts.reduce((a, b) => (Math.abs(b.sum) > Math.abs(a.sum) ? b : a));
  return { ...most, sums: parts.map(({ sum }) => sum), bias: bias[map] };
}
