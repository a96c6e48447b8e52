// Pooling: what a window of numbers becomes, and what a shift of the input does to it.

const OWN = "your own";
const EXAMPLES = { // as in pooling.py
  example: [[1, 2, 3, 4, 4, 5], [6, 0, 7, 8, 9, 0], [4, 1, 7, 2, 9, 4], [9, 4, 9, 1, 4, 2]],
  map: [[4, 3, 4, 3], [2, 4, 2, 3], [2, 2, 5, 4], [2, 3, 2, 2]],
  square: table(8, 8, (r, c) => (r > 1 && r < 6 && c > 1 && c < 6 ? 9 : 0)),
  noise: table(8, 8, (r, c) => (7 * r * r + 3 * c * c + 5 * r * c) % 10),
};
const PAIRS = ["window", "stride", "padding"]; // and the same across, with _w
const RANGES = { window: [1, 5], stride: [1, 4], padding: [0, 2], size: [1, 8], shift: [-3, 3] };
const pictures = () => ({ image: Object.values(EXAMPLES).map((rows) => miniature(rows, "input")) });

const isGlobal = ({ kind }) => kind.startsWith("global");
const takesMaximum = ({ kind }) => kind.endsWith("maximum");

function settle(state, before) {
  together(state, before, PAIRS);
  const rows = EXAMPLES[state.image], n = both(state, "size"), own = [rows?.length, rows?.[0].length];
  if (rows && (!before || state.image !== before.image)) {
    [state.size, state.size_w] = own;
    state.x = rows.flat();
  } else if (rows && `${n}${state.x}` !== `${own}${rows.flat()}`) state.image = OWN; // it has one size, and its numbers
  const [height, wide] = both(state, "size"), old = before?.size_w ?? wide, typed = !before || `${state.x}` !== `${before.x}`;
  state.x = state.x.map((value) => clamp(Number(value) || 0, -LARGEST, LARGEST));
  if (state.x.length !== height * wide || (!typed && old !== wide)) // what there was keeps its place
    state.x = resized(state.x, old, [height, wide]);
}

/** The size of one axis, as the library counts it. */
function poolSize(n, k, s, p, ceil) {
  const steps = (n + 2 * p - k) / s, size = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceil && (size - 1) * s >= n + p ? size - 1 : size; // no window starts in the right padding
}

/** The window of output (i, j): what is read, and what an average divides by. */
function look(x, i, j, state) {
  if (isGlobal(state)) return { top: 0, left: 0, height: x.length, width: x[0].length, divisor: x.flat().length,
    read: table(x.length, x[0].length, (r, c) => [r, c]).flat() };
  const [k, s, p] = PAIRS.map((trait) => both(state, trait)), top = i * s[0] - p[0], left = j * s[1] - p[1];
  const read = table(...k, (r, c) => [top + r, left + c]).flat().filter(([r, c]) => x[r]?.[c] !== undefined);
  const span = (start, n, axis) => Math.min(start + k[axis], n + p[axis]) - start; // padding counts, what hangs over does not
  return { top, left, height: k[0], width: k[1], read,
    divisor: state.count_include_pad ? span(top, x.length, 0) * span(left, x[0].length, 1) : read.length };
}

function pool(x, state) {
  const [rows, cols] = isGlobal(state) ? [1, 1] : [x.length, x[0].length].map((n, axis) =>
    Math.max(0, poolSize(n, ...PAIRS.map((trait) => both(state, trait)[axis]), state.ceil_mode)));
  return table(rows, cols, (i, j) => {
    const { read, divisor } = look(x, i, j, state), values = read.map(([r, c]) => x[r][c]);
    return takesMaximum(state) ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / (state.kind === "sum" ? 1 : divisor);
  });
}

/** How many numbers of two tables differ, and by how much on average over all of them. */
function differ(a, b) {
  const others = b.flat(), steps = a.flat().map((value, at) => Math.abs(value - others[at]));
  return [steps.filter(Boolean).length, steps.reduce((sum, step) => sum + step, 0) / steps.length];
}

