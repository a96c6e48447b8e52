// Sizes and receptive field: a stack of layers as blocks, what they cost, and what one unit sees, back to the input.

const OWN = "your own layers", MOST = 24;
const KINDS = ["conv", "pool", "dense"];
const NUMBERS = ["kind", "kernel k", "stride s", "padding p", "channels C", "dilation d"]; // of a layer, as it is kept
const BOUNDS = [[0, 2], [1, 15], [1, 8], [0, 7], [1, 4096], [1, 4]]; // all counts stay exact
const FREE = { input: [], conv: [1, 2, 3, 4, 5], pool: [1, 2, 3], dense: [4] }; // what can be edited
/** @type {[symbol: string, number?: number][]} */
const ROWS = [["k", 1], ["s", 2], ["p", 3], ["d", 5], ["C", 4], ["n"], ["params"], ["MACs"]]; // of the table, with the number edited there
const WORDS = { k: "kernel", s: "stride", p: "padding", d: "dilation", C: "channels", n: "size of a map" };
const conv = (k, s, p, channels) => [0, k, s, p, channels, 1];
const pool = (k, s) => [1, k, s, 0, 1, 1]; // a pool has the channels of its input
const dense = (units) => [2, 1, 1, 0, units, 1]; // a dense layer is a kernel as wide as its input
const block = (layers, channels) => [...range(layers).map(() => conv(3, 1, 1, channels)), pool(2, 2)];
/** @type {Record<string, [depth: number, size: number, layers: number[][]]>} */
const NETWORKS = { // channels and size of the input, layers
  "LeNet-5": [1, 32, [conv(5, 1, 0, 6), pool(2, 2), conv(5, 1, 0, 16), pool(2, 2), dense(120), dense(84), dense(10)]],
  "AlexNet, first layers": [3, 227, [conv(11, 4, 0, 96), pool(3, 2), conv(5, 1, 2, 256), pool(3, 2), conv(3, 1, 1, 384)]],
  "VGG-16": [3, 224, [[2, 64], [2, 128], [3, 256], [3, 512], [3, 512]].flatMap((size) => block(...size))
    .concat([dense(4096), dense(4096), dense(1000)])],
  "width 16, kernels of 6": [1, 16, range(3).map(() => conv(6, 1, 0, 1))],
};

const split = (flat) => range(Math.min(MOST, flat.length / 6 | 0)).map((at) => flat.slice(6 * at, 6 * at + 6));
const mended = (flat) => split([flat].flat()).flatMap((layer) => {
  const numbers = layer.map((value, i) => clamp(Math.round(value) || 0, ...BOUNDS[i]));
  return KINDS[numbers[0]] === "dense" ? dense(numbers[4]) : KINDS[numbers[0]] === "pool" ? [...numbers.slice(0, 5), 1] : numbers;
});

function settle(state, before) {
  state.layers = mended(state.layers);
  const edited = before && ["layers", "size", "depth"].some((trait) => `${state[trait]}` !== `${before[trait]}`);
  if (NETWORKS[state.preset] && state.preset !== before?.preset) {
    const [depth, size, layers] = NETWORKS[state.preset];
    Object.assign(state, { depth, size, layers: layers.flat() });
  } else if (edited) state.preset = OWN;
}

/** The volumes from the input on; the field of unit i of each begins at i·jump + begin and is `field` wide. */
function compute({ depth, size, layers }) {
  const stack = split(layers), volumes = [{ c: depth, n: size, params: 0, macs: 0, field: 1, jump: 1, begin: 0 }];
  let trouble = "";
  for (const [kind, kernel, s, p, channels, d] of stack) {
    const from = volumes.at(-1), k = kind === 2 ? from.n : kernel, c = kind === 1 ? from.c : channels, span = d * (k - 1) + 1;
    const room = from.n + 2 * p, n = Math.floor((room - span) / s) + 1, weights = kind === 1 ? 0 : c * from.c * k * k;
    if (kind === 1 && 2 * p > k) trouble = `is padded by ${p}, more than half of its window: p ≤ k / 2 = ${k} / 2.`;
    else if (room < span) trouble = `has a kernel ${d > 1 ? `that spans d·(k − 1) + 1 = ${d}·(${k} − 1) + 1 = ${span}` : `of ${k}`}, `
      + `its padded input n + 2p = ${from.n} + 2·${p} = ${room}.`;
    if (trouble) break;
    volumes.push({ kind, k, s, p, c, n, d, span, params: weights && weights + c, macs: weights * n * n, jump: from.jump * s,
      field: from.field + (span - 1) * from.jump, begin: from.begin - p * from.jump });
  }
  if (trouble) trouble = `Layer ${volumes.length} cannot be built: it ${trouble}`;
  return { stack, volumes, trouble, last: stack.length };
}

