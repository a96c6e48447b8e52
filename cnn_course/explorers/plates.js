// Shared by explorers whose picture is made of grids of numbers: plates on a stage, windows over them, beams between them.

const LETTER = 8.4; // pixels that a digit of 14 px takes
const FINGER = 24; // pixels that a field needs

/** A weight as one writes it: 1/9 rather than 0.1111. */
function ratio(value) {
  const under = Math.round(1 / Math.abs(value));
  return Number.isInteger(value) || !(under > 2 && under < 50) || Math.abs(Math.abs(value) - 1 / under) > NOISE ? show(value)
    : `${value < 0 ? "−" : ""}1/${under}`;
}

/** Where the numbers of a plate are so small that nobody reads them, a cell is its colour alone. */
const longest = (values) => Math.max(1, ...values.map((value) => show(value).length));

/**
 * A titled grid of cells at a place on the stage. edit(row, column, value) takes a number typed (it may answer why not)
 * and refuse(sentence) hears of anything else; steer(by, event) hears of arrow keys, as [rows, columns], where nothing
 * is edited; type(row, column, text) of a digit pressed there; peek(row, column) of the cell under a mouse, peek() of its end;
 * pick(at) of a click on the cell of that number.
 * @param {Listeners} listeners
 * @returns {Plate}
 */
