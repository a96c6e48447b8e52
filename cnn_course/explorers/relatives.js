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
  const old = (r, c) => (r < was.rows && c < was.cols && list[r * was.cols + c] !== was.rule(r, c) ? list[r * was.cols + c] : now.rule(r, c));
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
  const { links, kernelOf } = connect(state.relative, now), weight = filled(state.weight, all.weight), biases = filled(state.biases, all.biases);
  const into = range(now.C * now.m).map(() => []);
  for (const link of links) into[link.to].push(link);
  const y = into.map((some, to) => total(some.map(({ from, at }) => [x[from], weight[at]])) + biases[kernelOf[to]]);
  return { ...now, x, weight, biases, links, into, kernelOf, y, last: y.length - 1 };
}

/** Why there is no such layer, with all numbers, and every single change that mends it. */
function trouble(state, { n, k, s, m, span, C, G, t }) {
  const works = (changes) => sizes({ ...state, ...changes }).fits;
  const one = (words, trait, limits) => [words, state[trait], limits, (value) => ({ [trait]: value })];
  const fixes = mends([one("kernel k", "kernel_size", [1, 5]), ...(state.relative === DILATED ? [one("dilation d", "dilation", [1, 3])] : []),
    ...(state.relative === GROUPED ? [one("groups", "groups", [1, 4]), one("channels C", "channels", [1, 4])] : []),
    ...(state.relative === TILED ? [one("kernels t", "tiles", [1, 4])] : []),
    one("stride s", "stride", [1, 3]), one("input n", "size", [1, Math.min(8, Math.floor(MOST_INPUTS / C))])], works);
  const why = m < 1 ? `The kernel does not fit: it spans ${state.relative === DILATED ? `d·(k − 1) + 1 = ${state.dilation}·(${k} − 1) + 1 = ` : "k = "}${span} inputs of n = ${n}.`
    : C % G ? `${many(C, "channel")} cannot be split into ${many(G, "group")} of one size.`
      : `${t} kernels take turns over ${many(m, "output")}: the last would never have its turn.`;
  return { fixes, trouble: `${why}${fixes.length ? " Choose" : ""}` };
}

/** The pictures on the chips: each relative's matrix, small. */
const pictures = () => ({ relative: [PLAIN, UNSHARED, TILED, GROUPED, DILATED, TRANSPOSED].map((relative) => {
  const grouped = relative === GROUPED, state = { relative, size: grouped ? 3 : relative === TRANSPOSED ? 4 : 6, kernel_size: grouped || relative === DILATED ? 2 : 3,
    stride: 1, tiles: 2, channels: 2, groups: 2, dilation: 3, x: [], weight: [], biases: [] };
  const { C, n, m, links, weight } = compute(state), rows = table(C * m, C * n, () => 0);
  for (const { from, to, at } of links) rows[to][from] = weight[at];
  return miniature(rows, "weight");
}) });

const LINES = 64, BETWEEN = 12, PITCH = 72, BLOCK = 0.7; // pixels; a channel stands 0.7 inputs from the next

