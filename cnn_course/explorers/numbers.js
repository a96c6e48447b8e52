// Shared by explorers and questions: how a number is read, and how it is written.

/** A number without a fraction bar. A comma before exactly three digits groups; every other one is a decimal comma. */
function decimal(text) {
  const plain = text.trim().replace(/[−–]/g, "-").replace(/^([+-])\s/, "$1").replace(/\s/g, " ");
  const grouped = /^[+-]?[1-9]\d{0,2}([ ,'’_])\d{3}(\1\d{3})*(\.\d+)?$/.test(plain);
  const bare = grouped ? plain.replace(/[ ,'’_]/g, "") : plain.replace(/^([+-]?0?),|,(?!\d{3}(?!\d))/, "$1.");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(bare) ? Number(bare) : NaN;
}

/** What was typed as a number, or NaN: also 1/9, and a minus sign of any kind. */
function readNumber(text) {
  const [over, under = "1", more] = text.split("/"), value = decimal(over) / decimal(under);
  return isFinite(value) && more === undefined ? value : NaN;
}

const quote = (text) => `“${text.trim().slice(0, 20)}”`;
/** Why it was none: the rule, by examples. */
const noNumber = (text) =>
  `${quote(text)} is not a number such as 1200 or 1,200, −0.5 or −0,5, 1/9 or 1e−3`;

const NOISE = 1e-9; // what computing with fractions leaves behind of a zero

/** How much of a size is written: four decimals, or three digits of what is below a thousandth. */
function kept(size) {
  const plain = Number(size.toFixed(4));
  return size >= 1e-3 || Math.abs(size - plain) < NOISE ? plain : Number(size.toPrecision(3));
}
/** A number as one writes it: at most four decimals (1e−5 where they would be zeros) and a true minus sign. */
function show(number) {
  const size = kept(Math.abs(number)), digits = size < 1e-4 && size ? size.toExponential() : size;
  return (number < 0 && size ? "−" : "") + (size === Infinity ? "∞" : `${digits}`.replace("-", "−"));
}
const factor = (number) => (show(number)[0] === "−" ? `(${show(number)})` : show(number));
const sum = (terms) => terms.map(([a, b]) => `${factor(a)}·${factor(b)}`).join(" + ");

/** In a cell that is read only, where there is little room: four digits, but at least one decimal. */
function inCell(number) {
  const size = Math.abs(number), decimals = Math.max(1, 3 - Math.floor(Math.log10(size)));
  return show(size < 1 ? number : Number(number.toFixed(decimals)));
}

/** Whether show() drops nothing of a number but noise. */
function isExact(number) {
  const size = Math.abs(number);
  return size === Infinity || size < NOISE || Math.abs(size - kept(size)) <= NOISE * Math.min(1, size) + 1e-13 * size;
}
/** The sign between texts that show these numbers, in lists of any depth: “=”, or “≈” if a digit of one is dropped. */
const equals = (...numbers) => (numbers.flat(Infinity).every(isExact) ? "=" : "≈");
/** A number in a sentence. */
const about = (number) => (isExact(number) ? "" : "about ") + show(number);

/** “Row and column 1”, “Rows and columns 1, 2”. */
const rowsAndColumns = (places) =>
  `${places.length === 1 ? "Row and column" : "Rows and columns"} ${places.join(", ")}`;

/** 1 pixel, 2 pixels. */
const many = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
