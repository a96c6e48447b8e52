// LeNet-5, from the bytes of its weights to the scores.

const SHAPES = [[6, 25], [16, 150], [120, 400], [84, 120], [10, 84]]; // of the weights: outputs, inputs of each

/** Weights from bytes: whole numbers from -31 to 31 in 6 bits each, then the scales and the biases of all outputs. */
export function unpack(view) {
  const outputs = SHAPES.reduce((sum, [n]) => sum + n, 0), floats = view.byteLength - 8 * outputs;
  let row = 0, bit = 0;
  return SHAPES.map(([n, inputs]) => {
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

/** All layers of LeNet-5, and the ten scores as the last one. */
export function forward([c1, c3, c5, f6, last], input, sigmoid) {
  const bend = (x) => x.map(sigmoid ? (value) => 1 / (1 + Math.exp(-value)) : (value) => Math.max(0, value));
  const C1 = bend(convolve(input, 32, c1)), S2 = pool(C1, 28), C3 = bend(convolve(S2, 14, c3)), S4 = pool(C3, 10);
  const C5 = bend(dense(S4, c5)), F6 = bend(dense(C5, f6));
  return [C1, S2, C3, S4, C5, F6, dense(F6, last)];
}

function softmax(scores) {
  const most = Math.max(...scores), parts = scores.map((score) => Math.exp(score - most));
  return parts.map((part) => part / parts.reduce((a, b) => a + b));
}