function plate({ kind = "", edit, refuse, steer, type, peek, pick, whole }) {
  let shape, stops, columns, drawn = [], told = null, open = false, before = -1;
  const title = make("div", { class: "cc-title", "aria-hidden": true });
  const cells = make("div", { class: "cc-cells", role: "grid" });
  const frame = make("div", { class: "cc-frame", "aria-hidden": true, hidden: "" }); // until it lies around something
  const root = make("div", { class: `cc-panel cc-plate ${kind}` }, title, cells, frame);
  /** @type {(at: number) => Place} */
  const place = (at) => [Math.floor(at / columns), at % columns];
  /** @type {Plate} */
  const part = { root, cells, frame, title, list: [], draw, place, focus, refocus, press: pressed, rebuilt: false, at: (/** @type {On} */ event) => part.list.indexOf(event.target.closest?.("[role=gridcell]")) };

  function typed({ target }) {
    const value = parse(target.value), at = stops.indexOf(target);
    const why = typeof value === "string" ? value : edit(...place(at), value), bad = typeof why === "string";
    target.setAttribute("aria-invalid", bad);
    refuse(bad ? `${why}: it counts as ${drawn[at].text}.` : "");
  }
  function left({ target }) { // a field that is left shows the number it keeps
    const at = stops.indexOf(target);
    if (!open || at < 0) return;
    target.value = drawn[at].text;
    target.setAttribute("aria-invalid", false);
    refuse("");
  }
  function nudge(target, by) {
    const at = stops.indexOf(target);
    edit(...place(at), clamp(Math.round(((drawn[at].value ?? 0) + by) * 1e9) / 1e9, -LARGEST, LARGEST));
    queueMicrotask(() => (target.value = drawn[at].text));
  }
  function keys(event) {
    const step = ARROWS[event.key], at = stops.indexOf(event.target);
    if (at < 0) return;
    if (open && step?.[0] && event.shiftKey) { event.preventDefault(); nudge(event.target, -step[0]); }
    else if (open) walk(event, stops, columns);
    else if (step && steer) { event.preventDefault(); steer(step, event); }
    else if (step) walk(event, stops, columns);
    else if (type && /^[\d.−-]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      type(...place(at), event.key);
    }
  }
  cells.addEventListener("pointerdown", () => (before = stops?.indexOf(document.activeElement) ?? -1), true);
  cells.addEventListener("keydown", keys);
  cells.addEventListener("focusout", left);
  cells.addEventListener("input", typed);
  cells.addEventListener("focusin", (/** @type {On<FocusEvent>} */ { target }) => target.select?.());
  cells.addEventListener("wheel", (event) => {
    if (!open || event.target !== document.activeElement) return;
    event.preventDefault();
    nudge(event.target, -Math.sign(event.deltaY));
  }, { passive: false });
  if (pick) cells.addEventListener("click", (event) => { const at = part.at(event); if (at >= 0) pick(at); });
  if (peek) {
    cells.addEventListener("pointermove", (event) => {
      const at = part.at(event);
      if (event.pointerType === "mouse" && at >= 0 && at !== told) peek(...place((told = at)));
    });
    cells.addEventListener("pointerleave", () => { if (told !== null) { told = null; peek(); } });
  }

  function build(rows) {
    const held = stops?.indexOf(document.activeElement) ?? -1;
    part.list = range(rows * columns).map(() => make("div", { role: "gridcell" }));
    stops = open ? part.list.map((cell) => cell.appendChild(make("input", { autocomplete: "off",
      inputmode: whole ? "numeric" : "text" }))) : part.list;
    drawn = [];
    told = null;
    part.rebuilt = true; // a cell that goes loses the focus, but nobody has left
    cells.replaceChildren(...range(rows).map((row) =>
      make("div", { role: "row" }, ...part.list.slice(row * columns, (row + 1) * columns))));
    if (held >= 0) stops[Math.min(held, stops.length - 1)]?.focus({ preventScroll: true });
    part.rebuilt = false;
  }
  function focus(at, caretAtEnd = false) {
    stops[at]?.focus({ preventScroll: true });
    if (caretAtEnd) stops[at].setSelectionRange?.(9, 9);
  }
  /** Somebody pressed at a place, in cells: the cell there hears the keys, and pressed once more it opens to be typed in. */
  function pressed({ x, y }) {
    const [row, column] = [Math.floor(y), Math.floor(x)], at = row * columns + column;
    focus(at);
    if (!type || open || at !== before) return;
    type(row, column, drawn[at].text);
    queueMicrotask(() => stops[at].select?.()); // what is typed now takes the place of the number
  }
  /** Focus the cell that the Tab key leads to. */
  function refocus() { focus(part.list.findIndex((node) => node.tabIndex === 0)); }

  /**
   * cell(row, column) is {value, text, label, kind, scale, marks, fixed}; box is {x, y, cell, high, font, bare}, as arrange()
   * gives it; the plate is edited if `editable`; what is `spoken` is not written, for want of room.
   */
  function draw({ name, about = "", spoken = "", rows, cols, cell, active = 0, box, editable = Boolean(edit) }) {
    columns = cols;
    // Nobody hits or reads a smaller field; but the one that is being typed in stays.
    const opens = editable && (box.cell >= FINGER || stops?.includes(document.activeElement));
    const anew = shape !== (shape = `${rows} ${cols} ${opens}`);
    if (anew) { open = opens; build(rows); }
    title.replaceChildren(make("b", {}, name), ` ${about}`);
    const long = 8.2 * (name.length + about.length + 1), wide = box.cell * cols; // a title is moved in at the right edge
    const over = long > wide && root.parentElement ? box.x + long - roomOn(root.parentElement)[0] : 0;
    title.style.transform = over > 0 ? `translateX(${-Math.ceil(over)}px)` : "";
    cells.setAttribute("aria-label", [name, about, spoken].filter(Boolean).join(", "));
    root.classList.toggle("cc-colours", Boolean(box.bare));
    cells.classList.toggle("cc-plain", Boolean(box.bare && !open));
    cells.classList.toggle("cc-typed", Boolean(type && !open)); // a digit counts there, too
    root.style.transform = `translate(${box.x}px,${box.y}px)`;
    cells.style.cssText = `grid-template-columns:repeat(${cols},${box.cell}px);grid-auto-rows:${box.high}px;font-size:${box.font}px`;
    part.list.forEach((node, at) => {
      const now = cell(...place(at)), { value, kind: look = "", scale, marks = "", label = "", fixed = false } = now;
      now.text ??= value === undefined ? "" : show(value);
      const text = box.bare && !open ? "" : now.text;
      stops[at].tabIndex = at === active ? 0 : -1;
      now.key = [text, value, look, scale, marks, label, fixed].join();
      if (drawn[at]?.key === now.key) return;
      drawn[at] = now;
      node.className = `cc-cell cc-${look || "bare"} ${marks}`;
      node.style.cssText = scale ? shade(look, value, ...scale) : "";
      if (value === undefined) delete node.dataset.value;
      else node.dataset.value = value;
      stops[at].setAttribute("aria-label", label);
      if (open) {
        stops[at].readOnly = fixed;
        if (anew || stops[at] !== document.activeElement) stops[at].value = text;
      } else if (text === "") node.replaceChildren();
      else if (node.textContent !== text) node.replaceChildren(make("span", {}, text));
    });
  }
  return part;
}

