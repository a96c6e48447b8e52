// Sizes and receptive field: a stack of layers, its volumes and what they cost, and what one unit sees of the input.

const OWN = 4, MOST = 24;
const COLUMNS = ["layer", "kernel k", "stride s", "padding p", "channels C", "size n", "params", "MACs"];
const KINDS = ["conv", "pool", "dense"];
const FREE = { input: [], conv: [1, 2, 3, 4], pool: [1, 2, 3], dense: [4] }; // what can be edited
const BOUNDS = [[0, 2], [1, 15], [1, 8], [0, 7], [1, 4096]]; // of a layer's kind and numbers; all counts stay exact
const conv = (k, s, p, channels) => [0, k, s, p, channels];
const pool = (k, s) => [1, k, s, 0, 1]; // a pool has the channels of its input
const dense = (units) => [2, 1, 1, 0, units]; // a dense layer is a kernel as wide as its input
const block = (layers, channels) => [...range(layers).map(() => conv(3, 1, 1, channels)), pool(2, 2)];
const NETWORKS = [ // channels and size of the input, layers
  [1, 32, [conv(5, 1, 0, 6), pool(2, 2), conv(5, 1, 0, 16), pool(2, 2), dense(120), dense(84), dense(10)]],
  [3, 227, [conv(11, 4, 0, 96), pool(3, 2), conv(5, 1, 2, 256), pool(3, 2), conv(3, 1, 1, 384)]],
  [3, 224, [[2, 64], [2, 128], [3, 256], [3, 512], [3, 512]].flatMap((size) => block(...size))
    .concat([dense(4096), dense(4096), dense(1000)])],
  [1, 16, range(3).map(() => conv(6, 1, 0, 1))],
];

const split = (flat) => range(Math.min(MOST, flat.length / 5 | 0)).map((at) => flat.slice(5 * at, 5 * at + 5));

function settle(state, before) {
  state.layers = split([state.layers].flat()).flatMap((layer) => {
    const numbers = layer.map((value, i) => clamp(Math.round(value) || 0, ...BOUNDS[i]));
    return KINDS[numbers[0]] === "dense" ? dense(numbers[4]) : numbers;
  });
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
  for (const [kind, kernel, s, p, channels] of stack) {
    const from = volumes.at(-1), k = kind === 2 ? from.n : kernel, c = kind === 1 ? from.c : channels;
    const room = from.n + 2 * p, n = Math.floor((room - k) / s) + 1, weights = kind === 1 ? 0 : c * from.c * k * k;
    if (kind === 1 && 2 * p > k) trouble = `is padded by ${p}, more than half of its window: p ≤ k / 2 = ${k} / 2. `
      + "Choose less padding or a larger window.";
    else if (room < k) trouble = `has a kernel of ${k}, its padded input n + 2p = ${from.n} + 2·${p} = ${room}. `
      + "Choose a smaller kernel, more padding or a larger input.";
    if (trouble) break;
    volumes.push({ kind, k, s, p, c, n, params: weights && weights + c, macs: weights * n * n, jump: from.jump * s,
      field: from.field + (k - 1) * from.jump, begin: from.begin - p * from.jump });
  }
  if (trouble) trouble = `Layer ${volumes.length} cannot be built: it ${trouble}`;
  return { stack, volumes, trouble, last: stack.length };
}

const count = (number) => number.toLocaleString("en-US");
const brief = (number) => (number >= 1e9 ? `${inCell(number / 1e9)} G`
  : number >= 1e6 ? `${inCell(number / 1e6)} M` : count(number));
const form = ({ c, n }) => `${c} × ${n} × ${n}`;

/** How the numbers of a layer come about: lines of texts, each with its result. */
function explain({ kind, k, s, p, c, n, params, macs, field, jump, begin }, from) {
  const taps = `${from.c}·${k}·${k}`, inputs = from.c * k * k; // a dense layer's kernel takes all of its input
  const [weights, products] = [
    [`C·(C_in·k·k + 1) = ${c}·(${taps} + 1) = `, `C·C_in·k·k·n·n = ${c}·${taps}·${n}·${n} = `],
    ["a pool has no weights, ", "a pool only compares or adds, "],
    [`C·(inputs + 1) = ${c}·(${inputs} + 1) = `, `C·inputs = ${c}·${inputs} = `],
  ][kind];
  return [
    [`volume: ${kind === 2 ? `each kernel is as wide as the input, ${k}, and has one place: `
      : `⌊(n + 2p − k) / s⌋ + 1 = ⌊(${from.n} + 2·${p} − ${k}) / ${s}⌋ + 1 = ${n}: `}`, form({ c, n })],
    [`parameters: ${weights}`, count(params)],
    [`multiplications (MACs): ${products}`, count(macs)],
    [`receptive field: size R + (k − 1)·S = ${from.field} + (${k} − 1)·${from.jump} = `, field, `, stride S·s = `
      + `${from.jump}·${s} = `, jump, `, padding P + p·S = ${-from.begin} + ${p}·${from.jump} = `, `${-begin}`],
  ];
}