/** Every single change of the layer that cannot be built, or of the input, that mends the stack. */
function repairs(state, { stack, volumes }, focus) {
  const at = volumes.length - 1, layer = stack[at], works = (changes) => !compute({ ...state, ...changes }).trouble;
  const change = (i) => (value) => ({ preset: OWN, layers: stack.map((old, l) => (l === at ? old.map((was, j) => (i === j ? value : was)) : old)).flat() });
  const own = FREE[KINDS[layer[0]]].filter((i) => i !== 4 && i !== 2).map((i) => [i, [NUMBERS[i], layer[i], BOUNDS[i], change(i)]]);
  return [...own.flatMap(([i, option]) => mends([option], works).map((fix) => [...fix, () => focus(at + 1, i)])),
    ...mends([["input n", state.size, [1, 256], (size) => ({ size })]], works)];
}

const count = (number) => number.toLocaleString("en-US");
/** A number that is at most so many letters wide. */
function brief(number, letters) {
  if (count(number).length <= letters) return count(number);
  const [unit, sign] = number >= 1e9 ? [1e9, "G"] : number >= 1e6 ? [1e6, "M"] : [1e3, "k"];
  return `${number / unit < 9.95 ? (number / unit).toFixed(1) : Math.round(number / unit)}${sign}`;
}
const form = ({ c, n }) => `${c} × ${n} × ${n}`;

/** How the numbers of a layer come about: lines of texts, each with its result. */
function derive({ kind, k, s, p, c, n, d, params, macs, field, jump, begin }, from) {
  const taps = `${from.c}·${k}·${k}`, inputs = from.c * k * k; // a dense layer's kernel takes all of its input
  const [weights, products] = [
    [`C·(Cᵢₙ·k·k + 1) = ${c}·(${taps} + 1) = `, `C·Cᵢₙ·k·k·n·n = ${c}·${taps}·${n}·${n} = `],
    ["a pool has no weights, ", "a pool only compares or adds, "],
    [`C·(inputs + 1) = ${c}·(${inputs} + 1) = `, `C·inputs = ${c}·${inputs} = `],
  ][kind];
  const size = d > 1 ? `⌊(n + 2p − d·(k − 1) − 1) / s⌋ + 1 = ⌊(${from.n} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}⌋ + 1 = ${n}: `
    : `⌊(n + 2p − k) / s⌋ + 1 = ⌊(${from.n} + 2·${p} − ${k}) / ${s}⌋ + 1 = ${n}: `;
  const reach = d > 1 ? `R + d·(k − 1)·S = ${from.field} + ${d}·(${k} − 1)·${from.jump} = ` : `R + (k − 1)·S = ${from.field} + (${k} − 1)·${from.jump} = `;
  return [
    [`volume: ${kind === 2 ? `each kernel is as wide as the input, ${k}, and has one place: ` : size}`, form({ c, n })],
    [`parameters: ${weights}`, count(params)],
    [`multiplications (MACs): ${products}`, count(macs)],
    [`receptive field: size ${reach}`, field, `, stride S·s = ${from.jump}·${s} = `, jump, `, padding P + p·S = ${-from.begin} + ${p}·${from.jump} = `, `${-begin}`],
  ];
}

/** A network as a small picture: the widths of its maps. */
const pictures = () => ({ preset: Object.values(NETWORKS).map(([depth, size, layers]) => {
  const { volumes } = compute({ depth, size, layers: layers.flat() }), high = Math.log(2 * volumes[0].n), step = 24 / volumes.length;
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": true, class: "cc-widths" }, ...volumes.map(({ n }, at) => {
    const side = Math.max(2, (20 * Math.log(2 * n)) / high);
    return svg("rect", { x: at * step, y: 12 - side / 2, width: step * 0.72, height: side });
  }));
}) });

