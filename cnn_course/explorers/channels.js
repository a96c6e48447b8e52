// Channels: a kernel for each channel, their sums and the filter's own bias added; several filters stack to a volume.

const COLOURS = ["R", "G", "B"], ROWS = 3, COLS = 4, K = 3, MOST = 4, LARGEST_BIAS = 400;

const filterOf = ({ shown }) => Number(shown.at(-1));

function settle(state, before) {
  const moved = (trait) => before && state[trait] !== before[trait];
  const fill = (list, count) => range(count).map((i) => list[i] ?? 0);
  state.x = fill(state.x, 3 * ROWS * COLS);
  state.weight = fill(state.weight, MOST * 3 * K * K);
  state.biases = fill(state.biases, MOST).map((bias) => clamp(Math.round(bias) || 0, -LARGEST_BIAS, LARGEST_BIAS));
  if (moved("shown")) state.filters = Math.max(state.filters, filterOf(state) + 1); // choosing one that is not there adds it
  const shown = Math.min(filterOf(state), state.filters - 1);
  state.shown = `filter ${shown}`;
  if (!before || (moved("bias") && !moved("shown"))) state.biases[shown] = state.bias; // the stepper moves its filter's alone
  state.bias = state.biases[shown];
  if (moved("padding") && !moved("position")) { // the window keeps its place on the image
    const by = state.padding - before.padding, wide = COLS - 2 + 2 * before.padding;
    const [i, j] = [Math.floor(state.position / wide), state.position % wide];
    state.position = clamp(i + by, 0, 2 * state.padding) * (COLS - 2 + 2 * state.padding)
      + clamp(j + by, 0, COLS - 3 + 2 * state.padding);
  }
}

function compute({ x, weight, padding: p, filters, biases, relu }) {
  const rows = ROWS - 2 + 2 * p, cols = COLS - 2 + 2 * p;
  const inside = (r, c) => r >= p && c >= p && r < ROWS + p && c < COLS + p;
  const pixel = (channel, r, c) => (inside(r, c) ? x[(channel * ROWS + r - p) * COLS + c - p] : 0);
  const tap = (filter, channel, r, c) => weight[((filter * 3 + channel) * K + r) * K + c];
  const terms = (filter, channel, i, j) => table(K, K, (r, c) => [pixel(channel, i + r, j + c), tap(filter, channel, r, c)]).flat();
  const parts = (filter, i, j) => COLOURS.map((_, channel) => total(terms(filter, channel, i, j)));
  const before = range(filters).map((filter) => table(rows, cols, (i, j) =>
    parts(filter, i, j).reduce((a, b) => a + b, biases[filter])));
  const maps = relu ? before.map((map) => map.map((row) => row.map((value) => Math.max(0, value)))) : before;
  return { p, rows, cols, inside, pixel, tap, terms, parts, before, maps, last: rows * cols - 1 };
}

/** The three kernels of a filter side by side: what a chip shows. */
function threefold(weight, filter) {
  const own = weight.slice(filter * 3 * K * K, (filter + 1) * 3 * K * K), [low, high] = limits([own]);
  const node = svg("svg", { viewBox: `0 0 ${3 * K + 2} ${K}`, "aria-hidden": true });
  own.forEach((value, at) => {
    const channel = Math.floor(at / (K * K)), [r, c] = [Math.floor(at / K) % K, at % K];
    node.append(svg("rect", { x: channel * (K + 1) + c, y: r, width: 1.02, height: 1.02,
      style: `fill:${shades("weight", value, low, high)[0]}` }));
  });
  return node;
}

const TITLE = 24, BETWEEN = 30, PART = 30, PLUS = 26, EQUALS = 44;