function build({ set, move, stop, redraw, refuse, running, callout, controls, root }) {
  let state, now, lay, scales, hovered = null, focused = null;
  const look = (about) => { hovered = about; redraw(); };
  const edit = (name, cols) => (r, c, value) => set({ [name]: now[name].map((old, at) => (at === r * cols() + c ? value : old)) });
  const input = plate({ kind: "cc-image cc-row", refuse, edit: edit("x", () => now.x.length), peek: (_, at) => look(at === undefined ? null : { from: at }) });
  const output = plate({ kind: "cc-result cc-row", steer: ([down, across]) => {
    move(clamp(state.position + down + across, 0, now.y.length - 1));
    queueMicrotask(() => output.focus(state.position));
  }, peek: (_, to) => look(to === undefined ? null : { to }) });
  const weights = plate({ kind: "cc-kernel", refuse, edit: edit("weight", () => now.taps),
    peek: (q, i) => look(q === undefined ? null : { at: q * now.taps + i }) });
  const biases = plate({ kind: "cc-biases", refuse, edit: edit("biases", () => 1), peek: (q) => look(q === undefined ? null : { bias: q }) });
  const matrix = plate({ kind: "cc-matrix", peek: (to, from) => look(to === undefined ? null : { cell: [to, from] }) });
  const lines = svg("svg", { class: "cc-links", "aria-hidden": "true" }), tags = make("div", { class: "cc-tags", "aria-hidden": "true" });
  const stage = make("div", { class: "cc-stage", "data-picture": "" }, lines, input.root, output.root, tags, weights.root, biases.root, matrix.root, callout);
  const sums = make("div", { class: "cc-sum" }), counts = make("div", { class: "cc-counts cc-size", role: "img" });
  const told = make("p", { class: "cc-told" });

  // ---- hands: what is under the mouse or has the focus lights up; what stands out can be pulled
  for (const [part, about] of [[input, (at) => ({ from: at })], [output, (at) => ({ to: at })], [weights, (at) => ({ at })], [biases, (bias) => ({ bias })],
    [matrix, (at) => ({ cell: [Math.floor(at / now.x.length), at % now.x.length] })]]) {
    part.cells.addEventListener("focusin", (event) => {
      focused = about(part.at(event));
      if (focused.cell) move(focused.cell[0]); // whoever walks in the matrix walks along the outputs
      redraw();
    });
    part.cells.addEventListener("focusout", () => { focused = null; redraw(); });
  }
  stage.addEventListener("keydown", () => { hovered = null; }, { capture: true }); // whoever types has left the mouse
  lines.addEventListener("pointermove", ({ target, pointerType }) => {
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
  }, (_, __, { clientX }) => { // the finger goes along the row, and the output under it is shown
    const left = stage.getBoundingClientRect().left, near = range(now.y.length).map((to) => Math.abs(lay.out(to) - (clientX - left)));
    hovered = null;
    move(near.indexOf(Math.min(...near)));
  }, () => output.focus(state.position));

  let from;
  const pull = (trait, says, low, high, step) => grip("e", `pull: ${says}`, () => [1, step()], () => { from = state[trait]; },
    (_, dx) => set({ [trait]: clamp(from + dx, low, high) }));
  const grips = { size: pull("size", "the number of inputs", 1, 8, () => lay.pitch * (now.up ? now.s : 1)),
    kernel_size: pull("kernel_size", "the size of the kernel", 1, 5, () => lay.boxes[2].cell),
    stride: pull("stride", "the windows apart", 1, 3, () => lay.pitch),
    dilation: pull("dilation", "the weights apart", 1, 3, () => lay.pitch * Math.max(1, now.k - 1)) };
  stage.append(...Object.values(grips));

  for (const [trait, size] of [["channels", "half"], ["groups", "half"], ["tiles", "whole"], ["dilation", "whole"]]) controls[trait]?.root.classList.add(`cc-${size}`);

  // ---- the picture: the row and its outputs with a line for each weight in use; the table of weights; the matrix
  function fit() {
    const { C, n, m, s, up, span, kernels, taps, x, y, weight, biases: own } = now, W = stage.clientWidth || 640, H = stage.clientHeight || 360;
    const roomy = W >= 700, fine = up ? m : n, units = C * fine + (C - 1) * BLOCK, most = (list) => Math.max(1, ...list.map((value) => ratio(value).length));
    const letters = { x: longest(x), y: longest(y), w: most(weight), b: most(own) };
    const plan = (size, bare) => {
      const small = Math.min(size, 40), row = Math.min(size, 56);
      const rim = bare > 1 ? 1 : 3, count = { x: C * n, y: C * m }, [near, far] = up ? ["y", "x"] : ["x", "y"];
      const dense = room(1, Math.max(1, count[near]), row, letters[near], { bare: bare > (up ? 0 : 1) });
      const space = (dense.cell + rim) * s - rim, digits = space >= letters[far] * LETTER + 5; // of the row that stands apart
      const loose = room(1, Math.max(1, count[far]), digits ? Math.max(row, Math.min(22, space)) : row, letters[far], { bare: bare > (up ? 1 : 0) && !digits });
      const least = Math.max(dense.cell + rim, (loose.cell + rim) / s), [a, o] = up ? [loose, dense] : [dense, loose];
      const tight = { bare: bare > 1 && taps > 8 && !roomy, least: bare > 1 && taps > 8 && !roomy ? 12 : 22 };
      return [{ ...a, least, w: units * least }, o, ...(now.fits ? [room(kernels, taps, small, letters.w, tight), room(kernels, 1, small, letters.b, tight),
        room(C * m, C * n, bare && !roomy ? Math.min(small, 15) : small, letters.w, { bare: bare > 0 })] : [])];
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
    const pitch = Math.max(A.least, Math.min(PITCH, wide / units)), start = A.x + 4 + (roomy ? 0 : Math.max(0, (wide - pitch * units) / 2));
    // a fine place has the number i of its channel; a loose one stands over the middle of its window
    const middle = (channel, i, isFine) => start + pitch * (channel * (fine + BLOCK) + (isFine ? i : i * s + (span - 1) / 2) + 0.5);
    B.y = found.tall - (size.low ?? 0) - HEAD - B.h;
    for (const box of [A, B]) box.cell = Math.min(box.cell, Math.floor(pitch * ((box === A) === up ? s : 1)) - 1);
    return { ...found, roomy, pitch, inp: (at) => middle(Math.floor(at / n), at % n, !up), out: (at) => middle(Math.floor(at / m), at % m, up) };
  }

  /** What is asked about now: the lines that light up, whose cells, and whether all others step back. */
  function ask() {
    const about = (running() ? null : hovered ?? focused) ?? { to: state.position }, asked = hovered ?? focused;
    const fits = { to: about.to < now.y.length, from: about.from < now.x.length, at: about.at < now.weight.length, bias: about.bias < now.biases.length,
      cell: about.cell && about.cell[0] < now.y.length && about.cell[1] < now.x.length };
    const kind = Object.keys(fits).find((name) => fits[name] && about[name] !== undefined);
    if (!kind) return { to: state.position, lit: now.into?.[state.position] ?? [], asked: false };
    if (kind === "to") return { to: about.to, lit: now.into?.[about.to] ?? [], asked };
    if (kind === "from") return { from: about.from, lit: now.links.filter(({ from: one }) => one === about.from), asked };
    if (kind === "bias") return { bias: about.bias, lit: [], asked };
    const [to, one] = about.cell ?? [], link = kind === "at" ? null : now.into[to].find(({ from: other }) => other === one);
    if (kind === "cell" && !link) return { none: about.cell, lit: [], asked };
    const at = link ? link.at : about.at;
    return { at, to: link ? to : undefined, lit: now.links.filter((other) => other.at === at), asked };
  }

  function paint(given, found, run) {
    [state, now] = [given, found];
    const { C, n, m, x, y, weight, biases: own, kernels, taps, fits } = now, { relative } = state;
    stage.style.height = "";
    lay = fit();
    if (lay.tall > stage.clientHeight) stage.style.height = `${lay.tall}px`;
    const [A, B, w, b, M] = lay.boxes, about = ask(), { lit } = about;
    scales = [limits([x]), limits([[0, ...weight]]), limits([[...y, 0]]), limits([[0, ...own]])];
    const ends = { from: new Set(lit.map((link) => link.from)), to: new Set(lit.map((link) => link.to)), at: new Set(lit.map((link) => link.at)) };
    const named = (name, at, size) => (C > 1 ? `${name}[${Math.floor(at / size)}, ${at % size}]` : `${name}[${at}]`);
    now.named = named;
    const channels = C > 1 ? `${C} channels of ` : "", used = new Set(now.links.map((link) => link.from));
    const on = (is) => (is ? "cc-on" : ""), coming = (to) => run?.whole && to > state.position - !run.landed;
    input.draw({ name: "input", about: `${channels}${n}`, rows: 1, cols: x.length, active: about.from ?? lit[0]?.from ?? 0, box: A, editable: !A.bare, cell: (_, at) => ({
      value: x[at], kind: "input", scale: scales[0], label: `${named("input", at, n)} is ${show(x[at])}`,
      marks: `${on(ends.from.has(at) || about.from === at || about.none?.[1] === at)} ${fits && !used.has(at) ? "cc-lost" : ""}` }) });
    spread(input, A, lay.inp);
    output.root.hidden = weights.root.hidden = biases.root.hidden = matrix.root.hidden = !fits;
    if (fits) {
      output.draw({ name: "output", about: `${channels}${m}`, rows: 1, cols: y.length, active: state.position, box: B, cell: (_, at) => ({
        value: y[at], kind: "output", scale: scales[2], label: `${named("output", at, m)} is ${show(y[at])}`,
        marks: `${on((ends.to.has(at) && about.to === undefined) || now.kernelOf[at] === about.bias)} ${coming(at) ? "cc-empty" : ""}` }) });
      spread(output, B, lay.out);
      const size = `${kernels} × ${taps}`;
      weights.draw({ name: "weights", about: w.w > 104 ? size : "", rows: kernels, cols: taps, box: w, editable: !w.bare,
        active: about.at ?? 0, cell: (q, i) => ({ value: weight[q * taps + i], text: ratio(weight[q * taps + i]), kind: "weight", scale: scales[1],
          label: `weight[${q}, ${i}]`, marks: on(ends.at.has(q * taps + i)) }) });
      const bias = about.to === undefined ? -1 : now.kernelOf[about.to];
      biases.draw({ name: "biases", rows: kernels, cols: 1, box: b, editable: !b.bare, cell: (q) => ({ value: own[q], text: ratio(own[q]), kind: "weight", scale: scales[3],
        label: `bias[${q}]`, marks: on(q === about.bias || (q === bias && own[q] !== 0)) }) });
      const places = new Map(now.links.map((link) => [link.to * x.length + link.from, link.at]));
      const walked = focused?.cell ?? [about.to ?? state.position, now.into[about.to ?? state.position][0]?.from ?? 0];
      matrix.draw({ name: "matrix", about: `${y.length} × ${x.length}`, rows: y.length, cols: x.length, box: M,
        active: clamp(walked[0], 0, y.length - 1) * x.length + clamp(walked[1], 0, x.length - 1), cell: (to, one) => {
          const at = places.get(to * x.length + one), value = at === undefined ? 0 : weight[at];
          return { value, text: at === undefined ? "" : ratio(value), kind: "weight", scale: scales[1],
            label: `matrix[${to}, ${one}] is ${show(value)}${at === undefined ? ", not connected" : ""}`,
            marks: on(about.at !== undefined && about.at === at) };
        } });
    }
    drawFrames(about);
    drawLines(about);
    drawGrips();
    told.textContent = fits ? tell() : "";
    Object.assign(callout.style, fits ? { left: "", top: "", width: "" } : { left: `${lay.roomy ? A.x : 0}px`, top: `${A.y + A.h + 26}px` });
    write(about);
    if (!fits) return ["There is no output.", `${relative}: no output. ${now.trouble}`];
    return [sums.textContent, `${relative}: input ${channels}${n}, ${x.map(show).join(", ")}; output ${channels}${m}, ${y.map(show).join(", ")}. ${told.textContent} `
      + `${counts.getAttribute("aria-label")}.`];
  }

  /** The cells of a row stand apart, each over or under the middle of what it is connected to. */
  function spread(part, box, middle) {
    part.list.forEach((node, at) => { node.style.translate = `${middle(at) - box.cell / 2 - box.x - at * box.cell}px`; });
    part.title.style.transform = `translateX(${Math.round(middle(0) - box.cell / 2 - box.x)}px)`;
  }

  function drawFrames({ to, from: one, none, at }) {
    const [, B, , , M] = lay.boxes, { x, y } = now;
    for (const part of [output, matrix, weights, input, biases]) part.frame.hidden = true;
    if (!now.fits) return;
    if (to !== undefined) around(output.frame, { x: lay.out(to) - B.cell / 2 - B.x, y: 0, w: B.cell, h: B.h });
    if (to !== undefined && at === undefined) around(matrix.frame, { x: 0, y: to * M.high, w: x.length * M.cell, h: M.high });
    if (one !== undefined) around(matrix.frame, { x: one * M.cell, y: 0, w: M.cell, h: y.length * M.high });
    if (none) around(matrix.frame, { x: none[1] * M.cell, y: none[0] * M.high, w: M.cell, h: M.high });
    matrix.frame.classList.toggle("cc-out", Boolean(none));
    if (none) around(output.frame, { x: lay.out(none[0]) - B.cell / 2 - B.x, y: 0, w: B.cell, h: B.h });
    output.frame.classList.toggle("cc-out", Boolean(none));
  }

  /** A line for each use of a weight, in its colour; what is asked about lies above the others, with its weight on it. */
  function drawLines({ lit, asked, to, from: one }) {
    const [A, B] = lay.boxes, top = A.y + A.h + 2, end = B.y - 2, byWeight = new Map();
    const stroke = (link) => `M${lay.inp(link.from).toFixed(1)} ${top}L${lay.out(link.to).toFixed(1)} ${end}`;
    for (const link of now.links) byWeight.set(link.at, (byWeight.get(link.at) ?? "") + stroke(link));
    const colour = (at) => `stroke:${shades("weight", now.weight[at], ...scales[1])[0]}`, all = [...byWeight];
    const thin = lay.pitch < 20 ? "cc-thin" : "";
    lines.setAttribute("class", `cc-links ${asked ? "cc-asked" : ""} ${thin}`);
    lines.replaceChildren(svg("g", { class: "cc-others" }, svg("path", { class: "cc-casing", d: all.map(([, d]) => d).join("") }),
      ...all.map(([at, d]) => svg("path", { d, style: colour(at) }))),
    svg("g", { class: "cc-above" }, svg("path", { class: "cc-casing", d: lit.map(stroke).join("") }), ...lit.map((link) => svg("path", { d: stroke(link), style: colour(link.at) }))),
    svg("g", { class: "cc-hit" }, ...all.map(([at, d]) => svg("path", { d, "data-at": at }))));
    const apart = lay.pitch * (now.up === (one === undefined) ? now.s : 1), few = lit.length < 2 ? Infinity : apart;
    const share = to !== undefined && one === undefined ? 0.36 : one !== undefined ? 0.64 : 0.5; // where lines fan out, their weights have room
    const roomFor = Math.max(27, 14 + LETTER * Math.max(1, ...lit.map(({ at }) => ratio(now.weight[at]).length)));
    tags.replaceChildren(...(few * 0.64 < roomFor || end - top < 50 ? [] : lit).map((link) => {
      const node = tile("weight", now.weight[link.at], scales[1], { text: ratio(now.weight[link.at]) });
      const [x0, x1] = [lay.inp(link.from), lay.out(link.to)];
      Object.assign(node.style, { left: `${x0 + (x1 - x0) * share}px`, top: `${top + (end - top) * share}px` });
      return node;
    }));
  }

  function drawGrips() {
    const [A, B, w] = lay.boxes, second = now.up ? lay.inp(1) + A.cell / 2 : lay.out(1) + B.cell / 2, last = lay.inp(now.n * now.C - 1), place = (node, x, y) => Object.assign(node.style, { left: `${x}px`, top: `${y}px` });
    place(grips.size, last + A.cell / 2 + 4, A.y + A.h / 2);
    if (w) place(grips.kernel_size, w.x + w.w, w.y + w.h / 2);
    const far = now.into?.[state.position]?.at(-1), pulled = state.relative === DILATED && far && now.k > 1 && !running();
    const stepped = now.fits && (now.up ? now.n : now.m) > (now.up ? 2 : 1); // where the row ends, its end is pulled
    if (stepped) place(grips.stride, second + 2, now.up ? A.y + A.h / 2 : B.y + B.h / 2);
    if (pulled) place(grips.dilation, lay.inp(far.from), A.y + A.h);
    for (const [trait, node] of Object.entries(grips)) node.hidden = !controls[trait] || { kernel_size: !w, dilation: !pulled, stride: !stepped }[trait];
    for (const [trait, owner] of [["tiles", TILED], ["channels", GROUPED], ["groups", GROUPED], ["dilation", DILATED]])
      if (controls[trait]) controls[trait].root.hidden = state.relative !== owner;
  }

  /** What this relative does, in a sentence. */
  function tell() {
    const { C, G, m, n, t, d, y, kernels } = now, outputs = many(y.length, "output");
    return { [PLAIN]: `One kernel for ${m > 1 ? `all ${outputs}` : "the one output"}.`,
      [UNSHARED]: `${m > 1 ? `Each of the ${outputs} has` : "The one output has"} a kernel of its own.`,
      [TILED]: `${many(t, "kernel")} ${t > 1 ? "take" : "takes"} ${t > 1 ? "turns" : "every turn"} over ${outputs}.`,
      [GROUPED]: G === 1 ? `${C > 1 ? "Each filter sees all" : "The filter sees the"} ${many(C, "channel")}.` : G === C ? `Depthwise: each of the ${kernels} filters sees one channel.`
        : `Each filter sees ${C / G} of ${C} channels.`,
      [DILATED]: `One kernel for ${outputs}, its weights ${d > 1 ? `${d} inputs apart` : "side by side"}.`,
      [TRANSPOSED]: `${n > 1 ? `Each of the ${n} inputs` : "The input"} stamps the one kernel onto the outputs; what falls together is added.` }[state.relative];
  }

  function write(about) {
    const { C, n, m, x, y, weight, biases: own, kernels, taps, links, up, named, fits } = now, head = (text) => make("span", { class: "cc-head" }, text);
    const product = (...factors) => (factors.filter((one) => one !== 1).length > 1 ? `${factors.filter((one) => one !== 1).join("·")} = ` : "");
    const entries = fits ? [["weights", product(kernels, taps), kernels * taps], ["biases", "", kernels],
      ["multiplications", up ? product(n, taps) : product(C * m, taps), links.length]] : [];
    counts.replaceChildren(...entries.map(([name, how, count]) => make("span", { class: "cc-count" }, make("span", { class: "cc-sign" }, `${name} ${how}`.trim()), make("b", {}, show(count)))));
    counts.setAttribute("aria-label", entries.map(([name, how, count]) => `${name}: ${how}${count}`).join("; "));
    if (!fits) return sums.replaceChildren(head("No layer, no sum."));
    const factor = ({ from: one, at }) => [tile("input", x[one], scales[0]), "·", tile("weight", weight[at], scales[1], { text: ratio(weight[at]) })];
    const { to, from: one, at, bias, none, lit, asked } = about;
    if (none) return sums.replaceChildren(head(`${named("output", none[0], m)} does not see ${named("input", none[1], n)}: nothing is stored or multiplied for this 0.`));
    if (at !== undefined && asked) return sums.replaceChildren("This weight, ", tile("weight", weight[at], scales[1], { text: ratio(weight[at]) }),
      `, is used ${lit.length === 1 ? "once" : `${lit.length} times`}${lit.length ? ":" : "."}`, ...lit.map((link, i) => make("span", { class: "cc-tail" }, `${i ? "; " : " "}${named("output", link.to, m)} as `, ...factor(link))));
    if (bias !== undefined) {
      const outputs = range(y.length).filter((at) => now.kernelOf[at] === bias);
      return sums.replaceChildren("This bias, ", tile("weight", own[bias], scales[3], { text: ratio(own[bias]) }),
        `, is added to ${many(outputs.length, "output")}: ${outputs.map((to) => named("output", to, m).replace("output", "")).join(", ")}`);
    }
    if (one !== undefined) return sums.replaceChildren("This input, ", tile("input", x[one], scales[0]), lit.length ? `, goes into ${many(lit.length, "output")}:` : ", goes into no output.",
      ...lit.map((link, i) => make("span", { class: "cc-tail" }, `${i ? "; " : " "}${named("output", link.to, m).replace("output", "")} as `, ...factor(link))));
    const terms = now.into[to], added = own[now.kernelOf[to]], value = y[to], plus = added !== 0 || !terms.length;
    const exact = [...terms.map((link) => [x[link.from], ratio(weight[link.at]).includes("/") ? 1 : weight[link.at]]), ratio(added).includes("/") ? 1 : added];
    return sums.replaceChildren(head(`${named("output", to, m)} ${equals(exact)} `), make("span", { class: `cc-terms ${terms.length > 9 ? "cc-many" : ""}` },
      ...terms.map((link, i) => make("span", { class: "cc-term" }, make("span", { class: "cc-plus" }, i ? " + " : ""), ...factor(link))),
      ...(plus ? [make("span", { class: "cc-plus" }, terms.length ? " + " : ""), tile("weight", added, scales[3], { text: ratio(added) })] : [])),
    make("span", { class: "cc-tail" }, ` ${equals(exact, value)} `, tile("output", value, scales[2], { marks: "cc-y", tag: "b" })));
  }

  /** Every product flies to its place in the sum, the sum to its cell. */
  function animate(run, speed) {
    const links = now.into?.[state.position] ?? [], terms = [...sums.querySelectorAll(".cc-term")], tail = sums.querySelector(".cc-tail");
    if (!terms.length || terms.length !== links.length) return wait(300 / speed);
    const pairs = links.map((link) => [input.list[link.from], weights.list[link.at]]);
    return products(root(), { pairs, terms, tail, goal: output.list[state.position] }, run, speed).finally(() => sweep(root()));
  }
  return { stage, under: [sums, told, counts], paint, animate };
}

export default explorer({ name: "relatives", title: "the relatives of convolution", settle, compute, pictures, build });
