// Channels: one product sum for each channel, added; several filters stack to a volume.

const NAMES = ["R", "G", "B"];
const VOLUME = [
  [[-2, -1, 0, 1], [2, 3, 4, 5], [6, 7, 8, 9]],
  [[-3, -2, -1, 0], [1, 2, 3, 4], [5, 6, 7, 8]],
  [[-6, -2, 3, 0], [1, 2, 3, 4], [5, 4, 2, 8]],
];
const centre = (weight) => table(3, 3, (r, c) => (r === 1 && c === 1 ? weight : 0));
const FILTERS = [
  [[[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, -4, 0], [3, 0, 5], [2, -1, 8]], [[-1, 1, 2], [3, 2, 0], [6, 0, 1]]],
  [centre(1), centre(1), centre(1)], // the sum of the channels
  [centre(1), centre(0), centre(-1)], // red without blue
  NAMES.map(() => table(3, 3, () => 1)), // the sum of the whole window
];

function settle(state) {
  state.shown = Math.min(state.shown, state.filters - 1);
}

function compute({ padding: p, filters, bias, relu }) {
  const rows = 1 + 2 * p, cols = 2 + 2 * p;
  const pixel = (channel, r, c) => VOLUME[channel][r - p]?.[c - p] ?? 0;
  const terms = (filter, channel, i, j) =>
    table(3, 3, (r, c) => [pixel(channel, i + r, j + c), FILTERS[filter][channel][r][c]]).flat();
  const maps = range(filters).map((filter) => table(rows, cols, (i, j) => {
    const value = NAMES.reduce((all, _, channel) => all + total(terms(filter, channel, i, j)), bias);
    return relu ? Math.max(0, value) : value;
  }));
  return { rows, cols, pixel, terms, maps, last: rows * cols - 1 };
}

function build({ set, move, pause }) {
  let columns;
  const channels = NAMES.map((name) => ({ name, input: grid({ pick: pause }), kernel: grid({ pick: pause }),
    line: note() }));
  const maps = FILTERS.map((_, filter) =>
    grid({ pick: (r, c) => { move(r * columns + c); set({ shown: filter }); } }));
  const line = note(), count = note();

  function paint({ padding: p, filters, shown: filter, bias, relu, position },
    { rows, cols, pixel, terms, maps: values }) {
    columns = cols;
    const [seen, weighed, made] = [VOLUME, FILTERS[filter], values].map((volume) => limits(volume.flat()));
    const i = Math.floor(position / cols), j = position % cols, kernels = FILTERS[filter];
    const parts = NAMES.map((_, channel) => total(terms(filter, channel, i, j)));
    const before = parts.reduce((a, b) => a + b, bias), value = show(values[filter][i][j]);
    channels.forEach(({ name, input, kernel, line: products }, channel) => {
      input.draw({ name: `input, ${name}`, rows: 3 + 2 * p, cols: 4 + 2 * p, active: p * (5 + 2 * p),
        chars: 2, window: [i, j, 3, 3], cell: (r, c) => {
          const number = pixel(channel, r, c);
          if (VOLUME[channel][r - p]?.[c - p] === undefined) return { value: 0, kind: "pad", label: "padding, 0" };
          return { value: number, kind: "input", scale: seen, label: `${name}[${r - p}, ${c - p}] is ${show(number)}` };
        } });
      kernel.draw({ name: `kernel for ${name}`, rows: 3, cols: 3, chars: 2, window: [0, 0, 3, 3],
        cell: (r, c) => ({ value: kernels[channel][r][c], kind: "weight", scale: weighed,
          label: `weight[${filter}, ${channel}, ${r}, ${c}] is ${show(kernels[channel][r][c])}` }) });
      products.replaceChildren(`${name}: ${sum(terms(filter, channel, i, j))} = `, make("b", {}, show(parts[channel])));
    });
    maps.forEach((map, at) => {
      map.root.hidden = at >= filters;
      if (at < filters) map.draw({ name: `map of filter ${at}`, rows, cols, chars: 3, active: position,
        window: at === filter && [i, j, 1, 1], cell: (r, c) => ({ value: values[at][r][c], kind: "output",
          scale: made, label: `output[${at}, ${r}, ${c}] is ${show(values[at][r][c])}` }) });
    });
    const added = `${parts.map(factor).join(" + ")}${bias ? ` + ${factor(bias)} of bias` : ""} = ${show(before)}`;
    const text = `output[${filter}, ${i}, ${j}] = ${added}${relu ? `, and max(0, ${show(before)}) = ` : ""}`;
    line.replaceChildren(relu ? text : text.slice(0, -show(before).length), make("b", {}, value));
    const size = `${filters} × ${rows} × ${cols}`, weights = filters * 28;
    count.textContent = `Output ${size}. Parameters: filters·(channels·k·k + 1) = ${filters}·(3·3·3 + 1) = ${weights}`;
    count.dataset.value = weights;
    const told = values.map((map, at) => `Map ${at}: ${inWords(map)}.`).join(" ");
    return [relu ? text + value : text, `Input of 3 channels, 3 by 4, padding ${p}; ${many(filters, "filter")} of 3 by 3 by 3. `
      + `${told} ${count.textContent}.`];
  }
  const rows = channels.map(({ input, kernel, line: products }) =>
    make("div", { class: "cc-channel" }, make("div", { class: "cc-row" }, input.root, kernel.root), products));
  const stack = make("div", { class: "cc-row" }, ...maps.map((map) => map.root));
  return { parts: [make("div", { class: "cc-channels" }, ...rows), line, stack, count], paint };
}

export default explorer({ name: "channels", title: "channels and filters", settle, compute, build });
