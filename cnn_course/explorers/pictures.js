// Kernels on pictures: any kernel, flipped or not, over a photograph or a picture of the reader's own.

const PICTURES = ["china", "flower", "your own picture"], OWN = 2, CHANNELS = ["red", "green", "blue"];
const LONGEST = 256; // a larger picture is made smaller
const YOURS = 8;
const THREE = { // kernels that are 3 by 3 by nature
  3: [0, -1, 0, -1, 5, -1, 0, -1, 0], // sharpen
  4: [-1, 0, 1, -2, 0, 2, -1, 0, 1], // Sobel, vertical edges
  5: [-1, -2, -1, 0, 0, 0, 1, 2, 1], // Sobel, horizontal edges
  6: [0, 1, 0, 1, -4, 1, 0, 1, 0], // Laplacian
  7: [-2, -1, 0, -1, 1, 1, 0, 1, 2], // emboss
};
const ANY = [ // kernels of any size
  (k, at) => (at === k * k >> 1 ? 1 : 0), // identity
  (k) => 1 / k ** 2, // box blur
  () => 1,
];

/** The weights in a kernel of another size: the middle stays where it is, what is new is zero. */
function resize(weight, k) {
  const old = Math.floor(Math.sqrt(weight.length)), move = (k - old) >> 1;
  const kept = (at) => at >= move && at < move + old;
  return table(k, k, (r, c) => (kept(r) && kept(c) ? weight[(r - move) * old + c - move] : 0)).flat();
}

function settle(state, before) {
  if (THREE[state.preset] && state.preset !== before?.preset) state.size = 0;
  else if (THREE[state.preset] && state.size) state.preset = YOURS;
  const k = 2 * state.size + 3;
  if (THREE[state.preset]) state.weight = THREE[state.preset];
  else if (ANY[state.preset]) state.weight = range(k * k).map((at) => ANY[state.preset](k, at));
  else if (state.weight.length !== k * k) state.weight = resize(state.weight, k);
}

/** An SVG as an image element, which runs no script and loads nothing; one without a size gets that of its view box. */
async function drawing(file) {
  const svg = new DOMParser().parseFromString(await file.text(), "image/svg+xml").documentElement;
  const box = (svg.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number).slice(2);
  const whole = (side) => /^[\d.]+(px)?$/.test(svg.getAttribute(side)?.trim() ?? "");
  const large = LONGEST / Math.max(...box);
  if (box.length === 2 && !(whole("width") && whole("height")))
    ["width", "height"].forEach((side, i) => svg.setAttribute(side, box[i] * large));
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  return image;
}

const FORMATS = [ // how files begin, a character for each byte
  ["HEIC", /^....ftyp(hei|hev|mif|msf)/s], ["TIFF", /^(II\*\0|MM\0\*)/], ["PNG", /^\x89PNG/], ["JPEG", /^\xff\xd8/],
  ["GIF", /^GIF8/], ["WebP", /^RIFF....WEBP/s], ["BMP", /^BM/], ["AVIF", /^....ftypavi/s], ["SVG", /<svg[\s>]/],
];

async function formatOf(file) {
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, 4000).arrayBuffer()));
  return FORMATS.find(([, begins]) => begins.test(start))?.[0];
}

/** Why a file could not be drawn, and what would do. */
function whyNot(file, format) {
  if (!file.size) return "is empty: it holds 0 bytes.";
  if (!format) return "is no picture: its bytes begin like none. A PNG, JPEG, GIF, WebP, BMP or SVG can be drawn.";
  return ["HEIC", "TIFF"].includes(format)
    ? `is a picture in the format ${format}, which this browser does not draw: save it as JPEG or PNG.`
    : `begins as ${format} does, but cannot be drawn: it is damaged, cut off or too large. Save it again as JPEG or PNG.`;
}

/**
 * Buttons for a picture of the reader's own; give(picture) takes it. No trait ever holds it: it cannot leave the page.
 * wanted() says whether what the camera sees is still looked at.
 */
function sources({ give, wanted, refuse }) {
  let stream;

  function take(image, width, height) {
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    const [cols, rows] = [width, height].map((n) => Math.max(1, Math.round(n * scale)));
    const context = make("canvas", { width: cols, height: rows }).getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "high";
    context.fillStyle = "#fff"; // behind what is transparent
    context.fillRect(0, 0, cols, rows);
    context.drawImage(image, 0, 0, cols, rows);
    refuse("");
    give(split(context.getImageData(0, 0, cols, rows).data, rows, cols, 4));
  }

  async function open({ target }) {
    const [chosen] = target.files;
    target.value = ""; // so that the same file can be chosen again
    if (!chosen) return;
    const format = await formatOf(chosen), decode = format === "SVG" ? drawing : createImageBitmap;
    const image = await decode(chosen).catch(() => null);
    if (image) take(image, image.width, image.height);
    else refuse(`“${chosen.name}” ${whyNot(chosen, format)}`);
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
    const frame = () => {
      if (!stream) return;
      take(video, video.videoWidth, video.videoHeight);
      requestAnimationFrame(() => (wanted() ? frame() : stop()));
    };
    frame();
  }

  const file = make("input", { type: "file", accept: "image/*", hidden: "", change: open });
  const button = (text, click) => make("button", { type: "button", click }, text);
  const camera = button("Use the camera", film), buttons = [button("Open a picture …", () => file.click()), camera];
  return make("div", { class: "cc-sources" },
    toolbar("Your own picture", navigator.mediaDevices?.getUserMedia ? buttons : buttons.slice(0, 1)), file,
    make("p", { class: "cc-title" }, "It stays on this page: nothing is sent or stored."));
}

