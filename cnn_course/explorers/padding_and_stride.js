// Padding and stride: how often each pixel is used, which are skipped, how layers shrink.

const PAIRS = ["size", "kernel_size", "stride", "padding"]; // and the same across, with _w
const RANGES = { size: [1, 16], kernel_size: [1, 7], stride: [1, 5], padding: [0, 6], layers: [1, 6] };
const WORDS = { padding: "padding p", kernel_size: "kernel k", stride: "stride s", size: "input n", layers: "layers" };
const CALLOUT = 350;

const settle = (state, before) => together(state, before, PAIRS);

/** One axis: n inputs, kernel k, stride s, padding p. */
function axis(n, k, s, p) {
  const room = n + 2 * p, size = Math.max(0, Math.floor((room - k) / s) + 1);
  const uses = range(room).map((i) => range(size).filter((j) => i >= j * s && i < j * s + k).length);
  const real = range(size).map((j) => range(k).filter((i) => j * s + i >= p && j * s + i < p + n).length);
  return { room, size, uses, real };
}

/** The sizes from the input on, up to the layer that cannot be built, which has none. */
function shrink(state) {
  const [n, k, s, p] = PAIRS.map((trait) => both(state, trait)), sizes = [[...n]];
  while (sizes.length <= state.layers && sizes.at(-1)[0]) {
    const next = sizes.at(-1).map((size, at) => Math.max(0, Math.floor((size + 2 * p[at] - k[at]) / s[at]) + 1));
    sizes.push(next.every(Boolean) ? next : [0, 0]);
  }
  return sizes;
}

function compute(state) {
  const [n, k, s, p] = PAIRS.map((trait) => both(state, trait)), sizes = shrink(state);
  const axes = [0, 1].map((at) => axis(n[at], k[at], s[at], p[at])), m = sizes[1];
  return { n, k, s, p, m, sizes, room: axes.map(({ room }) => room), uses: axes.map(({ uses }) => uses),
    real: axes.map(({ real }) => real), columns: m[1], last: m[0] * m[1] - 1, ...(sizes.at(-1)[0] ? {} : trouble(state, sizes, k, p)) };
}

/** Why a layer cannot be built, with all numbers, and every single change that mends it. */
function trouble(state, sizes, k, p) {
  const short = sizes.at(-2), at = short[0] + 2 * p[0] < k[0] ? 0 : 1, built = sizes.length - 2;
  const works = (changes) => {
    const changed = { ...state, ...changes };
    together(changed, state, PAIRS);
    return shrink(changed).at(-1)[0] > 0;
  };
  const fixes = mends(["padding", "kernel_size", "size", "stride", "layers"].map((trait) => {
    const on = at && trait !== "layers" ? `${trait}_w` : trait;
    return [WORDS[trait], state[on], trait === "layers" ? [1, Math.max(1, built)] : RANGES[trait], (value) => ({ [on]: value })];
  }), works);
  return { fixes, trouble: `Layer ${built + 1} cannot be built: its kernel is ${k[at]} ${at || state.square ? "wide" : "high"}, its input with padding `
    + `n + 2p = ${short[at]} + 2·${p[at]} = ${short[at] + 2 * p[at]}.${fixes.length ? " Choose" : ""}` };
}

