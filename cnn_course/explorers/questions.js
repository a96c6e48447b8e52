// Questions with fields to answer in; the right answers were computed in Python.

const close = (a, b, tolerance) => Math.abs(a - b) <= tolerance + 1e-9 * Math.max(1, Math.abs(b)); // as in questions.py
const same = (a, b, tolerance) => a.length === b.length && a.every((value, i) => close(value, b[i], tolerance));
const place = (name, rows, r, c) => `${name}[${rows > 1 ? `${r}, ` : ""}${c}]`;

/** An answer as the book writes numbers: 120,000 and −0.5; about 0.1111. */
function written(number) {
  const text = (number + 0).toLocaleString("en-US", { maximumFractionDigits: 4 }).replace("-", "−");
  return isExact(number) ? text : `about ${text}`;
}

/** What was typed as a number, with its unit or without, or a sentence. */
function readAnswer(text, unit = "") {
  const typed = text.trim(), named = unit && typed.toLowerCase().endsWith(unit.toLowerCase());
  const plain = named ? typed.slice(0, -unit.length) : typed, value = readNumber(plain);
  if (!plain.trim()) return "Write a number first.";
  return Number.isNaN(value) ? `${noNumber(text)}.` : value;
}

/** What was typed as a shape, or a sentence. */
function readShape(text) {
  const plain = text.replace(/^[\s([{]+|[\s)\]},;]+$/g, "");
  if (!plain) return "Write a shape first.";
  const sizes = plain.split(/\s*(?:[,;×x*]|\bby\b)\s*|\s+/i);
  if (sizes.every((size) => /^\d{1,9}$/.test(size))) return sizes.map(Number);
  return `${quote(text)} is not a shape. Write whole numbers with commas between them, as in (2, 9).`;
}

/** A field to type in; a phone shows its number pad if that has every sign needed. */
function field({ kind, answer, slips }, attributes) {
  const values = [answer, ...slips.map(([wrong]) => wrong)].flat();
  const pad = kind !== "shape" && values.every((value) => value >= 0 && value % 1 === 0);
  return make("input", { type: "text", spellcheck: false, inputmode: pad ? "decimal" : "text", ...attributes });
}

/** One field for the whole answer; right() writes it, which the first time takes a browser long. */
function single(question, read, hint, right) {
  const input = field(question, { class: "cc-answer", "aria-describedby": question.told });
  return {
    parts: [make("label", {}, "Your answer ", input, question.unit && ` ${question.unit}`)],
    read: () => [read(input.value, question.unit)].flat(),
    hint: (given) => [hint(given, input.value)],
    mark: (good) => input.setAttribute("aria-invalid", `${!good}`),
    solution: () => [`Answer: ${right()}. ${question.because}`],
  };
}

/** For each kind: parts to draw; read(), numbers or [a sentence]; hint(numbers), mark(right, numbers), solution(). */
const KINDS = {
  number(question) {
    const { answer: [right], unit, tolerance } = question;
    const hint = ([value], text) => (right % 1 && /,\d{3}$/.test(text.trim())
      ? `${quote(text)} counts as ${show(value)}: a comma before three digits groups thousands. Write decimals with a point.`
      : !tolerance && right % 1 === 0 && value % 1 ? "The answer is a whole number."
        : "Write the formula down, put the numbers in, and try again.");
    return single(question, readAnswer, hint, () => written(right) + (unit && ` ${unit}`));
  },

  shape(question) {
    const { answer } = question, sorted = (sizes) => `${[...sizes].sort()}`, { length } = answer;
    const hint = (given) => (given.length !== length
      ? `You gave ${given.length} number${given.length === 1 ? "" : "s"}; the shape has ${length}.`
      : sorted(given) === sorted(answer) ? "These are the right numbers in another order."
        : "Take one axis at a time: which formula gives its size?");
    return single(question, readShape, hint, () => `(${answer.join(", ")}${length === 1 ? "," : ""})`);
  },

  choice({ answer, options }) {
    const several = answer.filter(Boolean).length > 1, type = several ? "checkbox" : "radio";
    const boxes = options.map(() => make("input", { type, name: "option" }));
    const why = (at) => (several ? `“${options[at][0]}”: ${options[at][1]}` : options[at][1]);
    const pick = (wanted) => range(options.length).filter(wanted).map(why);
    return {
      parts: [make("p", { class: "cc-title" }, several ? "Several are true: tick them all." : "One is true."),
        ...boxes.map((box, at) => make("label", { class: "cc-option" }, box, make("span", {}, options[at][0])))],
      read: () => (boxes.some((box) => box.checked) ? boxes.map((box) => Number(box.checked))
        : [several ? "Tick what is true first." : "Choose an answer first."]),
      hint: (given) => {
        const wrong = pick((at) => given[at] && !answer[at]);
        return wrong.length ? wrong : ["What you ticked is true, but something true is missing."];
      },
      mark() {},
      because: pick((at) => answer[at]),
      solution: () => options.map(([text, reason], at) => `${answer[at] ? "True" : "False"}. “${text}”: ${reason}`),
    };
  },

  grid(question) {
    const { answer, size: [rows, columns], because } = question;
    const name = (at) => place("answer", rows, at / columns | 0, at % columns);
    const inputs = answer.map((_, at) => field(question, { "aria-label": name(at) }));
    const cells = inputs.map((input) => make("div", { role: "gridcell", class: "cc-cell" }, input));
    const note = (at, good, sign) => {
      inputs[at].setAttribute("aria-invalid", !good);
      inputs[at].setAttribute("aria-label", name(at) + (sign && (good ? ", right" : ", wrong")));
      cells[at].dataset.sign = sign;
    };
    const frame = make("div", { class: "cc-grid", role: "grid", "aria-label": "your answer",
      style: `--tracks:${columns};--chars:${Math.min(5, 24 / columns)}`,
      input: ({ target }) => note(inputs.indexOf(target), true, ""), focusin: ({ target }) => target.select(),
      keydown: (event) => walk(event, inputs, columns) },
    ...range(rows).map((row) => make("div", { role: "row" }, ...cells.slice(row * columns, (row + 1) * columns))));
    const good = (given) => answer.map((value, at) => close(given[at], value, 0));
    return {
      parts: [make("div", { class: "cc-panel" }, make("div", { class: "cc-title", "aria-hidden": true }, "your answer"),
        frame)],
      read() {
        const empty = inputs.filter((input) => !input.value.trim()).length;
        if (empty) return [`Fill every cell first. Empty: ${empty} of ${answer.length}.`];
        const given = inputs.map((input) => readAnswer(input.value)), bad = given.findIndex(isNaN);
        if (bad < 0) return given;
        note(bad, false, "");
        return [`${name(bad)}: ${given[bad]}`];
      },
      hint: (given) => [`Right cells: ${good(given).filter(Boolean).length} of ${answer.length}. `
        + "Write out the sum of one that is wrong."],
      mark: (right, given) => given && good(given).forEach((is, at) => note(at, is, is ? "✓" : "✗")),
      solution: () => [picture("answer", table(rows, columns, (r, c) => answer[r * columns + c])), because],
    };
  },
};

