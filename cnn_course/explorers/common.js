// Shared by all explorers: Python puts this text and numbers.js before each module, so that it needs no import.

const LARGEST = 9999; // what an editable cell takes, as in base.py

// TOKENS and RAMPS stand before this text.
const bytes = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/**
 * An element with attributes, listeners (functions) and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/**
 * An element of a drawing.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} attributes
 * @param {(Node | string)[]} children
 * @returns {SVGElementTagNameMap[T]}
 */
function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** The whole numbers from 0 to n − 1. */
const range = (n) => Array.from({ length: Math.max(0, n) }, (_, i) => i);
const table = (rows, cols, value) => range(rows).map((r) => range(cols).map((c) => value(r, c)));
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
/** @type {(rows: any[]) => Span} */
const limits = (rows) => [Math.min(...rows.flat()), Math.max(...rows.flat())];
const total = (terms) => terms.reduce((sum, [a, b]) => sum + a * b, 0);

const width = (text) => text.length - Number(text.includes(".")) / 2; // in digits

const inWords = (rows) => rows.map((row) => row.map(show).join(", ")).join("; ");

/** What was typed into a cell as a number, or a sentence that says why it is none. */
function parse(text) {
  const value = readNumber(text);
  if (!text.trim()) return "The cell is empty";
  if (Number.isNaN(value)) return noNumber(text);
  if (Math.abs(value) > LARGEST) return `A cell takes numbers up to ${LARGEST}`;
  return Math.abs(value) < NOISE ? 0 : value;
}

/** A colour on light (0) or dark (1) paper at a place of a ramp: 0 to 1 for inputs, -1 to 1 for the other kinds. */
function hue(kind, place, paper) {
  const ramp = RAMPS[kind], last = ramp.length - 2, at = clamp(place, -last, 1) + last, from = Math.min(Math.floor(at), last);
  const [start, end] = [from, from + 1].map((stop) => bytes(ramp[stop][paper]));
  return start.map((part, i) => Math.round(part + (end[i] - part) * (at - from)));
}

/** Fill and digits of a value between low and high, each on light and on dark paper. */
function shades(kind, value, low, high) {
  const place = kind === "input" ? (value - low) / (high - low || 1) : value / (Math.max(-low, high) || 1);
  const grounds = [0, 1].map((paper) => hue(kind, place, paper));
  const digits = grounds.map((ground) => {
    const [r, g, b] = ground.map((colour) => ((colour / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
  });
  return [`light-dark(rgb(${grounds[0]}),rgb(${grounds[1]}))`, `light-dark(${digits})`];
}
const shade = (...about) => {
  const [ground, digits] = shades(...about);
  return `background:${ground};color:${digits}`;
};

/** Where the arrow keys go: [down, across]. */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
/** Arrow keys walk through a group that is one tab stop; in a text field the caret moves first. */
function walk(event, stops, columns) {
  const { key, target } = event, at = stops.indexOf(target), column = at % columns;
  const steps = { ArrowUp: -columns, ArrowDown: columns };
  if (column > 0 && !target.selectionStart) steps.ArrowLeft = -1;
  if (column < columns - 1 && !(target.selectionEnd < target.value?.length)) steps.ArrowRight = 1;
  if (!steps[key]) return;
  event.preventDefault();
  stops[at + steps[key]]?.focus();
}
