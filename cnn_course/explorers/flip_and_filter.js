// One-dimensional convolution: the flipped kernel walks along the input.

const MODES = ["valid", "same", "full"];

/** Keep the numbers there are; new ones continue the count. */
const resize = (list, n, unit) => range(n).map((i) => list[i] ?? Math.round(10 * unit * (i + 1)) / 10);

function settle(state) {
  state.signal = resize(state.signal, state.size, 1);
  state.kernel = resize(state.kernel, state.kernel_size, 0.1);
}

function compute({ signal, kernel, mode, flip }) {
  const n = signal.length, k = kernel.length;
  const left = [0, Math.ceil((k - 1) / 2), k - 1][mode], right = [0, Math.floor((k - 1) / 2), k - 1][mode];
  const size = n + left + right - k + 1;
  const row = range(n + left + right).map((i) => signal[i - left] ?? 0);
  const weights = flip ? [...kernel].reverse() : kernel;
  const terms = (i) => weights.map((weight, j) => [row[i + j], weight]);
  return { left, size, row, weights, terms, output: range(size).map((i) => total(terms(i))), last: size - 1,
    trouble: size < 1 && `A kernel of ${k} numbers does not fit an input of ${n}: valid leaves `
      + `${n} − ${k} + 1 = ${show(size)} outputs. Choose same or full, a shorter kernel or a longer input.` };
}

function build({ set, move, pause, refuse }) {
  let state;
  const change = (trait) => (_, i, value) =>
    set({ [trait]: state[trait].map((old, at) => (at === i - (trait === "signal" ? state.left : 0) ? value : old)) });
  const kernel = grid({ pick: pause, edit: change("kernel"), refuse });
  const input = grid({ pick: pause, edit: change("signal"), refuse });
  const sliding = grid();
  const output = grid({ pick: (_, i) => move(i) });
  const line = note(), rule = note();

  function paint(now, { left, size, row, weights, terms, output: out }) {
    state = { ...now, left };
    const { position, flip, mode, signal, kernel: w } = now, k = w.length, n = signal.length, tracks = row.length;
    const [heard, scale, made] = [[signal], [w], [out]].map(limits);
    const some = size > 0, window = [0, position, 1, k];
    const chars = Math.max(...[row, w, out].flat().map((value) => width(show(value))));
    const one = (values, cell, more) => ({ rows: Math.min(1, values.length), cols: values.length, tracks, chars,
      cell: (_, i) => cell(values[i], i), ...more });
    kernel.draw(one(w, (value, i) => ({ value, kind: "weight", scale, label: `w[${i}]` }),
      { name: "kernel w, to edit" }));
    input.draw(one(row, (value, i) => (signal[i - left] === undefined ? { value, kind: "pad", label: "padding" }
      : { value, kind: "input", scale: heard, label: `x[${i - left}]` }), {
      name: mode ? "input x between zeros, to edit" : "input x, to edit", active: left, window: some && window }));
    sliding.draw(one(some ? weights : [], (value, i) => ({ value, kind: "weight", scale,
      label: `w[${flip ? k - 1 - i : i}] is ${show(value)}` }), {
      name: flip ? "w flipped, below its window" : "w as it is, below its window", offset: position,
      window: [0, 0, 1, k] }));
    output.draw(one(out, (value, i) => ({ value, kind: "output", scale: made,
      label: `output[${i}] is ${show(value)}` }), { name: `output, ${MODES[mode]}: ${many(Math.max(0, size), "number")}`,
      offset: k - 1, active: position, window: some && [0, position, 1, 1] }));
    line.replaceChildren();
    rule.textContent = `size: ${[`${n} − ${k} + 1`, `${n}`, `${n} + ${k} − 1`][mode]} = ${show(size)}`;
    if (!some) return ["There is no output.", `Input ${signal.map(show)}; kernel ${w.map(show)}; no output.`];
    const t = position + k - 1 - left, factors = terms(position), value = out[position];
    line.append(`output[${position}] ${equals(factors)} ${sum(factors)} ${equals(factors, value)} `,
      make("b", {}, show(value)));
    rule.prepend(flip ? `output[${position}] is y[${t}] of the full convolution: y[${t}] = Σ x[t]·w[${t} − t]; `
      : `cross-correlation: output[${position}] = Σ x[${show(position - left)} + i]·w[i]; `);
    return [line.textContent, `Input ${signal.map(show).join(", ")}; kernel `
      + `${w.map(show).join(", ")}${flip ? ", flipped" : ""}; ${MODES[mode]} output ${out.map(show).join(", ")}.`];
  }
  const rows = make("div", { class: "cc-lines" }, kernel.root, input.root, sliding.root, output.root);
  return { parts: [rows, line, rule], paint };
}

export default explorer({ name: "flip_and_filter", title: "1D flip and filter", settle, compute, build });
