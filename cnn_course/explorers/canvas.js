// Shared by the explorers that show pictures: tables of pixels, too many to be numbered cells.

/** The colours of 511 values between -1 and 1, on light paper and on dark. */
const SHADES = Object.fromEntries(Object.keys(RAMPS).map((kind) =>
  [kind, [0, 1].map((paper) => range(511).map((at) => hue(kind, at / 255 - 1, paper)))]));
const shadeOf = (part) => Math.round(255 + 255 * clamp(part, -1, 1));
const tint = (kind, part, paper = 0) => SHADES[kind][paper][shadeOf(part)];

/** The same as the pixels of a canvas are stored, for what paints many of them. */
const INKS = Object.fromEntries(Object.entries(SHADES).map(([kind, papers]) => [kind, papers.map((shades) =>
  new Uint32Array(new Uint8Array(shades.flatMap((shade) => [...shade, 255])).buffer))]));

/** What tells whether an element stands on light paper (0) or dark (1); turned() hears when the theme changes. */
function paperOf(turned) {
  const probe = make("i", { hidden: true, style: "color:light-dark(#000,#fff)" });
  let paper = null;
  const look = () => { paper = null; if (probe.isConnected) turned(); };
  const watcher = new MutationObserver(() => (probe.isConnected ? look() : watcher.disconnect()));
  const attributes = { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light", "class"] };
  for (const node of [document.documentElement, document.body]) watcher.observe(node, attributes);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", look);
  return { probe, now: () => (paper ??= +(getComputedStyle(probe).color === "rgb(255, 255, 255)")) };
}

/** A title over a canvas, and a frame that can be laid over a part of it; all sizes are shares of the canvas. */
function stage(attributes) {
  const title = make("div", { class: "cc-title", "aria-hidden": true });
  const frame = make("div", { class: "cc-window", "aria-hidden": true });
  const canvas = make("canvas", { tabindex: 0, role: "application", ...attributes });
  const root = make("div", { class: "cc-panel" }, title, make("div", { class: "cc-picture" }, canvas, frame));
  const show = (name, label, window) => {
    title.textContent = name;
    canvas.setAttribute("aria-label", label);
    frame.hidden = !window;
    ["top", "left", "height", "width"].forEach((side, i) => window && (frame.style[side] = `${100 * window[i]}%`));
  };
  /** Where the pointer is, from 0 to 1: [down, across]. */
  const place = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return [clamp((clientY - box.top) / box.height, 0, 1), clamp((clientX - box.left) / box.width, 0, 1)];
  };
  return { root, canvas, show, place };
}

/**
 * A picture of pixels. pick(row, column) hears of the pixel pointed at or reached by arrow keys, which leap with shift.
 */
function picture({ pick, leap = 8 }) {
  let now, drawn;
  const point = (event) => {
    const [down, across] = place(event), [rows, cols] = now.size;
    pick(Math.min(rows - 1, Math.floor(down * rows)), Math.min(cols - 1, Math.floor(across * cols)));
  };
  const key = (event) => {
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    const by = event.shiftKey ? leap : 1;
    pick(...now.at.map((place, axis) => clamp(place + by * ARROWS[event.key][axis], 0, now.size[axis] - 1)));
  };
  const { root, canvas, show, place } = stage({ pointermove: point, pointerdown: point, keydown: key });

  /** image: {rows, cols, paint(bytes)}, drawn anew when it is another; at: the pixel that the keys start from. */
  function draw({ name, image, at, window, share = 1 }) {
    const { rows, cols } = image;
    now = { size: [rows, cols], at };
    root.style.setProperty("--share", share);
    show(name, `${name}; arrow keys move the window`, window?.map((part, i) => part / now.size[i % 2]));
    if (drawn === image || !rows) return;
    drawn = image;
    [canvas.height, canvas.width] = [rows, cols];
    const context = canvas.getContext("2d"), pixels = context.createImageData(cols, rows);
    image.paint(pixels.data);
    context.putImageData(pixels, 0, 0);
  }
  return { root, canvas, draw };
}
