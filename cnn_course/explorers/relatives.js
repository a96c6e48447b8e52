// The relatives of convolution: who is connected, and who shares a weight, as lines of a row and as the layer's matrix.

const PLAIN = "convolution", UNSHARED = "unshared", TILED = "tiled", GROUPED = "grouped", DILATED = "dilated", TRANSPOSED = "transposed";
const MOST_INPUTS = 16; // of all channels together, as in relatives.py

/** Sizes of a layer: n inputs and m outputs in each of C channels, a table of kernels by taps; `fits` if there is such a layer. */
function sizes({ relative, size: n, kernel_size: k, stride: s, tiles, channels, groups, dilation }) {
  const up = relative === TRANSPOSED, d = relative === DILATED ? dilation : 1, span = d * (k - 1) + 1;
  const [C, G] = relative === GROUPED ? [channels, groups] : [1, 1], t = relative === TILED ? tiles : 1;
  const m = up ? (n - 1) * s + span : Math.floor((n - span) / s) + 1;
  return { up, d, span, C, G, t, n, k, s, m, kernels: relative === UNSHARED ? m : relative === TILED ? t : C, taps: (C / G) * k,
    fits: m > 0 && C % G === 0 && t <= m };
}

/** The tables of numbers, and what stands in them until something else is typed; nothing where there is no such layer. */
function tables(state) {
  const { C, n, kernels, taps, fits } = sizes(state), x = { rows: C, cols: n, rule: (c, i) => (c % 2 ? n - i : i + 1) };
  if (!fits) return { x };
  const weight = { rows: kernels, cols: taps, rule: (q, i) => (q % 2 ? -1 : 1) * (Math.floor(q / 2) * taps + i + 1) };
  return { x, weight, biases: { rows: kernels, cols: 1, rule: () => 0 } };
}
const filled = (list, { rows, cols, rule }) => (list.length ? [...list] : table(rows, cols, rule).flat());

/** A list of a table that has changed its shape: what was typed stays at its row and column. [] if nothing was. */
function retyped(list, now, was = now) {
  if (!now) return [...list];
  if (list.length !== was.rows * was.cols) return [];
  const old = (r, c) => {
    const value = r < was.rows && c < was.cols ? list[r * was.cols + c] : was.rule(r, c);
    return value === was.rule(r, c) ? now.rule(r, c) : value;
  };
  const all = table(now.rows, now.cols, old).flat();
  return `${all}` === `${filled([], now)}` ? [] : all;
}

function settle(state, before) {
  if (state.relative === GROUPED) state.size = Math.min(state.size, Math.floor(MOST_INPUTS / state.channels));
  const now = tables(state), was = before && tables(before);
  for (const name of ["x", "weight", "biases"])
    state[name] = retyped(state[name], now[name], was && `${before[name]}` === `${state[name]}` ? was[name] : now[name]);
}

/** Every connection, as {from, to, at}: the input, the output and the place of its weight in the table. */
function connect(relative, { up, d, C, G, n, k, s, m, t, taps }) {
  const seen = C / G, kernel = (o, r) => (relative === UNSHARED ? r : relative === TILED ? r % t : o);
  const links = range(C).flatMap((o) => range(up ? n : m).flatMap((r) => range(seen).flatMap((c) => range(k).map((i) => {
    const near = r * s + i * d; // a convolution gathers from here, its transpose adds to here
    return up ? { from: r, to: near, at: i }
      : { from: (Math.floor(o / seen) * seen + c) * n + near, to: o * m + r, at: kernel(o, r) * taps + c * k + i };
  }))));
  return { links, kernelOf: range(C).flatMap((o) => range(m).map((r) => kernel(o, r))) };
}

function compute(state) {
  const now = sizes(state), all = tables(state), x = filled(state.x, all.x);
  if (!now.fits) return { ...now, x, weight: [], biases: [], links: [], y: [], last: 0, ...trouble(state, now) };
  const { links, kernelOf } = connect(state.relative, now);
  const weight = filled(state.weight, all.weight), biases = filled(state.biases, all.biases);
  const into = range(now.C * now.m).map(() => []);
  for (const link of links) into[link.to].push(link);
  const y = into.map((some, to) => total(some.map(({ from, at }) => [x[from], weight[at]])) + biases[kernelOf[to]]);
  return { ...now, x, weight, biases, links, into, kernelOf, y, last: y.length - 1 };
}