function build({ set, move, pause, refuse }) {
  let state, stack;
  const change = (layers, position) => set({ preset: OWN, layers: layers.flat(), position });
  const layers = grid({ refuse, whole: true, edit: (r, column, value) => {
    const [low, high] = BOUNDS[column];
    if (value % 1 || value < low || value > high) return `The ${COLUMNS[column]} must be whole, ${low} to ${high}`;
    change(stack.map((layer, at) => layer.map((old, i) => (at === r - 2 && i === column ? value : old))), r - 1);
  } });
  layers.root.classList.add("cc-stack");
  layers.root.addEventListener("focusin", ({ target }) => { // not hovering: the way to the buttons leads over all rows
    const row = target.closest("[role=row]"), at = [...row.parentNode.children].indexOf(row) - 1;
    if (at >= 0) move(at);
  });

  const button = (text, click) =>
    make("button", { type: "button", click: () => { pause(); refuse(""); click(); } }, text);
  const add = (name, kind) => button(`+ ${name}`, () => {
    if (stack.length === MOST) return refuse(`There is room for ${MOST} layers: remove one first.`);
    change(stack.toSpliced(state.position, 0, [conv(3, 1, 1, 8), pool(2, 2), dense(10)][kind]), state.position + 1);
  });
  const remove = button("Remove", () => {
    if (!state.position) return refuse("The input cannot be removed: choose a layer.");
    change(stack.toSpliced(state.position - 1, 1), Math.min(state.position, stack.length - 1));
  });
  const tools = toolbar("Add or remove a layer", [...KINDS.map(add), remove]);
  const after = tools.insertBefore(make("span", { class: "cc-after" }), tools.firstChild); // where one is added

  const box = (name, ...parts) => make("div", { class: name, "aria-hidden": true }, ...parts);
  const field = box("cc-window"), unit = box("cc-window"), image = box("cc-tiles"), map = box("cc-tiles cc-made");
  map.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const to = (pixels) => clamp(Math.round((100 * pixels) / map.clientWidth), 0, 100);
    pause();
    set({ down: to(offsetY), across: to(offsetX) });
  });
  const titles = [box("cc-title"), box("cc-title")], pictures = box("cc-row",
    ...[[image, field], [map, unit]].map((parts, at) => box("cc-panel", titles[at], box("cc-plan", ...parts))));
  const lines = range(6).map(note);
  const place = (node, top, left, side, whole, n) => { // a square, ruled n × n
    const [y, x, width] = [top, left, side].map((length) => `${(100 * length) / whole}%`);
    node.style.cssText = `top:${y};left:${x};width:${width};--raster:${n > 40 ? 0 : 100 / n}%`;
  };

  function draw(at, volumes, kinds) {
    const rows = [COLUMNS.map((name) => name.split(" ").at(-1)), ...kinds.map((kind, layer) => {
      const { c = "?", n = "?", params = "?", macs = "?" } = volumes[layer] ?? {}, own = FREE[kind];
      const first = ["", "", "", c].map((value, i) => (own.includes(i + 1) ? stack[layer - 1][i + 1] : value));
      return [layer ? `${layer} ${kind}` : kind, ...first, n, params, macs];
    })];
    layers.draw({ name: "layers", rows: rows.length, cols: 8, tracks: 12, window: [at + 1, 0, 1, 8],
      active: 8 * (at + 1) + (FREE[kinds[at]][0] ?? 0), cell: (r, column) => {
        const value = rows[r][column], free = r && FREE[kinds[r - 1]].includes(column);
        const label = r && column ? `${rows[r][0]}, ${COLUMNS[column]}${free ? "" : `: ${value}`}` : r ? value
          : `column ${COLUMNS[column]}`;
        const text = column > 5 ? brief(value) : `${value}`;
        return { value, text, label, kind: free ? "field" : "fixed", marks: r ? "" : "cc-head" };
      } });
  }

  function paint(now, { stack: list, volumes, trouble }) {
    [state, stack] = [now, list];
    const at = now.position, chosen = volumes[at], kinds = ["input", ...stack.map(([kind]) => KINDS[kind])];
    draw(at, volumes, kinds);
    after.textContent = `after ${at ? `layer ${at}` : "the input"}:`;
    const totals = ["params", "macs"].map((name) => count(volumes.reduce((sum, volume) => sum + volume[name], 0)));
    const whole = `In all: ${totals[0]} parameters, ${totals[1]} multiplications.`;
    const told = volumes.map((volume, layer) => `${layer || ""} ${kinds[layer]}: ${form(volume)}.`).join(" ");
    lines.forEach((line) => line.replaceChildren());
    lines[5].textContent = whole;
    pictures.hidden = !chosen;
    if (!chosen) {
      lines[0].textContent = `Layer ${at} has no volume yet.`;
      return [lines[0].textContent, `${told} ${trouble}`];
    }

    const { field: seen, jump, begin, n } = chosen, { size, down, across } = now;
    const [i, j] = [down, across].map((part) => Math.round((part * (n - 1)) / 100));
    const low = Math.min(0, begin), span = Math.max(size, (n - 1) * jump + begin + seen) - low;
    place(image, -low, -low, size, span, size);
    place(field, i * jump + begin - low, j * jump + begin - low, seen, span);
    place(map, 0, 0, n, n, n);
    place(unit, i, j, 1, n);
    titles[0].textContent = `input, ${size} × ${size}`;
    titles[1].textContent = `map of layer ${at}, ${n} × ${n}`;
    if (at) explain(chosen, volumes[at - 1]).forEach((texts, line) =>
      lines[line].append(...texts.map((text, odd) => (odd % 2 ? make("b", {}, text) : text))));
    const reach = (name, index) => {
      const start = index * jump + begin, first = Math.max(0, start), end = Math.min(size, start + seen) - 1;
      return `from ${name} ${index}·${jump} − ${-begin} = ${show(start)} on, `
        + (first > end ? "only padding" : `pixels ${first} to ${end}`);
    };
    const sight = `Unit (${i}, ${j}) sees ${seen} × ${seen}: ${reach("row", i)}; ${reach("column", j)}.`;
    lines[4].append(sight);
    return [`Layer ${at}, ${kinds[at]}: ${form(chosen)}. ${sight}`, `${told} ${whole} ${sight} ${trouble}`];
  }
  return { parts: [layers.root, tools, pictures, ...lines], paint };
}

export default explorer({ name: "sizes", title: "sizes and receptive field", settle, compute, build });
