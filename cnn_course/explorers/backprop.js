// Backprop of a convolution: every product hands the upstream gradient g on to both of its factors.

const OWN = "your own", MAXIMUM = "maximum pooling", CONVOLUTION = "convolution";
const TIES = [[1, 7, 2], [0, 7, 3], [7, 4, 5]];
const counting = (n, r, c) => r * n + c;
const IMAGES = { counting, ties: (n, r, c) => TIES[r % 3][c % 3] };

const pictures = () => ({ image: Object.values(IMAGES).map((image) => miniature(table(3, 3, (r, c) => image(3, r, c)), "input")) });

/** Another size of one table: what was edited stays, all else is as at the start. */
function resize(list, n, start) {
  const old = Math.floor(Math.sqrt(list.length));
  return table(n, n, (r, c) => {
    const value = r < old && c < old ? list[r * old + c] : start(old, r, c);
    return value === start(old, r, c) ? start(n, r, c) : value;
  }).flat();
}
/** The same for the tables of all filters, one after another; a new filter has its own start. */
function resizeAll(list, before, now, n, start) {
  const each = list.length / before;
  return range(now).flatMap((f) => resize(f < before ? list.slice(f * each, (f + 1) * each) : [], n, start(f)));
}
const ofKernel = (f) => (n, r, c) => (f ? n * n - 1 - counting(n, r, c) : counting(n, r, c));

/** How many filters there are: pooling has one. */
const count = ({ kind, second }) => (second && kind === CONVOLUTION ? 2 : 1);
const outputs = ({ size: n, kernel_size: k, stride: s, padding: p, kind }) =>
  (kind !== CONVOLUTION && 2 * p > k ? 0 : Math.max(0, Math.floor((n + 2 * p - k) / s) + 1));

function settle(state, before) {
  const { image, size, kernel_size: k } = state, had = before ? count(before) : 1, filters = count(state);
  const held = (list, side) => (list.length === filters * side ** 2 ? filters : had);
  state.x = resize(IMAGES[image] ? [] : state.x, size, IMAGES[image] ?? counting);
  state.weight = resizeAll(state.weight, held(state.weight, k), filters, k, ofKernel);
  state.upstream = resizeAll(state.upstream, held(state.upstream, outputs(state)), filters, outputs(state), () => () => 1);
}

/** All products of the forward pass: window (i, j) of filter f, of gradient g, takes `by` times x[r, c] at its cell (a, b). */
function pairs({ x, weight, upstream, size: n, kernel_size: k, stride: s, padding: p, kind, ...more }, m) {
  const filters = count({ kind, second: more.second });
  const pixel = (r, c) => (r >= 0 && r < n && c >= 0 && c < n ? x[r * n + c] : kind === MAXIMUM ? -Infinity : 0);
  return range(filters).flatMap((f) => table(m, m, (i, j) => {
    const spots = table(k, k, (a, b) => ({ f, i, j, a, b, r: i * s - p + a, c: j * s - p + b })).flat();
    const values = spots.map(({ r, c }) => pixel(r, c)), first = values.indexOf(Math.max(...values));
    return spots.map((spot, at) => ({ ...spot, g: upstream[f * m * m + i * m + j], x: values[at],
      by: kind === CONVOLUTION ? weight[f * k * k + at] : kind === MAXIMUM ? Number(at === first) : 1 / k ** 2 }));
  }).flat(2));
}

/** Each product adds to the output, and hands g times one factor to the gradient of the other. */
function compute(state) {
  const { upstream, size: n, kernel_size: k, stride: s, padding: p, kind } = state, m = outputs(state), inside = n + 2 * p, filters = count(state);
  const conv = kind === CONVOLUTION, all = pairs(state, m), zeros = (side) => table(m && side, side, () => 0);
  const y = range(filters).map(() => zeros(m)), w = range(filters).map(() => zeros(k)), x = zeros(inside);
  for (const one of all) {
    if (one.by) y[one.f][one.i][one.j] += one.by * one.x; // the padding of a maximum is −∞, and never taken
    if (conv) w[one.f][one.a][one.b] += one.g * one.x;
    x[one.r + p][one.c + p] += one.g * one.by;
  }
  const b = range(m && filters).map((f) => upstream.slice(f * m * m, (f + 1) * m * m).reduce((sum, g) => sum + g, 0));
  const missed = range(inside).filter((at) => m && !range(m).some((i) => at >= i * s && at < i * s + k));
  const fixes = (inside < k ? [["kernel k", "kernel_size", inside, 4], ["input n", "size", k - 2 * p, 6], ["padding p", "padding", Math.ceil((k - n) / 2), 2]]
    : [["padding p", "padding", Math.floor(k / 2), 2], ["kernel k", "kernel_size", 2 * p, 4]]);
  return { m, inside, filters, all, y, w, x, b, missed, conv, last: m ? n * n + (conv ? filters * (k * k + 1) : 0) - 1 : 0,
    ...(m ? {} : { fixes: fixes.filter(([, trait, value, most]) => value > (trait === "padding" && inside >= k ? -1 : 0) && value <= most)
      .map(([words, trait, value]) => [`${words} = ${value}`, { [trait]: value }]),
    trouble: inside < k ? `The window does not fit: it is ${k} high, the padded input n + 2p = ${n} + 2·${p} = ${inside}. Choose`
      : `Padding of ${p} is more than half of the window: p ≤ k / 2 = ${k} / 2. Choose` }) };
}