/** A grid to read, coloured by its name. */
function picture(name, values) {
  const kind = /kernel|weight|filter/i.test(name) ? "weight" : /output|map|answer/i.test(name) ? "output" : "input";
  const panel = grid(), [rows, cols] = [values.length, values[0].length], scale = limits(values);
  panel.draw({ name, rows, cols, cell: (r, c) => ({ value: values[r][c], kind, scale,
    label: `${place(name, rows, r, c)} is ${show(values[r][c])}` }) });
  return panel.root;
}

/** One question: fields, a button, feedback and, after a wrong answer, the solution. */
function pose(stored, at, key, tell) {
  const question = { ...stored, told: `${key}-${at}` };
  const { answer, slips, tolerance, because, shown } = question, ways = KINDS[question.kind](question);
  const [said, solution] = ["", "-more"].map((part) =>
    make("div", { class: "cc-said", id: question.told + part, "aria-live": "polite" }));
  const lines = (list) => list.map((item) => (item.nodeType ? item : make("p", {}, item)));

  const check = (event) => {
    event.preventDefault();
    const given = ways.read(), unread = isNaN(given[0]), right = !unread && same(given, answer, tolerance);
    const slip = !unread && slips.find(([wrong]) => same(given, wrong, tolerance));
    const [sign, start, texts] = unread ? ["", "", given] : right ? ["✓", "Right. ", ways.because ?? [because]]
      : ["✗", "Not yet. ", slip ? [slip[1]] : ways.hint(given)];
    said.dataset.sign = sign;
    said.replaceChildren(...lines([start + texts[0], ...texts.slice(1)]));
    ways.mark(right, unread ? null : given);
    if (unread) return;
    reveal.hidden &&= right;
    tell(at, right);
  };
  const reveal = make("button", { type: "button", hidden: "", "aria-expanded": false, click() {
    const open = !solution.childNodes.length;
    solution.replaceChildren(...open ? lines(ways.solution()) : []);
    reveal.setAttribute("aria-expanded", `${open}`);
    reveal.textContent = open ? "Hide the answer" : "Show the answer";
  } }, "Show the answer");
  const edited = () => said.dataset.sign === "✓" && said.replaceChildren(); // it may be wrong now

  const enter = (event) => event.key === "Enter" && event.target.matches("input") && check(event); // also in JupyterLab
  return make("form", { autocomplete: "off", submit: check, keydown: enter, input: edited },
    make("fieldset", { "aria-describedby": question.told },
      make("legend", {}, `${at + 1}. ${question.prompt}`),
      make("div", { class: "cc-row" }, ...shown.map(([name, values]) => picture(name, values))),
      ...ways.parts,
      make("div", { class: "cc-transport" }, make("button", { type: "submit" }, "Check"), reveal),
      said, solution));
}

function render({ model, el }) {
  const questions = model.get("questions"), solved = new Set();
  const key = `cc-${Math.random().toString(36).slice(2)}`; // one for each view
  const score = make("p", { role: "status" }, `0 of ${questions.length} solved`);
  const tell = (at, right) => {
    right ? solved.add(at) : solved.delete(at);
    const text = `${solved.size} of ${questions.length} solved`;
    if (score.textContent !== text) score.textContent = text;
  };
  const root = make("div", { class: "cc-questions", role: "group", "aria-label": "Check yourself",
    "data-lm-suppress-shortcuts": true }, ...questions.map((question, at) => pose(question, at, key, tell)), score);
  el.append(root);
  return () => root.remove();
}

export default { render };
