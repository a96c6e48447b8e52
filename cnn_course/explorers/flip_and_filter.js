// One-dimensional convolution: the kernel is a strip that lies on a row of numbers and walks along it, flipped or not.

/** How many zeros stand before the input and after it. */
const ENDS = {
  valid: () => [0, 0],
  same: (k) => [Math.ceil((k - 1) / 2), Math.floor((k - 1) / 2)],
  full: (k) => [k - 1, k - 1],
};
const ends = ({ mode, kernel }) => ENDS[mode](kernel.length);

/** Keep the numbers there are; new ones continue the count. */
const resize = (list, n, unit) => range(n).map((i) => list[i] ?? Math.round(10 * unit * (i + 1)) / 10);

/** A weight as the text writes it: 0.2, but 1/3 where decimals do not end. */
const written = (weight) => (isExact(weight) ? show(weight) : ratio(weight));

function settle(state, before) {
  state.signal = resize(state.signal, state.size, 1);
  state.kernel = resize(state.kernel, state.kernel_size, 0.1);
  if (before && state.position === before.position) state.position += ends(state)[0] - ends(before)[0]; // the same place
}

function compute(state) {
  const { signal, kernel, mode, flip } = state, n = signal.length, k = kernel.length, [left, right] = ends(state);
  const size = n + left + right - k + 1;
  const row = range(n + left + right).map((i) => signal[i - left] ?? 0);
  const used = flip ? [...kernel].reverse() : kernel;
  const terms = (i) => used.map((weight, j) => [row[i + j], weight]);
  return { n, k, left, size, row, used, terms, y: range(size).map((i) => total(terms(i))), last: size - 1,
    ...(size > 0 ? {} : { trouble: `The kernel does not fit: it has k = ${k} numbers, the input n = ${n}, and ${mode} leaves `
      + `n − k + 1 = ${n} − ${k} + 1 = ${show(size)} outputs. Choose`,
    fixes: [["same", { mode: "same" }], ["full", { mode: "full" }], [`kernel k = ${n}`, { kernel_size: n }],
      [`input n = ${k}`, { size: k }]] }) };
}

const TITLE = 24, RULER = 22, FOOT = 22, SIDE = 6;

