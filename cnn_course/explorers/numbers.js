// Shared by explorers and questions: how a number is read, and how it is written.

/** A number without a fraction bar. A comma before exactly three digits groups; every other one is a decimal comma. */
function decimal(text) {
  const plain = text.trim().replace(/[−–]/g, "-").replace(/^([+-])\s/, "$1").replace(/\s/g, " ");
  const grouped = /^[+-]?[1-9]\d{0,2}([ ,'’_])\d{3}(\1\d{3})*(\.\d+)?$/.test(plain);
  const bare = grouped ? plain.replace(/[ ,'’_]/g, "") : plain.replace(/^([+-]?0?),|,(?!\d{3}(?!\d))/, "$1.");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(bare) ? Number(bare) : NaN;
}

/** What was typed as a number, or NaN: also 1/9, and a minus sign of any kind. */
export function readNumber(text) {
  const [over, under = "1", more] = text.split("/"), value = decimal(over) / decimal(under);
  return isFinite(value) && more === undefined ? value : NaN;
}

const quote = (text) => `“${text.trim().slice(0, 20)}”`;
/** Why it was none: the rule, by examples. */
export const noNumber = (text) =>
  `${quote(text)} is not a number such as 1200 or 1,200, −0.5 or −0,5, 1/9 or 1e−3`;

/** A number with a true minus sign and so many decimals, without zeros at its end. */
function rounded(number, decimals) {
  const size = Math.abs(Number(number.toFixed(decimals)));
  return (number < 0 && size ? "−" : "") + (size === Infinity ? "∞" : size);
}
/** A number as one writes it: at most four decimals. */
export const show = (number) => rounded(number, 4);
const factor = (number) => (show(number)[0] === "−" ? `(${show(number)})` : show(number));
const sum = (terms) => terms.map(([a, b]) => `${factor(a)}·${factor(b)}`).join(" + ");

/** In a cell that is read only, where there is little room: four digits, but at least one decimal. */
function inCell(number) {
  const size = Math.abs(number);
  return rounded(number, size < 1 ? 4 : Math.max(1, 3 - Math.floor(Math.log10(size))));
}

/** Whether show() drops nothing of a number but what computing with fractions leaves behind. */
const isExact = (number) =>
  Math.abs(number) === Infinity || Math.abs(number - number.toFixed(4)) <= 1e-9 + 1e-13 * Math.abs(number);
/** The sign between texts that show these numbers, in lists of any depth: “=”, or “≈” if a digit of one is dropped. */
export const equals = (...numbers) => (numbers.flat(Infinity).every(isExact) ? "=" : "≈");
/** A number in a sentence. */
const about = (number) => (isExact(number) ? "" : "about ") + show(number);

/** “Row and column 1”, “Rows and columns 1, 2”. */
const rowsAndColumns = (places) =>
  `${places.length === 1 ? "Row and column" : "Rows and columns"} ${places.join(", ")}`;

/** 1 pixel, 2 pixels. */
const many = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
