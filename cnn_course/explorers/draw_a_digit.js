// Draw a digit: what every layer of a trained LeNet-5 makes of it while one draws.

const LAYERS = [ // an output sees `field` inputs, the next one `step` further on; so many maps side by side, on a phone
  { name: "C1", what: "5 × 5 convolution", maps: 6, size: 28, field: 5, step: 1, columns: 6, few: 3 },
  { name: "S2", what: "maximum of 2 × 2", maps: 6, size: 14, field: 6, step: 2, columns: 6, few: 3 },
  { name: "C3", what: "5 × 5 convolution", maps: 16, size: 10, field: 14, step: 2, columns: 8, few: 8 },
  { name: "S4", what: "maximum of 2 × 2", maps: 16, size: 5, field: 16, step: 4, columns: 16, few: 8 },
  { name: "C5", what: "dense", maps: 120, size: 1, field: SIDE, step: 0, columns: 40, few: 20 },
  { name: "F6", what: "dense", maps: 84, size: 1, field: SIDE, step: 0, columns: 42, few: 21 },
];
const SHARP = 480; // pixels of the square that one draws on

const percent = (part) => `${(100 * part).toFixed(part > 0.0995 || part < 0.0005 ? 0 : 1)} %`;

/** How the maps of a layer lie in one picture: cell(row, column) counts through the maps, -1 is between them. */
function tile({ size, maps, columns, few }) {
  const wide = matchMedia("(max-width: 600px)").matches ? few : columns, gap = size > 1 ? 1 : 0, pace = size + gap;
  return { rows: Math.ceil(maps / wide) * pace - gap, cols: wide * pace - gap,
    cell: (r, c) => {
      const map = Math.floor(r / pace) * wide + Math.floor(c / pace), [i, j] = [r % pace, c % pace];
      return i < size && j < size && map < maps ? (map * size + i) * size + j : -1;
    },
    pixel: (map, i, j) => [Math.floor(map / wide) * pace + i, (map % wide) * pace + j] };
}

/** What paints `values` in a picture where cell(row, column) is the place of a pixel's value, or -1 if it has none. */
const paints = (values, kind, most, cols, cell) => (bytes) => {
  for (let pixel = 0; pixel < bytes.length / 4; pixel++) {
    const at = cell(Math.floor(pixel / cols), pixel % cols);
    if (at >= 0) bytes.set([...tint(kind, values[at] / most), 255], 4 * pixel);
  }
};

/**
 * The square to draw on. Strokes are lists of points from [0, 0] to [1, 1]; they are in no trait and so in no address.
 * fresh() says whether a stroke is the first of a new drawing, changed() hears of every point, moved() of the pen.
 */