const rooms = new WeakMap();
/**
 * The width and height of a stage. A browser that is asked for them lays out the whole page, so it is asked only when
 * they have changed.
 * @param {HTMLElement} stage
 * @returns {[number, number]}
 */
function roomOn(stage) {
  if (!rooms.has(stage)) new ResizeObserver(() => {
    if (!stage.style.height || stage.clientWidth !== rooms.get(stage)?.[0]) rooms.set(stage, null);
  }).observe(stage);
  let room = rooms.get(stage);
  if (!room) {
    stage.style.height = "";
    room = [stage.clientWidth || 640, stage.clientHeight || 360]; // it is in no page yet
    rooms.set(stage, stage.clientWidth ? room : null);
  }
  return room;
}
/** Make a stage as high as what lies on it, if it is not. It stays so, or the controls below would come up under a finger. */
function grow(stage, tall) {
  const room = roomOn(stage);
  if (tall <= room[1]) return;
  stage.style.height = `${tall}px`;
  room[1] = tall;
}

/** The room for a plate of rows by columns of cells, whose longest number has so many letters; `bare` goes without them. */
function room(rows, cols, cell, letters, { bare = false, least = 0 } = {}) {
  const high = Math.max(cell, least), wide = bare ? high : Math.max(high, letters * LETTER + 5);
  return { rows, cols, cell: wide, high, w: cols * wide, h: rows * high, letters, bare };
}

/**
 * Find places for boxes on a stage of W by H: of some forms the one with the largest cells that fits. plan(cell, bare) gives
 * the boxes for a size of cells, where `bare` counts which plates go without numbers; a form takes the boxes and gives
 * {w, h, at(H)}, the last one the places. Returns {boxes, form, tall}: how high the stage must be.
 * @param {number} W
 * @param {number} H
 * @param {(cell: number, bare: number) => Box[]} plan
 * @param {Record<string, Form>} forms
 * @param {string[]} order
 */
function arrange(W, H, plan, forms, order) {
  let found;
  search: for (const [from, to, bare] of [[78, 22, 0], [40, 22, 1], [21, 5, 2]]) {
    for (let cell = from; cell >= to; cell -= 1) {
      for (const form of order) {
        const boxes = plan(cell, bare), size = forms[form](boxes);
        if (size.w > W || size.h > H) continue;
        found = { form, boxes, size };
        break search;
      }
    }
  }
  if (!found) {
    const form = order.at(-1), boxes = plan(20, 2);
    found = { form, boxes, size: forms[form](boxes) };
  }
  const tall = Math.max(H, found.size.h);
  found.boxes.forEach((box, i) => {
    [box.x, box.y] = found.size.at(tall)[i].map(Math.round);
    box.font = clamp(Math.min(box.high * 0.36, (box.cell - 4) / (0.6 * box.letters)), 14, 24);
  });
  return { ...found, tall };
}

const HEAD = 26; // what a plate's title takes above it
/**
 * A form for arrange(): groups of boxes side by side, the boxes of a group one below the other; or, if `down`, the other way.
 * @type {(W: number, gap: number, groups: number[][], down?: boolean) => Form}
 */
