// The controls of all explorers, dressed alike; each is a native input inside, for keys and screen readers.

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
let named = 0; // so that every control has an id of its own
const nameAfresh = () => `cc-${++named}-${Math.random().toString(36).slice(2, 7)}`;
const press = (attributes, ...children) => make("button", { type: "button", class: "cc-btn", ...attributes }, ...children);

/** "stride s" as a word, which goes where there is little room, and a symbol, which stays; `side` is H or W. */
function caption(label, side) {
  const [, word, symbol] = /^(.*?)(?: ([a-zA-Z→↓]))?(?:,.*)?$/.exec(label);
  if (!symbol) return [make("span", {}, word)];
  return [make("span", { class: "cc-word" }, word), make("i", {}, symbol, ...(side ? [make("sub", {}, side)] : []))];
}

/**
 * One whole number: drag or arrow keys on the range that lies over it, or two buttons for the pointer.
 * @param {About} about
 * @param {Api["set"]} set
 * @returns {Control}
 */
function stepper({ label, trait, smallest, largest, step = 1, side = "" }, set) {
  const input = make("input", { type: "range", min: smallest, max: largest, step, id: nameAfresh(), "aria-label": label,
    input: () => set({ [trait]: Number(input.value) }) });
  const unit = label.endsWith(", percent") ? " %" : "";
  const value = make("b"), words = make("label", { for: input.id, "aria-hidden": true }, ...caption(label, side), value);
  const nudge = (by) => press({ tabindex: -1, "aria-hidden": true, class: "",
    click: () => set({ [trait]: clamp(Number(input.value) + by * step, smallest, largest) }) }, by < 0 ? "−" : "+");
  const [less, more] = [nudge(-1), nudge(1)];
  const root = make("div", { class: `cc-step ${side && `cc-side-${side}`}` }, less, input, words, more);
  return { root, input, draw(now) {
    input.value = now;
    value.textContent = `${show(now)}${unit}`;
    input.setAttribute("aria-valuetext", show(now));
    [less.disabled, more.disabled] = [now <= smallest, now >= largest];
    root.style.setProperty("--part", `${(now - smallest) / (largest - smallest || 1)}`);
  } };
}

/**
 * A switch.
 * @param {About} about
 * @param {Api["set"]} set
 * @returns {Control}
 */
function toggle({ label, trait }, set) {
  const input = make("input", { type: "checkbox", role: "switch", id: nameAfresh(),
    change: () => set({ [trait]: input.checked }) });
  const root = make("label", { class: "cc-toggle", "data-trait": trait, for: input.id }, input, make("span", {}, label));
  return { root, input, draw(now) { input.checked = now; } };
}

/**
 * A small picture of a table of numbers; its colours follow the theme by themselves.
 * @param {number[][]} rows
 * @param {Kind} kind
 */
function miniature(rows, kind) {
  const [low, high] = limits(kind === "weight" ? [...rows, [1]] : rows); // a mean is paler than a sum
  const node = svg("svg", { viewBox: `0 0 ${rows[0].length} ${rows.length}`, "aria-hidden": true });
  rows.forEach((row, r) => row.forEach((value, c) => {
    const [fill] = shades(kind, value, low, high);
    node.append(svg("rect", { x: c, y: r, width: 1.02, height: 1.02, style: `fill:${fill}` }));
  }));
  return node;
}

/**
 * A choice among few: radio buttons, which are small pictures of what they choose where there are some.
 * @param {About} about
 * @param {Api["set"]} set
 * @param {Element[]} pictures
 * @returns {Control}
 */
function chips({ label, trait, options }, set, pictures = []) {
  const name = nameAfresh();
  const inputs = options.map((option) => make("input", { type: "radio", name, "aria-label": option,
    change: () => set({ [trait]: option }) }));
  const root = make("fieldset", { class: `cc-chips ${pictures.length ? "cc-pictured" : ""} ${options.length > 6 ? "cc-several" : ""}` },
    make("legend", {}, label), ...options.map((option, i) => make("label", { class: "cc-chip", title: option }, inputs[i],
      ...(pictures[i] ? [pictures[i]] : []), make("span", { "aria-hidden": true }, option))));
  return { root, get input() { return inputs.find(({ checked }) => checked) ?? inputs[0]; },
    draw(now) { inputs.forEach((input, i) => (input.checked = options[i] === now)); } };
}

/**
 * A choice among many.
 * @param {About} about
 * @param {Api["set"]} set
 * @returns {Control}
 */