/** @type {Description["build"]} */
function build({ set, move, stop, redraw, refuse, running, callout, controls, root }) {
  let state, now, lay, shape, flipped, aimed = null, peeked = null, held = null, drawing = false;
  const edit = (trait, at) => (_, i, value) => set({ [trait]: state[trait].map((old, j) => (j === at(i) ? value : old)) });
  const input = plate({ kind: "cc-signal", refuse, edit: edit("signal", (i) => i - now.left) });
  const strip = plate({ kind: "cc-kernel", refuse, edit: edit("kernel", (i) => (state.flip ? now.k - 1 - i : i)) });
  const output = plate({ kind: "cc-result", steer, pick: move, peek: (...place) => { peeked = place.length ? place[1] : null; redraw(); } });
  const ray = svg("path"), rays = svg("svg", { class: "cc-rays", "aria-hidden": "true" });
  const ruler = make("div", { class: "cc-ruler", "aria-hidden": "true" });
  const legend = make("div", { class: "cc-legend", "aria-hidden": "true" });
  const stage = make("div", { class: "cc-stage", "data-picture": "" }, svg("svg", { class: "cc-beams", "aria-hidden": "true" }, ray),
    ruler, input.root, strip.root, output.root, rays, callout, legend);
  const sums = make("div", { class: "cc-sum" }), size = make("div", { class: "cc-size", role: "img" });
  const rule = make("p", { class: "cc-rule" });

  // ---- hands: the strip along the row, and the ends of input and kernel
  const pull = (says, trait, way, change) => {
    let from;
    return grip("ew", says, () => [1, lay.cell], () => { from = state[trait]; }, (_, by) => change(from, way * by));
  };
  const grips = {
    size: pull("pull: input n", "size", 1, (from, by) => set({ size: clamp(from + by, 1, 8) })),
    kernel_size: pull("pull: kernel k", "kernel_size", 1, (from, by) => set({ kernel_size: clamp(from + by, 1, 6) })),
    mode: pull("pull: zeros at the ends", "mode", -1, (from, by) => { // the mode whose zeros reach nearest to the hand
      const wanted = ENDS[from](now.k)[0] + by, far = (mode) => Math.abs(ENDS[mode](now.k)[0] - wanted);
      set({ mode: Object.keys(ENDS).reduce((best, mode) => (far(mode) < far(best) ? mode : best), from) });
    }),
  };
  strip.root.append(grips.kernel_size);
  stage.append(grips.size, grips.mode);

  const window = glider(({ x }) => {
    const { cell, rows: [A, B, C] } = lay, { k } = now, on = { x: A.x + x * cell, y: A.y, w: k * cell, h: A.high + B.high };
    strip.root.style.transform = `translate(${on.x}px,${B.y}px)`;
    for (const [part, name, left] of [[strip, "strip", on.x], [output, "output", C.x]]) // no title runs off the stage
      part.title.style.left = `${Math.min(0, lay.W - left - 7.4 * named()[name].join(" ").length)}px`;
    around(strip.frame, { ...on, x: 0, y: -A.high });
    around(output.frame, { x: x * cell, y: 0, w: cell, h: C.high });
    ray.setAttribute("d", now.y.length && aimed === null ? beam(on, { x: C.x + x * cell, y: C.y, w: cell, h: C.high }) : "");
  });
  const along = ({ clientX }) => (clientX - input.cells.getBoundingClientRect().left) / lay.cell;
  function drag(event) {
    const x = clamp(along(event) - held, 0, now.y.length - 1);
    move(Math.round(x));
    window.to(x, 0);
  }
  for (const part of [input, strip]) pullable(part.cells, (event) => {
    if (!now.y.length) return false;
    stop();
    const at = along(event), inside = at >= window.at.x && at < window.at.x + now.k;
    held = inside ? at - window.at.x : now.k / 2;
  }, (dx, dy, event) => { aimed = null; stage.classList.add("cc-held"); drag(event); }, () => {
    held = null;
    stage.classList.remove("cc-held");
    redraw();
  });
  function steer([, across]) {
    if (across) move(clamp(state.position + across, 0, now.y.length - 1));
    queueMicrotask(() => output.focus(state.position, true));
  }

  /** A number of the input that is not under the strip tells where it goes, when pointed at or gone to. */
  function ask(at) {
    const outside = at >= 0 && now.y.length && !running() && (at < state.position || at >= state.position + now.k);
    if (aimed === (aimed = outside ? at : null)) return;
    redraw();
  }
  input.cells.addEventListener("pointermove", (event) => { if (!held && event.pointerType === "mouse") ask(input.at(event)); });
  input.cells.addEventListener("pointerleave", () => ask(-1));
  input.cells.addEventListener("focusin", (event) => { if (!drawing) ask(input.at(event)); }); // a new row keeps its focus
  input.cells.addEventListener("focusout", () => ask(-1));

  // ---- the picture
  function fit() {
    const { row, used, y } = now, [W, H] = roomOn(stage), cols = Math.max(row.length, now.k);
    const free = H - 2 * TITLE - RULER - FOOT, wide = Math.min(W - 12, 620);
    if (y.length) callout.style.cssText = "";
    else Object.assign(callout.style, { left: `${(W - wide) / 2}px`, width: `${wide}px` }); // it stands where the output would
    const says = y.length ? 0 : callout.offsetHeight - FOOT, third = (free - 44) / 3;
    const cell = Math.floor(Math.min(64, y.length ? third : clamp((free - 26 - says) / 2, FINGER, third), (W - 2 * SIDE) / cols));
    const texts = [row.map(show), used.map(written), y.map(show)];
    const rows = texts.map(/** @returns {Box} */ (some) => { // numbers too long for their columns are written downwards
      const letters = Math.max(1, ...some.map(width)), aside = letters * LETTER + 3 > cell;
      return { aside, cell, x: Math.round((W - cols * cell) / 2), high: aside ? Math.ceil(letters * LETTER + 14) : Math.max(cell, 26),
        font: clamp(aside ? 14 : Math.min(cell * 0.36, (cell - 4) / (0.66 * letters)), 14, 24) };
    });
    const [A, B, C] = rows, spare = Math.max(20, free - A.high - B.high - (y.length ? C.high : says));
    A.y = TITLE + RULER + Math.round(Math.min(spare / 5, 24));
    B.y = A.y + A.high;
    C.y = B.y + B.high + TITLE + Math.round(clamp(spare * 0.7, 20, 80));
    if (!y.length) callout.style.top = `${C.y}px`;
    C.x += (now.k - 1) * cell; // an output stands under the last number of its window, so that y[t] is under x[t]
    return { W, cell, rows, tall: C.y + (y.length ? C.high : says) + FOOT };
  }
  const named = () => ({
    input: ["input x", `${many(now.n, "number")}${state.mode === "valid" ? "" : ", between zeros"}`],
    strip: ["kernel w", `${state.flip ? "flipped" : "as it is"}, sum ${written(state.kernel.reduce((a, b) => a + b, 0))}`],
    output: ["output y", `${state.mode}, ${many(Math.max(0, now.size), "number")}`],
  });

  function paint(given, found, run) {
    [state, now] = [given, found];
    lay = fit();
    const { n, k, left, row, used, y } = now, [A, B, C] = lay.rows, scales = [state.signal, state.kernel, y].map((list) => limits([list]));
    grow(stage, lay.tall);
    if (aimed !== null && (aimed >= row.length || !y.length || run)) aimed = null;
    const at = y[peeked] === undefined ? state.position : peeked, goes = aimed === null ? [] : range(k).map((j) => [aimed - j, j])
      .filter(([i]) => y[i] !== undefined).reverse();
    const title = (part) => ({ name: named()[part][0], about: named()[part][1], rows: 1 });
    drawing = true;
    input.draw({ ...title("input"), cols: row.length, active: left, box: A, cell: (_, i) => (state.signal[i - left] === undefined
      ? { value: 0, kind: "pad", fixed: true, label: "padding, 0", marks: aimed === i ? "cc-on" : "" }
      : { value: row[i], kind: "input", scale: scales[0], label: `x[${i - left}]`, marks: aimed === i ? "cc-on" : "" }) });
    drawing = false;
    strip.draw({ ...title("strip"), cols: k, box: B, cell: (_, i) => ({ value: used[i], text: written(used[i]), kind: "weight",
      scale: scales[1], label: `w[${state.flip ? k - 1 - i : i}]`, marks: goes.some(([, j]) => j === i) ? "cc-on" : "" }) });
    output.draw({ ...title("output"), rows: Math.min(1, y.length), cols: y.length, active: state.position, box: C, cell: (_, i) => ({
      value: y[i], kind: "output", scale: scales[2], label: `output[${i}] is ${show(y[i])}`,
      marks: `${goes.some(([place]) => place === i) ? "cc-on" : ""} ${isAhead(run, i, state.position) ? "cc-empty" : ""}` }) });

    [input, strip, output].forEach((part, i) => part.root.classList.toggle("cc-aside", lay.rows[i].aside));
    output.root.style.visibility = y.length ? "" : "hidden";
    output.frame.style.visibility = aimed === null ? "" : "hidden";
    strip.frame.classList.toggle("cc-out", !y.length);
    put(grips.size, A.x + (left + n) * lay.cell, A.y);
    put(grips.mode, A.x, A.y + A.high / 2);
    put(grips.kernel_size, k * lay.cell, B.high);
    for (const [trait, node] of Object.entries(grips)) node.hidden = !controls[trait];
    const first = A.x, centre = (column) => first + (column + 0.5) * lay.cell;
    ruler.style.cssText = `left:${first}px;top:${A.y - RULER}px;grid-template-columns:repeat(${row.length},${lay.cell}px)`;
    const t = y.length ? at + k - 1 : NaN, every = lay.cell < 26 ? 2 : 1; // narrow columns: each second place, and this one
    ruler.replaceChildren(...row.map((_, i) => make("span", { class: i === t ? "cc-now" : "" },
      i === t || ((i - left) % every === 0 && !(every > 1 && Math.abs(i - t) === 1)) ? show(i - left) : "")));
    rays.replaceChildren(...goes.map(([i]) => svg("line", { x1: centre(aimed), y1: A.y + A.high, x2: centre(i + k - 1), y2: C.y })));
    explain(legend, left && y.length ? [["cc-pad", "padding, zeros"]] : []);
    const drawn = `${[row.length, k, lay.cell, A.x]}`, same = shape === (shape = drawn);
    if (same && flipped !== undefined && flipped !== state.flip && !still()) turn();
    flipped = state.flip;
    if (!held) window.to(y.length ? at : 0, 0, same ? 180 : 0);
    write(at, goes, scales);
    const list = (numbers) => numbers.map(show).join(", ");
    return [sums.textContent, `Input ${list(state.signal)}; kernel ${list(state.kernel)}${state.flip ? ", flipped" : ""}; `
      + (y.length ? `${state.mode} output ${list(y)}.` : `no output. ${now.trouble}`)];
  }

  /** The strip turns over like a page; its digits stay upright. */
  function turn() {
    const timing = { duration: 600, easing: "cubic-bezier(.5, 0, .2, 1)" };
    strip.cells.animate([{ transform: "perspective(50rem) rotateY(180deg)" }, { transform: "perspective(50rem) rotateY(0deg)" }], timing);
    for (const { firstElementChild: digits } of strip.list) digits.animate([{ transform: "rotateY(180deg)" }, { transform: "rotateY(0deg)" }], timing);
  }

  function write(at, goes, scales) {
    const { n, k, left, y, row, used, terms } = now, t = at + k - 1 - left;
    const [tokens, said] = { valid: [["=", ["n", n], "−", ["k", k], "+ 1"], `${n} − ${k} + 1`], same: [["=", ["n", n]], `${n}`],
      full: [["=", ["n", n], "+", ["k", k], "− 1"], `${n} + ${k} − 1`] }[state.mode];
    formula(size, [["m", now.size], ...tokens], `output size: ${said} = ${show(now.size)}`);
    rule.textContent = state.flip ? `y[${t}] = Σ x[t]·w[${t} − t]` : `output[${at}] = Σ x[${show(at - left)} + i]·w[i]`;
    rule.style.visibility = y.length ? "" : "hidden"; // what lies below stays where it is
    if (!y.length) return sums.replaceChildren(make("span", { class: "cc-head" }, "There is no output."));
    const zero = (i) => (state.signal[i - left] === undefined ? "cc-zero" : "");
    if (aimed !== null) {
      const value = row[aimed];
      return sums.replaceChildren(zero(aimed) ? "This padding, " : "This input, ", tile("input", value, scales[0], { marks: zero(aimed) }),
        goes.length ? `, goes into ${many(goes.length, "output")}:` : ", goes into no output.",
        ...goes.flatMap(([i, j], one) => [one ? "; " : " ", make("span", { class: "cc-tail" }, `[${i}] as `,
          tile("input", value, scales[0], { marks: zero(aimed) }), "·", tile("weight", used[j], scales[1], { text: written(used[j]) }))]));
    }
    const factors = terms(at), value = y[at], exact = factors.map(([a, b]) => [a, written(b).includes("/") ? 1 : b]);
    sums.replaceChildren(make("span", { class: "cc-head" }, `output[${at}]${state.flip ? ` = y[${t}]` : ""} ${equals(exact)} `),
      make("span", { class: "cc-terms" }, ...factors.map(([a, b], j) => make("span", { class: "cc-term" },
        make("span", { class: "cc-plus" }, j ? " + " : ""), tile("input", a, scales[0], { marks: zero(at + j) }), "·",
        tile("weight", b, scales[1], { text: written(b) })))),
      make("span", { class: "cc-tail" }, ` ${equals(exact, value)} `, tile("output", value, scales[2], { marks: "cc-y", tag: "b" })));
  }

  /** The products drop into the sum, the sum into its cell. */
  function animate(run, speed) {
    const pairs = range(now.k).map((j) => [input.list[state.position + j], strip.list[j]]);
    if (!now.y.length) return wait(0);
    return sumUp(root(), sums, { pairs, goal: output.list[state.position] }, run, speed);
  }
  return { stage, under: [sums, make("div", {}, size, rule)], paint, animate };
}

export default explorer({ name: "flip_and_filter", title: "1D flip and filter", settle, compute, build });
