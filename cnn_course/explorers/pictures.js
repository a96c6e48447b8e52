// Kernels on pictures: any kernel, flipped or not, over a photograph or a picture of the reader's own.

const PICTURES = ["china", "flower", "your own picture"], CHANNELS = ["red", "green", "blue"];
const OWN = 2, YOURS = 8, LONGEST = 256; // a larger picture is made smaller
const THREE = { // kernels that are 3 by 3 by nature
  3: [0, -1, 0, -1, 5, -1, 0, -1, 0], // sharpen
  4: [-1, 0, 1, -2, 0, 2, -1, 0, 1], // Sobel, vertical edges
  5: [-1, -2, -1, 0, 0, 0, 1, 2, 1], // Sobel, horizontal edges
  6: [0, 1, 0, 1, -4, 1, 0, 1, 0], // Laplacian
  7: [-2, -1, 0, -1, 1, 1, 0, 1, 2], // emboss
};
const ANY = [(k, at) => (at === k * k >> 1 ? 1 : 0), (k) => 1 / k ** 2, () => 1]; // identity, box blur, all ones

function settle(state, before) {
  const flat = THREE[state.preset], chosen = state.preset !== before?.preset;
  if (flat && chosen) state.size = 0;
  else if (flat && state.size) state.preset = YOURS;
  const k = 2 * state.size + 3, old = Math.floor(Math.sqrt(state.weight.length)), move = (k - old) >> 1;
  if (THREE[state.preset]) state.weight = flat;
  else if (ANY[state.preset]) state.weight = range(k * k).map((at) => ANY[state.preset](k, at));
  else if (state.weight.length !== k * k) // another size keeps the middle
    state.weight = table(k, k, (r, c) => (c - move >= 0 && c - move < old && state.weight[(r - move) * old + c - move]) || 0).flat();
}

/** A picture from its bytes, `step` of them to a pixel: three channels, and the three mixed to whole grey values. */
export function split(bytes, rows, cols, step) {
  const colours = CHANNELS.map((_, c) => Float64Array.from({ length: rows * cols }, (_, at) => bytes[step * at + c]));
  const grey = colours[0].map((_, at) => Math.floor(total(MIX.map((part, c) => [part, colours[c][at]])) + 0.5));
  return { rows, cols, colours, grey: [grey] };
}

/** Surround a channel by `edge` zeros on each side. */
function pad(x, rows, cols, edge) {
  const wide = cols + 2 * edge, padded = new Float64Array(wide * (rows + 2 * edge));
  for (let r = 0; r < rows; r++) padded.set(x.subarray(r * cols, (r + 1) * cols), (r + edge) * wide + edge);
  return padded;
}

/** Slide the k by k kernel over a channel that is `wide` wide: the plain sum of products, for all outputs. */
function correlate(x, wide, kernel, k) {
  const cols = wide - k + 1, rows = x.length / wide - k + 1, y = new Float64Array(rows * cols);
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++) {
      const weight = kernel[a * k + b];
      for (let i = 0; weight && i < rows; i++)
        for (let j = 0, to = i * cols, from = (i + a) * wide + b; j < cols; j++) y[to + j] += weight * x[from + j];
    }
  return y;
}