const fits = (state) => isGlobal(state) || [0, 1].every((axis) => {
  const [k, , p] = PAIRS.map((trait) => both(state, trait)[axis]);
  return 2 * p <= k && both(state, "size")[axis] + 2 * p >= k;
});
const modulo = (at, n) => ((at % n) + n) % n;

function compute(state) {
  const n = both(state, "size"), original = table(...n, (r, c) => state.x[r * n[1] + c]);
  const from = (r, c) => (state.wrap ? [modulo(r, n[0]), modulo(c, n[1])] : [r, c]); // else zeros come in, as in data.shift
  const source = (r, c) => from(r - state.shift_down, c - state.shift);
  const x = table(...n, (r, c) => { const [a, b] = source(r, c); return original[a]?.[b] ?? 0; });
  const able = fits(state), [y, before] = able ? [pool(x, state), pool(original, state)] : [[], []], m = [y.length, y[0]?.length ?? 0];
  return { n, x, y, original, before, source, m, columns: m[1], last: m[0] * m[1] - 1, ...(able ? {} : trouble(state)) };
}

/** Why there is no output, with all numbers, and every single change that mends it. */
function trouble(state) {
  const axis = [0, 1].find((at) => {
    const [k, , p] = PAIRS.map((trait) => both(state, trait)[at]);
    return 2 * p > k || both(state, "size")[at] + 2 * p < k;
  });
  const [k, , p] = PAIRS.map((trait) => both(state, trait)[axis]), n = both(state, "size")[axis], on = (trait) => (axis ? `${trait}_w` : trait);
  const works = (changes) => {
    const changed = { ...state, ...changes };
    together(changed, state, PAIRS);
    return fits(changed);
  };
  const fixes = mends([["padding p", "padding"], ["window k", "window"], [axis ? "columns W" : "rows H", "size"]].map(([words, trait]) =>
    [words, state[on(trait)], RANGES[trait], (value) => ({ [on(trait)]: value })]), works);
  return { fixes, trouble: (2 * p > k
    ? `Padding of ${p} is more than half of the window: p ≤ k / 2 = ${k} / 2, or a window could see padding only.`
    : `The window does not fit: it is ${k} ${axis ? "wide" : "high"}, the padded input n + 2p = ${n} + 2·${p} = ${n + 2 * p}.`)
    + (fixes.length ? " Choose" : "") };
}

