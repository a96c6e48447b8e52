// Two-dimensional convolution: one picture of input, kernel and output, which is itself the control.

const OWN = "your own";
const BY_NATURE = { // kernels that have one size
  sharpen: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
  Sobel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], // differences along a row
  Laplacian: [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
  X: [[1, 0, 1], [0, 1, 0], [1, 0, 1]],
  difference: [[-1, 1]],
};
const ANY_SIZE = {
  counting: ([, kw], r, c) => r * kw + c,
  identity: ([kh, kw], r, c) => +(r === kh >> 1 && c === kw >> 1),
  blur: ([kh, kw]) => 1 / (kh * kw),
};
const BINARY = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]];
const IMAGES = {
  counting: ([, w], r, c) => r * w + c,
  one: ([h, w], r, c) => +(r === h >> 1 && c === w >> 1),
  edge: ([, w], r, c) => (c < w >> 1 ? 0 : 9),
  binary: (_, r, c) => BINARY[r % 5][c % 5],
};
const PAIRS = ["size", "kernel_size", "stride", "padding"]; // and the same across, with _w

const pictures = () => ({
  image: Object.values(IMAGES).map((image) => miniature(table(5, 5, (r, c) => image([5, 5], r, c)), "input")),
  preset: [...Object.values(ANY_SIZE).map((weight) => miniature(table(3, 3, (r, c) => weight([3, 3], r, c)), "weight")),
    ...Object.values(BY_NATURE).map((rows) => miniature(rows, "weight"))],
});

function settle(state, before) {
  const nature = BY_NATURE[state.preset];
  if (nature && state.preset !== before?.preset) {
    [state.kernel_size, state.kernel_size_w] = [nature.length, nature[0].length];
    if (nature.length !== nature[0].length) state.square = false;
  }
  if (state.image === "binary" && before && state.image !== before.image) state.size = state.size_w = 5;
  together(state, before, PAIRS);
  const k = both(state, "kernel_size"), n = both(state, "size");
  if (nature && `${k}` !== `${[nature.length, nature[0].length]}`) state.preset = OWN;
  if (BY_NATURE[state.preset]) state.weight = nature.flat();
  else if (ANY_SIZE[state.preset]) state.weight = table(...k, (r, c) => ANY_SIZE[state.preset](k, r, c)).flat();
  else if (state.weight.length !== k[0] * k[1] || (before && `${both(before, "kernel_size")}` !== `${k}`))
    state.weight = resized(state.weight, before?.kernel_size_w ?? k[1], k);
  if (IMAGES[state.image]) state.x = table(...n, (r, c) => IMAGES[state.image](n, r, c)).flat();
  else if (state.x.length !== n[0] * n[1] || (before && `${both(before, "size")}` !== `${n}`))
    state.x = resized(state.x, before?.size_w ?? n[1], n);
}

function compute(state) {
  const [n, k, s, p] = PAIRS.map((trait) => both(state, trait)), { dilation: d, flip, weight } = state;
  const x = table(...n, (r, c) => state.x[r * n[1] + c]);
  const span = k.map((size) => d * (size - 1) + 1), inside = n.map((size, axis) => size + 2 * p[axis]);
  const raw = inside.map((size, axis) => Math.floor((size - span[axis]) / s[axis]) + 1);
  const m = raw.every((size) => size > 0) ? raw : [0, 0];
  const used = table(...k, (r, c) => weight[flip ? weight.length - 1 - r * k[1] - c : r * k[1] + c]);
  const pixel = (r, c) => x[r - p[0]]?.[c - p[1]] ?? 0;
  const terms = (i, j) => table(...k, (r, c) => [pixel(i * s[0] + r * d, j * s[1] + c * d), used[r][c]]).flat();
  const tapped = (at, axis) => range(m[axis]).some((i) => at >= i * s[axis] && at < i * s[axis] + span[axis] && (at - i * s[axis]) % d === 0);
  return { n, k, s, p, d, x, span, inside, raw, m, used, terms, pixel, columns: m[1], last: m[0] * m[1] - 1,
    y: table(...m, (i, j) => total(terms(i, j))), lost: [0, 1].map((axis) => range(inside[axis]).filter((at) => m[0] && !tapped(at, axis))),
    ...(m[0] ? {} : trouble(state, { n, k, p, d, span, inside })) };
}