function build({ get, set, move, pause, redraw, refuse }) {
  const [rows, cols] = get("shape"), { buffer, byteOffset: start } = get("photographs"), length = 3 * rows * cols;
  const pictures = [0, 1].map((nth) => split(new Uint8Array(buffer, start + nth * length, length), rows, cols, 3));
  let state, result, made = [];

  function compute(now) { // only what changed is computed anew: moving the window changes nothing
    const source = pictures[now.picture], asked = [source, JSON.stringify({ ...now, position: 0 })];
    if (source !== made[0] || asked[1] !== made[1]) result = source ? filter(source, now) : { rows: 0, cols: 0, last: 0,
      trouble: "There is no picture of yours yet: open one, or use the camera. It stays on this page." };
    made = asked;
    return result;
  }

  const give = (own) => {
    pictures[OWN] = own;
    if (!set({ picture: OWN })) redraw();
  };
  const head = sources({ give, refuse, wanted: () => head.isConnected && state.picture === OWN });
  const go = (r, c) => {
    const [i, j] = [clamp(r, 0, result.rows - 1), clamp(c, 0, result.cols - 1)];
    move(i * result.cols + j);
  };
  const input = picture({ pick: (r, c) => go(r - state.size - 1, c - state.size - 1) }), output = picture({ pick: go });
  const kernel = grid({ pick: pause, refuse, edit: (r, c, value) => {
    const cell = r * (2 * state.size + 3) + c;
    set({ preset: YOURS, weight: state.weight.map((old, at) => (at === cell ? value : old)) });
  } });
  const turned = grid({ pick: pause }), windows = CHANNELS.map(() => grid({ pick: pause }));
  const lines = CHANNELS.map(() => make("p", { class: "cc-sum" }));
  const row = make("div", { class: "cc-row" }, input.root, output.root);
  const numbers = make("div", { class: "cc-row" }, ...[kernel, turned, ...windows].map(({ root }) => root));

  /** Draw what one channel has in the window, write its sum out and return the sentence to say. */
  function look(channel, { position, size, grey }, { high, wide, edge, across, cols, padded, used, y }) {
    const k = 2 * size + 3, i = Math.floor(position / cols), j = position % cols, name = grey ? "" : CHANNELS[channel];
    const pixel = (r, c) => padded[channel][(i + r) * across + j + c];
    const title = `window${name && `, ${name}`}`;
    windows[channel].draw({ name: title, rows: k, cols: k, window: [0, 0, k, k], cell: (r, c) => {
      const [down, right] = [i + r - edge, j + c - edge], value = pixel(r, c);
      return down >= 0 && down < high && right >= 0 && right < wide
        ? { value, kind: "input", scale: [0, 255], label: `${name} input[${down}, ${right}] is ${show(value)}`.trim() }
        : { value, kind: "pad", label: "padding, 0" };
    } });
    const terms = table(k, k, (r, c) => [pixel(r, c), used[r * k + c]]).flat();
    const value = y[channel][position], start = `${name && `${name}: `}output[${i}, ${j}] `;
    const products = sum(terms.slice(0, 9)) + (k > 3 ? ` + … (${k * k} products)` : "");
    lines[channel].append(`${start}${equals(terms)} ${products} ${equals(terms, value)} `, make("b", {}, show(value)));
    return `${start}${equals(value)} ${show(value)}`;
  }

  function paint(now, found) {
    state = now;
    const { size, weight, flip, position, view, grey } = now, { rows, cols, high, wide, edge, across } = found;
    const k = 2 * size + 3, i = Math.floor(position / cols), j = position % cols, count = grey ? 1 : 3;
    const weights = (name, word, values, on) => ({ name, rows: k, cols: k, window: on && [0, 0, k, k], cell: (r, c) =>
      ({ value: values[r * k + c], kind: "weight", scale: limits([weight]), label: `${word}[${r}, ${c}]` }) });
    kernel.draw(weights("kernel, to edit", "kernel", weight, !flip));
    turned.draw(weights("kernel flipped, as used", "flipped", [...weight].reverse(), true));
    turned.root.hidden = !flip;
    row.hidden = !rows;
    windows.forEach(({ root }, channel) => (root.hidden = !rows || channel >= count));
    for (const line of lines) line.replaceChildren();
    if (!rows) return ["There is no output.", found.trouble];

    const share = 1 / Math.max(1, high / wide), span = `from ${about(found.least)} to ${about(found.most)}`;
    input.root.classList.toggle("cc-padded", edge > 0);
    input.draw({ name: `input, ${high} × ${wide}${edge ? `, with ${edge} of padding` : ""}`, image: found.input, share,
      at: [i + size + 1, j + size + 1], window: [i, j, k, k] });
    output.draw({ name: `output, ${rows} × ${cols}, ${span}`, image: found.output, share: (share * cols) / across,
      at: [i, j], window: [i, j, 1, 1] });
    const news = range(count).map((channel) => look(channel, now, found));
    const kernelRows = table(k, k, (r, c) => show(weight[r * k + c])).map((cells) => cells.join(", ")).join("; ");
    const what = `${PICTURES[now.picture]}${grey ? " mixed to grey" : ""}`;
    return [news.join("; "), `${what}, ${high} by ${wide} pixels from 0 to 255; kernel ${k} by ${k}`
      + `${flip ? ", used flipped" : ""}, rows ${kernelRows}. Output ${rows} by ${cols}, ${span}, shown `
      + `${view ? "as signed numbers, red below 0 and blue above" : "as a picture, cut off at 0 and 255"}. `
      + `The window stands at row ${i - edge}, column ${j - edge}.`];
  }
  return { parts: [head, row, numbers, ...lines], compute, paint };
}

export default explorer({ name: "pictures", title: "kernels on pictures", settle, build });