/** @type {Description["build"]} */
function build({ set, move, stop, redraw, refuse, running, callout, controls, root }) {
  let state, now, lay, shape, peeked = null, held = null, moved = "";
  const own = (r, c, value) => {
    const [a, b] = now.source(r - now.ring[0], c - now.ring[1]);
    set({ image: OWN, x: state.x.map((old, at) => (at === a * now.n[1] + b ? value : old)) });
  };
  const isReal = (r, c) => now.x[r - now.ring[0]]?.[c - now.ring[1]] !== undefined;
  const comesIn = (r, c) => { const [a, b] = now.source(r - now.ring[0], c - now.ring[1]); return now.original[a]?.[b] === undefined; };
  const input = plate({ kind: "cc-image", refuse, edit: own, steer, type(r, c, text) {
    if (!isReal(r, c) || comesIn(r, c)) return;
    own(r, c, parse(text) || 0);
    queueMicrotask(() => input.focus(r * now.wide + c, true));
  } });
  const output = plate({ kind: "cc-result", steer, pick: move, peek: (...place) => { peeked = place.length ? place : null; redraw(); } });
  const changes = [plate({ kind: "cc-change" }), plate({ kind: "cc-change" })];
  const bars = changes.map(({ root: node }) => node.appendChild(make("div", { class: "cc-share", "aria-hidden": true }, make("i"), make("span"))));
  const beams = svg("path"), windows = svg("path"), next = svg("path");
  const lattice = svg("svg", { class: "cc-lattice", "aria-hidden": "true" }, windows, next);
  const hint = make("div", { class: "cc-hint", "aria-hidden": true });
  const legend = make("div", { class: "cc-legend", "aria-hidden": "true" });
  const stage = make("div", { class: "cc-stage", "data-picture": "" }, svg("svg", { class: "cc-beams", "aria-hidden": "true" }, beams),
    input.root, output.root, ...changes.map(({ root: node }) => node), lattice, callout, legend);
  input.root.append(hint);
  const sums = make("div", { class: "cc-sum" }), size = make("div", { class: "cc-size", role: "img" }), news = make("p", { class: "cc-moved" });

  // ---- hands: what can be pulled
  const cell = () => [lay.boxes[0].high, lay.boxes[0].cell];
  const resize = (trait, where, way, tied) => stretcher(where, `pull: ${trait}`, cell,
    { trait, way, range: RANGES[trait], state: () => state, set, begin: stop, tied });
  let start;
  const grips = { size: resize("size", "se", 1, () => false), padding: resize("padding", "nw", -1), window: resize("window", "se", 1),
    stride: grip("e", "pull: stride", cell, () => { stop(); start = [state.stride_w, neighbour()]; }, (dy, dx) => {
      const to = clamp(start[0] + dx * start[1], ...RANGES.stride);
      set(state.square ? { stride: to, stride_w: to } : { stride_w: to });
    }) };
  input.root.append(...Object.values(grips));
  const where = () => (peeked && peeked[0] < now.m[0] && peeked[1] < now.m[1] ? peeked
    : [Math.floor(state.position / now.m[1]) || 0, state.position % now.m[1] || 0]);
  const neighbour = () => (where()[1] + 1 < now.m[1] || now.m[1] === 1 ? 1 : -1);

  const window = glider((at) => {
    const [A, C] = lay.boxes, { step, span, m } = now;
    const seen = { x: at.x * A.cell, y: at.y * A.high, w: span[1] * A.cell, h: span[0] * A.high };
    const result = { x: (at.x / step[1]) * C.cell, y: (at.y / step[0]) * C.high, w: C.cell, h: C.high };
    around(input.frame, seen);
    around(output.frame, result);
    beams.setAttribute("d", m[0] ? beam(upon(A, seen), upon(C, result)) : "");
  });
  const over = hand(input, window, { box: () => lay.boxes[0], span: () => now.span, last: () => now.m.map((m, axis) => (m - 1) * now.step[axis]) });
  const nearest = ({ x, y }) => move(clamp(Math.round(y / now.step[0]), 0, now.m[0] - 1) * now.m[1] + clamp(Math.round(x / now.step[1]), 0, now.m[1] - 1));
  pullable(input.cells, (event) => {
    stop();
    const inside = now.m[0] && over.take(event);
    held = { inside, shift: [state.shift_down, state.shift], lay: inside ? null : lay };
    if (event.target.tagName !== "INPUT") event.preventDefault();
  }, (dx, dy, event) => {
    input.root.classList.add("cc-held");
    held.inside ||= Boolean(now.m[0]) && !controls.shift; // where nothing else can be pulled, the window comes
    if (held.inside) over.pull(event, nearest); // the window
    else if (controls.shift) { // the numbers under it; nothing else moves until they are let go
      const steps = [dy / lay.boxes[0].high, dx / lay.boxes[0].cell];
      const [down, across] = held.shift.map((old, axis) => clamp(old + Math.round(steps[axis]), ...RANGES.shift));
      set({ shift: across, shift_down: down });
    }
  }, (pulled, event) => {
    const { inside } = held;
    held = null;
    input.root.classList.remove("cc-held");
    if (!pulled && !inside && now.m[0]) {
      const { x, y } = over.at(event);
      nearest({ x: x - now.span[1] / 2, y: y - now.span[0] / 2 });
    }
    redraw();
    if (pulled) input.refocus();
    else input.press(over.at(event));
  });

  /** Arrow keys move the window; with shift, on the input, they move the numbers under it. */
  function steer([down, across], event) {
    const { m } = now, i = Math.floor(state.position / m[1]), j = state.position % m[1];
    if (event.shiftKey && input.cells.contains(event.target) && controls.shift)
      set({ shift_down: clamp(state.shift_down + down, ...RANGES.shift), shift: clamp(state.shift + across, ...RANGES.shift) });
    else if (m[0]) move(clamp(i + down, 0, m[0] - 1) * m[1] + clamp(j + across, 0, m[1] - 1));
    const part = input.cells.contains(event.target) ? input : output;
    queueMicrotask(() => part.refocus());
  }

  // ---- the picture
  const isShifted = () => Boolean(state.shift || state.shift_down);
  const compares = () => Boolean(controls.shift) || isShifted(); // what a shift changes has its room before there is one

  function fit(rows, cols) {
    const { m, x, y, original } = now, [W, whole] = roomOn(stage), beside = compares() && m[0], maximum = takesMaximum(state);
    const roomy = W >= 620, gap = roomy ? 44 : W < 310 ? 14 : 22, letters = [x, y, now.gaps[0], now.gaps[1]].map((some) => longest(some.flat()));
    letters[0] = Math.max(letters[0], longest(original.flat()), maximum && now.ring[0] + now.ring[1] ? 2 : 1);
    if (beside) for (const at of [1, 2, 3]) letters[at] = Math.max(letters[at], at === 2 || maximum ? letters[0] + Number(at > 1) : 5); // as after a shift
    const H = beside && !roomy ? Math.max(whole - 20, 22 * (rows + m[0]) + 2 * HEAD + 12) : whole - 20; // a phone keeps the numbers, not the hint
    const plan = (cells, bare) => {
      const change = (at) => ({ ...room(...(at ? m : now.n), roomy ? cells : Math.ceil(cells / 2), letters[at + 2], { bare: bare > 0 || !roomy }),
        title: roomy ? 126 : 104, foot: 28 });
      return [{ ...room(rows, cols, cells, letters[0], { bare: bare > 1 }), title: 7.2 * now.titles[0].join(" ").length, foot: m[0] && (roomy || !beside) ? 20 : 0 },
        m[0] ? { ...room(...m, cells, letters[1], { bare: bare > 1 || (bare > 0 && !beside) }), title: 7.2 * now.titles[1].join(" ").length }
          : { w: Math.min(W - 12, roomy ? 330 : W - 12), h: roomy ? 130 : 104, letters: 1, cell: 5, high: 5 },
        ...(beside ? [change(0), change(1)] : [])];
    };
    const order = beside ? (roomy ? ["row", "quad"] : ["rows"]) : roomy ? ["pair"] : m[0] ? ["pair", "below"] : ["below"];
    const forms = { pair: inGroups(W, gap, [[0], [1]]), below: inGroups(W, gap, [[0], [1]], true), row: inGroups(W, gap, [[0], [1], [2], [3]]),
      quad: inGroups(W, gap, [[0, 2], [1, 3]]), rows: inGroups(W, 14, [[0, 2], [1, 3]], true) };
    const found = arrange(W - 6, H, plan, forms, order);
    return { ...found, tall: found.tall + (beside && !roomy ? 8 : 20) };
  }

  function paint(given, found, run) {
    [state, now] = [given, found];
    const { n, x, y, original, before, m } = now, whole = isGlobal(state), shifted = isShifted();
    const [k, s, p] = PAIRS.map((trait) => both(state, trait));
    now.ring = whole ? [0, 0] : p;
    now.span = whole ? n : k;
    now.step = whole ? [1, 1] : s;
    now.over = n.map((size, axis) => (whole || !m[0] ? 0 : Math.max(0, (m[axis] - 1) * s[axis] + k[axis] - size - 2 * p[axis])));
    now.gaps = [[x, original], [y, before]].map(([a, b]) => a.map((row, r) => row.map((value, c) => value - b[r][c])));
    const padded = n.map((size, axis) => size + 2 * now.ring[axis]), cells = m[0] ? padded.map((size, axis) => size + now.over[axis])
      : padded.map((size, axis) => Math.max(size, k[axis]));
    now.wide = cells[1];
    const hinted = controls.shift && !shifted && roomOn(stage)[0] < 620; // where no hint stands below
    now.titles = [["input", hinted ? "pull to shift" : by(n)], ["output", m[0] ? by(m) : ""]];
    lay = held?.lay ?? fit(...cells);
    grow(stage, lay.tall);
    const [A, C] = lay.boxes, [i, j] = where(), seen = m[0] && look(x, i, j, state), scale = limits(x), scales = limits(y);
    const flash = moved !== (moved = `${[state.shift, state.shift_down, state.wrap]}`) && shape ? "cc-news" : "";
    drawInput(cells, seen, scale, flash);
    output.draw({ name: "output", about: now.titles[1][1], rows: m[0], cols: m[1], active: i * m[1] + j, box: C, cell: (r, c) => {
      const value = y[r][c], changed = value !== before[r][c];
      return { value, kind: "output", scale: scales, label: `output[${r}, ${c}] is ${show(value)}${changed ? ", changed" : ""}`,
        marks: `${changed ? `cc-changed ${flash}` : ""} ${isAhead(run, r * m[1] + c, state.position) ? "cc-empty" : ""}` };
    } });
    changes.forEach((part, at) => drawChange(part, at, lay.boxes[at + 2]));
    root().classList.toggle("cc-square", state.square);
    output.root.style.visibility = m[0] ? "" : "hidden";
    input.frame.classList.toggle("cc-out", !m[0]);
    input.frame.hidden = false;
    drawWindows(i, j);
    for (const trait of ["window", "stride", "padding", "window_w", "stride_w", "padding_w", "square", "ceil_mode"]) able(controls[trait], !whole);
    able(controls.count_include_pad, given.kind === "average");
    const roomy = roomOn(stage)[0] >= 620;
    hint.textContent = !m[0] || !roomy ? "" : shifted ? told() : controls.shift ? "pull the numbers to shift them" : "";
    hint.style.top = `${A.h + 5}px`;
    if (!m[0]) Object.assign(callout.style, { left: `${C.x}px`, top: `${C.y - 18}px`, width: `${C.w}px` });
    else callout.style.cssText = "";
    explain(legend, [...(next.getAttribute("d") && (roomy || !compares()) ? [["cc-next", neighbour() < 0 ? "window before" : "next window"]] : []), ...(now.ring[0] || now.ring[1] ? [["cc-pad", `padding, ${zero()}`]] : []), ...(now.over[0] || now.over[1] ? [["cc-hole", "hangs over"]] : []), ...(shifted && roomy ? [["cc-changed", "changed"]] : [])]);
    const drawn = `${[n, k, s, p, A.cell, m]}`, same = shape === (shape = drawn);
    if (!held?.inside) window.to(j * now.step[1], i * now.step[0], same ? 180 : 0);
    return write(i, j, seen, scale, scales);
  }
  const zero = () => (takesMaximum(state) ? "−∞" : "0");

  /** The input, its padding and what hangs over the end. */
  function drawInput([rows, cols], seen, scale, flash) {
    const { n, x, original, ring, titles } = now, [A] = lay.boxes;
    const largest = seen && takesMaximum(state) ? Math.max(...seen.read.map(([r, c]) => x[r][c])) : null;
    const winner = `${seen && seen.read.find(([r, c]) => x[r][c] === largest)}`; // the first one wins
    const [i, j] = where(), active = clamp(i * now.step[0], 0, rows - 1) * cols + clamp(j * now.step[1], 0, cols - 1);
    input.draw({ name: "input", about: titles[0][1], spoken: isShifted() ? told() : "", rows, cols, box: A, active,
      editable: state.image === OWN, cell: (row, column) => {
        const r = row - ring[0], c = column - ring[1], value = x[r]?.[c];
        if (r >= n[0] + ring[0] || c >= n[1] + ring[1]) return { kind: "hole", text: "", label: "beyond the padding", fixed: true };
        if (value === undefined) return { kind: "pad", text: zero(), label: `padding, ${zero()}`, fixed: true };
        const wins = winner === `${[r, c]}`, news = value !== original[r][c];
        return { value, kind: "input", scale, fixed: comesIn(row, column), marks: `${wins ? "cc-on" : ""} ${news ? flash : ""}`,
          label: `input[${r}, ${c}] is ${show(value)}${wins ? ", the maximum" : ""}${news ? ", changed" : ""}` };
      } });
  }

  /** What a shift changed, as a picture: the difference, and how many numbers have one. */
  function drawChange(part, at, box) {
    part.root.hidden = !box;
    if (!box) return;
    const rows = now.gaps[at], [count] = at ? differ(now.y, now.before) : differ(now.x, now.original), all = rows.flat().length;
    part.draw({ name: `change of the ${at ? "output" : "input"}`, rows: rows.length, cols: rows[0].length, box, active: -1, cell: (r, c) => ({
      value: rows[r][c], kind: "output", scale: limits(rows), label: `${show(rows[r][c])}` }) });
    part.title.replaceChildren(make("b", {}, roomOn(stage)[0] < 620 ? "" : at ? "output " : "input "), "changed by");
    part.title.style.transform = ""; // its box has the room for these words
    bars[at].style.cssText = `top:${box.h + 5}px;width:${Math.max(box.w, 104)}px;--part:${count / all}`;
    bars[at].lastChild.textContent = `${count} of ${all} (${Math.round((100 * count) / all)} %)`;
  }

  /** All windows, faintly; the one beside the current, which can be pulled away from it; the corners to pull. */
  function drawWindows(i, j) {
    const { n, m, span, step, ring } = now, [A] = lay.boxes, whole = isGlobal(state);
    const at = (r, c) => [A.x + c * step[1] * A.cell, A.y + r * step[0] * A.high, span[1] * A.cell, span[0] * A.high];
    windows.setAttribute("d", m[0] && !whole && (step[0] > 1 || step[1] > 1) ? outlines(table(...m, at).flat()) : "");
    const side = neighbour(), beside = m[0] && m[1] > 1 && !whole && !running() ? at(i, j + side) : null;
    next.setAttribute("d", beside ? outlines([beside]) : "");
    put(grips.size, (ring[1] + n[1]) * A.cell, (ring[0] + n[0]) * A.high);
    put(grips.padding, 0, 0);
    put(grips.window, (j * step[1] + span[1]) * A.cell, (i * step[0] + span[0]) * A.high);
    if (beside) put(grips.stride, beside[0] - A.x + (side < 0 ? 0 : beside[2]), beside[1] - A.y + beside[3] / 2);
    for (const [trait, node] of Object.entries(grips)) node.hidden = !controls[trait] || Boolean(running()) || (whole && trait !== "size");
    grips.stride.hidden ||= !beside;
    grips.size.hidden ||= !whole && ring[0] + n[0] === i * step[0] + span[0] && ring[1] + n[1] === j * step[1] + span[1]; // the window's lies there
  }

  /** How the input was moved, in words. */
  function told() {
    const { shift, shift_down: down } = state;
    const parts = [[shift, "to the right", "to the left"], [down, "down", "up"]].filter(([by]) => by).map(([by, plus, minus]) => `${Math.abs(by)} ${by > 0 ? plus : minus}`);
    return `moved ${parts.join(" and ")}, ${state.wrap ? "wrapped around" : "zeros come in"}`;
  }

  function write(i, j, seen, scale, scales) {
    const { n, m, x, y, original, before } = now, [k, s, p] = PAIRS.map((trait) => both(state, trait)), ceil = state.ceil_mode;
    const [open, shut] = ceil ? "⌈⌉" : "⌊⌋", raw = n.map((size, axis) => Math[ceil ? "ceil" : "floor"]((size + 2 * p[axis] - k[axis]) / s[axis]) + 1);
    const square = `${raw}${n}` === `${[raw[0], raw[0]]}${[n[0], n[0]]}` && state.square, axes = square ? [0] : [0, 1];
    const dropped = (axis) => (m[0] && raw[axis] > m[axis] ? `, less the one that would start in the right padding: ${m[axis]}` : "");
    const label = isGlobal(state) ? "A global pool has one window, the whole map: window, stride and padding do not matter."
      : `output size: ${axes.map((axis) => `${open}(${n[axis]} + 2·${p[axis]} − ${k[axis]}) / ${s[axis]}${shut} + 1 = ${show(raw[axis])}${dropped(axis)}`).join(" and ")}`;
    if (isGlobal(state)) {
      size.replaceChildren(make("span", { class: "cc-sign" }, "one window: the whole map"));
      size.setAttribute("aria-label", label);
    } else {
      formula(size, [["m", ...raw], `= ${open}(`, ["n", ...n], "+ 2·", ["p", ...p], "−", ["k", ...k], ") /", ["s", ...s], `${shut} + 1`]
        .map((token) => (Array.isArray(token) && square ? token.slice(0, 2) : token)), label);
    }
    news.textContent = compares() && seen ? "Not moved: no input has changed, and no output." : "";
    for (const trait of ["before", "after"]) delete news.dataset[trait];
    if (!seen) {
      sums.replaceChildren(make("span", { class: "cc-head" }, "No window, no number."));
      return ["There is no output.", `There is no output. ${now.trouble}`];
    }
    const read = seen.read.map(([r, c]) => x[r][c]), some = seen.read.slice(0, 16), value = y[i][j], maximum = takesMaximum(state);
    const largest = seen.read.find(([r, c]) => x[r][c] === value), [before1, after, sign] = maximum ? ["max(", ")", ", "]
      : state.kind === "sum" ? ["", "", " + "] : ["(", `) / ${seen.divisor}`, " + "];
    sums.replaceChildren(make("span", { class: "cc-head" }, `output[${i}, ${j}] ${equals(read)} ${before1}`),
      make("span", { class: `cc-terms ${read.length > 9 ? "cc-many" : ""}` }, ...some.map(([r, c], at) => make("span", { class: "cc-term" },
        make("span", { class: "cc-plus" }, at ? sign : ""), tile("input", x[r][c], scale, { marks: maximum && `${largest}` === `${[r, c]}` ? "cc-won" : "" })))),
      ...(read.length > 16 ? [make("span", { class: "cc-plus" }, `${sign}…`)] : []),
      make("span", { class: "cc-tail" }, `${after} ${equals(read, value)} `, tile("output", value, scales, { marks: "cc-y", tag: "b" })));
    if (isShifted()) {
      const [inputs, outputs] = [differ(x, original), differ(y, before)];
      const share = (/** @type {number[]} */ [part, step], what, all) => `${part} of ${many(all, what)} changed (${Math.round((100 * part) / all)} %), by ${inCell(step)} on average over all`;
      news.textContent = `${told().replace("m", "M")}: ${share(inputs, "input", n[0] * n[1])}; ${share(outputs, "output", m[0] * m[1])}.`;
      Object.assign(news.dataset, { before: inputs, after: outputs });
    }
    const pair = (/** @type {number[]} */ [a, b]) => (a === b ? `${a}` : `${a} by ${b}`);
    return [sums.textContent, `${state.kind} of ${isGlobal(state) ? "the whole map" : `windows of ${k[0]} by ${k[1]}, stride ${pair(s)}, padding ${pair(p)}`}, over `
      + `${n[0]} by ${n[1]} numbers; output ${m[0]} by ${m[1]}, rows ${inWords(y)}. ${news.textContent}`];
  }

  /** The numbers of the window go to the sum, and what they become goes to its cell. */
  function animate(run, speed) {
    const { ring, wide } = now, [i, j] = where(), { read } = look(now.x, i, j, state), terms = [...sums.querySelectorAll(".cc-term")];
    const pairs = read.slice(0, terms.length).map(([r, c]) => [input.list[(r + ring[0]) * wide + c + ring[1]]]);
    if (!sums.querySelector(".cc-tail")) return wait(0);
    return sumUp(root(), sums, { pairs, goal: output.list[state.position] }, run, speed);
  }

  return { stage, under: [sums, size, news], paint, animate };
}

export default explorer({ name: "pooling", title: "pooling", settle, compute, pictures, build });