/** Why there is no output, with all numbers, and every single change that mends it. */
function trouble({ square }, { n, k, p, d, span, inside }) {
  const axis = span[0] > inside[0] ? 0 : 1, on = (trait) => (axis ? `${trait}_w` : trait);
  const needed = [
    ["padding p", on("padding"), Math.ceil((span[axis] - n[axis]) / 2), 3],
    ["kernel k", on("kernel_size"), Math.floor((inside[axis] - 1) / d) + 1, 5],
    ["dilation d", "dilation", k[axis] > 1 ? Math.floor((inside[axis] - 1) / (k[axis] - 1)) : 0, 3],
    ["input n", on("size"), span[axis] - 2 * p[axis], 8],
  ].filter(([, , value, largest]) => value > 0 && value <= largest);
  const other = span[1 - axis] > inside[1 - axis]; // then no single change of one axis is enough
  const fixes = needed.filter(([, trait]) => square || !other || trait === "dilation")
    .map(([words, trait, value]) => [`${words} = ${value}`, { [trait]: value }]);
  return { fixes, trouble: `The kernel does not fit: it spans d·(k − 1) + 1 = ${d}·(${k[axis]} − 1) + 1 = ${span[axis]} cells, `
    + `the padded input has n + 2p = ${n[axis]} + 2·${p[axis]} = ${inside[axis]}.${fixes.length ? " Choose" : ""}` };
}