/** The gradient at a position (first the kernels', then the input's, then the biases') and how to write its terms. */
function choose(position, { kind, size: n, kernel_size: k }, { all, conv, filters }) {
  const at = position - (conv ? filters * k * k : 0), tag = (f) => (filters > 1 ? `${"₁₂"[f]}` : "");
  if (at < 0) {
    const f = Math.floor(position / (k * k)), a = Math.floor(position / k) % k, b = position % k;
    return { part: "w", f, r: a, c: b, name: `w${tag(f)}[${a}, ${b}]`, terms: all.filter((one) => one.f === f && one.a === a && one.b === b),
      letters: (one) => `g${tag(f)}[${one.i}, ${one.j}]·x[${show(one.r)}, ${show(one.c)}]`, by: ({ x }) => x, hue: "input" };
  }
  if (at >= n * n) {
    const f = at - n * n;
    return { part: "b", f, r: 0, c: 0, name: `b${tag(f)}`, terms: all.filter((one) => one.f === f && !one.a && !one.b),
      letters: (one) => `g${tag(f)}[${one.i}, ${one.j}]` };
  }
  const [r, c] = [Math.floor(at / n), at % n], reads = all.filter((one) => one.r === r && one.c === c);
  return { part: "x", r, c, reads, name: `x[${r}, ${c}]`, terms: reads.filter(({ by }) => by || kind !== MAXIMUM),
    letters: (one) => `g${tag(one.f)}[${one.i}, ${one.j}]${conv ? `·w${tag(one.f)}[${one.a}, ${one.b}]` : kind === MAXIMUM ? "" : ` / ${k * k}`}`,
    ...(conv ? { by: ({ by }) => by, hue: "weight" } : kind === MAXIMUM ? {} : { by: ({ by }) => by, over: k * k }) };
}

const TITLE = 26, GAP = 40, MOST_FILTERS = 2;