function drawing({ fresh, changed, moved }) {
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
  const lift = () => { pen.down = false; };
  const square = stage({
    pointerdown: (event) => {
      event.preventDefault();
      square.canvas.focus({ preventScroll: true });
      square.canvas.setPointerCapture(event.pointerId);
      pen = { at: place(event), down: true, keys: false };
      begin();
    },
    pointermove: (event) => { // a fast pen passes several places between two frames
      const all = event.getCoalescedEvents?.() ?? [];
      if (!pen.keys) for (const each of all.length ? all : [event]) go(place(each));
    },
    pointerup: lift,
    pointercancel: lift,
    blur: () => { pen.down = pen.keys = false; moved(); },
    keydown: (event) => {
      const [down, right] = ARROWS[event.key] ?? [], by = (event.shiftKey ? 4 : 1) / SIDE, [x, y] = pen.at;
      if (event.key !== " " && !ARROWS[event.key]) return;
      event.preventDefault();
      pen.keys = true;
      if (event.key !== " ") go([clamp(x + by * right, 0, 1), clamp(y + by * down, 0, 1)]);
      else if ((pen.down = !pen.down)) begin();
      moved();
    },
  });
  const { canvas, root, show } = square, context = canvas.getContext("2d"), whole = [0, 0, SHARP, SHARP];
  [canvas.width, canvas.height] = [SHARP, SHARP];
  root.classList.add("cc-square");

  function line(points, colour, wide) {
    Object.assign(context, { strokeStyle: colour, lineWidth: wide, lineCap: "round", lineJoin: "round" });
    context.beginPath();
    for (const [x, y] of [points[0], ...points]) context.lineTo(x * SHARP, y * SHARP);
    context.stroke();
  }
  function sketch(image) { // an image, or else the strokes; and a cross where the pen is that keys move
    context.fillStyle = `rgb(${tint("input", 0)})`;
    context.fillRect(...whole);
    if (image) context.drawImage(image, ...whole);
    else for (const stroke of strokes) line(stroke, "#fff", SHARP / 14);
    if (!pen.keys) return;
    const [x, y] = pen.at, ends = [0.01, 0.05];
    const arms = Object.values(ARROWS).map(([a, b]) => ends.map((by) => [x + by * a, y + by * b]));
    for (const arm of arms) line(arm, "#000", 10);
    for (const arm of arms) line(arm, pen.down ? TOKENS.accent[1] : "#fff", 4);
  }
  const hand = () => (pen.keys ? ` Pen ${pen.down ? "down" : "up"} at row ${Math.round(SIDE * pen.at[1])}, column `
    + `${Math.round(SIDE * pen.at[0])}.` : "");
  const undo = (all) => { strokes = all || fresh() ? [] : strokes.slice(0, -1); changed(); };
  return { root, show, sketch, hand, undo, strokes: () => strokes };
}