/** Why there is no such layer, with all numbers, and every single change that mends it. */
function trouble(state, { n, k, m, span, C, G, t }) {
  const [tiled, grouped, dilated] = [TILED, GROUPED, DILATED].map((relative) => state.relative === relative);
  const works = (changes) => sizes({ ...state, ...changes }).fits;
  const option = (words, trait, most, has = true) => (has ? mends([[words, state[trait], [1, most], (value) => ({ [trait]: value })]], works) : []);
  const fixes = [...option("kernel k", "kernel_size", 5), ...option("dilation d", "dilation", 3, dilated),
    ...option("groups", "groups", 4, grouped), ...option("channels C", "channels", 4, grouped), ...option("kernels t", "tiles", 4, tiled),
    ...option("stride s", "stride", 3), ...option("input n", "size", Math.min(8, Math.floor(MOST_INPUTS / C)))];
  const spans = dilated ? `d·(k − 1) + 1 = ${state.dilation}·(${k} − 1) + 1 = ${span}` : `k = ${k}`;
  const why = m < 1 ? `The kernel does not fit: it spans ${spans} inputs of n = ${n}.`
    : C % G ? `${many(C, "channel")} cannot be split into ${many(G, "group")} of one size.`
      : `${t} kernels take turns over ${many(m, "output")}: the last would never have its turn.`;
  return { fixes, trouble: `${why}${fixes.length ? " Choose" : ""}` };
}

/** The pictures on the chips: each relative's matrix, small. */
const pictures = () => ({ relative: [PLAIN, UNSHARED, TILED, GROUPED, DILATED, TRANSPOSED].map((relative) => {
  const few = { stride: 1, tiles: 2, channels: 2, groups: 2, dilation: 3, x: [], weight: [], biases: [] };
  const [size, k] = { [GROUPED]: [3, 2], [DILATED]: [6, 2], [TRANSPOSED]: [4, 3] }[relative] ?? [6, 3];
  const { C, n, m, links, weight } = compute({ ...few, relative, size, kernel_size: k }), rows = table(C * m, C * n, () => 0);
  for (const { from, to, at } of links) rows[to][from] = weight[at];
  return miniature(rows, "weight");
}) });

const LINES = 64, BETWEEN = 12, PITCH = 72, BLOCK = 0.7; // pixels; a channel stands 0.7 inputs from the next