/** The output, and both pictures to look at. */
export function filter({ rows: high, cols: wide, colours, grey }, { size, weight, flip, padding, view, grey: plain }) {
  const k = 2 * size + 3, edge = padding ? size + 1 : 0, x = plain ? grey : colours;
  const rows = high + 2 * edge - k + 1, cols = wide + 2 * edge - k + 1;
  if (rows < 1 || cols < 1) return { rows: 0, cols: 0, last: 0, trouble: `The kernel does not fit: it is ${k} by ${k}, the picture `
    + `${high} by ${wide}, and n − k + 1 is below 1. Choose padding “same”, a smaller kernel or a larger picture.` };
  const used = flip ? [...weight].reverse() : weight, across = wide + 2 * edge;
  const padded = x.map((channel) => pad(channel, high, wide, edge));
  const y = padded.map((channel) => correlate(channel, across, used, k));
  const mixed = plain || !view ? y[0] : y[0].map((_, at) => total(MIX.map((part, c) => [part, y[c][at]])));
  let [low, most] = [Infinity, -Infinity];
  for (const channel of view ? [mixed] : y) for (const value of channel) [low, most] = [Math.min(low, value), Math.max(most, value)];
  const limit = Math.max(-low, most) || 1;
  const input = { rows: high + 2 * edge, cols: across, paint: (bytes) => {
    for (let r = 0; r < high; r++) for (let c = 0; c < wide; c++) {
      const to = 4 * ((r + edge) * across + c + edge), at = r * wide + c;
      for (let channel = 0; channel < 3; channel++) bytes[to + channel] = x[channel % x.length][at];
      bytes[to + 3] = 255;
    }
  } };
  const output = { rows, cols, paint: (bytes) => { // bytes round, and cut off what is below 0 or above 255
    for (let at = 0; at < mixed.length; at++) {
      const colour = view && tint("output", mixed[at] / limit);
      for (let channel = 0; channel < 3; channel++) bytes[4 * at + channel] = view ? colour[channel] : y[channel % y.length][at];
      bytes[4 * at + 3] = 255;
    }
  } };
  return { rows, cols, high, wide, edge, across, padded, y, used, low, most, input, output, last: rows * cols - 1 };
}

