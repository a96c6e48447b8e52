// Draw a digit: what every layer of a trained LeNet-5 makes of it while one draws.

const PEN = 1 / SIDE; // how far an arrow key moves it
const LAYERS = [ // an output sees `field` inputs, `step` further on for the next; so many maps in a row, on a phone so many
  { name: "C1", what: "5 × 5 convolution", maps: 6, size: 28, field: 5, step: 1, columns: [6, 3] },
  { name: "S2", what: "maximum of 2 × 2", maps: 6, size: 14, field: 6, step: 2, columns: [6, 3] },
  { name: "C3", what: "5 × 5 convolution", maps: 16, size: 10, field: 14, step: 2, columns: [8, 8] },
  { name: "S4", what: "maximum of 2 × 2", maps: 16, size: 5, field: 16, step: 4, columns: [16, 8] },
  { name: "C5", what: "dense", maps: 120, size: 1, field: SIDE, step: 0, columns: [40, 20] },
  { name: "F6", what: "dense", maps: 84, size: 1, field: SIDE, step: 0, columns: [42, 21] },
];

const percent = (part) => `${(100 * part).toFixed(part > 0.0995 || part < 0.0005 ? 0 : 1)} %`;

function build({ get, set, move, pause, redraw }) {
  const weights = unpack(get("weights")), view = get("digits"), labels = get("labels"), sigmoid = get("sigmoid");
  let strokes = [], version = 0, made, result, state, pen = { at: [0.5, 0.5], down: false, seen: false }, due;

  function compute({ source, layer }) {
    const key = source || `drawing ${version}`;
    if (made !== key) {
      made = key;
      const drawn = source || !strokes.length ? { from: (point) => point.map((value) => value / SIDE) } : prepare(strokes);
      const eight = source ? new Uint8Array(view.buffer, view.byteOffset + 64 * (source - 1), 64) : drawn.eight;
      const blank = !eight, input = enlarge(eight ?? new Float64Array(64)), layers = forward(weights, input, sigmoid);
      result = { input, blank, layers, from: drawn.from, shares: softmax(layers[6]) };
      result.pictures = [{ rows: SIDE, cols: SIDE, paint: colours(input, (at) => at, "input", 1) }];
    }
    return { ...result, last: LAYERS[layer].maps * LAYERS[layer].size ** 2 - 1 };
  }

  /** Paint pixels with the value at the place that find(pixel) names, or leave them clear. */
  const colours = (values, find, kind, most) => (bytes) => {
    for (let pixel = 0; pixel < bytes.length / 4; pixel++) {
      const at = find(pixel);
      if (at >= 0) bytes.set([...tint(kind, values[at] / most), 255], 4 * pixel);
    }
  };

  // The square to draw on. Strokes are points from 0 to 1, kept here: they are in no trait and so in no address.
  const later = () => { version += 1; due ??= requestAnimationFrame(() => { due = null; if (!set({ source: 0 })) redraw(); }); };
  const begin = () => { if (state.source) strokes = []; strokes.push([[...pen.at]]); later(); };
  const go = (at) => { pen.at = at; if (pen.down) { strokes.at(-1).push(at); later(); } };
  const follow = (event) => { // a fast pen passes several places between two frames
    const parts = event.getCoalescedEvents?.() ?? [];
    for (const part of parts.length ? parts : [event]) go(square.place(part).reverse());
  };
  const square = stage({
    pointerdown: (event) => {
      event.preventDefault();
      square.canvas.focus({ preventScroll: true });
      square.canvas.setPointerCapture(event.pointerId);
      pen = { at: square.place(event).reverse(), down: true, seen: false };
      begin();
    },
    pointermove: (event) => { if (pen.down && !pen.seen) follow(event); },
    pointerup: () => { pen.down = false; },
    pointercancel: () => { pen.down = false; },
    blur: () => { pen.down = pen.seen = false; redraw(); },
    keydown: (event) => {
      const [down, right] = ARROWS[event.key] ?? [];
      if (event.key !== " " && right === undefined) return;
      event.preventDefault();
      pen.seen = true;
      if (event.key !== " ") go([right, down].map((step, axis) => clamp(pen.at[axis] + step * PEN * (event.shiftKey ? 4 : 1), 0, 1)));
      else if ((pen.down = !pen.down)) begin();
      redraw();
    },
  });
  square.root.classList.add("cc-square");
  [square.canvas.width, square.canvas.height] = [480, 480];
  const button = (text, click) => make("button", { type: "button", click }, text);
  const tools = toolbar("Drawing", [button("Clear", () => { strokes = []; later(); }),
    button("Undo", () => { if (!state.source) strokes.pop(); later(); })]);

  function sketch(source) {
    const context = square.canvas.getContext("2d"), size = 480;
    context.fillStyle = `rgb(${tint("input", 0)})`;
    context.fillRect(0, 0, size, size);
    if (source) context.drawImage(seen.canvas, 0, 0, size, size);
    Object.assign(context, { strokeStyle: "#fff", lineWidth: size / 14, lineCap: "round", lineJoin: "round" });
    if (!source) for (const stroke of strokes) {
      context.beginPath();
      for (const [x, y] of [stroke[0], ...stroke]) context.lineTo(x * size, y * size);
      context.stroke();
    }
    if (!pen.seen) return;
    const [x, y] = pen.at.map((value) => value * size);
    for (const [colour, wide] of [["#000", 9], [pen.down ? "#f0b6ff" : "#fff", 4]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: wide });
      context.beginPath();
      for (const [dx, dy] of Object.values(ARROWS)) { context.moveTo(x + 6 * dx, y + 6 * dy); context.lineTo(x + 22 * dx, y + 22 * dy); }
      context.stroke();
    }
  }

  const seen = picture({ pick: (r, c) => { // the cell of the chosen layer that looks at this pixel from the middle
    const { size, field, step } = LAYERS[state.layer], to = (at) => (step ? clamp(Math.round((at - field / 2) / step), 0, size - 1) : 0);
    move((Math.floor(state.position / size ** 2) * size + to(r)) * size + to(c));
  } });
  seen.root.classList.add("cc-seen");
  const bars = range(10).map((digit) => make("li", {}, `${digit}`, make("div", {}, make("div", { class: "cc-bar" })), make("span")));
  /** Pixel (row, column) of a layer's picture as a cell, counted through its maps, or -1 between them; and the other way. */
  const tile = (layer) => {
    const { size, maps: count, columns } = LAYERS[layer], wide = columns[matchMedia("(max-width: 600px)").matches ? 1 : 0];
    const pace = size > 1 ? size + 1 : 1; // one pixel between maps
    return { pace, rows: Math.ceil(count / wide) * pace - (pace > 1), cols: wide * pace - (pace > 1),
      cell: (r, c) => {
        const [i, j, map] = [r % pace, c % pace, Math.floor(r / pace) * wide + Math.floor(c / pace)];
        return i < size && j < size && map < count ? (map * size + i) * size + j : -1;
      },
      pixel: (map, i, j) => [Math.floor(map / wide) * pace + i, (map % wide) * pace + j] };
  };
  const maps = LAYERS.map(({ size, maps: count }, layer) => picture({ pick: (r, c) => {
    const position = tile(layer).cell(r, c);
    pause();
    if (position >= 0) set({ layer, last: count * size * size - 1, position });
  }, leap: size + 1 }));
  for (const { root } of maps) root.classList.add("cc-layer");
  const line = make("p", { class: "cc-sum" }), cell = make("p", { class: "cc-sum" });
  const help = make("p", { class: "cc-title" }, "Draw with the mouse or a finger; or with the arrow keys, space puts the pen down and lifts it.");
  const row = make("div", { class: "cc-row" }, make("div", {}, square.root, tools), seen.root, make("ol", { class: "cc-bars", start: 0 }, ...bars));

  function paint(now, found) {
    state = now;
    const { source, layer, position } = now, { input, blank, layers, from, shares } = found;
    const { name, size, field, step } = LAYERS[layer], map = Math.floor(position / size ** 2), at = position % size ** 2;
    const [i, j] = [Math.floor(at / size), at % size], [top, left] = [i * step, j * step];
    seen.draw({ name: "what the network sees", image: found.pictures[0], at: [top + (field >> 1), left + (field >> 1)],
      window: [top, left, field, field] });
    const [low, high] = [[left, top], [left + field, top + field]].map((corner) => from(corner).map((value) => clamp(value, 0, 1)));
    sketch(source);
    square.show("draw here", "Drawing square: arrow keys move the pen, space puts it down or "
      + "lifts it", [low[1], low[0], high[1] - low[1], high[0] - low[0]]);
    maps.forEach((view, nth) => {
      const { name, what, maps: count, size } = LAYERS[nth], { rows, cols, cell, pixel } = tile(nth), here = nth === layer;
      if (found.pictures[nth + 1]?.cols !== cols) found.pictures[nth + 1] = { rows, cols,
        paint: colours(layers[nth], (at) => cell(Math.floor(at / cols), at % cols), "output", Math.max(...layers[nth]) || 1) };
      const place = here ? pixel(map, i, j) : [0, 0];
      view.draw({ name: `${name}: ${size > 1 ? `${count} maps of ${size} × ${size}` : `${count} numbers`}, ${what}`,
        image: found.pictures[nth + 1], at: place, window: here ? [...place, 1, 1] : null });
      view.canvas.tabIndex = here ? 0 : -1; // one tab stop for all of them
    });
    const order = range(10).sort((a, b) => shares[b] - shares[a]), best = order[0];
    bars.forEach((bar, digit) => {
      bar.className = !blank && digit === best ? "cc-first" : "";
      bar.querySelector(".cc-bar").style.width = `${blank ? 0 : 100 * shares[digit]}%`;
      bar.lastChild.textContent = blank ? "–" : percent(shares[digit]);
    });
    const truth = source ? ` It was written as ${labels[source - 1]}.` : "";
    const says = blank ? "Draw a digit in the square, or choose a real one."
      : `The network reads ${best} (${percent(shares[best])}), then ${order[1]} (${percent(shares[order[1]])}).${truth}`;
    const sees = step ? `it sees rows ${top} to ${top + field - 1} and columns ${left} to ${left + field - 1} of the input` : "it sees all of the input";
    line.textContent = says;
    cell.textContent = `${name}${size > 1 ? `, map ${map}, row ${i}, column ${j}` : `, number ${map}`} is ${show(layers[layer][position])}; ${sees}.`;
    const hand = pen.seen ? ` Pen ${pen.down ? "down" : "up"} at row ${Math.round(SIDE * pen.at[1])}, column ${Math.round(SIDE * pen.at[0])}.` : "";
    return [`${says}${hand} ${cell.textContent}`, `${source ? "A real test digit" : `A drawing of ${strokes.length} strokes`}. `
      + `${says} All of them: ${range(10).map((digit) => `${digit} ${percent(shares[digit])}`).join(", ")}. ${cell.textContent}`];
  }
  return { parts: [help, row, line, cell, ...maps.map((view) => view.root)], compute, paint };
}

export default explorer({ name: "draw_a_digit", title: "draw a digit", build });