/** @type {Description["build"]} */
function build({ set, move, stop, redraw, refuse, callout, controls, root }) {
  let state, now, lay, shape, front = 0, peeked = null, held = false, chipped = "";
  const ownOf = (filter) => state.weight.slice(filter * 3 * K * K, (filter + 1) * 3 * K * K);
  const flat = (list, at, value) => list.map((old, i) => (i === at ? value : old));
  const inputs = COLOURS.map((_, channel) => plate({ kind: "cc-image", refuse,
    edit: (r, c, value) => set({ x: flat(state.x, (channel * ROWS + r - now.p) * COLS + c - now.p, value) }) }));
  const kernels = COLOURS.map((_, channel) => plate({ kind: "cc-kernel", refuse,
    edit: (r, c, value) => set({ weight: flat(state.weight, ((filterOf(state) * 3 + channel) * K + r) * K + c, value) }) }));
  const sumsOf = COLOURS.map(() => plate({ kind: "cc-part" }));
  const bias = plate({ kind: "cc-part", refuse, edit: (r, c, value) => {
    if (!Number.isInteger(value) || Math.abs(value) > LARGEST_BIAS)
      return `The bias is a whole number from −${LARGEST_BIAS} to ${LARGEST_BIAS} here`;
    set({ bias: value });
  } });
  const maps = range(MOST).map((filter) => plate({ kind: "cc-result", steer, pick: (position) => set({ shown: `filter ${filter}`, position }),
    peek: (...place) => { peeked = place.length ? [filter, ...place] : null; redraw(); } }));
  const beams = range(7).map(() => svg("path"));
  const signs = range(4).map(() => make("div", { class: "cc-op", "aria-hidden": "true" }));
  const tabs = COLOURS.map((name, channel) => press({ "aria-label": `channel ${name}`, click: () => lead(channel) }, name));
  const chooser = buttonBar("Channel in front", tabs);
  const stage = make("div", { class: "cc-stage", "data-picture": "" },
    svg("svg", { class: "cc-beams", "aria-hidden": "true" }, ...beams), chooser,
    ...COLOURS.flatMap((_, channel) => [inputs[channel].root, kernels[channel].root]),
    ...sumsOf.map((part) => part.root), bias.root, ...signs,
    ...maps.map((map) => map.root), callout);
  const lines = COLOURS.map((_, channel) => make("div", { class: "cc-sum", pointerenter: () => lead(channel) }));
  const whole = make("div", { class: "cc-sum" });
  const size = make("div", { class: "cc-size", role: "img" });

  // ---- hands
  /** What belongs to one channel stands out together, and in front where they are stacked. */
  function lead(channel) {
    if (front === channel || held) return;
    front = channel;
    redraw();
  }
  const parts = (channel) => [inputs[channel], kernels[channel], sumsOf[channel]];
  COLOURS.forEach((_, channel) => parts(channel).forEach((part) => {
    for (const kind of ["pointerdown", "focusin"]) part.root.addEventListener(kind, () => lead(channel));
    part.root.addEventListener("pointerenter", ({ pointerType }) => { if (pointerType === "mouse" && !lay.stacked) lead(channel); });
  }));
  /** Beyond the edge of a plate the arrow keys go on in the next one, so that six plates are two tab stops. */
  stage.addEventListener("keydown", (/** @type {On<KeyboardEvent>} */ event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const order = COLOURS.flatMap((_, channel) => [inputs[channel], kernels[channel]]);
    const at = order.findIndex((part) => part.cells.contains(event.target)), next = order[at + step];
    if (!step || at < 0 || event.defaultPrevented || event.shiftKey || !next) return;
    const [row, col] = order[at].place(order[at].at(event)), edge = step < 0 ? 0 : at % 2 ? K - 1 : COLS + 2 * now.p - 1;
    const { selectionStart: caret, selectionEnd: end, value } = event.target;
    if (col !== edge || (step > 0 ? end < value?.length : caret > 0)) return;
    event.preventDefault();
    lead(Math.floor((at + step) / 2));
    queueMicrotask(() => {
      const wide = next === inputs[front] ? COLS + 2 * now.p : K, high = next.list.length / wide;
      next.focus(Math.min(row, high - 1) * wide + (step > 0 ? 0 : wide - 1));
    });
  });

  const window = glider((at) => {
    const { x: A, w: B, part: P } = lay.boxes, shown = filterOf(state), C = lay.boxes.maps[shown];
    const seen = { x: at.x * A.cell, y: at.y * A.high, w: K * A.cell, h: K * A.high };
    const result = { x: at.x * C.cell, y: at.y * C.high, w: C.cell, h: C.high };
    COLOURS.forEach((_, channel) => {
      const [input, kernel, sum] = [lay.places.x[channel], lay.places.w[channel], lay.places.part[channel]];
      around(inputs[channel].frame, seen);
      const here = !lay.stacked || channel === front, weights = { ...kernel, w: B.w, h: B.h };
      beams[2 * channel].setAttribute("d", here ? beam(upon(input, seen), weights) : "");
      beams[2 * channel + 1].setAttribute("d", here ? beam(weights, { ...sum, w: P.cell, h: P.high }) : "");
    });
    around(maps[shown].frame, result);
    const [first, , , end] = lay.places.part, line = { ...first, w: end.x + P.cell - first.x, h: P.high };
    beams[6].setAttribute("d", beam(line, upon(lay.places.maps[shown], result)));
  });
  inputs.forEach((input) => {
    const over = hand(input, window, { box: () => lay.boxes.x, span: () => [K, K], last: () => [now.rows - 1, now.cols - 1] });
    pullable(input.cells, (event) => {
      stop();
      over.take(event);
      held = true;
    }, (dx, dy, event) => {
      stage.classList.add("cc-held");
      over.pull(event, ({ x, y }) => move(Math.round(y) * now.cols + Math.round(x)));
    }, () => {
      held = false;
      stage.classList.remove("cc-held");
      redraw();
    });
  });
  let ring;
  const edge = grip("nw", "pull: padding p", () => [lay.boxes.x.high, lay.boxes.x.cell], () => { ring = state.padding; },
    (dy, dx) => set({ padding: clamp(ring - Math.round((dx + dy) / 2), 0, 1) }));
  stage.append(edge);
  function steer([down, across]) {
    const { rows, cols } = now, { position } = state;
    move(clamp(Math.floor(position / cols) + down, 0, rows - 1) * cols + clamp((position % cols) + across, 0, cols - 1));
    queueMicrotask(() => maps[filterOf(state)].focus(state.position));
  }

  // ---- the picture: three channels side by side or stacked, below them their sums, below or beside those the maps
  function fit() {
    const { p, rows, cols } = now, [W, H] = roomOn(stage), shown = filterOf(state), stacked = W <= 620;
    const here = ownOf(shown), sums = now.parts(shown, ...spot()).concat(state.bias);
    const letters = { x: longest(state.x), w: Math.max(...here.map((value) => ratio(value).length)), part: longest(sums),
      y: longest(now.maps.flat(2)) };
    const head = stacked ? 38 : TITLE, back = stacked ? 9 : 0; // behind the one in front the others look out
    const [apart, groups, between] = W > 900 ? [26, 44, 26] : W > 500 ? [18, 26, 26] : [18, 26, 14];
    const part = { cell: Math.max(PART + 4, letters.part * LETTER + 8), high: PART, font: 15, letters: letters.part };
    let found;
    const levels = [[44, 23, 0], [40, 23, 1], [40, 23, 2], [23, 6, 3]]; // first the other maps give way, then the map, then the input
    for (const [from, to, bare] of levels) for (let cell = from; cell >= to && !found; cell--) {
      const x = room(ROWS + 2 * p, COLS + 2 * p, cell, letters.x, { bare: bare > 2 }), w = room(K, K, cell, letters.w, { least: 22 });
      const full = room(rows, cols, Math.min(cell, 34), letters.y, { bare: bare > 1 });
      const small = room(rows, cols, Math.max(6, Math.round(cell / 2)), 1, { bare: true });
      const made = range(state.filters).map((filter) => (bare && filter !== shown ? { ...small } : { ...full })); // to each its place
      const wides = made.map(({ w: one }, filter) => Math.max(one, 7.4 * captioned(filter, bare).join(" ").length));
      const group = x.w + apart + w.w, top = stacked ? group + 2 * back + 8 : 3 * group + 2 * groups;
      let plus = part.cell * 4 > W / 2 ? 16 : PLUS, line = 4 * part.cell + 3 * plus + EQUALS;
      const row = wides.reduce((sum, one) => sum + one, 0) + (made.length - 1) * between;
      const beside = line + row <= W - 8, extra = clamp((W - 8 - line - (beside ? row : 0)) / 4, 0, 110);
      plus += extra; // the sums stand apart, each nearer to its channel
      line += 3 * extra;
      const foot = beside ? Math.max(TITLE + PART, TITLE + full.h) : 2 * TITLE + PART + full.h + 6;
      const tall = head + 2 * back + Math.max(x.h, w.h) + BETWEEN + foot + 8;
      const last = bare === 3 && cell === 6;
      if (!last && (top > W - 8 || (!beside && row > W - 8) || tall > H)) continue;
      found = { x, w, part, made, wides, group, top, plus, line, row, beside, tall, apart, groups, between, head, back, bare };
    }
    const { x, w, made } = found, spare = Math.max(0, H - found.tall), air = Math.min(spare / 3, 44);
    const font = (box) => clamp(Math.min(box.high * 0.36, (box.cell - 4) / (0.66 * box.letters)), 14, 22);
    for (const box of [x, w, ...made]) box.font = font(box);
    const left = (W - found.top) / 2, y = found.head + 2 * found.back + Math.round(air);
    const foot = y + Math.max(x.h, w.h) + BETWEEN + TITLE + Math.round(air);
    const places = { x: [], w: [], part: [], maps: [] };
    COLOURS.forEach((_, channel) => {
      const behind = stacked ? (channel - front + 3) % 3 : 0, at = left + (stacked ? 0 : channel * (found.group + found.groups));
      places.x.push({ x: at + behind * 12, y: y - behind * found.back });
      places.w.push({ x: at + x.w + found.apart + (stacked ? 24 : 0), y: y + (x.h - w.h) / 2 });
    });
    let at = Math.max(4, (W - (found.beside ? found.line + found.row : found.line - EQUALS)) / 2);
    for (let one = 0; one < 4; one++, at += part.cell + found.plus) places.part.push({ x: at, y: foot });
    at = found.beside ? at - found.plus + EQUALS : (W - found.row) / 2;
    made.forEach((box, filter) => {
      places.maps.push({ x: at, y: found.beside ? foot : foot + PART + TITLE + 6 });
      at += found.wides[filter] + found.between;
    });
    for (const list of Object.values(places)) for (const place of list) [place.x, place.y] = [Math.round(place.x), Math.round(place.y)];
    return { ...found, stacked, places, boxes: { x, w, part, maps: made } };
  }
  /** A map and its bias, which each filter has of its own; a small one says its name alone. */
  const captioned = (filter, bare) => [`map ${filter}`,
    state.biases[filter] && !(bare > 1 || (bare && filter !== filterOf(state))) ? `b ${show(state.biases[filter])}` : ""];
  const spot = () => {
    const there = peeked && peeked[0] < state.filters && peeked[1] < now.rows && peeked[2] < now.cols;
    return there ? peeked.slice(1) : [Math.floor(state.position / now.cols), state.position % now.cols];
  };

  function paint(given, found, run) {
    [state, now] = [given, found];
    const shown = filterOf(state), [i, j] = spot(), { p, rows, cols } = now;
    lay = fit();
    grow(stage, lay.tall);
    const sums = now.parts(shown, i, j), { boxes, places, stacked } = lay;
    const scales = { x: limits([state.x]), w: limits([ownOf(shown)]), y: limits([[...now.maps.flat(2), ...sums]]) };
    COLOURS.forEach((name, channel) => {
      const behind = stacked && channel !== front, active = channel === front ? p * (COLS + 2 * p) + p : -1;
      for (const part of parts(channel)) part.root.classList.toggle("cc-lead", channel === front);
      inputs[channel].root.classList.toggle("cc-back", behind);
      inputs[channel].root.style.zIndex = stacked ? `${3 - ((channel - front + 3) % 3)}` : "";
      kernels[channel].root.hidden = behind;
      inputs[channel].draw({ name: `input ${name}`, about: stacked ? "" : `${ROWS} × ${COLS}${p ? `, padding ${p}` : ""}`,
        rows: ROWS + 2 * p, cols: COLS + 2 * p, active, box: { ...boxes.x, ...places.x[channel] }, editable: !boxes.x.bare,
        cell: (r, c) => (now.inside(r, c)
          ? { value: now.pixel(channel, r, c), kind: "input", scale: scales.x, label: `${name}[${r - p}, ${c - p}]` }
          : { value: 0, kind: "pad", fixed: true, label: "padding, 0" }) });
      const tap = (r, c) => now.tap(shown, channel, r, c);
      kernels[channel].draw({ name: `kernel ${name}`, rows: K, cols: K, active: channel === front ? 0 : -1,
        box: { ...boxes.w, ...places.w[channel] },
        cell: (r, c) => ({ value: tap(r, c), text: ratio(tap(r, c)), kind: "weight", scale: scales.w,
          label: `weight[${shown}, ${channel}, ${r}, ${c}]` }) });
      around(kernels[channel].frame, { x: 0, y: 0, w: boxes.w.w, h: boxes.w.h });
      sumsOf[channel].draw({ name, rows: 1, cols: 1, active: -1, box: { ...boxes.part, ...places.part[channel] },
        cell: () => ({ value: sums[channel], kind: "output", scale: scales.y, label: `the sum of ${name} is ${show(sums[channel])}` }) });
      tabs[channel].setAttribute("aria-pressed", `${channel === front}`);
    });
    bias.draw({ name: "bias", rows: 1, cols: 1, box: { ...boxes.part, ...places.part[3] }, cell: () => ({ value: state.bias, kind: "weight",
      scale: [-LARGEST_BIAS, LARGEST_BIAS], label: `bias[${shown}]` }) });
    maps.forEach((map, filter) => {
      map.root.hidden = filter >= state.filters;
      if (filter >= state.filters) return;
      const [title, about] = captioned(filter, lay.bare), value = (r, c) => now.maps[filter][r][c];
      map.draw({ name: title, about, rows, cols, active: filter === shown ? state.position : -1,
        box: { ...boxes.maps[filter], ...places.maps[filter] }, cell: (r, c) => ({ value: value(r, c), kind: "output", scale: scales.y,
          label: `output[${filter}, ${r}, ${c}] is ${show(value(r, c))}`,
          marks: filter === shown && isAhead(run, r * cols + c, state.position) ? "cc-empty" : "" }) });
      map.frame.hidden = filter !== shown;
    });
    const middle = places.part[0].y + PART / 2;
    const end = places.part[3].x + boxes.part.cell;
    signs.forEach((sign, at) => {
      const next = places.part[at + 1];
      sign.hidden = at === 3 && !lay.beside;
      sign.textContent = at < 3 ? "+" : state.relu ? "ReLU" : "=";
      Object.assign(sign.style, { left: `${next ? next.x - lay.plus / 2 : end + EQUALS / 2}px`, top: `${middle}px` });
    });
    signs[3].classList.toggle("cc-small", state.relu);
    chooser.hidden = !stacked;
    edge.hidden = !controls.padding;
    Object.assign(edge.style, { left: `${places.x[stacked ? front : 0].x}px`, top: `${places.x[stacked ? front : 0].y}px` });
    const news = chipped !== (chipped = state.weight.join()); // the chips are what the filters are
    controls.shown?.root.querySelectorAll(".cc-chip").forEach((chip, filter) => {
      if (news) chip.querySelector("svg").replaceWith(threefold(state.weight, filter));
      chip.classList.toggle("cc-absent", filter >= state.filters);
    });
    const drawn = `${[rows, cols, boxes.x.cell, front, shown, places.x[0].x]}`, same = shape === (shape = drawn);
    if (!held) window.to(j, i, same ? 180 : 0);
    return write(shown, i, j, sums, scales);
  }

  function write(shown, i, j, sums, scales) {
    const { p, rows, cols } = now, outer = (at) => !now.inside(i + Math.floor(at / K), j + (at % K));
    lines.forEach((line, channel) => {
      const factors = now.terms(shown, channel, i, j);
      const exact = factors.map(([a, b]) => [a, ratio(b).includes("/") ? 1 : b]);
      line.classList.toggle("cc-lead", channel === front);
      line.replaceChildren(make("span", { class: "cc-head" }, `${COLOURS[channel]} ${equals(exact)} `),
        make("span", { class: "cc-terms cc-many" },
        ...factors.map(([a, b], at) => make("span", { class: "cc-term" }, make("span", { class: "cc-plus" }, at ? " + " : ""),
          tile("input", a, scales.x, { marks: outer(at) ? "cc-zero" : "" }), "·", tile("weight", b, scales.w, { text: ratio(b) })))),
      make("span", { class: "cc-tail" }, ` ${equals(exact, sums[channel])} `, tile("output", sums[channel], scales.y, { tag: "b" })));
    });
    const value = now.maps[shown][i][j], before = now.before[shown][i][j], parts = [...sums, state.bias];
    whole.replaceChildren(make("span", { class: "cc-head" }, `output[${shown}, ${i}, ${j}] ${equals(parts)} `),
      make("span", { class: "cc-terms" },
      ...parts.map((part, at) => make("span", { class: "cc-term" }, make("span", { class: "cc-plus" }, at ? " + " : ""),
        at < 3 ? tile("output", part, scales.y) : tile("weight", part, [-LARGEST_BIAS, LARGEST_BIAS])))),
    make("span", { class: "cc-tail" }, ` ${equals(parts, before)} `,
      ...(state.relu ? [`${show(before)}, and max(0, ${show(before)}) ${equals(value)} `] : []),
      tile("output", value, scales.y, { marks: "cc-y", tag: "b" })));
    const count = state.filters * (3 * K * K + 1);
    formula(size, [["parameters", count], "=", ["F", state.filters], "·(", ["C", 3], "·", ["k", K], "·", ["k", K], "+ 1)"],
      `output ${state.filters} × ${rows} × ${cols}, parameters = F·(C·k·k + 1) = `
      + `${state.filters}·(3·3·3 + 1) = ${count}`);
    const told = now.maps.map((map, at) => `Map ${at}, bias ${show(state.biases[at])}: ${inWords(map)}.`).join(" ");
    return [whole.textContent,
      `Input of 3 channels, 3 by 4, padding ${p}; ${many(state.filters, "filter")} of 3 by 3 by 3. ${told} ${count} parameters.`];
  }

  /** The products of the three channels fly to their sums, and the sums with the bias to one number. */
  async function animate(run, speed) {
    const [i, j] = spot(), of = (line) => ({ terms: [...line.querySelectorAll(".cc-term")], tail: line.querySelector(".cc-tail") });
    const end = of(whole), wide = COLS + 2 * now.p;
    for (const node of [...end.terms, end.tail]) node.classList.add("cc-wait");
    const seen = range(3).filter((channel) => !lay.stacked || channel === front); // a phone writes out the one in front
    await Promise.all(seen.map((channel) => products(root(), { ...of(lines[channel]), goal: sumsOf[channel].list[0],
      pairs: table(K, K, (r, c) => [inputs[channel].list[(i + r) * wide + j + c], kernels[channel].list[r * K + c]]).flat() },
    run, speed)));
    if (!run.over) await products(root(), { ...end, pairs: [...sumsOf, bias].map((part) => [part.list[0]]),
      goal: maps[filterOf(state)].list[state.position] }, run, speed);
    sweep(root());
  }
  return { stage, under: [...lines, make("div", { class: "cc-whole" }, whole, size)], paint, animate };
}

const pictures = () => ({ shown: range(MOST).map(() => threefold(range(MOST * 27).map(() => 0), 0)) });

export default explorer({ name: "channels", title: "channels and filters", settle, compute, pictures, build });
