// Draw a digit: what every layer of a trained LeNet-5 makes of it while one draws, and all that one of its cells can see.

const OWN = "your drawing";
const LAYERS = [ // an output sees `field` inputs, the next one `step` further on; `side`: so many maps stand side by side, by form
  { name: "C1", maps: 6, size: 28, field: 5, step: 1, side: { row: 2, rows: 3, list: 6 } },
  { name: "S2", maps: 6, size: 14, field: 6, step: 2, side: { row: 2, rows: 3, list: 6 } },
  { name: "C3", maps: 16, size: 10, field: 14, step: 2, side: { row: 4, rows: 4, list: 16 } },
  { name: "S4", maps: 16, size: 5, field: 16, step: 4, side: { row: 4, rows: 4, list: 16 } },
  { name: "C5", maps: 120, size: 1, field: SIDE, step: 0, side: { row: 6, rows: 8, list: 40 } },
  { name: "F6", maps: 84, size: 1, field: SIDE, step: 0, side: { row: 6, rows: 7, list: 42 } },
];
const NAMES = LAYERS.map(({ name }) => name);
const SHARP = 480; // pixels of the square that one draws on
const NEAREST = 6; // training digits are shown
const USUAL_WIDTH = 3;

const percent = (part) => `${(100 * part).toFixed(part > 0.0995 || part < 0.0005 ? 0 : 1)} %`;
/** A number in at most five letters. */
function short(value) {
  const texts = [2, 1, 0].map((digits) => show(Number(value.toFixed(digits))));
  return texts.find((text) => text.length <= 5) ?? value.toExponential(0).replace("+", "").replace("-", "−");
}

/** The largest size of some numbers, or 1 if all are 0. */
const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;

/** How the maps of a layer lie in one picture: cell(row, column) counts through the maps, -1 is between them. */
function tiling({ size, maps, side }, form) {
  const wide = side[form], gap = size > 1 ? Math.max(1, Math.round(size / 10)) : 0, pace = size + gap;
  return { rows: Math.ceil(maps / wide) * pace - gap, cols: wide * pace - gap,
    cell: (r, c, nearest = false) => { // between two maps the nearest cell is one of the first
      const map = Math.floor(r / pace) * wide + Math.floor(c / pace);
      const [i, j] = [r % pace, c % pace].map((at) => (nearest ? Math.min(at, size - 1) : at));
      return i < size && j < size && map < maps ? (map * size + i) * size + j : -1;
    },
    pixel: (map, i, j) => [Math.floor(map / wide) * pace + i, (map % wide) * pace + j] };
}

/** A canvas, a name above it, and which of its pixels the pointer is over. */
function view(name, about, kind, attributes) {
  const canvas = make("canvas", attributes);
  const title = make("div", { class: "cc-title", "aria-hidden": true }, make("b", {}, name), make("span", {}, about));
  const root = make("div", { class: `cc-view cc-view-${name.replaceAll(" ", "-")}` }, title, canvas);
  let drawn;
  /** Paint the value of each pixel, where value(row, column) is from -1 to 1 or undefined; drawn anew when `key` is another. */
  function draw(rows, cols, paper, key, value) {
    if (drawn === (drawn = `${key} ${paper} ${rows} ${cols}`)) return;
    if (canvas.height !== rows || canvas.width !== cols) [canvas.height, canvas.width] = [rows, cols];
    const context = canvas.getContext("2d"), image = context.createImageData(cols, rows), pixels = new Uint32Array(image.data.buffer);
    const inks = INKS[kind][paper];
    for (let r = 0, at = 0; r < rows; r++) for (let c = 0; c < cols; c++, at++) {
      const part = value(r, c);
      if (part !== undefined) pixels[at] = inks[shadeOf(part)];
    }
    context.putImageData(image, 0, 0);
  }
  const place = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return [clamp((clientY - box.top) / box.height, 0, 0.9999), clamp((clientX - box.left) / box.width, 0, 0.9999)];
  };
  return { root, canvas, draw, place };
}

/**
 * The square to draw on. Strokes are lists of points from [0, 0] to [1, 1]. fresh() says whether a stroke is the first of a
 * new drawing, changed() hears of every point, done() of the end of a stroke, moved() of the pen that keys move.
 */