/** @type {Description["build"]} */
function build({ set, move, stop, redraw, running, callout, controls, root }) {
  let state, now, lay, shape, aimed = null, peeked = null, told = null, held = false;
  const input = plate({ kind: "cc-image", steer }), output = plate({ kind: "cc-result", steer, pick: move,
    peek: (...place) => { peeked = place.length ? place : null; redraw(); } });
  const beams = svg("path"), windows = svg("path"), next = svg("path");
  const lattice = svg("svg", { class: "cc-lattice", "aria-hidden": "true" }, windows, next);
  const stairs = make("ol", { class: "cc-stairs", role: "list" });
  const caption = make("div", { class: "cc-title", "aria-hidden": true }, make("b", {}, "layer by layer"), make("span", {}, " to scale"));
  const staircase = make("div", { class: "cc-plate" }, caption, stairs);
  const legend = make("div", { class: "cc-legend", "aria-hidden": "true" });
  const stage = make("div", { class: "cc-stage", "data-picture": "" },
    svg("svg", { class: "cc-beams", "aria-hidden": "true" }, beams), input.root, output.root, lattice, staircase, callout, legend);
  const line = make("span"), left = make("span", { class: "cc-left" });
  const sums = make("div", { class: "cc-sum" }, line, left), size = make("div", { class: "cc-size", role: "img" });

  // ---- hands: what can be pulled
  const cell = () => [lay.boxes[0].high, lay.boxes[0].cell];
  const resize = (trait, where, way) => stretcher(where, `pull: ${WORDS[trait]}`, cell,
    { trait, way, range: RANGES[trait], state: () => state, set, begin: stop });
  let start;
  const grips = { size: resize("size", "se", 1), padding: resize("padding", "nw", -1), kernel_size: resize("kernel_size", "se", 1),
    stride: grip("e", "pull: stride s", cell, () => { stop(); start = [both(state, "stride"), neighbour()]; }, (dy, dx) => {
      const [from, [down, across]] = start, by = down ? dy * down : dx * across;
      const to = clamp(from[down ? 0 : 1] + by, ...RANGES.stride);
      set(state.square ? { stride: to, stride_w: to } : { [down ? "stride" : "stride_w"]: to });
    }) };
  input.root.append(...Object.values(grips));

  /** On which side the second window lies: [rows, columns], where it sticks out if there is none. */
  function neighbour() {
    const [, j] = where();
    return j + 1 < now.m[1] || now.m[1] === 1 ? [0, 1] : [0, j ? -1 : 1];
  }
  const where = () => peeked && peeked[0] < now.m[0] && peeked[1] < now.m[1] ? peeked
    : [Math.floor(state.position / now.m[1]) || 0, state.position % now.m[1] || 0];

  const window = glider((at) => {
    const [A, C] = lay.boxes, { k, s, m } = now;
    const seen = { x: at.x * A.cell, y: at.y * A.high, w: k[1] * A.cell, h: k[0] * A.high };
    const result = { x: (at.x / s[1]) * C.cell, y: (at.y / s[0]) * C.high, w: C.cell, h: C.high };
    around(input.frame, seen);
    if (aimed && m[0]) return;
    around(output.frame, result);
    beams.setAttribute("d", m[0] && lay.form !== "beside" ? beam(upon(A, seen), upon(C, result)) : "");
  });
  const over = hand(input, window, { box: () => lay.boxes[0], span: () => now.k, last: () => now.m.map((m, axis) => (m - 1) * now.s[axis]) });
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
    event.preventDefault();
    aimed = null;
    if (!inside) drag(event);
  }, (dx, dy, event) => drag(event), (moved, event) => {
    held = false;
    input.root.classList.remove("cc-held");
    if (!moved) ask(event);
    redraw();
    input.refocus();
  });
  function ask(event) {
    const at = over.at(event);
    aimed = [clamp(Math.floor(at.y), 0, now.room[0] - 1), clamp(Math.floor(at.x), 0, now.room[1] - 1)];
  }
  input.cells.addEventListener("pointermove", (event) => {
    if (held || event.pointerType !== "mouse" || running() || !now.m[0]) return;
    const before = `${aimed}`;
    ask(event);
    if (before !== `${aimed}`) redraw();
  });
  onLeaving(input, () => { if (aimed && !held) { aimed = null; redraw(); } });

  // A bar of the staircase: the input's is its size, a layer's grows with padding.
  let pulled;
  const bar = (event) => [...stairs.children].indexOf(event.target.closest?.("li"));
  pullable(stairs, (event) => {
    const at = bar(event), trait = at ? "padding" : "size";
    if (at < 0 || !controls[trait]) return false;
    stop();
    event.preventDefault();
    pulled = [trait, both(state, trait), at];
  }, (dx, dy) => {
    const [trait, from, at] = pulled, steps = Math.round(-dy / now.unit / (at ? 2 * at : 1));
    const [rows, columns] = from.map((old) => clamp(old + steps, ...RANGES[trait]));
    set({ [trait]: rows, [`${trait}_w`]: columns });
  });
  stairs.addEventListener("pointermove", (event) => {
    const at = bar(event);
    if (event.pointerType === "mouse" && at !== told) { told = at; redraw(); }
  });
  stairs.addEventListener("pointerleave", () => { told = null; redraw(); });
  const more = (() => {
    let from;
    return grip("e", "pull: layers", () => [99, lay.boxes[2].w / now.sizes.length], () => { stop(); from = state.layers; },
      (dy, dx) => set({ layers: clamp(from + dx, ...RANGES.layers) }));
  })();
  staircase.append(more);

  /** Arrow keys move the window; with shift, on the input, they ask how often one pixel is used. */
  function steer([down, across], event) {
    const { m, s, room } = now, i = Math.floor(state.position / m[1]), j = state.position % m[1];
    if (!m[0]) return;
    if (event.shiftKey && input.cells.contains(event.target)) {
      const [r, c] = aimed ?? [i * s[0], j * s[1]];
      aimed = [clamp(r + down, 0, room[0] - 1), clamp(c + across, 0, room[1] - 1)];
      redraw();
    } else {
      aimed = null;
      move(clamp(i + down, 0, m[0] - 1) * m[1] + clamp(j + across, 0, m[1] - 1));
    }
    const part = input.cells.contains(event.target) ? input : output;
    queueMicrotask(() => part.refocus());
  }

  // ---- the picture
  function fit(titles) {
    const { m, k, room: inside, uses, sizes, later } = now, [W, whole] = roomOn(stage), H = whole - 20;
    const roomy = W >= 620, gap = roomy ? 44 : W < 310 ? 14 : 22, outer = inside.map((size, at) => (m[0] ? size : Math.max(size, k[at])));
    const counts = Math.max(1, ...uses[0]) * Math.max(1, ...uses[1]), titled = (box, part) => ({ ...box, title: 7.2 * titles[part].join(" ").length });
    const beside = !roomy && now.trouble, most = roomy ? 44 : beside ? (state.square ? 28 : 42) : (W - 12) / 7; // a phone has no room for all and the callout
    const step = state.square || beside ? Math.min(most, 40) : most, bars = roomy ? clamp(H - 32 - 140 * later, 90, 190) : 78;
    const plan = (size, bare) => [titled(room(...outer, size, longest([counts]), { bare: bare > 1 }), 0),
      m[0] && !beside ? titled(room(...m, size, longest([k[0] * k[1]]), { bare: bare > 0 }), 1)
        : { w: roomy ? 340 : W - 12, h: roomy ? 150 : 122, letters: 1, cell: 5, high: 5 },
      { w: step * sizes.length, h: bars, letters: 1, title: roomy ? (later ? CALLOUT : 166) : 96, foot: later && roomy ? 140 : 0 }];
    const order = roomy ? ["row", "ell"] : beside ? ["beside"] : ["stack", "column"];
    const forms = { beside: inGroups(W, gap, [[0, 2], [1]], true), row: inGroups(W, gap, [[0], [1], [2]]), ell: inGroups(W, gap, [[0], [1, 2]]),
      stack: inGroups(W, gap, [[0, 1], [2]], true), column: inGroups(W, gap, [[0], [1], [2]], true) };
    const found = arrange(W - 6, H, plan, forms, order);
    return { ...found, tall: found.tall + 20 };
  }

  /** How often each pixel has been used by the windows so far, of a run that is being played. */
  function soFar(run) {
    const { uses, m, s, k, room } = now;
    if (!run?.whole) return (r, c) => uses[0][r] * uses[1][c];
    const count = table(...room, () => 0);
    range(state.position + +run.landed).forEach((at) => range(k[0]).forEach((a) => range(k[1]).forEach((b) => {
      count[Math.floor(at / m[1]) * s[0] + a][(at % m[1]) * s[1] + b] += 1;
    })));
    return (r, c) => count[r][c];
  }

  function paint(given, found, run) {
    [state, now] = [given, { ...found, later: Boolean(found.trouble && found.m[0]) }];
    const { n, k, s, p, m, room: inside, uses, real } = now;
    const wide = roomOn(stage)[0], roomy = wide >= 620, pad = p[0] === p[1] ? p[0] : `${p[0]} and ${p[1]}`;
    const about = (size, more, shades) => (roomy ? `${by(size)}${more}: ${shades}` : wide > 310 ? shades : by(size)); // what the shades say first
    const titles = [["pixels", about(n, p[0] || p[1] ? `, padding ${pad}` : "", "times used")], ["output", m[0] ? about(m, "", "pixels seen") : ""]];
    lay = fit(titles);
    grow(stage, lay.tall);
    const [A, C, S] = lay.boxes, [i, j] = where(), edge = (at, axis) => at < p[axis] || at >= p[axis] + n[axis];
    if (aimed && !(m[0] && aimed[0] < inside[0] && aimed[1] < inside[1])) aimed = null;
    const scale = [0, Math.max(1, ...uses[0]) * Math.max(1, ...uses[1])], counted = soFar(run);
    input.draw({ name: titles[0][0], about: titles[0][1], rows: inside[0], cols: inside[1], box: A,
      active: aimed ? aimed[0] * inside[1] + aimed[1] : m[0] ? i * s[0] * inside[1] + j * s[1] : 0, cell: (r, c) => {
        const value = counted(r, c), pad = edge(r, 0) || edge(c, 1), lost = m[0] && !(uses[0][r] && uses[1][c]);
        return { value, text: pad ? "" : show(value), kind: pad ? "pad" : lost ? "bare" : "output", scale: pad || lost ? undefined : scale,
          marks: `${lost ? "cc-lost" : ""} ${aimed && aimed[0] === r && aimed[1] === c ? "cc-on" : ""}`,
          label: `${pad ? "padding" : `input[${r - p[0]}, ${c - p[1]}]`}, used ${many(value, "time")}` };
      } });
    output.draw({ name: "output", about: titles[1][1], rows: m[0], cols: m[1], active: i * m[1] + j, box: C, cell: (r, c) => {
      const value = real[0][r] * real[1][c];
      return { value, kind: "output", scale: [0, k[0] * k[1]], label: `output[${r}, ${c}] sees ${many(value, "pixel")}`,
        marks: isAhead(run, r * m[1] + c, state.position) ? "cc-empty" : "" };
    } });
    root().classList.toggle("cc-square", state.square);
    const hidden = lay.form === "beside" || !m[0];
    output.root.style.visibility = hidden ? "hidden" : "";
    input.frame.classList.toggle("cc-out", !m[0]);
    drawWindows(i, j);
    drawStairs(S);
    if (found.trouble) {
      const at = hidden ? C : { x: S.x, y: S.y + S.h + 6, w: CALLOUT };
      Object.assign(callout.style, { left: `${at.x}px`, top: `${at.y - (lay.form === "beside" ? 20 : 0)}px`, width: `${at.w}px` });
    } else callout.style.cssText = "";
    const lost = [0, 1].map((axis) => range(inside[axis]).filter((at) => m[0] && !uses[axis][at]));
    explain(legend, m[0] && !(hidden && found.trouble) ? [...(next.getAttribute("d") ? [["cc-next", neighbour()[1] < 0 ? "window before" : "next window"]] : []), ...(p[0] || p[1] ? [["cc-pad", "padding"]] : []), ...(lost.flat().length ? [["cc-lost", "in no window"]] : [])] : []);
    const drawn = `${[n, k, s, p, A.cell]}`, same = shape === (shape = drawn);
    if (!held) window.to(j * s[1], i * s[0], same ? 180 : 0);
    if (aimed && m[0]) drawUses(A, C);
    return write(i, j, lost);
  }

  /** All windows, faintly; the one beside the current, which can be pulled away from it; the corners to pull. */
  function drawWindows(i, j) {
    const { n, k, s, p, m } = now, [A] = lay.boxes, at = (r, c) => [A.x + c * s[1] * A.cell, A.y + r * s[0] * A.high, k[1] * A.cell, k[0] * A.high];
    windows.setAttribute("d", m[0] && (s[0] > 1 || s[1] > 1) ? outlines(table(...m, at).flat()) : "");
    const [down, across] = neighbour(), beside = m[0] && !running() ? at(i + down, j + across) : null;
    next.setAttribute("d", beside ? outlines([beside]) : "");
    put(grips.size, (p[1] + n[1]) * A.cell, (p[0] + n[0]) * A.high);
    put(grips.padding, 0, 0);
    put(grips.kernel_size, (j * s[1] + k[1]) * A.cell, (i * s[0] + k[0]) * A.high);
    if (beside) put(grips.stride, beside[0] - A.x + (across < 0 ? 0 : beside[2]), beside[1] - A.y + beside[3] / 2);
    for (const [trait, node] of Object.entries(grips)) node.hidden = !controls[trait] || Boolean(running());
    grips.stride.hidden ||= !beside;
    grips.size.hidden ||= p[0] + n[0] === i * s[0] + k[0] && p[1] + n[1] === j * s[1] + k[1]; // the kernel's lies there
  }

  /** The outputs that use the pixel aimed at are a rectangle. */
  function drawUses(A, C) {
    const { s, k, m } = now, spans = [0, 1].map((axis) => range(m[axis]).filter((at) => aimed[axis] >= at * s[axis] && aimed[axis] < at * s[axis] + k[axis]));
    const any = spans.every((span) => span.length);
    const part = any ? { x: spans[1][0] * C.cell, y: spans[0][0] * C.high, w: spans[1].length * C.cell, h: spans[0].length * C.high } : null;
    output.frame.style.visibility = any ? "" : "hidden";
    if (any) around(output.frame, part);
    beams.setAttribute("d", any && lay.form !== "beside" ? beam({ x: A.x + aimed[1] * A.cell, y: A.y + aimed[0] * A.high, w: A.cell, h: A.high },
      { ...part, x: C.x + part.x, y: C.y + part.y }) : "");
  }

  function drawStairs({ x, y, w, h }) {
    const { sizes, p } = now, most = Math.max(...sizes.map((size) => size[0] ? Math.max(size[0] + 2 * p[0], size[1] + 2 * p[1]) : 0));
    now.unit = (h - 44) / most;
    staircase.style.transform = `translate(${x}px,${y}px)`;
    stairs.style.cssText = `width:${w}px;height:${h}px`;
    put(more, w, h - 20);
    more.hidden = !controls.layers || Boolean(running());
    stairs.replaceChildren(...sizes.map((size, layer) => make("li", { "data-value": state.square ? size[0] : `${size}`, class: `${size[0] ? "" : "cc-none"} ${controls[layer ? "padding" : "size"] && !running() ? "cc-pull" : ""}`,
      style: `--above:${size[0] && layer < sizes.length - 1 ? 2 * Math.max(...p) * now.unit : 0}px`,
      "aria-label": `${layer ? `layer ${layer}` : "input"}: ${size[0] ? state.square ? size[0] : by(size) : "cannot be built"}` },
    make("b", {}, size[0] ? state.square ? show(size[0]) : `${size[0]}×${size[1]}` : "?"),
    make("span", { class: "cc-bars" }, ...(state.square ? [0] : [0, 1]).map((axis) => make("i", { style: size[0]
      ? `--bar:${size[axis] * now.unit}px;--pad:${layer < sizes.length - 1 ? p[axis] * now.unit : 0}px` : `--bar:${Math.max(18, now.unit)}px` }))),
    make("span", {}, layer ? `${layer}` : "input"))));
  }

  /** How the layer came to its size. */
  function rule(layer) {
    const { sizes, k, s, p } = now, from = sizes[layer - 1], strides = controls.stride;
    return (state.square ? [0] : [0, 1]).map((axis) => (strides
      ? `⌊(${from[axis]} + 2·${p[axis]} − ${k[axis]}) / ${s[axis]}⌋ + 1` : `${from[axis]} + 2·${p[axis]} − ${k[axis]} + 1`)
      + (sizes[layer][0] ? ` = ${sizes[layer][axis]}` : ": nothing fits")).join(" and ");
  }

  function write(i, j, lost) {
    const { n, k, s, p, m, uses, real, sizes, room: inside } = now, strides = controls.stride;
    const raw = inside.map((size, axis) => Math.floor((size - k[axis]) / s[axis]) + 1), pair = ([a, b]) => (a === b ? a : `${a} and ${b}`);
    const tokens = strides ? [["m", ...raw], "= ⌊(", ["n", ...n], "+ 2·", ["p", ...p], "−", ["k", ...k], ") /", ["s", ...s], "⌋ + 1"]
      : [["m", ...raw], "=", ["n", ...n], "+ 2·", ["p", ...p], "−", ["k", ...k], "+ 1"];
    const spelled = (axis) => (strides ? `⌊(${n[axis]} + 2·${p[axis]} − ${k[axis]}) / ${s[axis]}⌋ + 1`
      : `${n[axis]} + 2·${p[axis]} − ${k[axis]} + 1`) + ` = ${show(raw[axis])}`;
    formula(size, tokens.map((token) => (Array.isArray(token) && state.square ? token.slice(0, 2) : token)),
      `output size: ${(state.square ? [0] : [0, 1]).map(spelled).join(" and ")}`);
    left.textContent = m[0] ? ` ${skipped(lost, inside)}` : "";
    const out = [0, 0].map((_, axis) => aimed && (aimed[axis] < p[axis] || aimed[axis] >= p[axis] + n[axis]));
    const taken = m[0] ? real[0][i] * real[1][j] : 0, tall = (value, most) => tile("output", value, [0, most], { marks: "cc-y", tag: "b" });
    if (told > 0 && told < sizes.length) line.replaceChildren(`layer ${told}: ${rule(told)}`);
    else if (!m[0]) line.replaceChildren("No window fits.");
    else if (aimed) {
      const used = uses[0][aimed[0]] * uses[1][aimed[1]];
      line.replaceChildren(`${out[0] || out[1] ? "This padding" : `input[${aimed[0] - p[0]}, ${aimed[1] - p[1]}]`} is used by `
        + `${uses[0][aimed[0]]}·${uses[1][aimed[1]]} = `, tall(used, Math.max(1, ...uses[0]) * Math.max(1, ...uses[1])), ` ${used === 1 ? "window" : "windows"}.`);
    } else line.replaceChildren(`output[${i}, ${j}] sees ${real[0][i]}·${real[1][j]} = `, tall(taken, k[0] * k[1]),
      ` ${taken === 1 ? "pixel" : "pixels"} of the input and ${k[0] * k[1] - taken} of padding.`);
    const used = [0, 1].map((axis) => uses[axis].slice(p[axis], p[axis] + n[axis]).join(", "));
    return [m[0] ? line.textContent : "There is no output.", `Input ${n[0]} by ${n[1]}, kernel ${pair(k)}, stride ${pair(s)}, padding ${pair(p)}. `
      + `Widths layer by layer: ${sizes.map((size) => (state.square ? size[0] : `${size[0]} by ${size[1]}`)).join(", ")}. `
      + `Along a row the pixels are used ${used[1]} times${state.square ? "" : `, along a column ${used[0]} times`}. ${left.textContent}`];
  }

  /** Which rows and columns are in no window, and why. */
  function skipped(lost, inside) {
    const { n, k, s, p, m } = now, names = state.square ? [] : ["row", "column"];
    const pixels = lost.map((places, axis) => places.filter((at) => at >= p[axis] && at < p[axis] + n[axis]).map((at) => at - p[axis]));
    const told = pixels.flat().length ? pixels : lost; // the reason is that of what is named
    const why = [...new Set([0, 1].filter((axis) => told[axis].length).flatMap((axis) => {
      const rest = (inside[axis] - k[axis]) % s[axis];
      return [rest ? `${inside[axis]} − ${k[axis]} = ${m[axis] - 1}·${s[axis]} + ${rest} leaves a remainder` : "",
        s[axis] > k[axis] ? "the stride is larger than the kernel" : ""].filter(Boolean);
    }))].join(" and ");
    const which = names.length ? pixels.map((at, axis) => (at.length ? `${names[axis]}${at.length > 1 ? "s" : ""} ${at.join(", ")}` : ""))
      .filter(Boolean).join(" and ").replace(/^./, (letter) => letter.toUpperCase()) : rowsAndColumns(pixels[0]);
    const several = pixels.flat().length > 1 || state.square;
    return pixels.flat().length ? `${which} ${several ? "are" : "is"} in no window: ${why}.`
      : `Every pixel is in some window${lost.flat().length ? `; only padding is in none: ${why}` : ""}.`;
  }

  return { stage, under: [sums, size], paint, animate: (run, speed) => wait(60 / speed), beat: () => clamp(9000 / (now.m[0] * now.m[1]), 30, 400) };
}

export default explorer({ name: "padding_and_stride", title: "padding and stride", settle, compute, build });
