// Kernels on pictures: any kernel, flipped or not, over a photograph or a picture of the reader's own.

const PHOTOGRAPHS = ["china", "flower"], OWN = "your own", YOURS = "your own numbers", CHANNELS = ["red", "green", "blue"];
const LONGEST = 256; // a larger picture is made smaller
const THREE = { // kernels that are 3 by 3 by nature
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  "Sobel, vertical": [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  "Sobel, horizontal": [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  Laplacian: [0, 1, 0, 1, -4, 1, 0, 1, 0],
  emboss: [-2, -1, 0, -1, 1, 1, 0, 1, 2],
};
const ANY = { // kernels of any size
  identity: (k, at) => (at === k * k >> 1 ? 1 : 0),
  "box blur": (k) => 1 / k ** 2,
  "all ones": () => 1,
};

const small = () => ({ preset: [...Object.values(ANY).map((weight) => range(9).map((at) => weight(3, at))), ...Object.values(THREE)]
  .map((weight) => miniature(table(3, 3, (r, c) => weight[3 * r + c]), "weight")) });

/** The weights in a kernel of another size: the middle stays where it is, what is new is zero. */
function resize(weight, k) {
  const old = Math.floor(Math.sqrt(weight.length)), move = (k - old) >> 1;
  const kept = (at) => at >= move && at < move + old;
  return table(k, k, (r, c) => (kept(r) && kept(c) ? weight[(r - move) * old + c - move] : 0)).flat();
}

function settle(state, before) {
  state.size = 2 * (state.size >> 1) + 1; // odd, so that it has a middle
  if (THREE[state.preset] && state.preset !== before?.preset) state.size = 3;
  else if (THREE[state.preset] && state.size !== 3) state.preset = YOURS;
  const { size: k } = state;
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
    ["width", "height"].forEach((side, i) => svg.setAttribute(side, `${box[i] * large}`));
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  return image;
}

/** @type {[name: string, begins: RegExp][]} */
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

  async function show(chosen) {
    if (!chosen) return;
    const format = await formatOf(chosen), decode = format === "SVG" ? drawing : createImageBitmap;
    const image = await decode(chosen).catch(() => null);
    if (image) take(image, image.width, image.height);
    else refuse(`“${chosen.name}” ${whyNot(chosen, format)}`);
  }

  function open({ target }) {
    const [chosen] = target.files;
    show(chosen);
    target.value = ""; // so that the same file can be chosen again
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
  const camera = press({ click: film }, "Use the camera"), buttons = [press({ click: () => file.click() }, "Open a picture …"), camera];
  const root = make("div", { class: "cc-sources" },
    buttonBar("Your own picture", navigator.mediaDevices?.getUserMedia ? buttons : buttons.slice(0, 1)), file,
    make("span", { class: "cc-small" }, "or drop or paste one: it stays on this page."));
  return { root, show };
}

/** A picture of pixels at a place on the stage, with a frame over a part of it; keys(event) hears of the arrow keys. */
function print(kind) {
  const title = make("div", { class: "cc-title", "aria-hidden": true }), frame = make("div", { class: "cc-frame", "aria-hidden": true });
  const canvas = make("canvas", { tabindex: 0, role: "application" });
  const root = make("div", { class: `cc-plate cc-print ${kind}` }, title, canvas, frame);
  let drawn;
  return { root, canvas, frame, draw({ name, about, image, box, paper }) {
    title.replaceChildren(make("b", {}, name), ` ${about}`);
    canvas.setAttribute("aria-label", `${name}, ${about}; arrow keys move the window, with shift by 8`);
    root.style.transform = `translate(${box.x}px,${box.y}px)`;
    Object.assign(canvas.style, { width: `${box.w}px`, height: `${box.h}px` });
    if (`${drawn?.[1]}` === `${paper}` && drawn[0] === image) return;
    drawn = [image, paper];
    [canvas.height, canvas.width] = [image.rows, image.cols];
    const context = canvas.getContext("2d"), pixels = context.createImageData(image.cols, image.rows);
    image.paint(pixels.data, paper);
    context.putImageData(pixels, 0, 0);
  } };
}

const GAP = 36, TITLE = 26;

/** @type {Description["build"]} */
function build({ get, set, move, stop, redraw, refuse, callout, root }) {
  const [rows, cols] = get("shape"), { buffer, byteOffset: start } = get("photographs"), length = 3 * rows * cols;
  const pictures = Object.fromEntries(PHOTOGRAPHS.map((name, nth) =>
    [name, split(new Uint8Array(buffer, start + nth * length, length), rows, cols, 3)]));
  let state, now, lay, channel = 0, last = /** @type {State} */ ({});
  const paper = paperOf(() => redraw());

  /** Only what changed is computed anew: moving the window changes nothing. The window keeps its place in the picture. */
  function compute(given) {
    const source = pictures[given.picture], asked = JSON.stringify({ ...given, position: 0 });
    if (source === last.source && asked === last.asked) return last.result;
    const result = source ? filter(source, given) : { rows: 0, cols: 0, last: 0, fixes: [["the photograph of china", { picture: "china" }]],
      trouble: "There is no picture of yours yet: open one, drop or paste it, or use the camera. It stays on this page. Or take" };
    const { state: old, result: was } = last;
    if (old && was.rows && result.rows && source === last.source && given.position === old.position) {
      const centre = [Math.floor(old.position / was.cols), old.position % was.cols].map((at) => at * old.stride - was.edge + (old.size >> 1));
      const [i, j] = centre.map((at, axis) => clamp(Math.round((at + result.edge - (given.size >> 1)) / given.stride), 0, [result.rows, result.cols][axis] - 1));
      given.position = i * result.cols + j;
    }
    last = { source, asked, result, state: given };
    return result;
  }

  const give = (own) => {
    pictures[OWN] = own;
    if (!set({ picture: OWN })) redraw();
  };
  const { root: head, show: take } = sources({ give, refuse, wanted: () => head.isConnected && state.picture === OWN });
  const go = (r, c) => move(clamp(Math.round(r), 0, now.rows - 1) * now.cols + clamp(Math.round(c), 0, now.cols - 1));
  const place = () => [Math.floor(state.position / now.cols), state.position % now.cols];
  const input = print("cc-image"), output = print("cc-image");
  const kernel = plate({ kind: "cc-kernel", refuse, edit: (r, c, value) =>
    set({ preset: YOURS, weight: state.weight.map((old, at) => (at === r * state.size + c ? value : old)) }) });
  const lens = plate({});
  kernel.cells.classList.add("cc-turn");
  const beams = range(2).map(() => svg("path")), signs = ["⋆", "="].map((sign) => make("div", { class: "cc-op", "aria-hidden": "true" }, sign));
  const stage = make("div", { class: "cc-stage", "data-picture": "" }, svg("svg", { class: "cc-beams", "aria-hidden": "true" }, ...beams),
    input.root, kernel.root, lens.root, output.root, ...signs, paper.probe, callout);
  const lines = CHANNELS.map((_, at) => make("div", { class: "cc-sum", pointerenter: () => { channel = at; redraw(); } }));

  // ---- hands: the window is dragged on either picture, or moved by arrow keys; a picture is dropped or pasted
  const scales = new Map([[input, () => [now.down, now.across, state.stride, state.size]], [output, () => [now.rows, now.cols, 1, 1]]]);
  for (const [part, scale] of scales) {
    const point = ({ clientX, clientY }) => {
      const box = part.canvas.getBoundingClientRect(), [high, wide, step, span] = scale();
      return [((clientY - box.top) / box.height * high - span / 2) / step, ((clientX - box.left) / box.width * wide - span / 2) / step];
    };
    pullable(part.canvas, (event) => {
      if (!now.rows) return false;
      stop();
      part.root.classList.add("cc-held");
      go(...point(event));
    }, (dx, dy, event) => go(...point(event)), () => part.root.classList.remove("cc-held"));
    part.canvas.addEventListener("keydown", (event) => {
      const step = ARROWS[event.key];
      if (!step || !now.rows) return;
      event.preventDefault();
      const [i, j] = place(), by = event.shiftKey ? 8 : 1;
      go(i + by * step[0], j + by * step[1]);
    });
  }
  const files = (event) => [...(event.dataTransfer ?? event.clipboardData).files].find(({ type }) => type.startsWith("image/") || !type);
  stage.addEventListener("dragover", (event) => { event.preventDefault(); stage.classList.add("cc-over"); });
  stage.addEventListener("dragleave", () => stage.classList.remove("cc-over"));
  stage.addEventListener("drop", (event) => {
    event.preventDefault();
    stage.classList.remove("cc-over");
    take(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (/** @type {On<ClipboardEvent>} */ event) => { // where the focus is, or the pointer
    const mine = root()?.contains(document.activeElement) || root()?.matches(":hover");
    if (mine && root().isConnected && event.target.tagName !== "INPUT" && files(event)) take(files(event));
  });

  // ---- the picture
  function fit() {
    const [W, H] = roomOn(stage), { size: k } = state, wide = W >= 620;
    const letters = [Math.max(1, ...state.weight.map((value) => ratio(value).length)), 3];
    const shape = now.rows ? [now.down, now.across, now.rows, now.cols] : [1, 1, 1, 1];
    const plan = (cell, bare) => {
      const [weights, window] = letters.map((many) => room(k, k, Math.min(cell, 44), many, { bare: bare > 1 }));
      if (bare || (wide && 2 * (22 * k + TITLE) + 8 > H)) Object.assign(window, { w: 0, h: -TITLE, gone: true }); // the lens gives way first: the sum has its numbers
      return [{}, weights, window, {}].map((box) => ({ letters: 1, ...box }));
    };
    /** The pictures take what the kernel and the lens leave. */
    const photos = (boxes, w, h) => {
      const scale = Math.min(w / shape[1], h / shape[0]);
      Object.assign(boxes[0], { w: shape[1] * scale, h: shape[0] * scale, cell: 40, high: scale });
      Object.assign(boxes[3], { w: shape[3] * scale * state.stride, h: shape[2] * scale * state.stride, cell: 40, high: scale * state.stride });
      return scale;
    };
    const forms = {
      row: (boxes) => { // photo | kernel over lens | result
        const [, a, b] = boxes, middle = Math.max(a.w, b.w, 118), h = a.h + b.h + 2 * TITLE + 8;
        const scale = photos(boxes, (W - middle - 2 * GAP - 4) / 2, H - TITLE - 4);
        const left = (W - boxes[0].w - boxes[3].w - middle - 2 * GAP) / 2, x = left + boxes[0].w + GAP;
        return { w: scale * shape[1] < 200 ? W + 1 : 0, h, at: () => [[left, TITLE + (H - TITLE - boxes[0].h) / 2], [x + (middle - a.w) / 2, TITLE + (H - h) / 2],
          [x + (middle - b.w) / 2, 2 * TITLE + a.h + 8 + (H - h) / 2], [x + middle + GAP, TITLE + (H - TITLE - boxes[3].h) / 2]] };
      },
      stack: (boxes) => { // photo | result, below them kernel | lens
        const [, a, b] = boxes, below = Math.max(a.h, b.h) + TITLE, gap = 10;
        photos(boxes, (W - gap) / 2 - 2, H - TITLE - below - 12);
        const top = TITLE + Math.max(boxes[0].h, boxes[3].h), w = a.w + b.w + 40, x = (W - w) / 2;
        return { w: boxes[0].h < (wide ? 150 : 80) ? W + 1 : w, h: top + below + 8, at: () => [[(W / 2 - boxes[0].w - gap / 2), TITLE], [x, top + TITLE + 4], [x + a.w + 40, top + TITLE + 4], [W / 2 + gap / 2, TITLE]] };
      },
    };
    const row = wide && arrange(W, H, plan, forms, ["row"]); // a large kernel has small cells before the pictures leave their places
    return row && row.size.w <= W && row.size.h <= H ? row : arrange(W, H, plan, forms, ["stack"]);
  }

  function paint(given, found) {
    [state, now] = [given, found];
    const { size: k, weight, flip, stride, signed, grey } = given, { rows, cols, high, wide, edge, across } = found;
    last.state = given;
    if (grey) channel = 0;
    root()?.classList.toggle("cc-flipped", flip);
    lay = fit();
    const [width] = roomOn(stage); // asked before anything is written, or all would be laid out again
    grow(stage, lay.tall - 1);
    const [A, B, L, C] = lay.boxes, [i, j] = rows ? place() : [0, 0];
    for (const part of [input, output, kernel]) part.root.hidden = !rows;
    lens.root.hidden = !rows || L.gone;
    kernel.draw({ name: flip ? "kernel, turned" : "kernel", about: flip || width >= 480 ? `${k} × ${k}` : state.preset, rows: k, cols: k, box: B, cell: (r, c) => ({ value: weight[r * k + c],
      text: ratio(weight[r * k + c]), kind: "weight", scale: limits([weight]), label: `kernel[${r}, ${c}]` }) });
    around(kernel.frame, { x: 0, y: 0, w: B.w, h: B.h });
    for (const line of lines) line.replaceChildren();
    signs.forEach((sign) => { sign.hidden = lay.form !== "row" || !rows; });
    signs[0].textContent = flip ? "∗" : "⋆";
    if (!rows) {
      for (const path of beams) path.setAttribute("d", "");
      Object.assign(callout.style, { left: `${Math.max(0, A.x)}px`, top: `${A.y}px`, maxWidth: "min(100%, 26rem)" });
      return ["There is no output.", found.trouble];
    }
    callout.style.cssText = "";
    const pixel = (r, c) => found.padded[channel][(i * stride + r) * across + j * stride + c], name = grey ? "" : CHANNELS[channel];
    lens.draw({ name: "window", about: name, rows: k, cols: k, active: -1, box: L, cell: (r, c) => {
      const [down, right] = [i * stride + r - edge, j * stride + c - edge], value = pixel(r, c);
      return down >= 0 && down < high && right >= 0 && right < wide
        ? { value, kind: "input", scale: [0, 255], label: `${name} input[${down}, ${right}] is ${show(value)}`.trim() }
        : { value, kind: "pad", label: `padding, ${show(value)}` };
    } });
    const span = `${about(found.least)} to ${about(found.most)}`;
    input.draw({ name: "input", about: `${high} × ${wide}${edge ? `, ${edge} of padding` : ""}`, image: found.input, box: A, paper: 0 });
    const spanned = `${rows} × ${cols}, ${span}`, roomy = lay.form === "row" && 7.6 * (7 + spanned.length) <= width - C.x;
    output.draw({ name: "output", about: roomy ? spanned : `${rows} × ${cols}`, image: found.output, box: C, paper: signed ? paper.now() : 0 });
    const seen = { x: j * stride * A.high, y: i * stride * A.high, w: k * A.high, h: k * A.high };
    const made = { x: j * C.high, y: i * C.high, w: C.high, h: C.high };
    around(input.frame, seen);
    around(output.frame, made);
    beams[0].setAttribute("d", beam(upon(A, seen), B));
    beams[1].setAttribute("d", beam(B, upon(C, made)));
    signs.forEach((sign, at) => Object.assign(sign.style, at ? { left: `${(B.x + Math.max(B.w, L.w) + C.x) / 2}px`, top: `${B.y + B.h / 2}px` }
      : { left: `${(A.x + A.w + B.x) / 2}px`, top: `${B.y + B.h / 2}px` }));
    const news = range(grey ? 1 : 3).map((at) => write(at, i, j));
    const kernelRows = table(k, k, (r, c) => show(weight[r * k + c])).map((cells) => cells.join(", ")).join("; ");
    return [news.join("; "), `${given.picture}${grey ? " mixed to grey" : ""}, ${high} by ${wide} pixels from 0 to 255; kernel ${k} by ${k}`
      + `${flip ? ", used flipped" : ""}, rows ${kernelRows}; stride ${stride}. Output ${rows} by ${cols}, from ${span}, shown `
      + `${signed ? "as signed numbers, red below 0 and blue above" : "as a picture, cut off at 0 and 255"}. `
      + `The window stands at row ${i * stride - edge}, column ${j * stride - edge}.`];
  }

  /** Write the sum of one channel out, with tiles for the one in the lens, and return the sentence to say. */
  function write(at, i, j) {
    const { size: k, grey, weight, stride } = state, { padded, across, used, y } = now, line = lines[at];
    const terms = table(k, k, (r, c) => [padded[at][(i * stride + r) * across + j * stride + c], used[r * k + c]]).flat();
    const value = y[at][state.position], start = `${grey ? "" : `${CHANNELS[at]}: `}output[${i}, ${j}] `;
    const written = terms.map(([a, b]) => [a, ratio(b).includes("/") ? 1 : b]), full = at === channel;
    line.replaceChildren(make("span", { class: "cc-head" }, `${start}${full ? `${equals(written)} ` : ""}`));
    if (full) line.append(make("span", { class: "cc-terms cc-many" }, ...terms.slice(0, 9).map(([a, b], n) => make("span", { class: "cc-term" },
      make("span", { class: "cc-plus" }, n ? " + " : ""), tile("input", a, [0, 255]), "·", tile("weight", b, limits([weight]), { text: ratio(b) })))));
    line.append(make("span", { class: "cc-tail" }, `${full && k > 3 ? ` + … (${k * k} products)` : ""} ${equals(written, value)} `.replace(/^ (?=.)/, full ? " " : ""),
      tile("output", value, [now.least, now.most], { marks: "cc-y", tag: "b" })));
    return `${start}${equals(value)} ${show(value)}`;
  }
  return { stage, above: [head], under: [make("div", { class: "cc-lines" }, ...lines)], compute, paint };
}

export default explorer({ name: "pictures", title: "kernels on pictures", settle, pictures: small, build });