const HEADS = 54, LEAST = 43; // widths: of the names of the table's rows, of the narrowest column

/** @type {Description["build"]} */
function build({ set, move, stop, refuse, callout, redraw }) {
  let state, now, stack, lay, first = 1, carried = null;
  const change = (layers, position) => set({ preset: OWN, layers: layers.flat(), position });
  const at = () => state.position;
  const table = plate({ kind: "cc-layers", refuse, whole: true, edit(r, column, value) {
    const layer = lay.columns[column], [symbol, i] = ROWS[r];
    const [low, high] = layer ? BOUNDS[i] : symbol === "n" ? [1, 256] : [1, 64], name = i ? NUMBERS[i] : "size n";
    if (value % 1 || value < low || value > high) return `The ${name} must be whole, ${low} to ${high}`;
    if (!layer) set(symbol === "n" ? { size: value } : { depth: value });
    else change(stack.map((old, l) => old.map((was, j) => (l === layer - 1 && j === i ? value : was))), layer);
  } });
  table.cells.addEventListener("focusin", (/** @type {On<FocusEvent>} */ { target }) => {
    const column = table.list.indexOf(target.closest("[role=gridcell]")) % lay.columns.length;
    if (lay.columns[column] !== at()) move(lay.columns[column]);
  });
  const focus = (layer, i) => setTimeout(() => {
    const column = lay.columns.indexOf(layer), row = ROWS.findIndex(([, number]) => number === i);
    table.focus(row * lay.columns.length + column);
  });

  // ---- tools: what is added stands behind the chosen layer
  const button = (text, click, name) => press({ ...(name && { "aria-label": name, title: name }), click: () => { stop(); refuse(""); click(); } }, text);
  const add = (name, kind) => button(`+ ${name}`, () => {
    if (stack.length === MOST) return refuse(`There is room for ${MOST} layers: remove one first.`);
    change(stack.toSpliced(at(), 0, [conv(3, 1, 1, 8), pool(2, 2), dense(10)][kind]), at() + 1);
  });
  const carry = (from, to) => {
    if (from < 1 || to < 1 || to > stack.length || from === to) return;
    const layer = stack[from - 1];
    change(stack.toSpliced(from - 1, 1).toSpliced(to - 1, 0, layer), to);
  };
  const remove = button("Remove", () => {
    if (!at()) return refuse("The input cannot be removed: choose a layer.");
    change(stack.toSpliced(at() - 1, 1), Math.min(at(), stack.length - 1));
  });
  const tools = buttonBar("Add, move or remove a layer", [...KINDS.map(add), button("◂", () => carry(at(), at() - 1), "Move earlier"),
    button("▸", () => carry(at(), at() + 1), "Move later"), remove]);
  const after = make("span", { class: "cc-after" });
  tools.prepend(after);

  // ---- blocks: the maps to a logarithmic scale, and what one unit sees of each
  const layer = (name) => svg("g", { class: name }), parts = { depth: layer("cc-depth"), maps: layer("cc-maps"), beams: svg("path", { class: "cc-beam" }),
    out: layer("cc-out-of"), fields: layer("cc-fields") };
  const drop = svg("line", { class: "cc-drop" }), knob = svg("circle", { class: "cc-knob", r: 5.5 });
  const blocks = svg("svg", { class: "cc-blocks", "aria-hidden": "true" }, ...Object.values(parts), knob, drop);
  const names = make("div", { class: "cc-names", "aria-hidden": true }), heads = make("div", { class: "cc-heads", "aria-hidden": true },
    ...ROWS.map(([symbol]) => make("span", { title: WORDS[symbol] ?? "" }, symbol.length > 1 ? symbol : make("i", {}, symbol))));
  const stage = make("div", { class: "cc-stage", "data-picture": "" }, tools, blocks, names, heads, table.root, callout);
  const facts = range(6).map(() => make("p", { class: "cc-sum" }));

  const column = (clientX) => Math.max(0, Math.floor((clientX - blocks.getBoundingClientRect().left - HEADS) / lay.wide));
  const aim = (event) => { // the unit of the chosen block that lies under the pointer
    const box = lay.boxes[at()], from = blocks.getBoundingClientRect();
    if (!box?.n) return;
    const part = (pointer, start) => clamp(Math.round((100 * ((pointer - start) / box.side - 0.5 / box.n)) / (1 - 1 / box.n || 1)), 0, 100);
    set({ down: part(event.clientY - from.top, box.y), across: part(event.clientX - from.left, box.x) });
  };
  pullable(blocks, (event) => {
    const layer = lay.columns[column(event.clientX)];
    if (layer === undefined) return false;
    event.preventDefault();
    stop();
    if (layer !== at()) move(layer);
    else aim(event);
  }, (dx, dy, event) => aim(event), (moved, event) => { if (!moved) aim(event); });
  pullable(names, (event) => { // by its name a block is carried to another place
    const layer = lay.columns[column(event.clientX)];
    if (layer === undefined) return false;
    event.preventDefault();
    stop();
    move(layer);
    carried = layer ? { from: layer, to: layer } : null;
  }, (dx, dy, event) => {
    if (!carried) return;
    const over = clamp(column(event.clientX), 1, lay.columns.length - 1);
    carried.to = lay.columns[over];
    redraw();
  }, (moved) => {
    const done = carried;
    carried = null;
    if (moved && done) carry(done.from, done.to);
    redraw();
  });

  /** As many rectangles as there are places; each glides to its own. */
  function rectangles(parent, places) {
    while (parent.childNodes.length < places.length) parent.append(svg("rect"));
    while (parent.childNodes.length > places.length) parent.lastChild.remove();
    places.forEach(({ x, y, w, h, look = "" }, i) => {
      parent.childNodes[i].setAttribute("class", look);
      parent.childNodes[i].style.cssText = `x:${x.toFixed(1)}px;y:${y.toFixed(1)}px;width:${w.toFixed(1)}px;height:${h.toFixed(1)}px`;
    });
  }

  /** Which layers have a column, and where everything stands. */
  function fit() {
    const [W, H] = roomOn(stage), all = stack.length + 1;
    const room = Math.max(3, Math.floor((W - HEADS) / LEAST)), seen = Math.min(all, room);
    first = clamp(first, 1, Math.max(1, all - seen + 1));
    if (at() >= first + seen - 1) first = at() - seen + 2;
    if (at() && at() < first) first = at();
    const columns = [0, ...range(seen - 1).map((i) => first + i)], wide = Math.min(140, Math.floor((W - HEADS) / seen));
    const line = H > 420 ? 27 : 24, top = tools.offsetHeight + 22, high = Math.max(60, H - top - 22 - ROWS.length * line);
    const most = Math.min(high - 10, wide - 12), scale = Math.log(2 * Math.max(...now.volumes.map(({ n }) => n)));
    const boxes = {}, large = Math.min(high - 10, wide + HEADS - 18); // the input may stand over the names of the rows too
    columns.forEach((layer, i) => {
      const volume = now.volumes[layer], n = volume?.n ?? 0, least = n ? Math.max(7, (most - 8) * (Math.log(2 * n) / scale)) : 18;
      const side = layer || wide > 90 ? least : Math.max(least, large), deep = volume ? Math.min(9, 0.8 * Math.log2(volume.c)) : 0;
      const x = layer || side === least ? HEADS + i * wide + (wide - side - deep) / 2 : HEADS + wide - side - deep - 6;
      boxes[layer] = { n, side, deep, x, y: (high - side + deep) / 2, middle: HEADS + (i + 0.5) * wide };
    });
    return { columns, wide, boxes, line, top, high, below: top + high + 22, width: HEADS + seen * wide };
  }

  /** What the unit sees of every map: from and to, along one axis, in that map's own numbers. */
  function back(unit) {
    if (!now.volumes[at()]) return {};
    const seen = { [at()]: [unit, unit] };
    for (let layer = at(); layer > 0; layer--) {
      const { s, p, span } = now.volumes[layer], [low, high] = seen[layer];
      seen[layer - 1] = [low * s - p, high * s - p + span - 1];
    }
    return seen;
  }

  function drawBlocks(i, j) {
    const { columns, boxes, high, top, wide } = lay;
    blocks.style.cssText = `top:${top}px;height:${high}px;width:${lay.width}px`;
    const shown = columns.map((layer) => [layer, boxes[layer]]), built = shown.filter(([, { n }]) => n);
    rectangles(parts.depth, built.map(([, { x, y, side, deep }]) => ({ x: x + deep, y: y - deep, w: side, h: side })));
    rectangles(parts.maps, shown.map(([layer, { x, y, side, n }]) => ({ x, y, w: side, h: side, look: n ? (layer === at() ? "cc-now" : "") : "cc-none" })));
    const rows = back(i), cols = back(j), fields = [], out = [], rects = [];
    for (const [layer, { x, y, side, n }] of built) {
      if (!rows[layer]) continue;
      const cut = (/** @type {number[]} */ [low, high]) => [clamp(low, 0, n), clamp(high + 1, 0, n)].map((edge) => (edge / n) * side), [[top1, end1], [left, right]] = [cut(rows[layer]), cut(cols[layer])];
      const rect = { x: x + left, y: y + top1, w: Math.max(2, right - left), h: Math.max(2, end1 - top1), look: layer === at() ? "cc-unit" : "" };
      fields.push(rect);
      rects.push(rect);
      const over = [rows[layer], cols[layer]].flatMap(([low, high]) => [Math.min(5, (Math.max(0, -low) / n) * side), Math.min(5, (Math.max(0, high + 1 - n) / n) * side)]);
      if (over.some((part) => part > 0.5)) out.push({ x: rect.x - over[2], y: rect.y - over[0], w: rect.w + over[2] + over[3], h: rect.h + over[0] + over[1] });
    }
    rectangles(parts.fields, fields);
    rectangles(parts.out, out);
    const unit = rects.at(-1);
    knob.style.display = unit && boxes[at()]?.n ? "" : "none";
    if (unit) for (const [name, value] of [["cx", unit.x + unit.w / 2], ["cy", unit.y + unit.h / 2]]) knob.setAttribute(name, value);
    parts.beams.setAttribute("d", rects.slice(1).map((rect, i) => beam(rects[i], rect)).join(""));
    const to = carried && boxes[carried.to], side = carried && carried.to > carried.from ? 0.5 : -0.5;
    drop.style.display = to && carried.to !== carried.from ? "" : "none";
    if (to) for (const [name, value] of Object.entries({ x1: to.middle + side * wide, x2: to.middle + side * wide, y1: 2, y2: high - 2 })) drop.setAttribute(name, value);
  }

  function paint(given, found) {
    [state, now, stack] = [given, found, found.stack];
    const { volumes, trouble } = found, kinds = ["input", ...stack.map(([kind]) => KINDS[kind])], chosen = volumes[at()];
    lay = fit();
    stage.style.height = `${lay.below + ROWS.length * lay.line + 4}px`;
    after.textContent = `after ${at() ? `layer ${at()}` : "the input"}:`;
    const [i, j] = [state.down, state.across].map((part) => Math.round((part * ((chosen?.n ?? 1) - 1)) / 100));
    drawBlocks(i, j);
    names.style.cssText = `top:${lay.top - 22}px;height:${lay.high + 44}px`;
    names.replaceChildren(...lay.columns.flatMap((layer) => {
      const style = `left:${lay.boxes[layer].middle - lay.wide / 2}px;width:${lay.wide}px`, look = layer === at() ? "cc-now" : "";
      return [make("b", { style, class: look }, layer ? `${layer === first && first > 1 ? "… " : ""}${layer}${layer === lay.columns.at(-1) && layer < stack.length ? " …" : ""}` : ""),
        make("span", { style: `${style};top:${lay.high + 22}px`, class: `${look} ${layer ? "cc-handle" : ""}`, title: layer ? "pull to another place" : "" },
          `${layer && lay.wide > 70 ? "⠿ " : ""}${kinds[layer]}`)];
    }));
    heads.style.cssText = `top:${lay.below}px;--line:${lay.line}px`;
    const letters = Math.floor((lay.wide - 4) / LETTER);
    table.draw({ name: "layers", rows: ROWS.length, cols: lay.columns.length, active: firstCell(kinds),
      box: { x: HEADS, y: lay.below, cell: lay.wide, high: lay.line, font: 14 }, cell: (r, c) => {
        const layer = lay.columns[c], [symbol, i] = ROWS[r], volume = volumes[layer], own = layer ? FREE[kinds[layer]].includes(i) : symbol === "C" || symbol === "n";
        const value = layer && own ? stack[layer - 1][i] : { C: volume?.c, n: volume?.n, params: volume?.params, MACs: volume?.macs }[symbol]
          ?? (symbol.length > 1 || symbol === "n" || symbol === "C" ? "?" : undefined);
        const named = symbol.length > 1 ? symbol : i ? NUMBERS[i] : "size n", text = value === undefined ? "" : value === "?" ? "?" : r > 5 ? brief(value, letters) : `${value}`;
        return { value, text, fixed: !own, marks: `${layer === at() ? "cc-now" : ""} ${own ? "cc-own" : ""}`,
          label: `${layer ? `${layer} ` : ""}${kinds[layer]}, ${named}${own ? "" : `: ${value ?? "none"}`}` };
      } });
    if (trouble) {
      const place = lay.boxes[volumes.length] ?? lay.boxes[lay.columns.at(-1)], width = Math.min(350, roomOn(stage)[0]);
      callout.style.cssText = `left:${clamp(place.middle - lay.wide / 2, 0, roomOn(stage)[0] - width)}px;top:${lay.top}px;width:${width}px`;
    } else callout.style.cssText = `left:0;top:${lay.top}px`;
    return tell(i, j, kinds);
  }
  /** The cell where one comes in: the first that can be edited of the chosen layer. */
  function firstCell(kinds) {
    const row = Math.max(0, ROWS.findIndex(([symbol, i]) => (at() ? FREE[kinds[at()]].includes(i) : symbol === "C")));
    return row * lay.columns.length + Math.max(0, lay.columns.indexOf(at()));
  }

  function tell(i, j, kinds) {
    const { volumes, trouble } = now, chosen = volumes[at()];
    const totals = ["params", "macs"].map((name) => count(volumes.reduce((sum, volume) => sum + volume[name], 0)));
    const whole = `In all: ${totals[0]} parameters, ${totals[1]} multiplications.`;
    const told = volumes.map((volume, layer) => `${layer || ""} ${kinds[layer]}: ${form(volume)}.`).join(" ");
    facts.forEach((line) => line.replaceChildren());
    facts[5].textContent = whole;
    if (!chosen) {
      facts[0].textContent = `Layer ${at()} has no volume yet.`;
      return [facts[0].textContent, `${told} ${trouble}`];
    }
    const { field: seen, jump, begin } = chosen, { size } = state;
    if (at()) derive(chosen, volumes[at() - 1]).forEach((texts, line) => facts[line].append(...texts.map((text, odd) => (odd % 2 ? make("b", {}, text) : text))));
    else facts[0].append("the input: ", make("b", {}, form(chosen)));
    const reach = (name, index) => {
      const start = index * jump + begin, from = Math.max(0, start), end = Math.min(size, start + seen) - 1;
      return `from ${name} ${index}·${jump} − ${-begin} = ${show(start)} on, ${from > end ? "only padding" : `pixels ${from} to ${end}`}`;
    };
    const sight = `Unit (${i}, ${j}) sees ${seen} × ${seen}: ${reach("row", i)}; ${reach("column", j)}.`;
    facts[4].append(sight);
    return [`Layer ${at()}, ${kinds[at()]}: ${form(chosen)}. ${sight}`, `${told} ${whole} ${sight} ${trouble}`];
  }

  return { stage, under: [make("div", { class: "cc-facts" }, ...facts)], paint, compute: (given) => {
    const found = compute(/** @type {any} */ (given)), fixes = found.trouble ? repairs(given, found, focus) : [];
    return { ...found, fixes, trouble: found.trouble && `${found.trouble}${fixes.length ? " Choose" : ""}` };
  } };
}

export default explorer({ name: "sizes", title: "sizes and receptive field", settle, compute, pictures, build });