const inGroups = (W, gap, groups, down = false) => (boxes) => {
  const sizes = boxes.map((box) => ({ w: Math.max(box.w, box.title ?? 0), h: HEAD + box.h + (box.foot ?? 0) }));
  const [along, across] = down ? ["h", "w"] : ["w", "h"], gaps = { w: gap, h: 8 };
  const sum = (group) => group.reduce((length, at) => length + sizes[at][across], gaps[across] * (group.length - 1));
  const depths = groups.map((group) => Math.max(...group.map((at) => sizes[at][along])));
  const size = /** @type {{w: number, h: number}} */ ({ [along]: depths.reduce((a, b) => a + b) + gaps[along] * (groups.length - 1), [across]: Math.max(...groups.map(sum)) });
  return { ...size, at: (H) => {
    const whole = { w: W, h: H }, spare = Math.max(0, whole[along] - size[along]), places = [];
    const more = down ? 0 : Math.min(60, spare / (groups.length + 1));
    let start = (spare - more * (groups.length - 1)) / 2;
    groups.forEach((group, g) => {
      let next = (whole[across] - sum(group)) / 2;
      for (const at of group) {
        places[at] = down ? [next, start + HEAD] : [start, next + HEAD];
        next += sizes[at][across] + gaps[across];
      }
      start += depths[g] + gaps[along] + more;
    });
    return places;
  } };
};

/** The outlines of many rectangles as one path. */
const outlines = (boxes) => boxes.map(([x, y, w, h]) => `M${x} ${y}h${w}v${h}h${-w}z`).join("");

/** A point that glides from where it is to where it shall be; place(point) draws it on the way. */
function glider(place) {
  let at = { x: 0, y: 0 }, frame;
  return { get at() { return at; }, to(x, y, milliseconds = 0) {
    cancelAnimationFrame(frame);
    const from = { ...at }, start = performance.now();
    if (!milliseconds || still()) { at = { x, y }; return place(at); }
    const move = (time) => {
      const part = clamp((time - start) / milliseconds, 0, 1), eased = 1 - (1 - part) ** 3;
      at = { x: from.x + (x - from.x) * eased, y: from.y + (y - from.y) * eased };
      place(at);
      if (part < 1) frame = requestAnimationFrame(move);
    };
    frame = requestAnimationFrame(move);
  } };
}

/** A part of a box, measured as the box is. */
const upon = (box, part) => ({ ...part, x: box.x + part.x, y: box.y + part.y });
/** An element to a place on what holds it. */
const put = (node, x, y) => Object.assign(node.style, { left: `${x}px`, top: `${y}px` });

const corners = ({ x, y, w, h }) => [[x, y], [x + w, y], [x, y + h], [x + w, y + h]];
/** The smallest polygon around two rectangles, as a path: that is what a beam is. */
function beam(...boxes) {
  const points = boxes.flatMap(corners).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turns = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0]);
  const half = (list) => list.reduce((h, p) => {
    while (h.length > 1 && !turns(h.at(-2), h.at(-1), p)) h.pop();
    return [...h, p];
  }, []).slice(0, -1);
  return `M${[...half(points), ...half([...points].reverse())].map((p) => p.map(Math.round)).join("L")}Z`;
}
/** A frame that lies around a rectangle, three pixels thick. */
function around(frame, { x, y, w, h }) {
  frame.hidden = false;
  Object.assign(frame.style, { transform: `translate(${x - 3}px,${y - 3}px)`, width: `${w + 6}px`, height: `${h + 6}px` });
}

/**
 * Hear of a drag: begin(event) says whether it takes hold, drag(dx, dy, event) follows, end(moved, event) lets go.
 * @param {HTMLElement | SVGElement} node
 * @param {(event: On) => boolean | void} begin
 * @param {(dx: number, dy: number, event: On) => void} drag
 * @param {(moved: boolean, event: On) => void} end
 */
function pullable(node, begin, drag, end = () => {}) {
  node.addEventListener("dragstart", (event) => event.preventDefault()); // else the browser drags the text of a selected cell
  node.addEventListener("pointerdown", (/** @type {On} */ event) => {
    if (event.button || begin(event) === false) return;
    const { clientX, clientY, pointerId } = event, life = new AbortController(), { signal } = life;
    let moved = false;
    node.setPointerCapture(pointerId);
    node.addEventListener("pointermove", (/** @type {On} */ now) => {
      const [dx, dy] = [now.clientX - clientX, now.clientY - clientY];
      moved ||= Math.hypot(dx, dy) > 4;
      if (moved) drag(dx, dy, now);
    }, { signal });
    const release = (/** @type {On} */ now) => { life.abort(); end(moved, now); };
    for (const kind of ["pointerup", "pointercancel"]) node.addEventListener(kind, release, { signal });
  });
}

