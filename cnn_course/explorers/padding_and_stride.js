// Padding and stride: how often each pixel is used, which are skipped, how layers shrink.

/** One axis: n inputs, kernel k, stride s, padding p. */
function axis(n, k, s, p) {
  const room = n + 2 * p, size = Math.max(0, Math.floor((room - k) / s) + 1);
  const uses = range(room).map((i) => range(size).filter((j) => i >= j * s && i < j * s + k).length);
  const real = range(size).map((j) => range(k).filter((i) => j * s + i >= p && j * s + i < p + n).length);
  return { room, size, uses, real };
}

function compute({ size: n, kernel_size: k, stride: s, padding: p, layers }) {
  const sizes = [n];
  while (sizes.length <= layers && sizes.at(-1) > 0) sizes.push(axis(sizes.at(-1), k, s, p).size);
  const first = axis(n, k, s, p), short = sizes.at(-1) ? "" : sizes.at(-2);
  return { ...first, sizes, last: first.size ** 2 - 1, trouble: short
    && `Layer ${sizes.length - 1} cannot be built: its kernel is ${k} wide, its input with padding `
    + `n + 2p = ${short} + 2·${p} = ${short + 2 * p}. Choose a smaller kernel, more padding, a smaller stride `
    + "or fewer layers." };
}

function build({ move, pause, redraw }) {
  let aimed = null, size;
  const aim = (where) => { pause(); aimed = where; redraw(); };
  const input = grid({ pick: (r, c) => aim([r, c]), leave: () => { aimed = null; redraw(); } });
  const output = grid({ pick: (r, c) => move(r * size + c) });
  const line = note(), left = note();
  const list = make("ol", { class: "cc-layers" }), row = make("div", { class: "cc-row" }, input.root, output.root);

  function paint(state, { room, size: m, uses, real, sizes }) {
    size = m;
    const { size: n, kernel_size: k, stride: s, padding: p, position } = state;
    const i = Math.floor(position / m), j = position % m, edge = (at) => at < p || at >= p + n;
    const scale = [0, Math.max(1, ...uses) ** 2];
    row.style.setProperty("--cell", `${21 / room}rem`); // input and output in one scale
    input.draw({ name: `how often each pixel is used, ${n} × ${n}${p ? ` with ${p} of padding` : ""}`, rows: room,
      cols: room, active: p * room + p, window: m && [i * s, j * s, k, k], cell: (r, c) => {
        const value = uses[r] * uses[c], pad = edge(r) || edge(c);
        const where = pad ? "padding" : `input[${r - p}, ${c - p}]`;
        const kind = pad ? "pad" : m && !value ? "lost" : "output";
        return { value, kind, scale: kind === "output" ? scale : [], text: pad ? "" : show(value),
          marks: m && !value ? "cc-skipped" : "", label: `${where}, used ${many(value, "time")}` };
      } });
    output.draw({ name: `output, ${m} × ${m}: pixels in each window`, rows: m, cols: m, active: position,
      window: m && [i, j, 1, 1], cell: (r, c) => ({ value: real[r] * real[c], kind: "output", scale: [0, k * k],
        label: `output[${r}, ${c}] sees ${many(real[r] * real[c], "pixel")}` }) });
    list.replaceChildren(...sizes.map((width, layer) => make("li", { "data-value": width },
      !layer ? `input: ${width}` : !width ? `layer ${layer}: ${sizes[layer - 1]} + 2·${p} < ${k}, nothing fits`
        : `layer ${layer}: ⌊(${sizes[layer - 1]} + 2·${p} − ${k}) / ${s}⌋ + 1 = ${width}`,
      make("div", { class: "cc-bar", style: `width:${(100 * width) / Math.max(...sizes)}%` }))));
    const lost = range(room).filter((at) => !uses[at]), pixels = lost.filter((at) => !edge(at)).map((at) => at - p);
    const rest = (room - k) % s, why = [rest && `${room} − ${k} = ${m - 1}·${s} + ${rest} leaves a remainder`,
      s > k && "the stride is larger than the kernel"].filter(Boolean).join(" and ");
    left.textContent = !m ? "" : pixels.length ? `${rowsAndColumns(pixels)} are in no window: ${why}.`
      : `Every pixel is in some window${lost.length ? `; only padding is in none: ${why}` : ""}.`;
    const pixelsIn = real[i] * real[j];
    const inside = `output[${i}, ${j}] sees ${many(pixelsIn, "pixel")} of the input and ${k * k - pixelsIn} of padding.`;
    line.textContent = !m ? "" : !aimed || aimed[0] >= room || aimed[1] >= room ? inside
      : `${edge(aimed[0]) || edge(aimed[1]) ? "This padding" : `input[${aimed[0] - p}, ${aimed[1] - p}]`} is used by `
        + `${uses[aimed[0]]}·${uses[aimed[1]]} = ${many(uses[aimed[0]] * uses[aimed[1]], "window")}.`;
    return [line.textContent || "There is no output.", `Input ${n} by ${n}, kernel ${k}, stride ${s}, padding ${p}. `
      + `Widths layer by layer: ${sizes.join(", ")}. Along a row the pixels are used `
      + `${uses.slice(p, p + n).join(", ")} times. ${left.textContent}`];
  }
  return { parts: [row, line, left, make("div", { class: "cc-title" }, "the width, layer by layer"), list], paint };
}

export default explorer({ name: "padding_and_stride", title: "padding and stride", compute, build });