function drawing({ fresh, changed, done, moved }) {
  let strokes = [], pen = { at: [0.5, 0.5], down: false, keys: false };
  const begin = () => {
    if (fresh()) strokes = [];
    strokes.push([pen.at]);
    changed();
  };
  const go = (at) => {
    pen.at = at;
    if (!pen.down) return;
    strokes.at(-1).push(at);
    changed();
  };
  const place = (event) => square.place(event).reverse();
  const lift = () => { if (pen.down) { pen.down = false; done(); } };
  const square = view("draw here", "", "input", { tabindex: 0, role: "application", "data-draw": "",
    "aria-label": "Drawing square: arrow keys move the pen, space puts it down or lifts it",
    pointerdown: (event) => {
      if (event.button) return;
      event.preventDefault();
      square.canvas.focus({ preventScroll: true });
      square.canvas.setPointerCapture(event.pointerId);
      lift();
      pen = { at: place(event), down: true, keys: false };
      begin();
    },
    pointermove: (event) => { // a fast pen passes several places between two frames
      const all = event.getCoalescedEvents?.() ?? [];
      if (!pen.keys) for (const each of all.length ? all : [event]) go(place(each));
    },
    pointerup: lift,
    pointercancel: lift,
    blur: () => { lift(); pen.keys = false; moved(); },
    keydown: (event) => {
      const [down, right] = ARROWS[event.key] ?? [], by = (event.shiftKey ? 4 : 1) / SIDE, [x, y] = pen.at;
      if (event.key !== " " && !ARROWS[event.key]) return;
      event.preventDefault();
      pen.keys = true;
      if (event.key !== " ") go([clamp(x + by * right, 0, 1), clamp(y + by * down, 0, 1)]);
      else if (pen.down) lift();
      else { pen.down = true; begin(); }
      moved();
    } });
  const { canvas, root } = square, context = canvas.getContext("2d");
  [canvas.width, canvas.height] = [SHARP, SHARP];

  function line(points, colour, wide) {
    Object.assign(context, { strokeStyle: colour, lineWidth: wide, lineCap: "round", lineJoin: "round" });
    context.beginPath();
    for (const [x, y] of [points[0], ...points]) context.lineTo(x * SHARP, y * SHARP);
    context.stroke();
  }
  const ink = (part, paper) => `rgb(${tint("input", part, paper)})`;
  function sketch(image, width, paper) { // an image, or else the strokes; and a cross where the pen is that keys move
    context.fillStyle = ink(0, paper);
    context.fillRect(0, 0, SHARP, SHARP);
    context.imageSmoothingEnabled = false;
    if (image) context.drawImage(image, 0, 0, SHARP, SHARP);
    else for (const stroke of strokes) line(stroke, ink(1, paper), SHARP / 14 * (1 + width) / (1 + USUAL_WIDTH));
    if (!pen.keys) return;
    const [x, y] = pen.at, ends = [0.01, 0.05];
    const arms = Object.values(ARROWS).map(([a, b]) => ends.map((by) => [x + by * a, y + by * b]));
    for (const arm of arms) line(arm, "#000", 12);
    for (const arm of arms) line(arm, pen.down ? TOKENS.accent[1] : "#fff", 5);
  }
  const hand = () => (pen.keys ? ` Pen ${pen.down ? "down" : "up"} at row ${Math.round(SIDE * pen.at[1])}, column `
    + `${Math.round(SIDE * pen.at[0])}.` : "");
  return { root, canvas, place, sketch, hand, get strokes() { return strokes; }, set strokes(all) { strokes = all; } };
}

/** All that a cell sees, layer by layer back to the image: lists of {layer, map, r, c, h, w}; the image is layer -1. */
function trace({ layer, map, i, j }) {
  const steps = [[{ layer, map, r: i, c: j, h: 1, w: 1 }]];
  for (let nth = layer; nth >= 0; nth--) {
    const below = LAYERS[nth - 1], from = steps.at(-1), { r, c, h, w } = from[0], every = range(below?.maps ?? 1), on = { layer: nth - 1 };
    if (nth > 3) steps.push(every.map((one) => ({ ...on, map: one, r: 0, c: 0, h: below.size, w: below.size })));
    else if (nth % 2) steps.push(from.map((box) => ({ ...on, map: box.map, r: 2 * r, c: 2 * c, h: 2 * h, w: 2 * w })));
    else steps.push(every.map((one) => ({ ...on, map: one, r, c, h: h + 4, w: w + 4 })));
  }
  return steps;
}