function build({ get, set, move, pause, redraw, refuse }) {
  const [rows, cols] = get("shape"), view = get("photographs"), length = 3 * rows * cols;
  const photographs = [0, 1].map((nth) => split(new Uint8Array(view.buffer, view.byteOffset + nth * length, length), rows, cols, 3));
  let own, state, result, made = [], stream;

  function compute(now) {
    const source = now.picture === OWN ? own : photographs[now.picture], asked = [source, JSON.stringify({ ...now, position: 0 })];
    if (asked.some((part, i) => part !== made[i])) result = source ? filter(source, now) : { rows: 0, cols: 0, last: 0,
      trouble: "There is no picture of yours yet: open one from a file or the camera with the buttons below. It stays on this page." };
    made = asked;
    return result;
  }

  // A picture of the reader's own is kept here and nowhere else: no trait holds it, so that it cannot leave the page.
  function take(source, width, height) {
    const scale = Math.min(1, LONGEST / Math.max(width, height)), size = [width, height].map((n) => Math.max(1, Math.round(n * scale)));
    const canvas = make("canvas", { width: size[0], height: size[1] }), context = canvas.getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "high";
    context.fillStyle = "#fff"; // behind what is transparent
    context.fillRect(0, 0, ...size);
    context.drawImage(source, 0, 0, ...size);
    own = split(context.getImageData(0, 0, ...size).data, size[1], size[0], 4);
    refuse("");
    if (!set({ picture: OWN })) redraw();
  }
  async function open([chosen]) {
    if (!chosen) return;
    const bitmap = await createImageBitmap(chosen).catch(() => null);
    if (bitmap) take(bitmap, bitmap.width, bitmap.height);
    else refuse(`“${chosen.name}” is not a picture that this browser can read.`);
  }
  function stop() {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    camera.textContent = "Use the camera";
  }
  async function film() {
    if (stream) return stop();
    const video = make("video", { playsinline: "" });
    try {
      video.srcObject = stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640 } });
      await video.play();
    } catch {
      stop();
      return refuse("The camera did not open: there is none, or it was not allowed.");
    }
    camera.textContent = "Keep this frame";
    const next = () => {
      if (stream && !row.isConnected) stop();
      if (!stream) return;
      take(video, video.videoWidth, video.videoHeight);
      requestAnimationFrame(next);
    };
    next();
  }
  const file = make("input", { type: "file", accept: "image/*", hidden: "", change: ({ target }) => open(target.files) });
  const button = (text, click) => make("button", { type: "button", click }, text);
  const camera = button("Use the camera", film);
  const sources = toolbar("Your own picture", [button("Open a picture …", () => file.click()),
    ...(navigator.mediaDevices?.getUserMedia ? [camera] : [])]);
  const head = make("div", { class: "cc-sources" }, sources,
    make("p", { class: "cc-title" }, "It stays on this page: nothing is sent or stored."));

  const go = (r, c) => { if (result.rows) move(clamp(r, 0, result.rows - 1) * result.cols + clamp(c, 0, result.cols - 1)); };
  const input = picture({ pick: (r, c) => go(r - state.size - 1, c - state.size - 1) }), output = picture({ pick: go });
  const windows = CHANNELS.map(() => grid({ pick: pause })), turned = grid({ pick: pause });
  const kernel = grid({ pick: pause, refuse, edit: (r, c, value) =>
    set({ preset: YOURS, weight: state.weight.map((old, at) => (at === r * (2 * state.size + 3) + c ? value : old)) }) });
  const lines = CHANNELS.map(() => make("p", { class: "cc-sum" }));
  const row = make("div", { class: "cc-row" }, input.root, output.root);
  const below = make("div", { class: "cc-row" }, kernel.root, turned.root, ...windows.map((window) => window.root));

  function paint(now, found) {
    state = now;
    const { size, weight, flip, position, view, grey } = now, { rows, cols, high, wide, edge, across, padded, y, used } = found;
    const k = 2 * size + 3, i = Math.floor(position / cols), j = position % cols, colours = grey ? 1 : 3;
    const weights = (name, word, values, on) => ({ name, rows: k, cols: k, window: on && [0, 0, k, k], cell: (r, c) =>
      ({ value: values[r * k + c], kind: "weight", scale: limits([weight]), label: `${word}[${r}, ${c}]` }) });
    kernel.draw(weights("kernel, to edit", "kernel", weight, !flip));
    turned.root.hidden = !flip;
    turned.draw(weights("kernel flipped, as used", "flipped", [...weight].reverse(), true));
    row.hidden = !rows;
    lines.forEach((line) => line.replaceChildren());
    windows.forEach(({ root }, channel) => (root.hidden = !rows || channel >= colours));
    if (!rows) return ["There is no output.", found.trouble];

    const share = 1 / Math.max(1, high / wide), limit = [found.low, found.most].map(show).join(" to ");
    input.root.classList.toggle("cc-padded", edge > 0);
    input.draw({ name: `input, ${high} × ${wide}${edge ? `, with ${edge} of padding` : ""}`, image: found.input,
      at: [i + size + 1, j + size + 1], window: [i, j, k, k], share });
    output.draw({ name: `output, ${rows} × ${cols}, from ${limit}`, image: found.output, at: [i, j], window: [i, j, 1, 1], share: share * cols / across });
    const news = range(colours).map((channel) => {
      const name = grey ? "" : CHANNELS[channel], at = (r, c) => (i + r) * across + j + c;
      const inside = (r, c) => i + r >= edge && i + r < high + edge && j + c >= edge && j + c < wide + edge;
      windows[channel].draw({ name: `window${name && `, ${name}`}`, rows: k, cols: k, window: [0, 0, k, k], cell: (r, c) => {
        const value = padded[channel][at(r, c)], real = inside(r, c);
        return { value, label: real ? `${name} input[${i + r - edge}, ${j + c - edge}] is ${show(value)}`.trim() : "padding, 0",
          ...(real ? { kind: "input", scale: [0, 255] } : { kind: "pad" }) };
      } });
      const terms = table(k, k, (r, c) => [padded[channel][at(r, c)], used[r * k + c]]).flat();
      const start = `${name && `${name}: `}output[${i}, ${j}] = `, value = show(y[channel][position]);
      lines[channel].append(`${start}${sum(terms.slice(0, 9))}${k > 3 ? ` + … (${k * k} products)` : ""} = `, make("b", {}, value));
      return `${start}${value}`;
    });
    return [news.join("; "), `${PICTURES[now.picture]}${grey ? " mixed to grey" : ""}, ${high} by ${wide} pixels from 0 to 255; `
      + `kernel ${k} by ${k}${flip ? ", used flipped" : ""}, rows ${table(k, k, (r, c) => show(weight[r * k + c])).map((r) => r.join(", ")).join("; ")}. `
      + `Output ${rows} by ${cols}, from ${limit}, shown ${view ? "as signed numbers, red below 0, blue above" : "as a picture, cut off at 0 and 255"}. `
      + `The window stands at row ${i - edge}, column ${j - edge}.`];
  }
  return { parts: [head, file, row, below, ...lines], compute, paint };
}

export default explorer({ name: "pictures", title: "kernels on pictures", settle, build });
