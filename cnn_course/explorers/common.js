// Shared by all explorers: Python puts this text and numbers.js before each module, so that it needs no import.

const LARGEST = 9999; // what an editable cell takes, as in base.py

// TOKENS and RAMPS stand before this text.
const bytes = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** An element with attributes, listeners (functions) and children. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const range = (n) => Array.from({ length: Math.max(0, n) }, (_, i) => i);
const table = (rows, cols, value) => range(rows).map((r) => range(cols).map((c) => value(r, c)));
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const limits = (rows) => [Math.min(...rows.flat()), Math.max(...rows.flat())];
const total = (terms) => terms.reduce((sum, [a, b]) => sum + a * b, 0);

const width = (text) => text.length - text.includes(".") / 2; // in digits

const note = () => make("p", { class: "cc-sum" }); // a line of arithmetic below the grids
const inWords = (rows) => rows.map((row) => row.map(show).join(", ")).join("; ");

/** What was typed into a cell as a number, or a sentence that says why it is none. */
function parse(text) {
  const value = readNumber(text);
  if (!text.trim()) return "The cell is empty";
  if (Number.isNaN(value)) return noNumber(text);
  if (Math.abs(value) > LARGEST) return `A cell takes numbers up to ${LARGEST}`;
  return Math.abs(value) < NOISE ? 0 : value;
}

/** A colour on light (0) or dark (1) paper at a place of a ramp: 0 to 1 for inputs, -1 to 1 for the other kinds. */
function hue(kind, place, paper) {
  const ramp = RAMPS[kind], last = ramp.length - 2, at = clamp(place, -last, 1) + last, from = Math.min(Math.floor(at), last);
  const [start, end] = [from, from + 1].map((stop) => bytes(ramp[stop][paper]));
  return start.map((part, i) => Math.round(part + (end[i] - part) * (at - from)));
}

