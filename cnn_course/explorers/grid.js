// Shared by what shows grids of numbers in the flow of the text.

const note = () => make("p", { class: "cc-sum" }); // a line of arithmetic below the grids

/**
 * A titled grid of numbered cells. pick(row, column) hears of the cell hovered or focused, leave() of its end,
 * edit(row, column, value) of a number typed (it may answer why not), refuse(sentence) of anything else; a phone shows
 * its number pad where numbers are whole.
 * @param {{pick?: (row: number, column: number) => void, leave?: () => void, refuse?: Sink, whole?: boolean,
 *   edit?: (row: number, column: number, value: number) => unknown}} listeners
 */
function grid({ pick, leave, edit, refuse, whole } = {}) {
  let shape, cells, stops, drawn, columns, told;
  const title = make("div", { class: "cc-title", "aria-hidden": true });
  const frame = make("div", { class: "cc-window", "aria-hidden": true });
  /** @type {(at: number) => Place} */
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

  /**
   * cell(row, column): {value, label, kind, scale, text, marks}; window: [row, column, height, width].
   * @param {{name: string, rows: number, cols: number, offset?: number, tracks?: number, chars?: number, active?: number,
   *   cell: (row: number, column: number) => Cell, window?: number[]}} drawing
   */
  function draw({ name, rows, cols, offset = 0, tracks = cols, chars = 1, cell, window, active = 0 }) {
    columns = cols;
    if (shape !== (shape = `${rows} ${cols} ${offset}`)) build(rows);
    title.textContent = name;
    root.setAttribute("aria-label", name);
    cells.forEach((node, at) => {
      const [row, column] = place(at), now = /** @type {any} */ (cell(row, column));
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