function build({ set, move, stop, redraw, refuse, running, callout, controls, root }) {
  let state, now, lay, shape, scales, hovered = null, focused = null;
  const look = (about) => { hovered = about; redraw(); };
  const peek = (about) => (...place) => look(place.length ? about(...place) : null);
  const edit = (name, cols) => (r, c, value) => set({ [name]: now[name].map((old, at) => (at === r * cols() + c ? value : old)) });
  const input = plate({ kind: "cc-image cc-row", refuse, edit: edit("x", () => now.x.length), peek: peek((_, from) => ({ from })) });
  const output = plate({ kind: "cc-result cc-row", peek: peek((_, to) => ({ to })), steer: ([down, across]) => {
    move(clamp(state.position + down + across, 0, now.y.length - 1));
    queueMicrotask(() => output.focus(state.position));
  } });
  const weights = plate({ kind: "cc-kernel", refuse, edit: edit("weight", () => now.taps), peek: peek((q, i) => ({ at: q * now.taps + i })) });
  const biases = plate({ kind: "cc-biases", refuse, edit: edit("biases", () => 1), peek: peek((bias) => ({ bias })) });
  const matrix = plate({ kind: "cc-matrix", peek: peek((to, from) => ({ cell: [to, from] })) });
  const lines = svg("svg", { class: "cc-links", "aria-hidden": "true" }), tags = make("div", { class: "cc-tags", "aria-hidden": "true" });
  const stage = make("div", { class: "cc-stage", "data-picture": "" }, lines, input.root, output.root, tags, weights.root, biases.root,
    matrix.root, callout);
  const sums = make("div", { class: "cc-sum" }), counts = make("div", { class: "cc-counts cc-size", role: "img" });
  const told = make("p", { class: "cc-told" });

  // ---- hands: what is under the mouse or has the focus lights up; what stands out can be pulled
  const listen = (part, about) => {
    part.cells.addEventListener("focusin", (event) => {
      focused = about(part.at(event));
      if (focused.cell) move(focused.cell[0]); // whoever walks in the matrix walks along the outputs
      redraw();
    });
    part.cells.addEventListener("focusout", () => { focused = null; redraw(); });
  };
  listen(input, (from) => ({ from }));
  listen(output, (to) => ({ to }));
  listen(weights, (at) => ({ at }));
  listen(biases, (bias) => ({ bias }));
  listen(matrix, (at) => ({ cell: [Math.floor(at / now.x.length), at % now.x.length] }));
  stage.addEventListener("keydown", () => { hovered = null; }, { capture: true }); // whoever types has left the mouse
  lines.addEventListener("pointermove", (/** @type {On} */ { target, pointerType }) => {
    const at = Number(target.dataset.at ?? NaN);
    if (pointerType === "mouse" && hovered?.at !== at && !Number.isNaN(at)) look({ at });
  });
  lines.addEventListener("pointerleave", () => look(null));
  pullable(output.cells, (event) => {
    const at = output.at(event);
    if (at < 0) return false;
    stop();
    move(at);
    return true;
  }, (dx, dy, { clientX }) => { // the finger goes along the row, and the output under it is shown
    const x = clientX - stage.getBoundingClientRect().left, far = range(now.y.length).map((to) => Math.abs(lay.out(to) - x));
    hovered = null;
    move(far.indexOf(Math.min(...far)));
  }, () => output.focus(state.position));

  const gliding = ({ frame }) => { // it has its new size at once, and is soon at its new place
    let size;
    const point = glider((at) => around(frame, { ...size, ...at }));
    return ({ x, y, w, h }, time) => { size = { w, h }; point.to(x, y, time); };
  };
  const glides = { output: gliding(output), matrix: gliding(matrix) };

  let taken;
  const pull = (trait, says, low, high, step) => grip("e", `pull: ${says}`, () => [1, step()], () => { taken = state[trait]; },
    (dy, dx) => set({ [trait]: clamp(taken + dx, low, high) }));
  const grips = { size: pull("size", "the number of inputs", 1, 8, () => lay.pitch * (now.up ? now.s : 1)),
    kernel_size: pull("kernel_size", "the size of the kernel", 1, 5, () => lay.boxes[2].cell),
    stride: pull("stride", "the windows apart", 1, 3, () => lay.pitch),
    dilation: pull("dilation", "the weights apart", 1, 3, () => lay.pitch * Math.max(1, now.k - 1)) };
  stage.append(...Object.values(grips));

  for (const [trait, part] of Object.entries({ channels: "half", groups: "half", tiles: "whole", dilation: "whole" }))
    controls[trait]?.root.classList.add(`cc-${part}`); // of a row of the strip, on a phone

  // ---- the picture: the row and its outputs with a line for each weight in use; the table of weights; the matrix
  function fit() {
    const { C, n, m, s, up, span, kernels, taps, fits } = now, [W, H] = roomOn(stage);
    const roomy = W >= 700, fine = up ? m : n, units = C * fine + (C - 1) * BLOCK;
    const most = (list) => Math.max(1, ...list.map((value) => ratio(value).length));
    const letters = { x: longest(now.x), y: longest(now.y), w: most(now.weight), b: most(now.biases) };
    const plan = (size, bare) => {
      const side = Math.min(size, 40), rim = bare > 1 ? 1 : 3, row = Math.min(size, 56);
      const line = (name, cells, without) => room(1, Math.max(1, cells), row, letters[name], { bare: without });
      const [a, o] = [line("x", C * n, bare > 1), line("y", C * m, bare > (up ? 1 : 0))], [dense, loose] = up ? [o, a] : [a, o];
      if (loose.bare && (dense.cell + rim) * s - rim >= letters[up ? "x" : "y"] * LETTER + 5) // its cells stand apart: room for digits
        Object.assign(loose, room(1, loose.cols, Math.max(row, FINGER), loose.letters));
      const pitch = Math.max(dense.cell + rim, (loose.cell + rim) / s), crowded = bare > 1 && taps > 8 && !roomy;
      const own = (cols, name) => room(kernels, cols, side, letters[name], { bare: crowded, least: crowded ? 12 : FINGER });
      return [{ ...a, pitch, w: units * pitch }, o, ...(fits ? [own(taps, "w"), own(1, "b"),
        room(C * m, C * n, bare && !roomy ? Math.min(side, 15) : side, letters.w, { bare: bare > 0 })] : [])];
    };
    const net = ([a, o]) => HEAD + a.h + LINES + o.h + HEAD, left = roomy ? Math.round(0.56 * W) : W, gap = roomy ? 40 : 20;
    const stored = ([, , w, b]) => Math.max(w.w, 56) + BETWEEN + Math.max(b.w, 44), aside = (w) => Math.max(w.w, 56) + BETWEEN;
    const forms = { // where the row stands stays, whichever relative is chosen
      alone: (all) => ({ w: all[0].w, h: net(all), at: () => [[0, HEAD], [0, 0]] }),
      over: (all) => { // row | weights over matrix
        const [a, , w, , M] = all, h = 2 * HEAD + w.h + BETWEEN + M.h, fits = a.w <= left - gap;
        return { w: fits ? left + Math.max(stored(all), M.w) : Infinity, h: Math.max(net(all), h), at: (tall) => {
          const y = HEAD + (tall - h) / 2;
          return [[0, HEAD], [0, 0], [left, y], [left + aside(w), y], [left, y + w.h + BETWEEN + HEAD]];
        } };
      },
      beside: (all) => { // row | weights | matrix
        const [a, , w, , M] = all, wide = W - stored(all) - M.w - 2 * gap, top = (tall, box) => HEAD + (tall - HEAD - box.h) / 2;
        return { w: a.w <= wide - gap ? 0 : Infinity, h: Math.max(net(all), HEAD + Math.max(w.h, M.h)), wide, at: (tall) => {
          const X = W - stored(all) - M.w - gap;
          return [[0, HEAD], [0, 0], [X, top(tall, w)], [X + aside(w), top(tall, w)], [X + stored(all) + gap, top(tall, M)]];
        } };
      },
      under: (all) => { // row over weights | matrix
        const [a, , w, , M] = all, low = Math.max(w.h, M.h) + HEAD, wide = stored(all) + gap + M.w;
        return { w: Math.max(a.w, wide), h: net(all) + low, low, at: (tall) => {
          const X = (W - wide) / 2, y = tall - low + HEAD;
          return [[0, HEAD], [0, 0], [X, y], [X + aside(w), y], [X + stored(all) + gap, y]];
        } };
      },
      stack: (all) => { // row over weights over matrix
        const [a, , w, , M] = all, low = w.h + M.h + 2 * HEAD + 6;
        return { w: Math.max(a.w, stored(all), M.w), h: net(all) + low, low, at: (tall) => {
          const X = (W - stored(all)) / 2, y = tall - low + HEAD;
          return [[0, HEAD], [0, 0], [X, y], [X + aside(w), y], [(W - M.w) / 2, y + w.h + HEAD + 6]];
        } };
      },
    };
    const first = now.fits && roomy && arrange(W - 12, H, plan, forms, ["over"]);
    const found = first && !first.boxes[4].bare ? first
      : arrange(W - 12, H, plan, forms, !now.fits ? ["alone"] : roomy ? ["over", "beside", "under"] : ["under", "stack"]);
    const { form, size, boxes: [A, B] } = found, wide = (size.wide ?? (form === "over" ? left : W)) - (roomy ? gap : 12);
    const pitch = Math.max(A.pitch, Math.min(PITCH, wide / units)), start = A.x + 4 + (roomy ? 0 : Math.max(0, (wide - pitch * units) / 2));
    // a fine place has the number i of its channel; a loose one stands over the middle of its window
    const middle = (channel, i, isFine) => start + pitch * (channel * (fine + BLOCK) + (isFine ? i : i * s + (span - 1) / 2) + 0.5);
    B.y = found.tall - (size.low ?? 0) - HEAD - B.h;
    for (const box of [A, B]) box.cell = Math.min(box.cell, Math.floor(pitch * ((box === A) === up ? s : 1)) - 1);
    const inp = (at) => middle(Math.floor(at / n), at % n, !up), out = (at) => middle(Math.floor(at / m), at % m, up);
    return { ...found, roomy, pitch, inp, out };
  }

  /**
   * What is asked about: an output `to`, an input `from`, a weight `at`, a `bias`, or two that are not connected, `none`; with
   * the connections that light up, and whether it is more than the position.
   * @typedef {{to?: number, from?: number, at?: number, bias?: number, none?: [number, number], lit: any[], asked: boolean}} Asked
   * @returns {Asked}
   */
  function ask() {
    const { x, y, weight, biases: own, links, into, fits } = now, here = { to: state.position, lit: into?.[state.position] ?? [], asked: false };
    const { to, from, at, bias, cell } = (running() || !fits ? null : hovered ?? focused) ?? here;
    const using = (which) => links.filter((link) => link.at === which);
    if (to < y.length) return { to, lit: into[to], asked: Boolean(hovered ?? focused) };
    if (from < x.length) return { from, lit: links.filter((link) => link.from === from), asked: true };
    if (at < weight.length) return { at, lit: using(at), asked: true };
    if (bias < own.length) return { bias, lit: [], asked: true };
    if (!cell || cell[0] >= y.length || cell[1] >= x.length) return here;
    const link = into[cell[0]].find((one) => one.from === cell[1]);
    return link ? { at: link.at, to: link.to, lit: using(link.at), asked: true } : { none: cell, lit: [], asked: true };
  }

  const named = (name, at) => { // output[2], or output[1, 2] in the second channel
    const size = name === "input" ? now.n : now.m;
    return now.C > 1 ? `${name}[${Math.floor(at / size)}, ${at % size}]` : `${name}[${at}]`;
  };

  function paint(given, found, run) {
    [state, now] = [given, found];
    const { C, n, m, x, y, weight, fits } = now, channels = C > 1 ? `${C} channels of ` : "";
    lay = fit();
    grow(stage, lay.tall);
    scales = [x, [0, ...weight], [0, ...y], [0, ...now.biases]].map((list) => limits([list]));
    const about = ask(), ends = (end) => new Set(about.lit.map((link) => link[end]));
    drawRows(about, ends, channels, (to) => run?.whole && to > state.position - Number(!run.landed));
    for (const part of [output, weights, biases, matrix]) part.root.hidden = !fits;
    if (fits) drawTables(about, ends);
    drawFrames(about);
    drawLines(about);
    drawGrips();
    told.textContent = fits ? tell() : "";
    Object.assign(callout.style, fits ? { left: "", top: "" } : { left: "0px", top: `${lay.boxes[0].y + lay.boxes[0].h + 26}px` });
    count();
    write(about);
    if (!fits) return ["There is no output.", `${state.relative}: no output. ${now.trouble}`];
    return [sums.textContent, `${state.relative}: input ${channels}${n}, ${x.map(show).join(", ")}; output ${channels}${m}, `
      + `${y.map(show).join(", ")}. ${told.textContent} ${counts.getAttribute("aria-label")}.`];
  }

  const on = (is) => (is ? "cc-on" : "");
  function drawRows(/** @type {Asked} */ { from, to, bias, none, lit }, ends, channels, coming) {
    const [A, B] = lay.boxes, { x, y, n, m, links, kernelOf, fits } = now, used = new Set(links.map((link) => link.from));
    const [first, last] = [ends("from"), ends("to")];
    const entry = (name, kind, value, at, scale, marks) => ({ value, kind, scale, marks, label: `${named(name, at)} is ${show(value)}` });
    input.draw({ name: "input", about: `${channels}${n}`, rows: 1, cols: x.length, active: from ?? lit[0]?.from ?? 0, box: A, editable: !A.bare,
      cell: (row, at) => entry("input", "input", x[at], at, scales[0],
        `${on(first.has(at) || from === at || none?.[1] === at)} ${fits && !used.has(at) ? "cc-lost" : ""}`) });
    spread(input, A, lay.inp);
    if (!fits) return;
    output.draw({ name: "output", about: `${channels}${m}`, rows: 1, cols: y.length, active: state.position, box: B,
      cell: (row, at) => entry("output", "output", y[at], at, scales[2],
        `${on((last.has(at) && to === undefined) || kernelOf[at] === bias)} ${coming(at) ? "cc-empty" : ""}`) });
    spread(output, B, lay.out);
  }

  function drawTables(/** @type {Asked} */ { to, at, bias }, ends) {
    const [, , w, b, M] = lay.boxes, { x, y, weight, biases: own, kernels, taps, links, into } = now, used = ends("at");
    const entry = (value, scale, label, marks) => ({ value, text: ratio(value), kind: "weight", scale, label, marks: on(marks) });
    weights.draw({ name: "weights", about: w.w > 104 ? `${kernels} × ${taps}` : "", rows: kernels, cols: taps, box: w, editable: !w.bare,
      active: at ?? 0, cell: (q, i) => entry(weight[q * taps + i], scales[1], `weight[${q}, ${i}]`, used.has(q * taps + i)) });
    const added = to === undefined || at !== undefined ? bias : now.kernelOf[to];
    biases.draw({ name: "biases", rows: kernels, cols: 1, box: b, editable: !b.bare, active: bias ?? 0,
      cell: (q) => entry(own[q], scales[3], `bias[${q}]`, q === bias || (q === added && own[q] !== 0)) });
    const places = new Map(links.map((link) => [link.to * x.length + link.from, link.at])), row = to ?? state.position;
    const [r, c] = focused?.cell ?? [row, into[row][0]?.from ?? 0];
    matrix.draw({ name: "matrix", about: `${y.length} × ${x.length}`, rows: y.length, cols: x.length, box: M,
      active: Math.min(r, y.length - 1) * x.length + Math.min(c, x.length - 1), cell: (i, j) => {
        const which = places.get(i * x.length + j), value = weight[which] ?? 0, label = `matrix[${i}, ${j}] is ${show(value)}`;
        if (which !== undefined) return entry(value, scales[1], label, which === at);
        return { value, text: "", kind: "weight", scale: scales[1], label: `${label}, not connected` };
      } });
  }

  /** The cells of a row stand apart, each over or under the middle of what it is connected to. */
  function spread(part, box, middle) {
    part.list.forEach((node, at) => { node.style.translate = `${middle(at) - box.cell / 2 - box.x - at * box.cell}px`; });
    part.title.style.transform = `translateX(${Math.round(middle(0) - box.cell / 2 - box.x)}px)`;
  }

  /** Around the output asked about, and its row of the matrix; around the column of an input; dashed where nothing is connected. */
  function drawFrames(/** @type {Asked} */ { to, from, at, none }) {
    const [, B, , , M] = lay.boxes, { x, y, fits } = now;
    if (!fits) return;
    const time = shape === (shape = `${[y.length, x.length, B.x, B.cell, M.x, M.cell]}`) ? 180 : 0, row = none?.[0] ?? to;
    const block = (r, c, h, w) => glides.matrix({ x: c * M.cell, y: r * M.high, w: w * M.cell, h: h * M.high }, time);
    if (row !== undefined) glides.output({ x: lay.out(row) - B.cell / 2 - B.x, y: 0, w: B.cell, h: B.h }, time);
    if (none) block(...none, 1, 1);
    else if (from !== undefined) block(0, from, y.length, 1);
    else if (to !== undefined) block(to, 0, 1, x.length);
    matrix.frame.style.visibility = at === undefined && (row ?? from) !== undefined ? "" : "hidden";
    output.frame.style.visibility = row === undefined ? "hidden" : "";
    for (const part of [output, matrix]) part.frame.classList.toggle("cc-out", Boolean(none));
  }

  /** A line for each use of a weight, in its colour; what is asked about lies above the others, with its weight on it. */
  function drawLines(/** @type {Asked} */ { lit, asked, to, from }) {
    const [A, B] = lay.boxes, top = A.y + A.h + 2, end = B.y - 2, uses = new Map();
    const stroke = (link) => `M${lay.inp(link.from).toFixed(1)} ${top}L${lay.out(link.to).toFixed(1)} ${end}`;
    for (const link of now.links) uses.set(link.at, (uses.get(link.at) ?? "") + stroke(link));
    const path = (d, at) => svg("path", { d, style: `stroke:${shades("weight", now.weight[at], ...scales[1])[0]}` });
    const casing = (strokes) => svg("path", { class: "cc-casing", d: strokes.join("") });
    lines.setAttribute("class", `cc-links ${asked ? "cc-asked" : ""} ${lay.pitch < 20 ? "cc-thin" : ""}`);
    lines.replaceChildren(
      svg("g", { class: "cc-others" }, casing([...uses.values()]), ...[...uses].map(([at, d]) => path(d, at))),
      svg("g", { class: "cc-above" }, casing(lit.map(stroke)), ...lit.map((link) => path(stroke(link), link.at))),
      svg("g", { class: "cc-hit" }, ...[...uses].map(([at, d]) => svg("path", { d, "data-at": at }))));
    // Where lines fan out from an output or an input, their weights have most room far from it.
    const share = from !== undefined ? 0.64 : to !== undefined ? 0.36 : 0.5, text = ({ at }) => ratio(now.weight[at]);
    const apart = 0.64 * lay.pitch * ((from === undefined) === now.up ? now.s : 1), wide = 14 + LETTER * Math.max(...lit.map((link) => text(link).length));
    const told = end - top >= 50 && (lit.length < 2 || apart >= Math.max(27, wide));
    tags.replaceChildren(...(told ? lit : []).map((link) => {
      const node = tile("weight", now.weight[link.at], scales[1], { text: text(link) }), [x0, x1] = [lay.inp(link.from), lay.out(link.to)];
      Object.assign(node.style, { left: `${x0 + (x1 - x0) * share}px`, top: `${top + (end - top) * share}px` });
      return node;
    }));
  }

  function drawGrips() {
    const [A, B, w] = lay.boxes, { n, m, C, k, up, fits, into } = now, far = into?.[state.position]?.at(-1);
    const right = (middle, box) => [middle + box.cell / 2 + 3, box.y + box.h / 2];
    const places = {
      size: right(lay.inp(n * C - 1), A),
      kernel_size: fits && [w.x + w.w, w.y + w.h / 2],
      stride: fits && (up ? n > 2 && right(lay.inp(1), A) : m > 1 && right(lay.out(1), B)), // at the end of the inputs stands their number's
      dilation: state.relative === DILATED && far && k > 1 && !running() && [lay.inp(far.from), A.y + A.h],
    };
    for (const [trait, node] of Object.entries(grips)) {
      node.hidden = !controls[trait] || !places[trait];
      if (places[trait]) [node.style.left, node.style.top] = places[trait].map((at) => `${at}px`);
    }
    for (const [trait, owner] of Object.entries({ tiles: TILED, channels: GROUPED, groups: GROUPED, dilation: DILATED }))
      if (controls[trait]) controls[trait].root.hidden = state.relative !== owner;
  }

  /** What this relative does, in a sentence. */
  function tell() {
    const { C, G, m, n, t, d, y } = now, outputs = many(y.length, "output");
    return { [PLAIN]: () => `One kernel for ${m > 1 ? `all ${outputs}` : "the one output"}.`,
      [UNSHARED]: () => (m > 1 ? `Each of the ${outputs} has a kernel of its own.` : "The one output has a kernel of its own."),
      [TILED]: () => (t > 1 ? `${t} kernels take turns over ${outputs}.` : `One kernel has every turn over ${outputs}.`),
      [GROUPED]: () => (G === 1 ? `Each filter sees all channels: ${C}.` : G === C ? `Depthwise: each of the ${C} filters sees one channel.`
        : `Each filter sees ${C / G} of ${C} channels.`),
      [DILATED]: () => `One kernel for ${outputs}, its weights ${d > 1 ? `${d} inputs apart` : "side by side"}.`,
      [TRANSPOSED]: () => `${n > 1 ? `Each of the ${n} inputs` : "The input"} stamps the one kernel onto the outputs; what falls together is added.`,
    }[state.relative]();
  }

  /** Weights, biases and multiplications. */
  function count() {
    const { C, n, m, kernels, taps, links, up, fits } = now;
    const product = (...factors) => (factors.every((one) => one > 1) ? `${factors.join("·")} = ` : "");
    const entries = [["weights", product(kernels, taps), kernels * taps], ["biases", "", kernels],
      ["multiplications", product(up ? n : C * m, taps), links.length]];
    counts.replaceChildren(...(fits ? entries : []).map(([name, how, number]) => make("span", { class: "cc-count" },
      make("span", { class: "cc-sign" }, `${name} ${how}`.trim()), make("b", {}, show(number)))));
    counts.setAttribute("aria-label", fits ? entries.map(([name, how, number]) => `${name}: ${how}${number}`).join("; ") : "nothing to count");
  }

  /** The sum of an output; or where what is asked about goes. */
  function write(/** @type {Asked} */ { to, from, at, bias, none, lit }) {
    const { x, y, weight, biases: own, kernelOf, into, fits } = now, head = (text) => make("span", { class: "cc-head" }, text);
    const weighs = (value, scale = scales[1]) => tile("weight", value, scale, { text: ratio(value) });
    const factors = (link) => [tile("input", x[link.from], scales[0]), "·", weighs(weight[link.at])];
    const list = (name) => lit.map((link, i) => make("span", { class: "cc-tail" },
      `${i ? "; " : " "}${name}${named("output", link.to).replace("output", "")} as `, ...factors(link)));
    const say = (...parts) => sums.replaceChildren(...parts);
    if (!fits) return say(head("No layer, no sum."));
    if (none) return say(head(`${named("output", none[0])} does not see ${named("input", none[1])}: nothing is stored or multiplied for this 0.`));
    if (at !== undefined) return say("This weight, ", weighs(weight[at]), `, is used ${lit.length === 1 ? "once" : `${lit.length} times`}:`, ...list("output"));
    if (bias !== undefined) {
      const outputs = range(y.length).filter((one) => kernelOf[one] === bias), places = outputs.map((one) => named("output", one).replace("output", ""));
      return say("This bias, ", weighs(own[bias], scales[3]), `, is added to ${many(outputs.length, "output")}: ${places.join(", ")}`);
    }
    if (from !== undefined) return say("This input, ", tile("input", x[from], scales[0]),
      lit.length ? `, goes into ${many(lit.length, "output")}:` : ", goes into no output.", ...list(""));
    const terms = into[to], added = own[kernelOf[to]], exact = (value) => (ratio(value).includes("/") ? 1 : value);
    const written = [...terms.map((link) => [x[link.from], exact(weight[link.at])]), exact(added)];
    const plus = (text) => make("span", { class: "cc-plus" }, text);
    return say(head(`${named("output", to)} ${equals(written)} `), make("span", { class: `cc-terms ${terms.length > 9 ? "cc-many" : ""}` },
      ...terms.map((link, i) => make("span", { class: "cc-term" }, plus(i ? " + " : ""), ...factors(link))),
      ...(added || !terms.length ? [plus(terms.length ? " + " : ""), weighs(added, scales[3])] : [])),
    make("span", { class: "cc-tail" }, ` ${equals(written, y[to])} `, tile("output", y[to], scales[2], { marks: "cc-y", tag: "b" })));
  }

  /** Every product flies to its place in the sum, the sum to its cell. */
  function animate(run, speed) {
    const links = now.into?.[state.position] ?? [];
    if (!links.length || sums.querySelectorAll(".cc-term").length !== links.length) return wait(300 / speed);
    const pairs = links.map((link) => [input.list[link.from], weights.list[link.at]]);
    return sumUp(root(), sums, { pairs, goal: output.list[state.position] }, run, speed);
  }
  return { stage, under: [sums, told, counts], paint, animate };
}

export default explorer({ name: "relatives", title: "the relatives of convolution", settle, compute, pictures, build });