/**
 * A violet dot to pull: change(down, across) hears how many cells it was pulled, counted from where it was taken.
 * @param {string} place where it lies: a side or a corner
 * @param {string} says
 * @param {() => number[]} size height and width of a cell
 * @param {() => void} begin
 * @param {(down: number, across: number) => void} change
 */
function grip(place, says, size, begin, change) {
  const node = make("div", { class: `cc-grip cc-${place}`, title: says });
  pullable(node, (event) => { event.preventDefault(); event.stopPropagation(); begin(); },
    (dx, dy) => change(Math.round(dy / size()[0]), Math.round(dx / size()[1])));
  return node;
}

/**
 * Such a dot for a size of rows and columns, which grow alike while the explorer is square; `way` is −1 where pulling
 * outwards is up and to the left.
 * @param {string} place
 * @param {string} says
 * @param {() => number[]} size
 * @param {{trait: string, range: number[], way?: number, state: () => State, set: (changes: State) => void,
 *   begin?: () => void, tied?: () => boolean}} about
 */
function stretcher(place, says, size, { trait, range: [low, high], way = 1, state, set, begin = () => {}, tied = () => state().square }) {
  let from;
  return grip(place, says, size, () => { begin(); from = both(state(), trait); }, (down, across) => {
    const steps = tied() ? [0, 1].map(() => Math.round((across + down) / 2)) : [down, across];
    const [rows, columns] = from.map((old, axis) => clamp(old + way * steps[axis], low, high));
    set({ [trait]: rows, [`${trait}_w`]: columns });
  });
}

/**
 * A hand on the window that glides over a plate: where it points at, in cells, and whether the window is there; take()
 * takes hold of the window, or of its middle if it is elsewhere, and pull() brings it to the hand and tells where to.
 * @param {Plate} part
 * @param {{at: {x: number, y: number}, to: (x: number, y: number) => void}} window
 * @param {{box: () => Box, span: () => number[], last: () => number[]}} about the plate's box; what the window covers
 *   and where it starts last, as rows and columns of cells
 */
function hand(part, window, { box, span, last }) {
  let grasp;
  const at = ({ clientX, clientY }) => {
    const { left, top } = part.cells.getBoundingClientRect(), { cell, high } = box();
    return { x: (clientX - left) / cell, y: (clientY - top) / high };
  };
  const covers = (event) => {
    const { x, y } = at(event), [high, wide] = span();
    return x >= window.at.x && x < window.at.x + wide && y >= window.at.y && y < window.at.y + high;
  };
  return { at, covers,
    take(event) {
      const { x, y } = at(event), [high, wide] = span(), inside = covers(event);
      grasp = inside ? { x: x - window.at.x, y: y - window.at.y } : { x: wide / 2, y: high / 2 };
      return inside;
    },
    pull(event, tell) {
      const { x, y } = at(event), [down, across] = last();
      const to = { x: clamp(x - grasp.x, 0, across), y: clamp(y - grasp.y, 0, down) };
      tell(to);
      window.to(to.x, to.y);
    } };
}

/** Hear that nobody points at a plate any more, or has left it by key. */
function onLeaving(part, act) {
  part.root.addEventListener("pointerleave", act);
  part.cells.addEventListener("focusout", (/** @type {any} */ { relatedTarget }) => { if (!part.rebuilt && !part.cells.contains(relatedTarget)) act(); });
  part.cells.addEventListener("keydown", ({ key }) => { if (key === "Escape") act(); });
}

/**
 * A number as a tile of the sum, in the colours of the picture.
 * @param {Kind} kind
 * @param {number} value
 * @param {number[]} [scale]
 * @param {{text?: string, marks?: string, tag?: "span" | "b"}} more
 */
function tile(kind, value, scale, { text = show(value), marks = "", tag = "span" } = {}) {
  return make(tag, { class: `cc-tile ${marks}`, ...(scale && { style: shade(kind, value, ...scale) }) }, text);
}

