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
  return { probe, now: () => (paper ??= Number(getComputedStyle(probe).color.includes("255"))) }; // white: dark paper
}
