// Backprop of a convolution: every product hands the upstream gradient g on to both of its factors.

const MAXIMUM = 1, OWN = 2;
const KINDS = ["convolution", "maximum pooling", "average pooling"];
const TIES = [[1, 7, 2], [0, 7, 3], [7, 4, 5]];
const counting = (n, r, c) => r * n + c;
const IMAGES = [counting, (n, r, c) => TIES[r % 3][c % 3]];

/** Another size: what was edited stays, all else is as at the start. */
function resize(list, n, start) {
  const old = Math.floor(Math.sqrt(list.length));
  return table(n, n, (r, c) => {
    const value = r < old && c < old ? list[r * old + c] : start(old, r, c);
    return value === start(old, r, c) ? start(n, r, c) : value;
  }).flat();
}

const outputs = ({ size: n, kernel_size: k, stride: s, padding: p, kind }) =>
  (kind && 2 * p > k ? 0 : Math.max(0, Math.floor((n + 2 * p - k) / s) + 1));

function settle(state) {
  const { image, size, kernel_size: k } = state;
  state.x = resize(IMAGES[image] ? [] : state.x, size, IMAGES[image] ?? counting);
  state.weight = resize(state.weight, k, counting);
  state.upstream = resize(state.upstream, outputs(state), () => 1);
}

/** All products of the forward pass: window (i, j), of gradient g, takes `by` times x[r, c] at its cell (a, b). */
function products({ x, weight, upstream, size: n, kernel_size: k, stride: s, padding: p, kind }, m) {
  const pixel = (r, c) => (r >= 0 && r < n && c >= 0 && c < n ? x[r * n + c] : kind === MAXIMUM ? -Infinity : 0);
  return table(m, m, (i, j) => {
    const spots = table(k, k, (a, b) => ({ i, j, a, b, r: i * s - p + a, c: j * s - p + b })).flat();
    const values = spots.map(({ r, c }) => pixel(r, c)), first = values.indexOf(Math.max(...values));
    return spots.map((spot, at) => ({ ...spot, g: upstream[i * m + j], x: values[at],
      by: [weight[at], Number(at === first), 1 / k ** 2][kind] }));
  }).flat(2);
}

/** Each product adds to the output, and hands g times one factor to the gradient of the other. */
function compute(state) {
  const { upstream, size: n, kernel_size: k, padding: p, kind } = state, m = outputs(state), room = n + 2 * p;
  const all = products(state, m), [y, dK, dX] = [m, k, room].map((side) => table(m && side, side, () => 0));
  for (const { i, j, a, b, r, c, g, x, by } of all) {
    if (by) y[i][j] += by * x; // the padding of a maximum is −∞, and never taken
    if (!kind) dK[a][b] += g * x;
    dX[r + p][c + p] += g * by;
  }
  return { m, room, all, y, k: dK, x: dX, b: m ? [[upstream.reduce((sum, g) => sum + g, 0)]] : [],
    last: m ? n * n + (kind ? -1 : k * k) : 0, trouble: m ? "" : room < k
      ? `The window does not fit: it is ${k} high, the padded input n + 2p = ${n} + 2·${p} = ${room}. `
        + "Choose a smaller window, a larger input or more padding."
      : `Padding of ${p} is more than half of the window: p ≤ k / 2 = ${k} / 2. `
        + "Choose less padding or a larger window." };
}

/** The gradient at the position (first the kernel's, then the input's, then the bias's) and how to write its terms. */
function choose({ position, kind, size: n, kernel_size: k }, all) {
  const at = position - (kind ? 0 : k * k), [r, c] = [Math.floor(at / n), at % n];
  const [a, b] = [Math.floor(position / k), position % k];
  if (at < 0) return { a, b, name: `w[${a}, ${b}]`, terms: all.filter((one) => one.a === a && one.b === b),
    letters: (one) => `·x[${show(one.r)}, ${show(one.c)}]`, number: ({ x }) => `·${factor(x)}`, by: ({ x }) => x };
  const first = all.filter((one) => !one.a && !one.b);
  if (r >= n) return { name: "b", terms: first, letters: () => "", number: () => "", by: () => 1 };
  const reads = all.filter((one) => one.r === r && one.c === c), part = ` / ${k * k}`;
  return { r, c, reads, name: `x[${r}, ${c}]`, terms: reads.filter(({ by }) => by || kind !== MAXIMUM),
    letters: (one) => [`·w[${one.a}, ${one.b}]`, "", part][kind],
    number: ({ by }) => [`·${factor(by)}`, "", part][kind], by: ({ by }) => [by, 1, 1][kind] };
}