/** @type {Description["build"]} */
function build({ set, move, redraw, refuse, running, callout, controls, root }) {
  let state, now, peeked = null, asked = null;
  const isPad = (...place) => place.some((at) => at < state.padding || at >= state.padding + state.size);
  const index = (r, c) => (r - state.padding) * state.size + c - state.padding;
  const swap = (trait, at, value, more) => set({ ...more, [trait]: state[trait].map((old, i) => (i === at ? value : old)) });
  const square = (list, side, f = 0) => table(side, side, (i, j) => list[f * side * side + i * side + j]);
  const kernels = () => (now.conv ? now.filters * state.kernel_size ** 2 : 0);
  const spots = { // the position of the gradient at a cell of a plate
    x: (r, c) => (isPad(r, c) ? null : kernels() + index(r, c)),
    w: (r, c, f) => (f * state.kernel_size + r) * state.kernel_size + c,
    b: (r, c, f) => kernels() + state.size ** 2 + f,
  };
  const looks = (part, f) => (...place) => { peeked = place.length ? spots[part](...place, f) : null; redraw(); };
  /** A plate of gradients: a cell is looked at by pointing, chosen by a click or arrow keys. */
  function gradient(part, f = 0) {
    const made = plate({ kind: "cc-result", peek: looks(part, f),
      steer: ([down, across], event) => {
        const [r, c] = made.place(made.list.indexOf(event.target)), rows = made.list.length / now.columnsOf[part];
        const [row, column] = [r + down, clamp(c + across, 0, now.columnsOf[part] - 1)];
        const to = part === "w" && row === rows ? ["b", 0, 0] : part === "b" && down < 0 ? ["w", state.kernel_size - 1, 0] : [part, clamp(row, 0, rows - 1), column];
        const position = spots[to[0]](to[1], to[2], f);
        peeked = null;
        if (position === null) return made.focus(row * now.columnsOf[part] + column);
        move(position);
        queueMicrotask(() => {
          const target = { x: gradX, w: sides[f].gradW, b: sides[f].gradB }[to[0]];
          target.refocus();
        });
      } });
    made.cells.addEventListener("click", (event) => {
      const at = made.at(event), position = at < 0 ? null : spots[part](...made.place(at), f);
      if (position !== null) move(position);
    });
    return made;
  }
  const input = plate({ refuse, peek: looks("x"), edit: (r, c, value) => swap("x", index(r, c), value, { image: OWN }) });
  const gradX = gradient("x");
  const sides = range(MOST_FILTERS).map((f) => ({
    kernel: plate({ refuse, peek: looks("w", f), edit: (r, c, value) => swap("weight", (f * state.kernel_size + r) * state.kernel_size + c, value) }),
    gradW: gradient("w", f), gradB: gradient("b", f), output: plate({}),
    above: plate({ kind: "cc-above", refuse, edit: (r, c, value) => swap("upstream", (f * now.m + r) * now.m + c, value) }),
  }));
  for (const [f, { above }] of sides.entries()) { // what one upstream gradient hands on
    above.cells.addEventListener("pointermove", (event) => {
      const at = above.at(event), key = at < 0 ? null : [f, ...above.place(at)];
      if (event.pointerType !== "mouse" || running() || `${asked}` === `${key}`) return;
      asked = key;
      redraw();
    });
    above.cells.addEventListener("pointerleave", () => { if (asked) { asked = null; redraw(); } });
  }
  /** A factor that is pointed at or focused shows its own gradient. */
  function follow(part, spot) {
    part.cells.addEventListener("focusin", (event) => {
      const at = part.at(event), position = at < 0 ? null : spot(...part.place(at));
      peeked = null;
      if (position !== null) move(position);
    });
  }
  follow(input, spots.x);
  for (const [f, { kernel }] of sides.entries()) follow(kernel, (r, c) => spots.w(r, c, f));
  const beams = svg("path");
  const stage = make("div", { class: "cc-stage", "data-picture": "" }, svg("svg", { class: "cc-beams", "aria-hidden": "true" }, beams), input.root, gradX.root,
    ...sides.flatMap((side) => Object.values(side).map(({ root: node }) => node)), callout);
  const sums = make("div", { class: "cc-sum" }), spelled = make("div", { class: "cc-sum cc-letters" });
  const told = make("p", { class: "cc-sum" }), lost = make("p", { class: "cc-sum" }), size = make("div", { class: "cc-size", role: "img" });

  /** Columns x, w, b, y for each filter; above the forward pass, below the way back. */
  function fit() {
    const { m, inside, conv, filters, y, w, x, b } = now, { kernel_size: k } = state, [W, H] = roomOn(stage);
    const many = longest([...state.x, ...x.flat()]), columns = m ? range(filters).flatMap((f) => [
      ...(conv ? [[k, k, longest([...state.weight, ...w[f].flat()]), true], [1, 1, longest([b[f]]), false]] : []),
      [m, m, longest([...y[f].flat(), ...state.upstream]), true]]) : [];
    // Where the input's cells are too small for numbers, those that are edited have room for theirs and for a finger as
    // long as the width allows.
    const plan = (cell, bare) => [[inside, inside, many, true], ...columns].map(([rows, cols, letters, full], at) => {
      const colours = (bare > 1 && (filters > 1 || rows > 3)) || (bare > 0 && (rows > 4 || !at));
      return { ...room(rows, cols, at && rows <= 4 && !colours ? Math.max(cell, FINGER) : cell, letters, { bare: colours }), full };
    });
    const forms = { grid: (boxes) => {
      const gap = W < 620 ? 10 : GAP, least = W < 620 ? 44 : 96, widths = boxes.map((box) => Math.max(box.w, box.full ? least : 44));
      const w = widths.reduce((sum, one) => sum + one, 0) + gap * (boxes.length - 1), tall = Math.max(...boxes.map((box) => box.h));
      return { w, h: 2 * (tall + TITLE) + 12, at: (height) => {
        const spare = Math.max(0, (height - 2 * (tall + TITLE) - 12) / 3), spread = Math.min(60, Math.max(0, (W - w) / boxes.length));
        let left = (W - w - spread * (boxes.length - 1)) / 2;
        return boxes.map((box, i) => {
          const x0 = left;
          left += widths[i] + gap + spread;
          box.below = TITLE + tall + 12 + TITLE + 2 * spare;
          return [x0, TITLE + spare];
        });
      } };
    }, tower: ([first, ...others]) => { // on a phone one filter stands below the other
      const each = others.length / 2, widths = range(each).map((i) => Math.max(44, others[i].w, others[i + each].w));
      const left = Math.max(44, first.w) + 10, w = left + widths.reduce((sum, one) => sum + one + 10, -10);
      const row = Math.max((first.h + TITLE) / 2, ...others.map((box) => box.h + TITLE)) + 4;
      return { w, h: 4 * row, at: (height) => {
        const x0 = (W - w) / 2, down = height / 4;
        first.below = TITLE + 2 * down;
        return [[x0, TITLE], ...others.map((box, i) => {
          const y = TITLE + 2 * down * Math.floor(i / each);
          box.below = y + down;
          return [x0 + left + widths.slice(0, i % each).reduce((sum, one) => sum + one + 10, 0), y];
        })];
      } };
    } };
    return arrange(W - 8, H - 6, plan, forms, [W < 620 && filters > 1 ? "tower" : "grid"]);
  }

  function paint(given, found) {
    [state, now] = [given, found];
    const { m, inside, missed, conv, all, filters } = found, { kernel_size: k, padding: p, kind, weight, upstream } = given;
    const lay = fit();
    able(controls.second, conv);
    grow(stage, lay.tall + 6);
    const spot = peeked !== null && peeked <= now.last ? peeked : given.position;
    if (asked && (asked[0] >= filters || asked[1] >= m || asked[2] >= m)) asked = null;
    now.columnsOf = { x: inside, w: k, b: 1 };
    const chosen = (now.chosen = choose(spot, given, found)), { terms } = chosen;
    const handed = asked && all.filter((one) => one.f === asked[0] && one.i === asked[1] && one.j === asked[2] && (one.by || conv));
    const tag = (f) => (filters > 1 ? "₁₂"[f] : "");
    const ofX = (i, j) => (isPad(i, j) ? "padding" : `x[${i - p}, ${j - p}]`);
    const boxes = [...lay.boxes], boxOf = new Map();
    const show1 = (part, values, hue, title, label, box, /** @type {any} */ { on, cell, active = 0 } = {}) => {
      boxOf.set(part, box);
      part.root.hidden = !values.length;
      const scale = limits(values.length ? values : [[0]]);
      part.draw({ name: title, rows: values.length, cols: values[0]?.length ?? 0, active, box, cell: (i, j) => ({ value: values[i][j], kind: hue, scale,
        label: label(i, j), marks: on?.(i, j) ? "cc-on" : "", ...cell?.(i, j) }) });
    };
    const below = (box) => ({ ...box, y: box.below });
    const apart = (text) => (i, j) => (isPad(i, j) ? { kind: "pad", scale: null, fixed: true, ...text }
      : [i, j].some((at) => missed.includes(at)) ? { marks: "cc-lost" } : {});
    const onX = chosen.part === "x" ? (chosen.r + p) * inside + chosen.c + p : p * inside + p, wide = roomOn(stage)[0] >= 620;
    const A = boxes.shift(), name = (long, short) => (wide ? long : short);
    show1(input, table(inside, inside, (i, j) => (isPad(i, j) ? 0 : given.x[index(i, j)])), "input", "x", ofX, A, { active: p * inside + p,
      cell: (i, j) => ({ ...apart({ text: kind === MAXIMUM ? "−∞" : "0" })(i, j), ...(chosen.part === "w" && !handed && terms.some((one) => one.r === i - p && one.c === j - p) ? { marks: "cc-on" } : {}) }) });
    show1(gradX, found.x, "output", `∂L/∂x${p && wide ? ", dashed: dropped" : ""}`, (i, j) => `gradient of ${ofX(i, j)} is ${show(found.x[i][j])}`, below(A), { active: onX,
      cell: (i, j) => ({ ...apart({ text: show(found.x[i][j]) })(i, j), ...(handed?.some((one) => one.r === i - p && one.c === j - p) ? { marks: "cc-on" } : {}) }) });
    for (const [f, side] of sides.entries()) {
      const there = m > 0 && f < filters, both = there && conv, [B, C] = both ? [boxes.shift(), boxes.shift()] : [A, A], D = there ? boxes.shift() : A;
      const mine = (one) => one.f === f, at = (part) => (chosen.part === part && (chosen.f ?? 0) === f ? chosen.r * k + chosen.c : 0);
      show1(side.kernel, both ? square(weight, k, f) : [], "weight", `w${tag(f)}`, (i, j) => `w${tag(f)}[${i}, ${j}]`, B,
        { on: (i, j) => !handed && chosen.part === "x" && terms.some((one) => mine(one) && one.a === i && one.b === j) });
      show1(side.gradW, both ? found.w[f] : [], "weight", `∂L/∂w${tag(f)}`, (i, j) => `gradient of w${tag(f)}[${i}, ${j}] is ${show(found.w[f][i][j])}`, below(B),
        { active: at("w"), on: (i, j) => handed?.some((one) => mine(one) && one.a === i && one.b === j) });
      show1(side.gradB, both ? [[found.b[f]]] : [], "weight", `∂L/∂b${tag(f)}`, () => `gradient of b${tag(f)} is ${show(found.b[f])}`, below(C), { active: chosen.part === "b" && chosen.f === f ? 0 : -1, on: () => handed?.some(mine) });
      show1(side.output, there ? found.y[f] : [], "output", `y${tag(f)}`, (i, j) => `y${tag(f)}[${i}, ${j}] is ${show(found.y[f][i][j])}`, D, { active: -1 });
      show1(side.above, there ? square(upstream, m, f) : [], "output", name(`g${tag(f)}, from above`, `g${tag(f)}`), (i, j) => `g${tag(f)}[${i}, ${j}]`, below(D),
        { on: (i, j) => (asked ? `${asked}` === `${[f, i, j]}` : terms.some((one) => mine(one) && one.i === i && one.j === j)) });
    }
    const target = { x: gradX, w: sides[chosen.f ?? 0].gradW, b: sides[chosen.f ?? 0].gradB }[chosen.part];
    /** The smallest box around some cells of a plate. */
    const block = (part, cells) => {
      const { x, y, cell, high } = boxOf.get(part), [rows, cols] = [0, 1].map((axis) => cells.map((place) => place[axis]));
      const [top, left] = [rows, cols].map((some) => Math.min(...some));
      return { x: x + left * cell, y: y + top * high, w: (Math.max(...cols) + 1 - left) * cell, h: (Math.max(...rows) + 1 - top) * high };
    };
    for (const part of [gradX, ...sides.flatMap(({ gradW, gradB }) => [gradW, gradB])]) part.frame.hidden = part !== target || !m || Boolean(handed);
    if (m && !handed) {
      const box = boxOf.get(target), [r, c] = chosen.part === "x" ? [chosen.r + p, chosen.c + p] : [chosen.r, chosen.c];
      around(target.frame, { x: c * box.cell, y: r * box.high, w: box.cell, h: box.high });
      const end = block(target, [[r, c]]), sources = sides.flatMap((side, f) => {
        const mine = terms.filter((one) => one.f === f);
        return !mine.length ? [] : [[side.above, mine.map(({ i, j }) => [i, j])], ...(chosen.hue === "weight" ? [[side.kernel, mine.map((one) => [one.a, one.b])]] : [])];
      });
      if (chosen.hue === "input" && terms.length) sources.push([input, terms.map((one) => [one.r + p, one.c + p])]);
      beams.setAttribute("d", sources.map(([part, cells]) => beam(block(part, cells), end)).join(""));
    } else beams.setAttribute("d", "");
    if (!m) Object.assign(callout.style, { left: `${A.x + A.w + 24 > roomOn(stage)[0] - 200 ? 0 : A.x + A.w + 24}px`, top: `${A.y}px` });
    else callout.style.cssText = "";
    return write();
  }

  function write() {
    const { m, chosen, missed, w, x, b, conv, filters } = now, { size: n, kernel_size: k, stride: s, padding: p, kind, weight, upstream } = state;
    for (const node of [sums, spelled, told, lost]) node.replaceChildren();
    formula(size, [["m", Math.floor((n + 2 * p - k) / s) + 1], "= ⌊(", ["n", n], "+ 2·", ["p", p], "−", ["k", k], ") /", ["s", s], "⌋ + 1"],
      `output: ⌊(n + 2p − k) / s⌋ + 1 = ⌊(${n} + 2·${p} − ${k}) / ${s}⌋ + 1 = ${show(Math.floor((n + 2 * p - k) / s) + 1)}`);
    if (!m) return ["There is no output.", "There is no output."];
    const { part, f, r, c, terms, by, hue, over, reads, name, letters } = chosen;
    const result = part === "w" ? w[f][r][c] : part === "b" ? b[f] : x[r + p][c + p];
    const factors = terms.map((one) => [one.g, by ? by(one) : 1]), scaleG = limits([upstream]), scale = hue === "input" ? limits([state.x]) : limits([weight]);
    const hidden = hue === "input" ? (one) => one.r < 0 || one.c < 0 || one.r >= n || one.c >= n : () => false;
    const exact = factors.map(([g, a]) => [g, over ? 1 : a]);
    sums.replaceChildren(make("span", { class: "cc-head" }, `∂L/∂${name} ${terms.length ? `${equals(exact)} ` : ""}`),
      make("span", { class: `cc-terms ${terms.length > 6 ? "cc-many" : ""}` }, ...terms.map((one, at) => make("span", { class: "cc-term" },
        make("span", { class: "cc-plus" }, at ? " + " : ""), tile("output", one.g, scaleG),
        ...(over ? [` / ${over}`] : by ? ["·", tile(hue, by(one), scale, { marks: hidden(one) ? "cc-zero" : "" })] : [])))),
      make("span", { class: "cc-tail" }, ` ${equals(exact, result)} `.replace(/^ (?=.)/, terms.length ? " " : ""), tile(part === "x" ? "output" : "weight", result,
        part === "x" ? limits(x) : limits(part === "w" ? w[f] : [[result]]), { marks: "cc-y", tag: "b" })));
    spelled.textContent = terms.length ? `= ${terms.slice(0, 4).map(letters).join(" + ")}${terms.length > 4 ? " + …" : ""}` : "";
    if (reads) told.textContent = `${name} is in ${reads.length ? many(reads.length, "window") : "no window"}`
      + `${kind === MAXIMUM ? `, and the first maximum of ${terms.length || "none"}` : ""}.`;
    if (filters > 1 && reads?.length) told.textContent += " Both filters read it, so their parts add up.";
    const gone = missed.filter((at) => at >= p && at < p + n).map((at) => at - p);
    if (gone.length) lost.textContent = `${rowsAndColumns(gone)} are in no window: gradient 0.`;
    const inner = table(n, n, (i, j) => x[i + p][j + p]), each = (word, list) => list.map((rows, at) => [filters > 1 ? `${word} of filter ${at + 1}` : word, rows]);
    const list = [["Input", square(state.x, n)], ...each("Upstream gradient", range(filters).map((one) => square(upstream, m, one))), ["Gradient of the input", inner],
      ...(conv ? [...each("Kernel", range(filters).map((one) => square(weight, k, one))), ...each("Gradient of the kernel", w), ...each("Gradient of the bias", b.map((one) => [[one]]))] : [])];
    return [sums.textContent, `${kind}, window ${k}, stride ${s}, padding ${p}. ${list.map(([word, rows]) => `${word}: ${inWords(rows)}.`).join(" ")}`];
  }

  /** Every g and its factor fly to their term, the sum to the gradient. */
  function animate(run, speed) {
    const { chosen, inside, m } = now, { kernel_size: k, padding: p } = state, { part, terms } = chosen;
    if (!terms.length || !m) return wait(600 / speed);
    const cells = (one) => [sides[one.f].above.list[one.i * m + one.j], ...(chosen.hue === "input" ? [input.list[(one.r + p) * inside + one.c + p]]
      : chosen.hue === "weight" ? [sides[one.f].kernel.list[one.a * k + one.b]] : [])];
    const target = { x: gradX, w: sides[chosen.f ?? 0].gradW, b: sides[chosen.f ?? 0].gradB }[part];
    const goal = target.list[part === "x" ? (chosen.r + p) * inside + chosen.c + p : part === "w" ? chosen.r * k + chosen.c : 0];
    return sumUp(root(), sums, { pairs: terms.map(cells), goal }, run, speed);
  }
  return { stage, under: [make("div", {}, sums, spelled, told, lost), size], animate, paint };
}

export default explorer({ name: "backprop", title: "backprop of a convolution", settle, compute, pictures, build });