function menu({ label, trait, options }, set) {
  const input = make("select", { id: nameAfresh(), change: () => set({ [trait]: input.value }) },
    ...options.map((option) => new Option(option)));
  const root = make("label", { class: "cc-menu", for: input.id }, make("span", {}, label), input);
  return { root, input, draw(now) { input.value = now; } };
}

const MOST_CHIPS = 9, MOST_PICTURED = 12;
/**
 * The control that fits what Python says of a trait; it calls set({trait: value}).
 * @param {About} about
 * @param {Api["set"]} set
 * @param {Element[]} [pictures]
 * @returns {Control}
 */
function control(about, set, pictures) {
  if ("smallest" in about) return stepper(about, set);
  if (!about.options) return toggle(about, set);
  return about.options.length > (pictures ? MOST_PICTURED : MOST_CHIPS) ? menu(about, set) : chips(about, set, pictures);
}

/**
 * A control that means nothing now is pale and takes nothing; one that the explorer does not show is no matter.
 * @param {Control | undefined} one
 * @param {boolean} may
 */
function able(one, may) {
  for (const node of /** @type {Iterable<any>} */ (one?.root.querySelectorAll("input, button") ?? [])) if (!may || node.tagName === "INPUT") node.disabled = !may;
  one?.root.classList.toggle("cc-off", !may);
}

/**
 * Buttons and switches that are one tab stop: arrow keys walk, and the stop is where one was last.
 * @param {string} name
 * @param {HTMLElement[]} stops
 * @param {HTMLElement} [first]
 * @param {HTMLElement[]} [nodes] what is drawn, if that is not the stops alone
 */
function buttonBar(name, stops, first = stops[0], nodes = stops) {
  const stay = (here) => stops.forEach((stop) => (stop.tabIndex = stop === here ? 0 : -1));
  stay(first);
  return make("div", { class: "cc-toolbar", role: "toolbar", "aria-label": name,
    focusin: (event) => stay(event.target), keydown: (event) => walk(event, stops, stops.length) }, ...nodes);
}

/**
 * Back, play or pause, next and speed. go(to) moves to a position and paints; at() is [position, last]; animate(run, speed)
 * shows how a result comes about, and looks at run.over, which says that something else took over. What is played has
 * `landed` once its result stands there. The explorer's switches stand beside, in the same tab stop.
 * @param {{go: (to: number) => void, at: () => [number, number], repaint: () => void, animate?: Built["animate"],
 *   beat?: () => number, switches: Control[]}} about
 */
function transport({ go, at, repaint, animate, beat = () => 350, switches }) {
  let run = /** @type {Run | null} */ (null), speed = 1;
  const stop = () => {
    if (!run) return;
    run.over = true;
    run = null;
    repaint();
  };
  async function start(count) {
    stop();
    const mine = /** @type {Run} */ (run = { whole: count > 1 }), [position, last] = at();
    if (mine.whole && position >= last) go(0);
    for (let done = 1; ; done++) {
      mine.landed = false;
      repaint();
      if (!animate || still()) await wait(mine.whole ? 900 / speed : 0);
      else await animate(mine, speed);
      if (mine.over) return;
      mine.landed = true;
      repaint();
      const [now, end] = at();
      if (done >= count || now >= end) break;
      await wait(beat() / speed);
      if (mine.over) return;
      go(now + 1);
    }
    run = null;
    repaint();
  }
  const step = (by) => {
    stop();
    const [position, last] = at(), to = clamp(position + by, 0, last);
    if (to !== position) go(to);
    if (by > 0) start(1);
  };
  const back = press({ click: () => step(-1), "aria-label": "Back" }, "‹");
  const play = press({ class: "cc-btn cc-main", click: () => (run?.whole ? stop() : start(Infinity)) });
  const next = press({ click: () => step(1) }, "Next ›");
  const pace = press({ click: () => { speed = speed < 4 ? 2 * speed : 1; draw(); } });
  function draw(able = true) {
    play.textContent = run?.whole ? "Pause" : "▶ Play";
    pace.textContent = `${speed}×`;
    pace.setAttribute("aria-label", `Speed ${speed}×`);
    for (const button of [back, play, next]) button.disabled = !able;
  }
  draw();
  const buttons = [back, play, next, pace];
  const root = buttonBar("Step through", [...buttons, ...switches.map(({ input }) => input)], play,
    [make("div", { class: "cc-transport" }, ...buttons), ...switches.map(({ root: node }) => node)]);
  return { root, draw, stop, get run() { return run; } };
}