function build({ set, move, pause, refuse }) {
  let state, last;
  const swap = (trait, at, value, more) =>
    set({ ...more, [trait]: state[trait].map((old, i) => (i === at ? value : old)) });
  const padding = (...place) => place.some((at) => at < state.padding || at >= state.padding + state.size);
  const index = (r, c) => (r - state.padding) * state.size + c - state.padding;
  const toX = (r, c) => (padding(r, c) ? pause() : move((state.kind ? 0 : state.kernel_size ** 2) + index(r, c)));
  const toK = (r, c) => move(r * state.kernel_size + c);
  const input = grid({ pick: toX, refuse, edit: (r, c, value) => swap("x", index(r, c), value, { image: OWN }) });
  const kernel = grid({ pick: toK, refuse, edit: (r, c, value) => swap("weight", r * state.kernel_size + c, value) });
  const above = grid({ pick: pause, refuse, edit: (r, c, value) => swap("upstream", r * outputs(state) + c, value) });
  const output = grid({ pick: pause }), gradX = grid({ pick: toX }), gradK = grid({ pick: toK });
  const gradB = grid({ pick: () => move(last) });
  const column = (...parts) => make("div", { style: "display:grid;gap:0.6rem" }, ...parts.map(({ root }) => root));
  const row = make("div", { class: "cc-row" },
    column(input, gradX), column(kernel, gradK, gradB), column(output, above));
  const lines = range(5).map(note);

  function paint(now, { m, room, all, y, last: end, ...grad }) {
    [state, last] = [now, end];
    const { x, weight, upstream, size: n, kernel_size: k, stride: s, padding: p, kind } = now;
    const { a, b, r, c, name, terms, reads, letters, number, by } = choose(now, all);
    const missed = range(room).filter((at) => m && !range(m).some((i) => at >= i * s && at < i * s + k));
    const square = (list, side) => table(side, side, (i, j) => list[i * side + j]);

    /** One grid, framed round the chosen gradient; on(term, i, j) tells whether a cell feeds it. */
    const draw = (part, title, values, hue, label, { frame = [], on, cell, active } = {}) => {
      const scale = limits(values);
      part.draw({ name: title, rows: values.length, cols: values[0]?.length ?? 0, active,
        window: m > 0 && frame[0] >= 0 && [...frame, 1, 1], cell: (i, j) => ({ value: values[i][j], kind: hue, scale,
          label: label(i, j), marks: on && terms.some((term) => on(term, i, j)) ? "cc-on" : "", ...cell?.(i, j) }) });
    };
    const ofX = (i, j) => (padding(i, j) ? "padding" : `x[${i - p}, ${j - p}]`), ofK = (i, j) => `w[${i}, ${j}]`;
    const gradient = (word, values) => (i, j) => `gradient of ${word(i, j)} is ${show(values[i][j])}`;
    const apart = (text) => (i, j) => (padding(i, j) ? { kind: "pad", scale: [], ...text }
      : [i, j].some((at) => missed.includes(at)) && { kind: "lost", scale: [], marks: "cc-skipped" });
    const onX = { frame: [r + p, c + p], active: p * room + p }, onK = { frame: [a, b] };
    row.style.setProperty("--cell", `${36 / (room + m + k)}rem`);
    draw(input, "input x, to edit", table(room, room, (i, j) => (padding(i, j) ? 0 : x[index(i, j)])), "input", ofX,
      { ...onX, cell: apart({ text: kind === MAXIMUM ? "−∞" : "0" }),
        on: a >= 0 && ((term, i, j) => term.r === i - p && term.c === j - p) });
    draw(gradX, `gradient ∂L/∂x${p ? ", dashed: dropped" : ""}`, grad.x, "output", gradient(ofX, grad.x),
      { ...onX, cell: apart() });
    draw(kernel, "kernel w, to edit", square(weight, k), "weight", ofK,
      { ...onK, on: reads && ((term, i, j) => term.a === i && term.b === j) });
    draw(gradK, "gradient ∂L/∂w", grad.k, "weight", gradient(ofK, grad.k), onK);
    draw(gradB, "gradient ∂L/∂b", grad.b, "weight", gradient(() => "b", grad.b), { frame: name === "b" ? [0, 0] : [] });
    for (const part of [kernel, gradK, gradB]) part.root.hidden = kind > 0;
    draw(output, `output y, ${m} × ${m}`, y, "output", (i, j) => `y[${i}, ${j}] is ${show(y[i][j])}`);
    draw(above, "upstream g, to edit", square(upstream, m), "output", (i, j) => `g[${i}, ${j}]`,
      { on: (term, i, j) => term.i === i && term.j === j });

    lines.forEach((line) => line.replaceChildren());
    if (!m) return ["There is no output.", "There is no output."];
    const result = a >= 0 ? grad.k[a][b] : reads ? grad.x[r + p][c + p] : grad.b[0][0];
    const factors = terms.map((term) => [term.g, by(term)]);
    const sums = terms.map((term) => `${factor(term.g)}${number(term)}`).join(" + ");
    const sides = sums ? [`${equals(factors)} ${sums}`] : [];
    const text = [`∂L/∂${name}`, ...sides, `${equals(factors, result)} `].join(" ");
    const spelled = terms.slice(0, 4).map((term) => `g[${term.i}, ${term.j}]${letters(term)}`).join(" + ");
    lines[0].append(text, make("b", {}, show(result)));
    lines[1].textContent = spelled && `= ${spelled}${terms.length > 4 ? " + …" : ""}`;
    if (reads) lines[2].textContent = `${name} is in ${reads.length ? many(reads.length, "window") : "no window"}`
      + `${kind === MAXIMUM ? `, and the first maximum of ${terms.length}` : ""}.`;
    const lost = missed.filter((at) => !padding(at)).map((at) => at - p);
    if (lost.length) lines[3].textContent = `${rowsAndColumns(lost)} are in no window: gradient 0.`;
    lines[4].textContent = `output: ⌊(n + 2p − k) / s⌋ + 1 = ⌊(${n} + 2·${p} − ${k}) / ${s}⌋ + 1 = ${m}`;
    const inner = table(n, n, (i, j) => grad.x[i + p][j + p]);
    const told = [["Input", square(x, n)], ["Upstream gradient", square(upstream, m)], ["Gradient of the input", inner],
      ["Kernel", square(weight, k)], ["Gradient of the kernel", grad.k], ["Gradient of the bias", grad.b]];
    const words = told.slice(0, kind ? 3 : 6).map(([word, rows]) => `${word}: ${inWords(rows)}.`).join(" ");
    return [text + show(result), `${KINDS[kind]}, window ${k}, stride ${s}, padding ${p}. ${words}`];
  }
  return { parts: [row, ...lines], paint };
}

export default explorer({ name: "backprop", title: "backprop of a convolution", settle, compute, build });
