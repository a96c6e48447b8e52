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
  return ceil_mode && (size - 1) * s >= n + p ? size - 1 : size; // no window starts in the right padding
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

/** How many numbers of two tables differ, and by how much on average over all of them. */
function differ(a, b) {
  const others = b.flat(), steps = a.flat().map((value, at) => Math.abs(value - others[at]));
  return [steps.filter(Boolean).length, steps.reduce((sum, step) => sum + step, 0) / steps.length];
}

function compute(state) {
  const { kind, window: k, padding: p, shift } = state, original = IMAGES[state.image];
  const n = original.length;
  const x = original.map((row) => row.map((_, c) => row[c - shift] ?? 0)); // zeros come in, as in data.shift
  const fits = kind > 2 || (2 * p <= k && n + 2 * p >= k);
  const [y, before] = fits ? [pool(x, state), pool(original, state)] : [[], []];
  return { x, y, original, before, rows: y.length, cols: y[0]?.length ?? 0, last: y.flat().length - 1,
    trouble: fits ? "" : 2 * p > k
      ? `Padding of ${p} is more than half of the window: p ≤ k / 2 = ${k} / 2, or a window could see padding only. `
        + "Choose less padding or a larger window."
      : `The window does not fit: it is ${k} high, the padded input n + 2p = ${n} + 2·${p} = ${n + 2 * p}. `
        + "Choose a smaller window." };
}

function build({ move, pause }) {
  let columns;
  const input = grid({ pick: pause }), output = grid({ pick: (r, c) => move(r * columns + c) });
  const line = note(), rule = note(), moved = note();

  /** Draw the input, its padding and what hangs over the end; `seen` is the window that is read. */
  function drawInput({ stride: s, window: k, padding, kind, shift }, { x, original, rows, cols }, seen) {
    const globally = kind > 2, p = globally ? 0 : padding, n = x.length, m = x[0].length, scale = limits(x);
    const over = (size, count) => (globally || !seen ? 0 : Math.max(0, (count - 1) * s + k - size - 2 * p));
    const zero = kind % 3 ? "0" : "−∞", width = m + 2 * p + over(m, cols);
    const largest = seen && kind % 3 === 0 ? Math.max(...seen.read.map(([r, c]) => x[r][c])) : null;
    const winner = `${seen && seen.read.find(([r, c]) => x[r][c] === largest)}`; // the first one wins
    input.draw({ name: `input, ${n} × ${m}${shift ? `, moved ${shift} to the right, zeros come in` : ""}`,
      rows: n + 2 * p + over(n, rows), cols: width, active: p * width + p,
      window: seen && [seen.top + p, seen.left + p, seen.height, seen.width], cell: (row, column) => {
        const r = row - p, c = column - p, value = x[r]?.[c];
        if (r >= n + p || c >= m + p) return { value: "over", kind: "over", text: "·", label: "beyond the padding" };
        if (value === undefined) return { value: "pad", kind: "pad", text: zero, label: `padding, ${zero}` };
        const wins = winner === `${[r, c]}`, news = value !== original[r][c];
        return { value, kind: "input", scale, marks: `${wins ? "cc-on" : ""} ${news ? "cc-changed" : ""}`,
          label: `input[${r}, ${c}] is ${show(value)}${wins ? ", the maximum" : ""}${news ? ", changed" : ""}` };
      } });
  }

  function paint(state, result) {
    const { kind, window: k, stride: s, padding: p, ceil_mode: ceil, position, shift } = state;
    const { x, y, original, before, rows, cols } = result, n = x.length, m = x[0].length, scale = limits(y);
    const i = Math.floor(position / cols), j = position % cols, seen = rows > 0 && look(x, i, j, state);
    columns = cols;
    drawInput(state, result, seen);
    output.draw({ name: `output, ${rows} × ${cols}`, rows, cols, active: position, window: seen && [i, j, 1, 1],
      cell: (r, c) => {
        const value = y[r][c], news = value !== before[r][c];
        return { value, kind: "output", scale, marks: news ? "cc-changed" : "",
          label: `output[${r}, ${c}] is ${show(value)}${news ? ", changed" : ""}` };
      } });
    for (const text of [line, rule, moved]) text.replaceChildren();
    if (!seen) return ["There is no output.", "There is no output."];

    const size = (count, found) => {
      const plain = Math[ceil ? "ceil" : "floor"]((count + 2 * p - k) / s) + 1, [open, shut] = ceil ? "⌈⌉" : "⌊⌋";
      const dropped = plain > found ? `, less the one that would start in the right padding: ${found}` : "";
      return `${open}(${count} + 2·${p} − ${k}) / ${s}${shut} + 1 = ${plain}${dropped}`;
    };
    rule.textContent = kind > 2
      ? "A global pool has one window, the whole map: window, stride and padding do not matter."
      : `output: ${size(n, rows)}${m === n ? "" : ` high, ${size(m, cols)} wide`}`;
    const read = seen.read.map(([r, c]) => x[r][c]), values = read.map((value) => show(value));
    const some = values.length > 16 ? [...values.slice(0, 16), "…"] : values;
    const sums = some.join(" + "), value = show(y[i][j]);
    const how = [`max(${some.join(", ")})`, `(${sums}) / ${seen.divisor}`, sums][kind % 3];
    const text = `output[${i}, ${j}] ${equals(read)} ${how} ${equals(read, y[i][j])} `;
    line.append(text, make("b", {}, value));
    if (shift) {
      const [inputs, outputs] = [differ(x, original), differ(y, before)];
      const share = ([part, step], what, all) => `${part} of ${many(all, what)} changed `
        + `(${Math.round((100 * part) / all)} %), by ${inCell(step)} on average over all`;
      moved.textContent = `Moved ${shift} to the right, zeros in on the left, ${share(inputs, "input", n * m)} `
        + `(marked ▾); ${share(outputs, "output", rows * cols)}.`;
      Object.assign(moved.dataset, { before: inputs, after: outputs });
    }
    return [text + value, `${KINDS[kind]} of windows of ${k} by ${k}, stride ${s}, padding ${p}, over ${n} by ${m} `
      + `numbers; output ${rows} by ${cols}, rows ${inWords(y)}. ${moved.textContent}`];
  }
  return { parts: [make("div", { class: "cc-row" }, input.root, output.root), line, rule, moved], paint };
}

export default explorer({ name: "pooling", title: "pooling", compute, build });
