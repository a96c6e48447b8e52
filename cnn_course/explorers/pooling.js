// Pooling: what a window of numbers becomes, and what a shift of the input does to it.

const IMAGES = [
  [[1, 2, 3, 4, 4, 5], [6, 0, 7, 8, 9, 0], [4, 1, 7, 2, 9, 4], [9, 4, 9, 1, 4, 2]],
  [[4, 3, 4, 3], [2, 4, 2, 3], [2, 2, 5, 4], [2, 3, 2, 2]],
  table(8, 8, (r, c) => (r > 1 && r < 6 && c > 1 && c < 6 ? 9 : 0)), // a bright square
  table(8, 8, (r, c) => (7 * r * r + 3 * c * c + 5 * r * c) % 10), // noise
];
const KINDS = ["maximum", "average", "sum", "global maximum", "global average"];

/** The size of one axis, as the library counts it. */
function poolSize(n, { window: k, stride: s, padding: p, ceil_mode }) {
  const steps = (n + 2 * p - k) / s, size = (ceil_mode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceil_mode && (size - 1) * s > n + p ? size - 1 : size; // no window starts in the right padding
}

/** The window of output (i, j): what is read, and what an average divides by. */
function look(x, i, j, { kind, window: k, stride: s, padding: p, count_include_pad: counted }) {
  if (kind > 2) return { top: 0, left: 0, height: x.length, width: x[0].length, read: table(x.length, x[0].length,
    (r, c) => [r, c]).flat(), divisor: x.flat().length };
  const top = i * s - p, left = j * s - p;
  const read = table(k, k, (r, c) => [top + r, left + c]).flat().filter(([r, c]) => x[r]?.[c] !== undefined);
  const span = (start, n) => Math.min(start + k, n + p) - start; // padding counts, what hangs over does not
  return { top, left, height: k, width: k, read,
    divisor: counted ? span(top, x.length) * span(left, x[0].length) : read.length };
}

function pool(x, state) {
  const kind = state.kind % 3, globally = state.kind > 2;
  const [rows, cols] = globally ? [1, 1] : [x.length, x[0].length].map((n) => Math.max(0, poolSize(n, state)));
  return table(rows, cols, (i, j) => {
    const { read, divisor } = look(x, i, j, state), values = read.map(([r, c]) => x[r][c]);
    return kind === 0 ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / (kind === 1 ? divisor : 1);
  });
}

const differ = (a, b) => a.flat().filter((value, at) => value !== b.flat()[at]).length;

function compute(state) {
  const { kind, window: k, padding: p, shift } = state, original = IMAGES[state.image];
  const n = original.length, width = original[0].length;
  const x = original.map((row) => row.map((_, c) => row[(c - shift + width) % width]));
  const fits = kind > 2 || (2 * p <= k && n + 2 * p >= k);
  const [y, before] = fits ? [pool(x, state), pool(original, state)] : [[], []];
  return { x, y, original, before, rows: y.length, cols: y[0]?.length ?? 0, last: y.flat().length - 1, trouble: fits ? ""
    : 2 * p > k ? `Padding of ${p} is more than half of the window: p ≤ k / 2 = ${k} / 2, or a window could see padding only. `
      + "Choose less padding or a larger window."
    : `The window does not fit: it is ${k} high, the padded input n + 2p = ${n} + 2·${p} = ${n + 2 * p}. Choose a smaller window.` };
}

function build({ move, pause }) {
  let columns;
  const input = grid({ pick: pause }), output = grid({ pick: (r, c) => move(r * columns + c) });
  const line = make("p", { class: "cc-sum" }), rule = make("p", { class: "cc-sum" }), moved = make("p", { class: "cc-sum" });

  function paint(state, { x, y, original, before, rows, cols }) {
    columns = cols;
    const { kind, window: k, stride: s, padding: p, ceil_mode: ceil, position, shift } = state, all = kind > 2, edge = all ? 0 : p;
    const i = Math.floor(position / cols), j = position % cols, n = x.length, m = x[0].length, some = rows > 0;
    const over = (size, count) => (all || !some ? 0 : Math.max(0, (count - 1) * s + k - size - 2 * p)); // what hangs over
    const seen = some && look(x, i, j, state), type = all ? kind - 3 : kind;
    const values = some ? seen.read.map(([r, c]) => x[r][c]) : [], best = values.indexOf(Math.max(...values));
    const padText = type ? "0" : "−∞";
    input.draw({ name: `input, ${n} × ${m}${shift ? `, moved ${shift} to the right` : ""}`, rows: n + 2 * edge + over(n, rows),
      cols: m + 2 * edge + over(m, cols), active: edge * (m + 2 * edge + over(m, cols)) + edge,
      window: some && [seen.top + edge, seen.left + edge, seen.height, seen.width], cell: (r, c) => {
        const value = x[r - edge]?.[c - edge], [a, b] = [r - edge, c - edge];
        if (value === undefined) return r < n + 2 * edge && c < m + 2 * edge ? { value: "pad", kind: "pad", text: padText, label: `padding, ${padText}` }
          : { value: "over", kind: "over", text: "·", label: "beyond the padding, not read" };
        const winner = some && type === 0 && `${seen.read[best]}` === `${[a, b]}`, news = value !== original[a][b];
        return { value, kind: "input", scale: limits(x), marks: `${winner ? "cc-on" : ""} ${news ? "cc-changed" : ""}`,
          label: `input[${a}, ${b}] is ${show(value)}${winner ? ", the maximum" : ""}${news ? ", changed" : ""}` };
      } });
    output.draw({ name: `output, ${rows} × ${cols}`, rows, cols, active: position, window: some && [i, j, 1, 1], cell: (r, c) => {
      const news = y[r][c] !== before[r][c];
      return { value: y[r][c], kind: "output", scale: limits(y), marks: news ? "cc-changed" : "",
        label: `output[${r}, ${c}] is ${show(y[r][c])}${news ? ", changed" : ""}` };
    } });
    moved.textContent = "";
    rule.textContent = all ? "A global pool has one window, the whole map: window, stride and padding do not matter." : "";
    line.replaceChildren();
    if (!some) return ["There is no output.", "There is no output."];
    const [open, shut] = ceil ? "⌈⌉" : "⌊⌋";
    const size = (count, result) => {
      const plain = Math[ceil ? "ceil" : "floor"]((count + 2 * p - k) / s) + 1;
      return `${open}(${count} + 2·${p} − ${k}) / ${s}${shut} + 1 = ${plain}`
        + (plain > result ? `, less the one that would start in the right padding: ${result}` : "");
    };
    if (!all) rule.textContent = `output: ${size(n, rows)}${m === n ? "" : ` high, ${size(m, cols)} wide`}`;
    const listed = values.slice(0, 16).map(show).join(type ? " + " : ", ") + (values.length > 16 ? (type ? " + …" : ", …") : "");
    const sums = [`max(${listed})`, `(${listed}) / ${seen.divisor}`, listed][type], value = show(y[i][j]);
    const text = `output[${i}, ${j}] = ${sums} = `;
    line.append(text, make("b", {}, value));
    const share = (a, b) => `${differ(a, b)} of ${a.flat().length} (${Math.round((100 * differ(a, b)) / a.flat().length)} %)`;
    if (shift) {
      moved.textContent = `Moved ${shift} to the right, ${share(x, original)} inputs changed (marked ▾) and ${share(y, before)} outputs.`;
      [moved.dataset.before, moved.dataset.after] = [differ(x, original), differ(y, before)];
    }
    return [text + value, `${KINDS[kind]} of windows of ${k} by ${k}, stride ${s}, padding ${p}, over ${n} by ${m} numbers; output ${rows} by `
      + `${cols}, rows ${y.map((row) => row.map(show).join(", ")).join("; ")}. ${moved.textContent}`];
  }
  return { parts: [make("div", { class: "cc-row" }, input.root, output.root), line, rule, moved], paint };
}

export default explorer({ name: "pooling", title: "pooling", compute, build });