function build({ get, set, move, pause, redraw }) {
  const weights = unpack(get("weights")), sigmoid = get("sigmoid");
  const { buffer, byteOffset } = get("digits"), labels = get("labels");
  let state, result, made, version = 0, due;

  function compute({ source, layer }) {
    const asked = source || `drawing ${version}`, { maps, size } = LAYERS[layer];
    if (asked !== made) {
      const strokes = square.strokes(), blank = !source && !strokes.length;
      const from = (point) => point.map((at) => at / SIDE);
      const drawn = blank ? { eight: new Uint8Array(64), from } : !source ? prepare(strokes)
        : { eight: new Uint8Array(buffer, byteOffset + 64 * (source - 1), 64), from };
      const input = enlarge(drawn.eight), layers = forward(weights, input, sigmoid);
      result = { blank, layers, from: drawn.from, shares: softmax(layers[6]), pictures: [],
        picture: { rows: SIDE, cols: SIDE, paint: paints(input, "input", 1, SIDE, (r, c) => SIDE * r + c) } };
    }
    made = asked;
    return Object.assign(result, { last: maps * size ** 2 - 1 });
  }

  const changed = () => {
    version += 1;
    due ??= requestAnimationFrame(() => {
      due = null;
      if (!set({ source: 0 })) redraw();
    });
  };
  const square = drawing({ fresh: () => state.source > 0 && !due, changed, moved: redraw });
  const button = (text, click) => make("button", { type: "button", click }, text);
  const tools = toolbar("Drawing",
    [button("Clear", () => square.undo(true)), button("Undo", () => square.undo(false))]);
  const help = make("p", { class: "cc-title" },
    "Draw with the mouse or a finger; or with the arrow keys, space puts the pen down and lifts it.");

  const seen = picture({ pick: (r, c) => { // the cell that looks at this pixel from the middle of what it sees
    const { size, field, step } = LAYERS[state.layer], map = Math.floor(state.position / size ** 2);
    const [i, j] = [r, c].map((at) => (step ? clamp(Math.round((at - field / 2) / step), 0, size - 1) : 0));
    move((map * size + i) * size + j);
  } });
  seen.root.classList.add("cc-seen");
  const maps = LAYERS.map((layer, nth) => picture({ leap: layer.size + 1, pick: (r, c) => {
    const position = tile(layer).cell(r, c);
    pause();
    if (position >= 0) set({ layer: nth, last: layer.maps * layer.size ** 2 - 1, position });
  } }));
  for (const { root } of maps) root.classList.add("cc-layer");
  const bars = range(10).map((digit) =>
    make("li", {}, `${digit}`, make("div", {}, make("div", { class: "cc-bar" })), make("span")));
  const line = make("p", { class: "cc-sum" }), cell = make("p", { class: "cc-sum" });
  const row = make("div", { class: "cc-row" }, make("div", {}, square.root, tools), seen.root,
    make("ol", { class: "cc-bars", start: 0 }, ...bars));

  function paint(now, found) {
    state = now;
    const { source, layer, position } = now, { blank, layers, shares } = found;
    const { name, size, field, step } = LAYERS[layer];
    const map = Math.floor(position / size ** 2), i = Math.floor((position % size ** 2) / size), j = position % size;
    const [top, left] = [i * step, j * step];
    seen.draw({ name: "the network sees", image: found.picture, window: [top, left, field, field],
      at: [top + (field >> 1), left + (field >> 1)] });
    square.sketch(source ? seen.canvas : null);
    const [[x0, y0], [x1, y1]] = [[left, top], [left + field, top + field]].map((corner) =>
      found.from(corner).map((value) => clamp(value, 0, 1)));
    square.show("draw here", "Drawing square: arrow keys move the pen, space puts it down or lifts it",
      [y0, x0, y1 - y0, x1 - x0]);

    LAYERS.forEach((each, nth) => {
      const { rows, cols, cell, pixel } = tile(each), here = nth === layer, at = here ? pixel(map, i, j) : [0, 0];
      if (found.pictures[nth]?.cols !== cols) found.pictures[nth] =
        { rows, cols, paint: paints(layers[nth], "output", Math.max(...layers[nth]) || 1, cols, cell) };
      const count = each.size > 1 ? `${each.maps} maps of ${each.size} × ${each.size}` : `${each.maps} numbers`;
      maps[nth].draw({ name: `${each.name}: ${count}, ${each.what}`, image: found.pictures[nth], at,
        window: here ? [...at, 1, 1] : null });
      maps[nth].canvas.tabIndex = here ? 0 : -1; // one tab stop for all of them
    });

    const [first, second] = range(10).sort((a, b) => shares[b] - shares[a]);
    bars.forEach((bar, digit) => {
      bar.className = !blank && digit === first ? "cc-first" : "";
      bar.querySelector(".cc-bar").style.width = `${blank ? 0 : 100 * shares[digit]}%`;
      bar.lastChild.textContent = blank ? "–" : percent(shares[digit]);
    });
    line.textContent = blank ? "Draw a digit in the square, or choose a real one."
      : `The network reads ${first} (${percent(shares[first])}), then ${second} (${percent(shares[second])}).`
        + (source ? ` It was written as ${labels[source - 1]}.` : "");
    const sees = step ? `rows ${top} to ${top + field - 1} and columns ${left} to ${left + field - 1}` : "all";
    cell.textContent = `${name}, ${size > 1 ? `map ${map}, row ${i}, column ${j}` : `number ${map}`} is `
      + `${about(layers[layer][position])}; it sees ${sees} of the input.`;
    return [`${line.textContent}${square.hand()} ${cell.textContent}`,
      `${source ? "A real test digit" : `A drawing of ${many(square.strokes().length, "stroke")}`}. ${line.textContent} `
      + `All of them: ${range(10).map((digit) => `${digit} ${percent(shares[digit])}`).join(", ")}. ${cell.textContent}`];
  }
  return { parts: [help, row, line, cell, ...maps.map(({ root }) => root)], compute, paint };
}

export default explorer({ name: "draw_a_digit", title: "draw a digit", build });