const literal = (rows, indent) => `[[${rows.map((row) => row.join(", ")).join(`],\n${" ".repeat(indent)}[`)}]]`;

/** The same call in three libraries. */
function calls({ flip, weight, k, s, p, d, x }) {
  const kernel = table(...k, (r, c) => weight[r * k[1] + c]), turned = flip ? "[:, :, ::-1, ::-1]" : "";
  const pair = ([a, b]) => (a === b ? a : `(${a}, ${b})`);
  const data = (make) => `x = ${make}(${literal(x, make.length + 6)}, dtype=float)[None, None]\n`
    + `weight = ${make}(${literal(kernel, make.length + 11)}, dtype=float)[None, None]${turned}\n`;
  const numbers = `import numpy as np\n${data("np.array")}`;
  return {
    cnn_course: `import cnn_course as cc\n${numbers}y = cc.conv2d(x, weight, stride=${pair(s)}, padding=${pair(p)}, dilation=${d})`,
    PyTorch: `import torch\n${numbers}y = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(weight.copy()),\n`
      + `                               stride=${pair(s)}, padding=${pair(p)}, dilation=${d})`,
    Keras: `import keras\n${numbers}x = np.pad(x, ((0, 0), (0, 0), (${p[0]}, ${p[0]}), (${p[1]}, ${p[1]})))\n`
      + "# channels last from here on\n"
      + `y = keras.ops.conv(x.transpose(0, 2, 3, 1), weight.transpose(2, 3, 1, 0),\n`
      + `                   strides=${pair(s)}, padding="valid", dilation_rate=${d})`,
  };
}
const LIBRARIES = ["cnn_course", "PyTorch", "Keras"];

const GAP = 60, TITLE = 26, FOOT = 20;
const wide = (box) => Math.max(box.w, box.title ?? 0); // a plate is as wide as its title

/** The three plates in a row; or kernel and output one over the other beside the input; or below it. */
const FORMS = (W, gap) => {
  const row = ([a, b, o]) => ({ w: a.w + b.w + wide(o) + 2 * gap, h: Math.max(a.h, b.h, o.h) + TITLE, at: (H) => {
    const spread = gap + Math.min(60, Math.max(0, (W - a.w - b.w - wide(o) - 2 * gap) / 4));
    const left = (W - a.w - b.w - wide(o) - 2 * spread) / 2, top = (box) => TITLE + (H - TITLE - box.h) / 2;
    return [[left, top(a)], [left + a.w + spread, top(b)], [left + a.w + b.w + 2 * spread, top(o)]];
  } });
  const ell = ([a, b, o]) => ({ w: a.w + gap + Math.max(b.w, wide(o)), h: Math.max(a.h + TITLE, b.h + o.h + 2 * TITLE + 8), at: (H) => {
    const left = (W - a.w - gap - Math.max(b.w, wide(o))) / 2, x = left + a.w + gap, spare = (H - b.h - o.h - 2 * TITLE - 8) / 2;
    return [[left, TITLE + (H - TITLE - a.h) / 2], [x, TITLE + spare], [x, 2 * TITLE + b.h + 8 + spare]];
  } });
  const stack = ([a, b, o]) => ({ w: Math.max(a.w, wide(b) + gap + wide(o)), h: a.h + Math.max(b.h, o.h) + 2 * TITLE, at: () => {
    const x = (W - wide(b) - wide(o) - gap) / 2, y = a.h + 2 * TITLE;
    return [[(W - a.w) / 2, TITLE], [x, y], [x + wide(b) + gap, y]];
  } });
  const below = ([a, b, o]) => ({ w: Math.max(a.w + gap + wide(b), o.w), h: Math.max(a.h, b.h) + TITLE + 14 + o.h, at: () => {
    const x = (W - a.w - wide(b) - gap) / 2, foot = TITLE + Math.max(a.h, b.h); // no output: its place is the callout's
    return [[x, foot - a.h], [x + a.w + gap, foot - b.h], [(W - o.w) / 2, foot + 14]];
  } });
  return { row, ell, stack, below };
};

/** @type {Description["build"]} */
function build({ set, move, stop, redraw, refuse, running, callout, controls, root }) {
  // Before stride, padding and dilation are taught, sizes are told without them.
  const bare = !["stride", "padding", "dilation"].some((trait) => controls[trait]);
  const tell = (found, axis = found.k[0] > found.n[0] ? 0 : 1) => (found.trouble
    ? { ...found, trouble: `The kernel does not fit: it has k = ${found.k[axis]} ${["rows", "columns"][axis]}, the input n = ${found.n[axis]}.`
      + (found.fixes.length ? " Choose" : "") } : found);
  let state, now, lay, shape, aimed = null, peeked = null, held = false;
  const own = (r, c, value) => set({ image: OWN, x: state.x.map((old, at) => (at === r * now.n[1] + c ? value : old)) });
  const input = plate({ kind: "cc-image", refuse, edit: (r, c, value) => own(r - now.p[0], c - now.p[1], value), steer,
    type(r, c, text) {
      if (now.x[r - now.p[0]]?.[c - now.p[1]] === undefined) return;
      own(r - now.p[0], c - now.p[1], parse(text) || 0);
      queueMicrotask(() => input.focus(r * now.inside[1] + c, true));
    } });
  const kernel = plate({ kind: "cc-kernel", refuse, edit: (r, c, value) => set({ preset: OWN,
    weight: state.weight.map((old, at) => (at === (r / now.gap) * now.k[1] + c / now.gap ? value : old)) }) });
  const output = plate({ kind: "cc-result", steer, pick: move, peek: (...place) => { peeked = place.length ? place : null; redraw(); } });
  kernel.cells.classList.add("cc-turn");
  const beams = [svg("path"), svg("path")], rays = svg("svg", { class: "cc-rays", "aria-hidden": "true" });
  const signs = ["⋆", "="].map((sign) => make("div", { class: "cc-op", "aria-hidden": "true" }, sign));
  const legend = make("div", { class: "cc-legend", "aria-hidden": "true" });
  const stage = make("div", { class: "cc-stage", "data-picture": "" }, svg("svg", { class: "cc-beams", "aria-hidden": "true" }, ...beams),
    input.root, kernel.root, output.root, rays, ...signs, callout, legend);
  const sums = make("div", { class: "cc-sum" }), size = make("div", { class: "cc-size", role: "img" });

  // ---- hands: what can be pulled
  const resize = (trait, way, range, cell) => stretcher(way > 0 ? "se" : "nw", `pull: ${trait.replace("_", " ")}`, cell,
    { trait, way, range, state: () => state, set });
  const cell = () => [lay.boxes[0].high, lay.boxes[0].cell];
  const grips = { size: resize("size", 1, [1, 8], cell), padding: resize("padding", -1, [0, 3], cell),
    kernel_size: resize("kernel_size", 1, [1, 5], () => [lay.boxes[1].high * (now.d / now.gap), lay.boxes[1].cell * (now.d / now.gap)]) };
  input.root.append(grips.size, grips.padding);
  kernel.root.append(grips.kernel_size);

  const window = glider((at) => {
    const [A, B, C] = lay.boxes, { span, s, m } = now;
    const seen = { x: at.x * A.cell, y: at.y * A.high, w: span[1] * A.cell, h: span[0] * A.high };
    const result = { x: (at.x / s[1]) * C.cell, y: (at.y / s[0]) * C.high, w: C.cell, h: C.high };
    around(input.frame, seen);
    around(output.frame, result);
    const lit = m[0] && !aimed;
    beams[0].setAttribute("d", lit ? beam(upon(A, seen), B) : "");
    beams[1].setAttribute("d", lit ? beam(B, upon(C, result)) : "");
  });
  const over = hand(input, window, { box: () => lay.boxes[0], span: () => now.span, last: () => now.m.map((m, axis) => (m - 1) * now.s[axis]) });
  function drag(event) {
    aimed = null;
    over.pull(event, ({ x, y }) => move(Math.round(y / now.s[0]) * now.m[1] + Math.round(x / now.s[1])));
  }
  pullable(input.cells, (event) => {
    if (!now.m[0]) return false;
    stop();
    const inside = over.take(event);
    held = true;
    input.root.classList.add("cc-held");
    if (event.target.tagName !== "INPUT") event.preventDefault();
    if (!inside && !state.image.startsWith(OWN)) drag(event);
  }, (dx, dy, event) => drag(event), (moved, event) => {
    held = false;
    input.root.classList.remove("cc-held");
    if (!moved) ask(event, "tap");
    redraw();
    if (moved) input.refocus();
    else input.press(over.at(event));
  });
  function ask(event, how) {
    const at = over.at(event);
    aimed = [clamp(Math.floor(at.y), 0, now.inside[0] - 1), clamp(Math.floor(at.x), 0, now.inside[1] - 1), how];
  }
  input.cells.addEventListener("pointermove", (event) => {
    if (held || event.pointerType !== "mouse" || running() || !now.m[0]) return;
    const before = `${aimed}`;
    if (!over.covers(event)) ask(event);
    else if (aimed && aimed[2] !== "tap") aimed = null; // here one takes hold of the window
    if (before !== `${aimed}`) redraw();
  });
  onLeaving(input, () => { if (aimed && !held) { aimed = null; redraw(); } });

  /** Arrow keys move the window; with shift, on the input, they ask where one pixel goes. */
  function steer([down, across], event) {
    const { m, s, inside } = now, { position } = state, i = Math.floor(position / m[1]), j = position % m[1];
    if (!m[0]) return;
    if (event.shiftKey && input.cells.contains(event.target)) {
      const [r, c] = aimed ?? [i * s[0], j * s[1]];
      aimed = [clamp(r + down, 0, inside[0] - 1), clamp(c + across, 0, inside[1] - 1), "keys"];
      redraw();
    } else {
      aimed = null;
      move(clamp(i + down, 0, m[0] - 1) * m[1] + clamp(j + across, 0, m[1] - 1));
    }
    const part = input.cells.contains(event.target) ? input : output;
    queueMicrotask(() => part.refocus());
  }

  // ---- the picture
  function entitle({ n, k, p, m }) {
    const summed = state.weight.reduce((sum, weight) => sum + weight, 0);
    return { input: ["input", by(n) + (p[0] || p[1] ? `, padding ${p[0] === p[1] ? p[0] : `${p[0]} and ${p[1]}`}` : "")],
      kernel: [state.flip ? "kernel, turned" : "kernel", state.flip ? `sum ${ratio(summed)}` : `${by(k)}, sum ${ratio(summed)}`],
      output: ["output", m[0] ? by(m) : ""] };
  }
  function fit() {
    const { k, inside, span, d, m, x, y } = now, [W, H] = roomOn(stage);
    const roomy = W >= 620, gap = roomy ? GAP : W < 310 ? 12 : 22, letters = { x: longest(x.flat()), y: longest(y.flat()),
      w: Math.max(1, ...state.weight.map((value) => ratio(value).length)) };
    const titled = (box, part) => ({ ...box, title: 7.2 * now.titles[part].join(" ").length });
    const outer = inside.map((size, axis) => (m[0] ? size : Math.max(size, span[axis])));
    const plan = (spread) => (size, bare) => [titled(room(...outer, size, letters.x, { bare: bare > 1 }), "input"),
      titled(room(...(spread ? span : k), size, letters.w, { least: m[0] ? 22 : 14 }), "kernel"),
      m[0] ? titled(room(...m, size, letters.y, { bare: bare > 0 }), "output") : { w: Math.min(W - 12, 560), h: roomy ? 100 : 130, letters: 1 }];
    const order = m[0] ? (roomy ? ["row", "ell", "stack"] : ["ell", "stack"]) : ["below"];
    const forms = FORMS(W, gap), spread = d > 1 && arrange(W - 12, H - FOOT, plan(true), forms, order);
    const plain = spread && spread.boxes[1].high >= 26 ? spread : arrange(W - 12, H - FOOT, plan(false), forms, order);
    now.gap = plain === spread ? d : 1; // holes between the weights, where there is room for them
    return { ...plain, tall: plain.tall + FOOT };
  }

  function paint(given, found, run) {
    [state, now] = [given, { ...found, flip: given.flip, weight: given.weight }];
    now.titles = entitle(now);
    lay = fit();
    grow(stage, lay.tall);
    const { n, k, s, p, d, x, span, inside, m, lost, pixel, y, gap } = now, [A, B, C] = lay.boxes;
    const scales = [x, [state.weight], y].map(limits), spot = peeked && y[peeked[0]]?.[peeked[1]] !== undefined ? peeked
      : [Math.floor(state.position / m[1]) || 0, state.position % m[1] || 0], [i, j] = spot;
    if (aimed && !(m[0] && aimed[0] < inside[0] && aimed[1] < inside[1])) aimed = null;
    const goes = aimed ? table(...k, (a, b) => [(aimed[0] - a * d) / s[0], (aimed[1] - b * d) / s[1], a, b]).flat().reverse()
      .filter(([r, c]) => y[r]?.[c] !== undefined) : [];
    const over = (at, axis) => { const from = at - spot[axis] * s[axis]; return from >= 0 && from < span[axis] && !aimed && m[0] ? from : NaN; };
    const active = aimed ? aimed[0] * inside[1] + aimed[1] : m[0] ? i * s[0] * inside[1] + j * s[1] : 0;
    const title = (part) => ({ name: now.titles[part][0], about: now.titles[part][1] });
    input.draw({ ...title("input"), rows: inside[0], cols: inside[1], active, box: A, editable: state.image === OWN, cell: (r, c) => {
        const real = x[r - p[0]]?.[c - p[1]] !== undefined, value = pixel(r, c), from = [over(r, 0), over(c, 1)];
        const tap = from.every((at) => at % d === 0), hole = d > 1 && from.every((at) => at >= 0) && !tap;
        const marks = [lost[0].includes(r) || lost[1].includes(c) ? "cc-lost" : "", hole ? "cc-dim" : "",
          (d > 1 && tap) || (aimed && aimed[0] === r && aimed[1] === c) ? "cc-on" : ""].join(" ");
        return { value, marks, ...(real ? { kind: "input", scale: scales[0], label: `input[${r - p[0]}, ${c - p[1]}] is ${show(value)}` }
          : { kind: "pad", fixed: true, label: "padding, 0" }) };
      } });
    const asked = new Set(goes.map(([, , a, b]) => (state.flip ? state.weight.length - 1 - a * k[1] - b : a * k[1] + b)));
    kernel.draw({ ...title("kernel"), rows: gap > 1 ? span[0] : k[0], cols: gap > 1 ? span[1] : k[1], box: B, cell: (r, c) => {
        if (r % gap || c % gap) return { kind: "hole", label: "hole", text: "", fixed: true };
        const at = (r / gap) * k[1] + c / gap, value = state.weight[at];
        return { value, text: ratio(value), kind: "weight", scale: scales[1], label: `kernel[${r / gap}, ${c / gap}]`,
          marks: asked.has(at) ? "cc-on" : "" };
      } });
    output.draw({ ...title("output"), rows: m[0], cols: m[1], active: i * m[1] + j, box: C, cell: (r, c) => ({
      value: y[r][c], kind: "output", scale: scales[2], label: `output[${r}, ${c}] is ${show(y[r][c])}`,
      marks: `${goes.some(([a, b]) => a === r && b === c) ? "cc-on" : ""} ${isAhead(run, r * m[1] + c, state.position) ? "cc-empty" : ""}` }) });

    root().classList.toggle("cc-flipped", state.flip);
    root().classList.toggle("cc-square", state.square);
    output.root.style.visibility = m[0] ? "" : "hidden";
    input.frame.classList.toggle("cc-out", !m[0]);
    input.frame.style.opacity = aimed ? "0.35" : "1";
    output.frame.style.visibility = aimed ? "hidden" : "";
    around(kernel.frame, { x: 0, y: 0, w: B.w, h: B.h });
    put(grips.size, (p[1] + n[1]) * A.cell, (p[0] + n[0]) * A.high);
    put(grips.padding, 0, 0);
    put(grips.kernel_size, B.w, B.h);
    for (const [trait, node] of Object.entries(grips)) node.hidden = !controls[trait];
    signs[0].textContent = state.flip ? "∗" : "⋆";
    signs[0].classList.toggle("cc-star", !state.flip);
    signs.forEach((sign, at) => {
      sign.hidden = lay.form !== "row";
      put(sign, (lay.boxes[at].x + lay.boxes[at].w + lay.boxes[at + 1].x) / 2, A.y + A.h / 2);
    });
    rays.replaceChildren(...goes.map(([a, b]) => svg("line", { x1: A.x + (aimed[1] + 0.5) * A.cell, y1: A.y + (aimed[0] + 0.5) * A.high,
      x2: C.x + (b + 0.5) * C.cell, y2: C.y + (a + 0.5) * C.high })));
    explain(legend, m[0] ? [...(p[0] || p[1] ? [["cc-pad", "padding, zeros"]] : []), ...(d > 1 ? [["cc-hole", "hole"]] : []),
      ...(lost.flat().length ? [["cc-lost", "in no window"]] : [])] : []);
    if (!m[0]) Object.assign(callout.style, { left: `${C.x}px`, top: `${C.y}px`, width: `${C.w}px` });
    else callout.style.cssText = "";
    const drawn = `${[n, k, s, p, d, lay.boxes[0].cell]}`, same = shape === (shape = drawn);
    if (!held) window.to(j * s[1], i * s[0], same ? 180 : 0);
    write(i, j, goes, scales);
    return say(i, j);
  }

  function write(i, j, goes, scales) {
    const { n, k, s, p, d, m, raw, x, terms, y, pixel, used } = now;
    const tokens = bare ? [["m", ...raw], "=", ["n", ...n], "−", ["k", ...k], "+ 1"]
      : [["m", ...raw], "= ⌊(", ["n", ...n], "+ 2·", ["p", ...p], "−", ["d", d], "·(", ["k", ...k], "− 1) − 1) /", ["s", ...s], "⌋ + 1"];
    const sum = (axis) => (bare ? `${n[axis]} − ${k[axis]} + 1`
      : `⌊(${n[axis]} + 2·${p[axis]} − ${d}·(${k[axis]} − 1) − 1) / ${s[axis]}⌋ + 1`);
    formula(size, tokens.map((token) => (Array.isArray(token) && state.square ? token.slice(0, 2) : token)),
      `output size: ${(state.square ? [0] : [0, 1]).map((axis) => `${sum(axis)} = ${show(raw[axis])}`).join(" and ")}`);
    if (!m[0]) return sums.replaceChildren(make("span", { class: "cc-head" }, "No window, no sum."));
    const real = (r, c) => x[r - p[0]]?.[c - p[1]] !== undefined, zero = (r, c) => (real(r, c) ? "" : "cc-zero");
    if (aimed) {
      const value = pixel(...aimed);
      return sums.replaceChildren(...(real(...aimed) ? ["This input, "] : ["This padding, "]), tile("input", value, scales[0], { marks: zero(...aimed) }),
        goes.length ? `, goes into ${many(goes.length, "output")}:` : ", goes into no output.",
        ...goes.flatMap(([r, c, a, b], at) => [at ? "; " : " ", make("span", { class: "cc-tail" }, `[${r}, ${c}] as `, tile("input", value, scales[0]), "·",
          tile("weight", used[a][b], scales[1], { text: ratio(used[a][b]) }))]));
    }
    const factors = terms(i, j), value = y[i][j], written = factors.map(([a, b]) => [a, ratio(b).includes("/") ? 1 : b]);
    sums.replaceChildren(make("span", { class: "cc-head" }, `output[${i}, ${j}] ${equals(written)} `),
      make("span", { class: `cc-terms ${factors.length > 9 ? "cc-many" : ""}`, style: `--k:${k[1]}` }, ...factors.map(([a, b], at) =>
        make("span", { class: "cc-term" }, make("span", { class: "cc-plus" }, at ? " + " : ""),
          tile("input", a, scales[0], { marks: zero(i * s[0] + Math.floor(at / k[1]) * d, j * s[1] + (at % k[1]) * d) }), "·",
          tile("weight", b, scales[1], { text: ratio(b) })))),
      make("span", { class: "cc-tail" }, ` ${equals(written, value)} `, tile("output", value, scales[2], { marks: "cc-y", tag: "b" })));
  }

  function say(i, j) {
    const { n, k, s, p, d, m, y } = now, by = ([a, b]) => `${a} by ${b}`, pair = ([a, b]) => (a === b ? a : `${a} and ${b}`);
    const all = `Input ${by(n)}, kernel ${by(k)}${state.flip ? " turned by half" : ""}, stride ${pair(s)}, padding ${pair(p)}, dilation ${d}; `;
    if (!m[0]) return ["There is no output.", `${all}no output. ${now.trouble}`];
    return [sums.textContent, `${all}output ${by(m)}, rows ${inWords(y)}. The window stands at row ${i * s[0] - p[0]}, column ${j * s[1] - p[1]}.`];
  }

  /** Every product flies to its place in the sum, the sum to its cell. */
  function animate(run, speed) {
    const { s, k, d, m, inside, gap } = now, i = Math.floor(state.position / m[1]), j = state.position % m[1];
    const weights = kernel.list.filter((node) => !node.classList.contains("cc-hole"));
    const pairs = table(...k, (r, c) => [input.list[(i * s[0] + r * d) * inside[1] + j * s[1] + c * d],
      weights[state.flip ? weights.length - 1 - r * k[1] - c : r * k[1] + c]]).flat();
    if (!sums.querySelector(".cc-term") || gap === undefined) return wait(0);
    return sumUp(root(), sums, { pairs, goal: output.list[state.position] }, run, speed);
  }

  const code = LIBRARIES.map(/** @returns {[string, HTMLElement]} */ (name) => [name, make("pre", { tabindex: 0, role: "group", "aria-label": `${name} code` })]);
  const copy = (name, text) => {
    const button = press({ "aria-label": `Copy ${name} code`, click: () => {
      getSelection().selectAllChildren(text);
      navigator.clipboard?.writeText(text.textContent).then(() => {
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 1500);
      }, () => {});
    } }, "Copy");
    return button;
  };
  const more = make("details", { toggle: () => redraw() }, make("summary", {}, "The same call in code"),
    ...code.flatMap(([name, text]) => [make("div", { class: "cc-code" }, make("span", {}, name), copy(name, text)), text]));
  return { stage, under: [sums, size], more: [more], animate, compute: bare ? (state) => tell(compute(state)) : compute, paint(...given) {
    const told = paint(...given), found = calls(now);
    for (const [name, text] of code) text.textContent = found[name];
    return told;
  } };
}

/** An image and a kernel that have a name follow from it. */
const implied = ({ image, preset }) => [...(IMAGES[image] ? ["x"] : []), ...(preset === OWN ? [] : ["weight"])];

export default explorer({ name: "convolution_2d", title: "2D convolution", settle, compute, pictures, build, implied });
