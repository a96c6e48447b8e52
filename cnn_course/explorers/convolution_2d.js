// Two-dimensional convolution: the window, its products and their sum.

const OWN = 6;
const THREE = { // kernels that are 3 by 3 by nature
  3: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]], // sharpen
  4: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], // Sobel, differences along a row
  5: [[0, 1, 0], [1, -4, 1], [0, 1, 0]], // Laplacian
};
const ANY = [ // kernels of any size
  (k, r, c) => r * k + c, // counting
  (k, r, c) => (r === k >> 1 && c === k >> 1 ? 1 : 0), // identity
  (k) => 1 / k ** 2, // blur
];
const BINARY = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]];
const IMAGES = [
  (n, r, c) => r * n + c, // counting
  (n, r, c) => (r === n >> 1 && c === n >> 1 ? 1 : 0), // a single one
  (n, r, c) => (c < n >> 1 ? 0 : 9), // an edge
  (n, r, c) => BINARY[r % 5][c % 5],
];

function settle(state, before) {
  if (THREE[state.preset] && state.preset !== before?.preset) state.kernel_size = 3;
  else if (THREE[state.preset] && state.kernel_size !== 3) state.preset = OWN;
  const k = state.kernel_size, old = Math.floor(Math.sqrt(state.weight.length)), flat = THREE[state.preset]?.flat();
  if (flat) state.weight = flat;
  else if (ANY[state.preset]) state.weight = table(k, k, (r, c) => ANY[state.preset](k, r, c)).flat();
  else if (state.weight.length !== k * k)
    state.weight = table(k, k, (r, c) => (c < old && state.weight[r * old + c]) || 0).flat();
}

function compute({ size: n, kernel_size: k, stride: s, padding: p, dilation: d, image, flip, weight }) {
  const x = table(n, n, (r, c) => IMAGES[image](n, r, c));
  const span = d * (k - 1) + 1, room = n + 2 * p, m = Math.max(0, Math.floor((room - span) / s) + 1);
  const used = table(k, k, (r, c) => weight[flip ? k * k - 1 - r * k - c : r * k + c]);
  const pixel = (r, c) => x[r - p]?.[c - p] ?? 0;
  const terms = (i, j) => table(k, k, (r, c) => [pixel(i * s + r * d, j * s + c * d), used[r][c]]).flat();
  return { x, span, room, m, used, terms, pixel, y: table(m, m, (i, j) => total(terms(i, j))), last: m * m - 1,
    trouble: m ? "" : `The kernel does not fit: it spans d·(k − 1) + 1 = ${d}·(${k} − 1) + 1 = ${span} cells, `
      + `the padded input has n + 2p = ${n} + 2·${p} = ${room}. Choose a smaller kernel or dilation, `
      + "a larger input or more padding." };
}