/** The digits as chips: "a real 3", drawn as the network sees it. */
function pictures(get) {
  const { buffer, byteOffset } = get("digits");
  const pen = svg("svg", { viewBox: "0 0 16 16", class: "cc-pencil", "aria-hidden": true },
    svg("path", { d: "M3 13l.8-3L11 2.8l2.2 2.2L6 12.2z" }));
  return { source: [pen, ...get("labels").map((_, i) => {
    const eight = new Uint8Array(buffer, byteOffset + 64 * i, 64);
    return miniature(table(8, 8, (r, c) => eight[8 * r + c]), "input");
  })] };
}

/** @type {Description["build"]} */
function build({ get, set, redraw, root, running, controls }) {
  const classes = get("classes"), sigmoid = get("sigmoid"), labels = get("labels"), known = get("known_labels");
  const weights = unpack(get("weights"), classes), digits = get("digits"), packed = get("known");
  const sources = [OWN, ...get("ranges").source.slice(1)];
  const fours = (at) => (new DataView(packed.buffer, packed.byteOffset).getUint8(at >> 1) >> (at % 2 ? 0 : 4)) & 15;
  const trained = known.map((_, i) => Float64Array.from({ length: 64 }, (__, at) => (16 / 15) * fours(64 * i + at)));
  let state, found, made, text = null, version = 0, due, peeked = null, form;

  // ---- what is computed
  function look({ source, pen }) {
    const nth = Math.max(0, sources.indexOf(source)), strokes = square.strokes, blank = !nth && !strokes.length;
    const from = (point) => point.map((at) => at / SIDE);
    const drawn = blank ? { eight: new Uint8Array(64), from }
      : nth ? { eight: new Uint8Array(digits.buffer, digits.byteOffset + 64 * (nth - 1), 64), from }
        : prepare(strokes, (INK * (1 + pen)) / (1 + USUAL_WIDTH));
    const input = enlarge(drawn.eight), layers = forward(weights, input, sigmoid), scores = [...layers.pop()];
    const away = trained.map((digit, i) => [digit.reduce((sum, value, at) => sum + (value - drawn.eight[at]) ** 2, 0), i]);
    const nearest = away.sort((a, b) => a[0] - b[0]).slice(0, NEAREST).map(([, i]) => i);
    return { blank, nth, input, layers, nearest, from: drawn.from, shares: softmax(scores.slice(0, 10)),
      none: scores.length > 10 ? softmax(scores)[10] : null };
  }
  function compute(now) {
    if (text !== now.strokes) { // from the address, or from Python
      text = now.strokes;
      square.strokes = fromText(text);
      version += 1;
    }
    const asked = `${now.source} ${now.source === OWN ? `${version} ${now.pen}` : ""}`;
    const { maps, size } = LAYERS[NAMES.indexOf(now.layer)];
    if (asked !== made) found = { ...look(now), key: asked };
    made = asked;
    return { ...found, last: maps * size ** 2 - 1 };
  }

  // ---- the pen
  const changed = () => {
    version += 1;
    due ??= requestAnimationFrame(() => {
      due = null;
      if (!set({ source: OWN })) redraw();
    });
  };
  /** What is drawn goes into the state as text, and is from now on what the text says. */
  function done(source = OWN) {
    text = toText(square.strokes);
    if (text) square.strokes = fromText(text);
    version += 1;
    if (!set({ source, strokes: text })) redraw();
  }
  const past = []; // what each stroke and each Clear took the place of: [source, strokes]
  const remember = () => past.push([state.source, [...square.strokes]]);
  const fresh = () => {
    remember();
    return state.source !== OWN && !due;
  };
  const square = drawing({ fresh, changed, done, moved: () => redraw() });
  const undo = press({ click: () => {
    if (state.source !== OWN && square.strokes.length) return done(); // the drawing that is hidden by a real digit
    const [source, strokes] = past.pop() ?? [state.source, square.strokes.slice(0, -1)]; // none for one from the address
    square.strokes = strokes;
    done(source);
  } }, "Undo");
  const clear = press({ click: () => {
    if (state.source !== OWN || square.strokes.length) remember();
    square.strokes = [];
    done();
  } }, "Clear");
  square.root.append(buttonBar("Drawing", [undo, clear]));

  // ---- the maps
  const cellAt = (position, layer) => {
    const { size } = LAYERS[layer], map = Math.floor(position / size ** 2), rest = position % size ** 2;
    return { layer, map, i: Math.floor(rest / size), j: rest % size };
  };
  const chosen = () => peeked ?? cellAt(state.position, NAMES.indexOf(state.layer));
  const choose = ({ layer, map, i, j }) => {
    const { name, maps, size } = LAYERS[layer];
    peeked = null;
    set({ layer: name, last: maps * size ** 2 - 1, position: (map * size + i) * size + j });
  };
  const peek = (cell) => { if (`${Object.values(cell ?? {})}` !== `${Object.values(peeked ?? {})}`) { peeked = cell; redraw(); } };
  /** Hover looks, a press chooses; a finger that moves goes on choosing. */
  const ask = (one, cell) => Object.entries({
    pointermove: (event) => {
      const at = cell(event);
      if (at && !running()) (event.pointerType === "mouse" && !event.buttons ? peek : choose)(at);
    },
    pointerdown: (event) => {
      const at = cell(event);
      if (at) choose(at);
      one.canvas.focus({ preventScroll: true });
      event.preventDefault();
    },
    pointerleave: () => peek(null),
  }).forEach(([kind, hears]) => one.canvas.addEventListener(kind, hears));

  const seen = view("input", "32 × 32", "input", { role: "img" });
  ask(seen, (event) => { // the cell that looks at this pixel from the middle of what it sees
    const { layer, map } = cellAt(state.position, NAMES.indexOf(state.layer)), { size, field, step } = LAYERS[layer];
    const [i, j] = seen.place(event).map((at) => (step ? clamp(Math.round((Math.floor(at * SIDE) - field / 2) / step), 0, size - 1) : 0));
    return { layer, map, i, j };
  });
  const maps = LAYERS.map((layer, nth) => {
    const about = layer.size > 1 ? `${layer.maps} × ${layer.size} × ${layer.size}` : `${layer.maps}`;
    const one = view(layer.name, about, "output", { role: "application", keydown: (event) => walkMaps(event, nth) });
    ask(one, (event) => {
      const { rows, cols, cell } = tiling(layer, form), [down, across] = one.place(event);
      const at = cell(Math.floor(down * rows), Math.floor(across * cols), true);
      return at >= 0 ? cellAt(at, nth) : null;
    });
    return one;
  });
  /** Arrow keys walk over all maps of a layer as they lie; page up and page down go to the layer before and after. */
  function walkMaps(event, nth) {
    const turn = { PageUp: -1, PageDown: 1 }[event.key], step = ARROWS[event.key], { map, i, j } = chosen(), layer = LAYERS[nth];
    if (!step && !turn) return;
    event.preventDefault();
    const next = LAYERS[nth + turn];
    if (next) {
      const [r, c] = [i, j].map((at) => clamp(Math.floor(((at + 0.5) / layer.size) * next.size), 0, next.size - 1));
      choose({ layer: nth + turn, map: Math.min(map, next.maps - 1), i: r, j: c });
      queueMicrotask(() => maps[nth + turn].canvas.focus({ preventScroll: true }));
    }
    if (!step) return;
    const wide = layer.side[form], { size } = layer, high = Math.ceil(layer.maps / wide);
    const y = clamp(Math.floor(map / wide) * size + i + step[0], 0, high * size - 1);
    const x = clamp((map % wide) * size + j + step[1], 0, wide * size - 1);
    const to = Math.floor(y / size) * wide + Math.floor(x / size);
    if (to < layer.maps) choose({ layer: nth, map: to, i: y % size, j: x % size });
  }

  // ---- what stands around
  const [full] = shades("output", 1, 0, 1);
  const bar = () => [make("div", {}, make("div", { class: "cc-bar", style: `background:${full}` })), make("span")];
  const bars = range(10).map((digit) => make("li", {}, `${digit}`, ...bar()));
  const none = make("div", { class: "cc-none" }, make("p", {}, "if it may decline:"), // shares of eleven, not of ten
    make("em", {}, "none", make("span", { class: "cc-hidden" }, " of these")), ...bar());
  none.hidden = classes < 11;
  const shares = make("ol", { class: "cc-bars", start: 0, "aria-label": "Probabilities" }, ...bars);
  const reads = make("div", { class: "cc-reads" }, shares, none);
  const near = make("div", { class: "cc-near", role: "img" });
  near.hidden = !trained.length;
  const others = range(Math.min(NEAREST, trained.length)).map(() => {
    const canvas = make("canvas", { width: 8, height: 8 }), label = make("b");
    near.append(make("div", {}, canvas, label));
    return { canvas, label };
  });
  near.prepend(make("p", { class: "cc-title" }, make("b", {}, "nearest"), make("span", {}, ` of ${trained.length} training digits`)));
  const beams = svg("svg", { class: "cc-beams", "aria-hidden": "true" }), marks = svg("svg", { class: "cc-marks", "aria-hidden": "true" });
  const paper = paperOf(() => redraw());
  const stage = make("div", { class: "cc-stage cc-board", "data-picture": "" }, beams, square.root, seen.root,
    make("div", { class: "cc-flow" }, ...maps.map(({ root: node }) => node)), reads, near, marks, paper.probe);
  const line = make("p", { class: "cc-sum cc-says" }), cell = make("div", { class: "cc-sum cc-cell-says" });
  const lens = make("div", { class: "cc-lens" }), plates = ["window", "kernel", "products"].map((part) =>
    plate({ kind: `cc-lens-${part}` }));
  const signs = ["·", "="].map((sign) => make("span", { class: "cc-sign", "aria-hidden": true }, sign));
  const foot = make("div", { class: "cc-foot" }, lens);
  lens.append(plates[0].root, signs[0], plates[1].root, signs[1], plates[2].root);

  // ---- the picture
  function place({ layer, map, r, c, h, w }, base) { // of a part of a layer, or of the image (-1), on the stage
    const box = (layer < 0 ? seen : maps[layer]).canvas.getBoundingClientRect(), [left, top] = [box.left - base.left, box.top - base.top];
    const how = layer < 0 ? null : tiling(LAYERS[layer], form), unit = box.width / (how ? how.cols : SIDE);
    const [row, col] = how ? how.pixel(map, r, c) : [r, c];
    return { x: left + col * unit, y: top + row * unit, w: w * unit, h: h * unit };
  }
  function whole(boxes) {
    const [x, y] = ["x", "y"].map((side) => Math.min(...boxes.map((box) => box[side])));
    return { x, y, w: Math.max(...boxes.map((box) => box.x + box.w)) - x, h: Math.max(...boxes.map((box) => box.y + box.h)) - y };
  }
  /** Frames around all that the cell sees, and beams between them, back to the pen. */
  function light(at) {
    const base = stage.getBoundingClientRect(), steps = trace(at).map((list) => {
      const boxes = list.map((one) => place(one, base)), { layer, h } = list[0];
      return list.length > 1 && h === LAYERS[layer]?.size ? [whole(boxes)] : boxes; // all of all maps is one thing
    });
    if (!found.blank) {
      const { r, c, h, w } = trace(at).at(-1)[0], box = square.canvas.getBoundingClientRect();
      const [[x0, y0], [x1, y1]] = [[c, r], [c + w, r + h]].map((corner) => found.from(corner).map((value) => clamp(value, 0, 1)));
      steps.push([{ x: box.left - base.left + x0 * box.width, y: box.top - base.top + y0 * box.height,
        w: (x1 - x0) * box.width, h: (y1 - y0) * box.height }]);
    }
    marks.replaceChildren(...steps.flatMap((boxes, nth) => boxes.flatMap(({ x, y, w, h }) => ["cc-halo", nth ? "" : "cc-unit"].map((kind) =>
      svg("rect", { class: kind, x: x - 1, y: y - 1, width: w + 2, height: h + 2, rx: 2.5 })))));
    beams.replaceChildren(...steps.slice(1).flatMap((before, nth) => {
      const after = steps[nth], pairs = before.length === after.length ? after.map((box, i) => [box, before[i]])
        : after.flatMap((one) => before.map((other) => [one, other]));
      return pairs.map((pair) => svg("path", { d: beam(...pair), style: `fill-opacity:${0.2 / Math.sqrt(pairs.length)}` }));
    }));
  }

  const NAME = sigmoid ? "σ" : "ReLU";
  /** What the cell is made of: a sentence with tiles, and for a convolution or a pooling the numbers of one window. */
  function explainCell({ layer, map, i, j }) {
    const { name, size, field, step } = LAYERS[layer], { layers, input } = found, n = size ** 2;
    const value = layers[layer][map * n + i * size + j], how = originOf(weights, layers, input, layer, map, i, j);
    const most = largest(layers[layer]), sums = how.sums ?? [], span = largest(sums);
    const shown = "from" in how && sums.length > 1 ? how.from : -1; // its products stand below
    const small = (kind, number, scale, marks = "") => tile(kind, number, [-scale, scale], { text: short(number), marks });
    const end = tile("output", value, [-most, most], { text: short(value), marks: "cc-y", tag: "b" });
    const add = () => [...sums.flatMap((sum, at) => [at ? " + " : "", small("output", sum, span, at === shown ? "cc-on" : "")]), " + bias ",
      small("weight", how.bias, 1)];
    const what = ["its 25 products add up to", "it is the largest of four", "each map of S2 adds", "it is the largest of four",
      "each map of S4 adds", "the products above and below zero add"][layer];
    const where = size > 1 ? `map ${map}, row ${i}, column ${j}` : `number ${map}`;
    const sees = step ? `${field} × ${field} pixels` : "all of the input";
    cell.replaceChildren(make("span", { class: "cc-head" }, `${name}, ${where} sees ${sees}; ${what}: `),
      ...(how.bias === undefined ? [] : [`${NAME}(`, ...add(), ")", " ≈ "]), end);
    drawLens(how, layer);
    return { name, value, where, step, field };
  }
  function drawLens(how, layer) {
    const narrow = form === "list", tiny = narrow && root().clientWidth < 340, conv = Boolean(how.kernel);
    lens.classList.toggle("cc-idle", !how.window);
    lens.classList.toggle("cc-pool", !conv);
    if (!how.window) {
      for (const one of plates) one.root.hidden = true;
      return;
    }
    const map = `map ${how.from}`, top = layer ? largest(found.layers[layer - 1]) : 1, products = `sum ${conv ? short(how.sum) : ""}`;
    const from = layer ? `${map} of ${NAMES[layer - 1]}` : "input";
    const signed = (title, rows, kind) => [title, rows, kind, [-1, 1].map((sign) => sign * largest(rows?.flat() ?? []))];
    const tables = [[conv ? from : "the window", how.window, layer ? "output" : "input", layer ? [-top, top] : [0, 1]],
      signed("kernel", how.kernel, "weight"),
      signed(narrow ? `${layer ? map : from} · kernel, ${products}` : `products, ${products}`, how.products, "output")];
    tables.forEach(([title, rows, kind, scale], nth) => {
      const gone = !rows || (tiny && conv && !nth), bare = conv && (narrow ? nth < 2 : form === "rows" && !nth);
      plates[nth].root.hidden = gone;
      if (signs[nth]) signs[nth].hidden = gone || !how.kernel;
      if (!rows) return;
      const box = { x: 0, y: 0, font: 14, bare, cell: bare ? 10 : narrow ? 44 : nth ? 46 : 38, high: bare ? 10 : narrow ? 20 : 22 };
      plates[nth].draw({ name: title, rows: rows.length, cols: rows.length, box, cell: (r, c) => ({ kind, scale,
        value: rows[r][c], text: short(rows[r][c]), label: `row ${r}, column ${c} is ${show(rows[r][c])}` }) });
    });
  }

  controls.pen.root.querySelector("label span").replaceChildren("pen", make("span", { class: "cc-word" }, " width"));
  const formOf = () => (root().clientWidth < 576 ? "list" : root().clientWidth < 816 ? "rows" : "row");
  function paint(now) {
    state = now;
    if (form !== (form = formOf())) { // the nearest digits stand where there is room
      (form === "row" ? foot : stage).append(near);
      for (const one of ["row", "rows", "list"]) stage.classList.toggle(`cc-as-${one}`, one === form);
    }
    if (running()) peeked = null;
    const { blank, layers, input, shares, none: declined, nearest, nth, key } = found, on = paper.now(), at = chosen();
    const kind = blank ? "blank" : key;
    seen.draw(SIDE, SIDE, on, kind, (r, c) => input[SIDE * r + c]);
    seen.canvas.setAttribute("aria-label", "what the network sees, 32 by 32");
    square.root.classList.toggle("cc-drawn", !nth && !blank);
    square.sketch(nth ? seen.canvas : null, now.pen, on);
    LAYERS.forEach((each, i) => {
      const { rows, cols, cell: which } = tiling(each, form), values = layers[i], most = largest(values);
      maps[i].draw(rows, cols, on, kind, (r, c) => { const one = which(r, c); return one < 0 ? undefined : values[one] / most; });
      maps[i].canvas.tabIndex = each.name === now.layer ? 0 : -1; // one tab stop for all of them
      const holds = each.size > 1 ? `${each.maps} maps of ${each.size} by ${each.size}` : many(each.maps, "number");
      maps[i].canvas.setAttribute("aria-label", `${each.name}: ${holds}; arrow keys walk, page up and page down change the layer`);
    });
    light(at);

    const [first, second] = range(10).sort((a, b) => shares[b] - shares[a]);
    const fill = (node, part) => {
      node.querySelector(".cc-bar").style.width = `${blank ? 0 : 100 * part}%`;
      node.lastChild.textContent = blank ? "–" : percent(part);
    };
    bars.forEach((node, digit) => {
      node.className = !blank && digit === first ? "cc-first" : "";
      fill(node, shares[digit]);
    });
    if (declined !== null) fill(none, declined);
    none.classList.toggle("cc-first", !blank && declined > 0.5);
    others.forEach(({ canvas, label }, i) => {
      const digit = trained[nearest[i]], context = canvas.getContext("2d"), image = context.createImageData(8, 8);
      new Uint32Array(image.data.buffer).forEach((_, p, pixels) => (pixels[p] = INKS.input[on][shadeOf(blank ? 0 : digit[p] / 16)]));
      context.putImageData(image, 0, 0);
      label.textContent = blank ? "–" : known[nearest[i]];
    });
    near.setAttribute("aria-label", `nearest training digits: ${blank ? "none yet" : nearest.map((i) => known[i]).join(", ")}`);

    const other = !blank && declined > 0.5 ? ` If it may decline, it says: none of these (${percent(declined)}).` : "";
    const reading = blank ? "Draw a digit in the square, or choose a real one."
      : `The network reads ${first} (${percent(shares[first])}), then ${second} (${percent(shares[second])}).`
        + `${nth ? ` It was written as ${labels[nth - 1]}.` : ""}${other}`;
    line.textContent = reading;
    const told = explainCell(at), [top, left] = [at.i * told.step, at.j * told.step];
    const sees = told.step ? `rows ${top} to ${top + told.field - 1} and columns ${left} to ${left + told.field - 1}` : "all";
    const unit = `${told.name}, ${told.where} is ${about(told.value)}; it sees ${sees} of the input.`;
    return [`${reading}${square.hand()} ${unit}`,
      `${nth ? "A real test digit" : `A drawing of ${many(square.strokes.length, "stroke")}`}. ${reading} `
      + `All of them: ${range(10).map((digit) => `${digit} ${percent(shares[digit])}`).join(", ")}. ${near.ariaLabel}. ${unit}`];
  }
  const animate = (run, speed) => wait(150 / speed);
  return { stage, under: [line, cell, foot], compute, paint, animate };
}

export default explorer({ name: "draw_a_digit", title: "draw a digit", pictures, build });