/** A tile flies from one element to another. */
function fly(root, from, to, milliseconds) {
  if (!from || !to) return Promise.resolve();
  const base = root.getBoundingClientRect(), ghost = to.cloneNode(true);
  ghost.className = "cc-tile cc-fly";
  root.append(ghost);
  const [start, end] = [from, to].map((node) => node.getBoundingClientRect()).map((box) =>
    `translate(${box.left + box.width / 2 - base.left}px,${box.top + box.height / 2 - base.top}px) translate(-50%,-50%)`);
  const frames = [{ transform: `${start} scale(1.15)` }, { transform: end }];
  return ghost.animate(frames, { duration: milliseconds, easing: "cubic-bezier(.45,0,.2,1)" }).finished
    .catch(() => {}).then(() => ghost.remove());
}

/**
 * Let every product light its two cells and travel to its term of the sum, then the sum to its cell. pairs: the cells of
 * each product; terms: the terms, whose tiles take them; tail: the end of the sum; goal: the cell of the output.
 * @param {HTMLElement} root
 * @param {{pairs: HTMLElement[][], terms: Element[], tail: Element, goal: HTMLElement}} sum
 * @param {Run} run
 * @param {number} speed
 */
async function products(root, { pairs, terms, tail, goal }, run, speed) {
  const beat = clamp(1300 / pairs.length, 60, 280) / speed, flight = 420 / speed, flights = [];
  for (const node of [...terms, tail]) node.classList.add("cc-wait");
  for (const [at, pair] of pairs.entries()) {
    if (run.over) return;
    for (const node of pair) node.classList.add("cc-lit");
    const tiles = terms[at].querySelectorAll(".cc-tile");
    flights.push(Promise.all(pair.map((node, one) => fly(root, node, tiles[one], flight)))
      .then(() => terms[at].classList.remove("cc-wait")));
    await wait(beat);
    for (const node of pair) node.classList.remove("cc-lit");
  }
  await Promise.all(flights);
  if (run.over) return;
  tail.classList.remove("cc-wait");
  await wait(160 / speed);
  if (!run.over) await fly(root, tail.querySelector(".cc-tile"), goal, flight);
}
/** Whether a run through all places has the result at this one still to come. */
const isAhead = (run, at, position) => Boolean(run?.whole) && (at > position || (at === position && !run.landed));
/** The same for a sum that is written out, and nothing is left over where something else took over. */
function sumUp(root, sums, { pairs, goal }, run, speed) {
  const terms = [...sums.querySelectorAll(".cc-term")], tail = sums.querySelector(".cc-tail");
  return products(root, { pairs, terms, tail, goal }, run, speed).finally(() => sweep(root));
}
/** Nothing is left over where something else took over. */
function sweep(root) {
  for (const node of root.querySelectorAll(".cc-fly")) node.remove();
  for (const node of root.querySelectorAll(".cc-lit")) node.classList.remove("cc-lit");
}

/** A legend of what can be seen now: [class of a cell, words]. */
function explain(legend, entries) {
  legend.replaceChildren(...entries.map(([look, words]) => make("span", {}, make("i", { class: `cc-cell ${look}` }), words)));
}

/**
 * A formula with its numbers under its letters: signs as texts, and [letter, number, ...] for each letter, one number
 * for each axis; `label` says it aloud. A number that changed flashes.
 */
function formula(node, tokens, label) {
  const before = node.told ?? {}, axes = Math.max(...tokens.map((token) => token.length * Number(Array.isArray(token)))) - 1;
  node.told = {};
  node.style.gridTemplateRows = `repeat(${axes + 1}, auto)`;
  node.setAttribute("aria-label", label);
  node.replaceChildren(...tokens.flatMap((token) => {
    if (typeof token === "string") return range(axes + 1).map(() => make("span", { class: "cc-sign" }, token));
    const [letter, ...numbers] = token;
    return [make("i", {}, letter), ...range(axes).map((axis) => {
      const value = numbers[axis] ?? numbers[0], key = `${letter}${axis}`;
      node.told[key] = value;
      const news = before[key] !== undefined && before[key] !== value ? "cc-news" : "";
      return make("b", { class: `${letter === "m" ? "cc-made" : ""} ${news}` }, show(value));
    })];
  }));
}