/** Background and text colour of a value between low and high. */
function shade(kind, value, low, high) {
  const place = kind === "input" ? (value - low) / (high - low || 1) : value / (Math.max(-low, high) || 1);
  const grounds = [0, 1].map((paper) => hue(kind, place, paper));
  const digits = grounds.map((ground) => {
    const [r, g, b] = ground.map((colour) => ((colour / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
  });
  return `background:light-dark(rgb(${grounds[0]}),rgb(${grounds[1]}));color:light-dark(${digits})`;
}

/** Arrow keys walk through a group that is one tab stop; in a text field the caret moves first. */
function walk(event, stops, columns) {
  const { key, target } = event, at = stops.indexOf(target), column = at % columns;
  const steps = { ArrowUp: -columns, ArrowDown: columns };
  if (column > 0 && !target.selectionStart) steps.ArrowLeft = -1;
  if (column < columns - 1 && !(target.selectionEnd < target.value?.length)) steps.ArrowRight = 1;
  if (!steps[key]) return;
  event.preventDefault();
  stops[at + steps[key]]?.focus();
}

/**
 * A titled grid of numbered cells. pick(row, column) hears of the cell hovered or focused, leave() of its end,
 * edit(row, column, value) of a number typed (it may answer why not), refuse(sentence) of anything else; a phone shows
 * its number pad where numbers are whole.
 */
function grid({ pick, leave, edit, refuse, whole } = {}) {
  let shape, cells, stops, drawn, columns, told;
  const title = make("div", { class: "cc-title", "aria-hidden": true });
  const frame = make("div", { class: "cc-window", "aria-hidden": true });
  const place = (at) => [Math.floor(at / columns), at % columns];
  const hear = ({ target }) => {
    const at = cells.indexOf(target.closest("[role=gridcell]"));
    if (at >= 0 && at !== told) pick?.(...place((told = at)));
  };
  const quit = () => { told = null; leave?.(); };
  const typed = ({ target }) => {
    const value = parse(target.value), at = stops.indexOf(target);
    const why = typeof value === "string" ? value : edit(...place(at), value), bad = typeof why === "string";
    target.setAttribute("aria-invalid", bad);
    refuse(bad ? `${why}: it counts as ${drawn[at].shown}.` : "");
  };
  const settle = ({ target }) => { // a field that is left shows the number it keeps
    if (!stops.includes(target)) return; // it left with a grid of another shape
    target.value = drawn[stops.indexOf(target)].shown;
    target.setAttribute("aria-invalid", false);
    refuse("");
  };
  const root = make("div", { class: "cc-grid", role: "grid", pointermove: hear, focusin: hear, pointerleave: quit,
    focusout: quit, keydown: (event) => walk(event, stops, columns) });

  function build(rows) {
    const held = stops?.indexOf(document.activeElement);
    cells = range(rows * columns).map(() => make("div", { role: "gridcell" }));
    stops = edit ? cells.map((cell) => cell.appendChild(make("input", { autocomplete: "off",
      inputmode: whole ? "numeric" : "text",
      input: typed, blur: settle, focus: ({ target }) => target.select() }))) : cells;
    drawn = [];
    root.replaceChildren(...range(rows).map((row) =>
      make("div", { role: "row" }, ...cells.slice(row * columns, (row + 1) * columns))), frame);
    if (held >= 0) stops[Math.min(held, stops.length - 1)]?.focus();
  }

  /** cell(row, column): {value, label, kind, scale, text, marks}; window: [row, column, height, width]. */
  function draw({ name, rows, cols, offset = 0, tracks = cols, chars = 1, cell, window, active = 0 }) {
    columns = cols;
    if (shape !== (shape = `${rows} ${cols} ${offset}`)) build(rows);
    title.textContent = name;
    root.setAttribute("aria-label", name);
    cells.forEach((node, at) => {
      const [row, column] = place(at), now = cell(row, column);
      const { value, label, kind = "", scale: [low, high] = [], marks = "" } = now;
      const { text = edit ? show(value) : inCell(value) } = now;
      chars = Math.max(chars, width(text));
      stops[at].tabIndex = at === active ? 0 : -1;
      now.key = [now.shown = text, value, label, kind, low, high, marks].join();
      if (drawn[at]?.key === now.key) return;
      drawn[at] = now;
      node.className = `cc-cell cc-${kind} ${marks}`;
      const colours = low === undefined ? "" : shade(kind, value, low, high);
      node.style.cssText = `grid-area:${row + 1}/${column + offset + 1};${colours}`;
      node.dataset.value = value;
      stops[at].setAttribute("aria-label", label);
      if (edit) stops[at].readOnly = kind === "pad" || kind === "fixed";
      if (!edit) node.textContent = text;
      else if (stops[at] !== document.activeElement) stops[at].value = text;
    });
    root.style.cssText = `--tracks:${tracks};--chars:${chars}`;
    root.hidden = !cells.length;
    frame.hidden = !window;
    if (window) frame.style.gridArea = `${window[0] + 1}/${window[1] + offset + 1}/span ${window[2]}/span ${window[3]}`;
  }
  return { root: make("div", { class: "cc-panel" }, title, root), draw };
}

/** Buttons that are one tab stop: arrow keys walk, and the stop is where one was last. */
function toolbar(name, stops, first = stops[0]) {
  const stay = (here) => stops.forEach((stop) => (stop.tabIndex = stop === here ? 0 : -1));
  stay(first);
  return make("div", { class: "cc-transport", role: "toolbar", "aria-label": name,
    focusin: (event) => stay(event.target), keydown: (event) => walk(event, stops, stops.length) }, ...stops);
}

/** Back, play or pause, next and speed, as one tab stop; step(by) says whether there was somewhere to go. */
function transport(step) {
  let timer, speed = 1;
  const start = () => { timer = setInterval(() => step(1) || pause(), 900 / speed); label(); };
  const pause = () => { timer = clearInterval(timer); label(); };
  const button = (text, click) => make("button", { type: "button", click }, text);
  const back = button("‹ Back", () => { pause(); step(-1); });
  const play = button("", () => {
    if (timer) return pause();
    if (!step(1)) step(-Infinity);
    start();
  });
  const next = button("Next ›", () => { pause(); step(1); });
  const pace = button("", () => {
    const on = timer;
    pause();
    speed = speed < 4 ? 2 * speed : 0.5;
    on ? start() : label();
  });
  const label = () => {
    play.textContent = timer ? "❚❚ Pause" : "▶ Play";
    pace.textContent = `Speed ${speed}×`;
  };
  const root = toolbar("Step through", [back, play, next, pace], play);
  label();
  return { root, pause, playing: () => Boolean(timer) };
}

/** The state in the page's address, one entry for each trait that differs: #pooling.window=3&pooling.shift=1 */
const address = {
  read(key, defaults) {
    const found = {};
    for (const [name, text] of new URLSearchParams(location.hash.slice(1))) {
      const trait = name.slice(key.length + 1), usual = defaults[trait];
      if (name !== `${key}.${trait}` || !Object.hasOwn(defaults, trait)) continue;
      const numbers = text.split("_").map((number) => clamp(Number(number) || 0, -LARGEST, LARGEST));
      found[trait] = Array.isArray(usual) ? numbers : typeof usual === "boolean" ? numbers[0] !== 0 : numbers[0];
    }
    return found;
  },
  write(key, state, defaults) {
    const hash = new URLSearchParams(location.hash.slice(1));
    for (const name of [...hash.keys()]) if (name.startsWith(`${key}.`) || !name.includes(".")) hash.delete(name);
    const changed = Object.keys(defaults).filter((trait) => `${state[trait]}` !== `${defaults[trait]}`);
    for (const trait of changed) hash.set(`${key}.${trait}`, [state[trait]].flat().map(Number).join("_"));
    history.replaceState(history.state, "", `#${hash}`);
  },
};

/**
 * An explorer. settle(state, before) mends a state in place; compute(state) gives at least {last}, or {trouble};
 * build(api) gives {parts, paint} and, if more than the state counts, its own compute;
 * paint(state, result) draws and returns [what to announce, all of it in words].
 */
function explorer({ name, title, settle, compute, build }) {
  function render({ model, el }) {
    const defaults = { ...model.get("defaults") }, ranges = model.get("ranges"), traits = Object.keys(defaults);
    settle?.(defaults);
    const inPage = !("jpThemeLight" in document.body.dataset); // JupyterLab's address is its own
    const count = (window.cnnCourseExplorers ??= {});
    const nth = (count[name] = (count[name] ?? 0) + 1), key = nth > 1 ? `${name}${nth}` : name;
    let state, due, writing, refused = "", trouble = "", said, speaking, noting;

    const message = make("p", { class: "cc-trouble", role: "status" });
    const live = make("p", { class: "cc-hidden", "aria-live": "polite" });
    const words = make("p", { class: "cc-hidden", id: `cc-${key}-words` });
    const say = (text) => { if (message.textContent !== text) message.textContent = text; };
    const set = (changes) => {
      const news = Object.entries(changes).filter(([trait, value]) => `${model.get(trait)}` !== `${value}`);
      for (const [trait, value] of news) model.set(trait, value);
      if (news.length) model.save_changes();
      return news.length > 0;
    };
    const player = transport((by) => set({ position: clamp(state.position + by, 0, model.get("last")) }));
    const move = (position) => { player.pause(); set({ position }); };
    const api = { get: (trait) => model.get(trait), set, move, pause: player.pause,
      redraw: () => state && update(), refuse: (text) => say((refused = text) || trouble) };
    const { parts, paint, compute: own = compute } = build(api);

    function update() {
      due = false;
      const now = Object.fromEntries(traits.map((trait) => {
        const value = model.get(trait), span = ranges[trait];
        return [trait, span ? clamp(Math.round(value) || 0, ...span) : Array.isArray(value) ? [...value] : value];
      }));
      settle?.(now, state);
      const result = own(now), last = Math.max(0, result.last ?? 0);
      state = { ...now, position: clamp(Math.round(now.position) || 0, 0, last) };
      writing = true;
      set({ last, ...state });
      writing = false;
      say(refused || (trouble = result.trouble || ""));
      const [line, all] = paint(state, result);
      words.textContent = all;
      if (said !== line) clearTimeout(speaking); // what is drawn again without news leaves it to be said
      clearTimeout(noting);
      if (said && said !== line) speaking = setTimeout(() => (live.textContent = line), 500);
      if (said && inPage) noting = setTimeout(() => address.write(key, state, defaults), 400);
      said = line;
    }
    const changed = () => { if (!writing && !due) { due = true; queueMicrotask(update); } };
    const follow = () => { // what it does not name is as at the start; a position needs room until it is counted
      const found = address.read(key, defaults), named = Object.keys(found).length > 0;
      if (named) set({ last: LARGEST, ...defaults, ...found });
      if (named && state) changed();
      return named;
    };

    const root = make("div", { class: "cc-explorer", role: "group", "aria-label": `Explorer: ${title}`,
      "aria-describedby": words.id, "data-explorer": name, "data-lm-suppress-shortcuts": true },
    player.root, message, ...parts, words, live);
    el.append(root);
    if (inPage && follow()) root.scrollIntoView({ block: "center" });
    window.addEventListener("hashchange", follow);
    for (const trait of traits) model.on(`change:${trait}`, changed);
    update();
    return () => {
      player.pause();
      clearTimeout(speaking);
      clearTimeout(noting);
      window.removeEventListener("hashchange", follow);
      for (const trait of traits) model.off(`change:${trait}`, changed);
      root.remove();
    };
  }
  return { render };
}