const literal = (rows, indent) => `[[${rows.map((row) => row.join(", ")).join(`],\n${" ".repeat(indent)}[`)}]]`;

/** The same call in three libraries. */
function calls({ stride: s, padding: p, dilation: d, flip, kernel_size: k, weight }, { x }) {
  const kernel = table(k, k, (r, c) => weight[r * k + c]), turned = flip ? "[:, :, ::-1, ::-1]" : "";
  const data = (make) => `x = ${make}(${literal(x, make.length + 6)}, dtype=float)[None, None]\n`
    + `weight = ${make}(${literal(kernel, make.length + 11)}, dtype=float)[None, None]${turned}\n`;
  const numbers = `import numpy as np\n${data("np.array")}`;
  return {
    cnn_course: `import cnn_course as cc\n${numbers}y = cc.conv2d(x, weight, stride=${s}, padding=${p}, dilation=${d})`,
    PyTorch: `import torch\n${numbers}y = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(weight.copy()),\n`
      + `                               stride=${s}, padding=${p}, dilation=${d})`,
    Keras: `import keras\n${numbers}x = np.pad(x, ((0, 0), (0, 0), (${p}, ${p}), (${p}, ${p})))\n`
      + "# channels last from here on\n"
      + `y = keras.ops.conv(x.transpose(0, 2, 3, 1), weight.transpose(2, 3, 1, 0),\n`
      + `                   strides=${s}, padding="valid", dilation_rate=${d})`,
  };
}

function build({ set, move, pause, redraw, refuse }) {
  let state, result, aimed = null;
  const aim = (r, c) => { pause(); aimed = [r, c]; redraw(); };
  const input = grid({ pick: aim, leave: () => { aimed = null; redraw(); } });
  const kernel = grid({ pick: pause, refuse, edit: (r, c, value) =>
    set({ preset: OWN, weight: state.weight.map((old, at) => (at === r * state.kernel_size + c ? value : old)) }) });
  const turned = grid({ pick: pause });
  const output = grid({ pick: (r, c) => move(r * result.m + c) });
  const line = note(), rule = note();
  const row = make("div", { class: "cc-row" }, input.root, kernel.root, turned.root, output.root);
  const code = Object.keys(calls({ weight: [] }, { x: [] })).map((name) => {
    const text = make("pre", { tabindex: 0, role: "group", "aria-label": `${name} code` });
    const copy = make("button", { type: "button", "aria-label": `Copy ${name} code`, click: () => {
      getSelection().selectAllChildren(text);
      navigator.clipboard?.writeText(text.textContent).then(() => {
        copy.textContent = "Copied";
        setTimeout(() => (copy.textContent = "Copy"), 1500);
      }, () => {});
    } }, "Copy");
    return [name, text, make("div", { class: "cc-code" }, make("span", {}, name), copy)];
  });

  /** The outputs that an input cell goes into: [row, column, weight]. */
  function uses(r, c) {
    const { stride: s, dilation: d, kernel_size: k } = state;
    return table(k, k, (a, b) => [(r - a * d) / s, (c - b * d) / s, result.used[a][b]]).flat().reverse()
      .filter(([i, j]) => result.y[i]?.[j] !== undefined);
  }

  function paint(now, found) {
    [state, result] = [now, found];
    const { size: n, kernel_size: k, stride: s, padding: p, dilation: d, position, flip, weight } = now;
    const { x, span, room, m, used, terms, pixel, y } = found, i = Math.floor(position / m), j = position % m;
    const [seen, weighed, made] = [x, [weight], y].map(limits);
    const goes = aimed && aimed[0] < room && aimed[1] < room ? uses(...aimed) : [];
    const inside = (at, start) => at >= start && (at - start) % d === 0 && at < start + span;
    const fed = (r, c) => m && !aimed && inside(r, i * s) && inside(c, j * s);
    row.style.setProperty("--cell", `${36 / (room + m + (flip ? 2 : 1) * k)}rem`); // side by side where there is room
    input.draw({ name: `input, ${n} × ${n}${p ? ` with ${p} of padding` : ""}`, rows: room, cols: room,
      active: p * room + p, window: m && !aimed && [i * s, j * s, span, span], cell: (r, c) => {
        const real = x[r - p]?.[c - p] !== undefined;
        const marks = (d > 1 && fed(r, c)) || `${aimed}` === `${[r, c]}` ? "cc-on" : "";
        const value = pixel(r, c), label = real ? `input[${r - p}, ${c - p}] is ${show(value)}` : "padding, 0";
        return { value, label, marks, ...(real ? { kind: "input", scale: seen } : { kind: "pad" }) };
      } });
    const weights = (name, value, label, on) => ({ name, rows: k, cols: k, window: on && [0, 0, k, k],
      cell: (r, c) => ({ value: value(r, c), kind: "weight", scale: weighed, label: label(r, c) }) });
    kernel.draw(weights("kernel, to edit", (r, c) => weight[r * k + c], (r, c) => `kernel[${r}, ${c}]`, !flip));
    turned.root.hidden = !flip;
    turned.draw(weights("kernel flipped, as used", (r, c) => used[r][c],
      (r, c) => `flipped[${r}, ${c}] is ${show(used[r][c])}`, true));
    output.draw({ name: `output, ${m} × ${m}`, rows: m, cols: m, active: position, window: m && !aimed && [i, j, 1, 1],
      cell: (r, c) => ({ value: y[r][c], kind: "output", scale: made, label: `output[${r}, ${c}] is ${show(y[r][c])}`,
        marks: goes.some(([a, b]) => a === r && b === c) ? "cc-on" : "" }) });
    rule.textContent = "output size: ⌊(n + 2p − d·(k − 1) − 1) / s⌋ + 1 = "
      + `⌊(${n} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}⌋ + 1 = ${show(Math.floor((room - span) / s) + 1)}`;
    for (const [name, text] of code) text.textContent = calls(now, found)[name];
    line.replaceChildren();
    if (!m) return ["There is no output.", found.trouble];
    const value = show(y[i][j]), factors = terms(i, j);
    const text = `output[${i}, ${j}] ${equals(factors)} ${sum(factors)} ${equals(factors, y[i][j])} `;
    if (aimed) {
      const named = pixel(...aimed), where = goes.map(([a, b, w]) => `output[${a}, ${b}] as ${sum([[named, w]])}`);
      line.append(`This input, ${show(named)}, goes into ${where.join("; ") || "no output"}.`);
    } else line.append(text, make("b", {}, value));
    return [line.textContent, `Input ${n} by ${n}, `
      + `kernel ${k} by ${k}${flip ? " used flipped" : ""}, stride ${s}, padding ${p}, dilation ${d}; `
      + `output ${m} by ${m}, rows ${inWords(y)}. The window stands at row ${i * s - p}, column ${j * s - p}.`];
  }
  const more = make("details", {}, make("summary", {}, "The same call in code"),
    ...code.flatMap(([, text, head]) => [head, text]));
  return { parts: [row, line, rule, more], paint };
}

export default explorer({ name: "convolution_2d", title: "2D convolution", settle, compute, build });
