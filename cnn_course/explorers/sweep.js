// The sweep: a detector goes over a picture and answers the same wherever the thing is; a dense unit, taught at one place, fails.

const OWN = "your own", ROWS = 5, COLS = 8, K = 3, DOWN = ROWS - K, ACROSS = COLS - K, MOST = 9; // where the thing may stand
const THINGS = {
  cross: [1, 0, 1, 0, 1, 0, 1, 0, 1],
  plus: [0, 1, 0, 1, 1, 1, 0, 1, 0],
  ring: [1, 1, 1, 1, 0, 1, 1, 1, 1],
};
const pictures = () => ({ thing: Object.values(THINGS).map((thing) => miniature(table(K, K, (r, c) => thing[r * K + c]), "input")) });

function settle(state) {
  state.template = THINGS[state.thing] ?? range(K * K).map((i) => clamp(state.template[i] ?? 0, -MOST, MOST));
  const [row, column] = state.home;
  state.home = [clamp(Math.round(row) || 0, 0, DOWN), clamp(Math.round(column) || 0, 0, ACROSS)];
}

function compute({ template, row, column, home }) {
  const shape = (r, c) => (r >= 0 && c >= 0 && r < K && c < K ? template[r * K + c] : 0);
  const x = table(ROWS, COLS, (r, c) => shape(r - row, c - column)), w = table(ROWS, COLS, (r, c) => shape(r - home[0], c - home[1]));
  const terms = (i, j) => table(K, K, (r, c) => [x[i + r][j + c], template[r * K + c]]).flat();
  const scores = table(DOWN + 1, ACROSS + 1, (i, j) => total(terms(i, j))), highest = Math.max(...scores.flat());
  const taught = total(template.map((value) => [value, value])), dense = total(x.flat().map((value, at) => [value, w.flat()[at]]));
  return { x, w, terms, scores, highest, taught, dense, last: scores.flat().length - 1, columns: ACROSS + 1 };
}

const TITLE = 24, BETWEEN = 22, SCORE = 44;

/** @type {Description["build"]} */
function build({ set, move, stop, redraw, refuse, callout, root }) {
  let state, now, lay, shape, peeked = null, held = null;
  const picture = plate({ kind: "cc-image", steer: ([down, across]) => {
    place(state.row + down, state.column + across);
    queueMicrotask(() => picture.focus((state.row + 1) * COLS + state.column + 1));
  } });
  const detector = plate({ kind: "cc-kernel", refuse, edit: (r, c, value) => {
    if (Math.abs(value) > MOST) return `The thing's numbers lie between −${MOST} and ${MOST} here`;
    set({ thing: OWN, template: state.template.map((old, at) => (at === r * K + c ? value : old)) });
  } });
  const scores = plate({ kind: "cc-result", steer, pick: move, peek: (...at) => { peeked = at.length ? at : null; redraw(); } });
  const weights = plate({ kind: "cc-dense" }), score = plate({ kind: "cc-score" });
  const teach = press({ class: "cc-btn cc-teach", click: () => set({ home: [state.row, state.column] }) }, "Teach it here");
  const beams = range(4).map(() => svg("path")), legend = make("div", { class: "cc-legend", "aria-hidden": "true" });
  const thing = make("div", { class: "cc-thing", "aria-hidden": "true" });
  const stage = make("div", { class: "cc-stage", "data-picture": "" }, svg("svg", { class: "cc-beams", "aria-hidden": "true" }, ...beams),
    picture.root, detector.root, scores.root, weights.root, score.root, teach, callout, legend);
  const sums = make("div", { class: "cc-sum" }), single = make("div", { class: "cc-sum" }), count = make("p", { class: "cc-count" });
  const place = (row, column) => set({ row: clamp(row, 0, DOWN), column: clamp(column, 0, ACROSS) });
  const dot = make("div", { class: "cc-grip", title: "pull: the thing" });
  picture.root.append(thing, dot);

  // ---- hands: the thing and the detector's window are pulled, and a press beside them is not theirs; the detector also
  // goes where its score is pointed at
  const seenAt = () => [Math.floor(state.position / (ACROSS + 1)), state.position % (ACROSS + 1)];
  const look = (i, j) => move(clamp(i, 0, DOWN) * (ACROSS + 1) + clamp(j, 0, ACROSS));
  const pulled = (nodes, at, go, end) => nodes.forEach((node) => pullable(node, (event) => {
    stop();
    held = at();
    event.preventDefault();
  }, (dx, dy) => {
    stage.classList.add("cc-held");
    go(held[0] + Math.round(dy / lay.boxes[0].high), held[1] + Math.round(dx / lay.boxes[0].cell));
  }, () => {
    held = null;
    stage.classList.remove("cc-held");
    end();
  }));
  pulled([thing, dot], () => [state.row, state.column], place, () => picture.focus((state.row + 1) * COLS + state.column + 1));
  pulled([picture.frame], seenAt, look, () => scores.focus(state.position));
  function steer([down, across]) {
    const [i, j] = seenAt();
    look(i + down, j + across);
    queueMicrotask(() => scores.focus(state.position));
  }
  const window = glider((at) => {
    const [A, B, C, D, E] = lay.boxes;
    const seen = { x: at.x * A.cell, y: at.y * A.high, w: K * A.cell, h: K * A.high };
    const result = { x: at.x * C.cell, y: at.y * C.high, w: C.cell, h: C.high };
    around(picture.frame, seen);
    around(scores.frame, result);
    beams[0].setAttribute("d", beam(upon(A, seen), B));
    beams[1].setAttribute("d", beam(B, upon(C, result)));
    beams[2].setAttribute("d", beam(A, D));
    beams[3].setAttribute("d", beam(D, E));
  });

  // ---- the picture: from it one way to the detector and its scores, another to the dense unit and its one score
  function fit() {
    const [W, H] = roomOn(stage), roomy = W >= 560, gap = roomy ? (W > 800 ? 64 : 40) : 20;
    const letters = { x: longest(now.x.flat()), w: Math.max(...state.template.map((value) => ratio(value).length)),
      y: longest([...now.scores.flat(), now.dense]) };
    const plan = (size, bare) => [room(ROWS, COLS, size, letters.x, { bare: bare > 1 }), room(K, K, size, letters.w, { least: 22 }),
      room(DOWN + 1, ACROSS + 1, size, letters.y, { bare: bare > 0 }),
      roomy ? room(ROWS, COLS, size, letters.w, { bare: bare > 1 }) : room(ROWS, COLS, Math.round(size * 0.8), 1, { bare: true }),
      room(1, 1, Math.max(SCORE, size), letters.y)];
    const forms = {
      ways: ([a, b, o, d, e]) => {
        const w = Math.max(b.w + gap + Math.max(o.w, 240), d.w + gap + Math.max(e.w, 130));
        const h = 2 * TITLE + Math.max(b.h, o.h) + BETWEEN + d.h;
        return { w: a.w + gap + w, h, at: (tall) => {
          const left = (W - a.w - gap - w) / 2, x = left + a.w + gap;
          const extra = Math.min(24, (tall - h) / 2), top = (tall - h - extra) / 2 + TITLE;
          const high = Math.max(b.h, o.h), low = top + high + BETWEEN + TITLE + extra;
          return [[left, (top + low + d.h - a.h) / 2], [x, top + (high - b.h) / 2], [x + b.w + gap, top + (high - o.h) / 2], [x, low],
            [x + d.w + gap, low + Math.max(0, (d.h - e.h) / 2 - 24)]];
        } };
      },
      stack: ([a, b, o, d]) => ({ w: Math.max(a.w + gap + b.w, o.w, d.w + gap + 124), h: 3 * TITLE + a.h + o.h + d.h + 16,
        at: (tall) => {
        const extra = Math.min(14, (tall - 3 * TITLE - a.h - o.h - d.h - 16) / 2), y = [TITLE + 4];
        y.push(y[0] + a.h + TITLE + 6 + extra);
        y.push(y[1] + o.h + TITLE + 6 + extra);
        const left = (W - a.w - gap - b.w) / 2;
        return [[left, y[0]], [left + a.w + gap, y[0] + (a.h - b.h) / 2], [left, y[1]], [left, y[2]], [left + d.w + gap, y[2]]];
      } }),
    };
    const found = arrange(W - 8, H - 8, plan, forms, roomy ? ["ways", "stack"] : ["stack"]);
    return { ...found, W, roomy };
  }

  function paint(given, found, run) {
    [state, now] = [given, found];
    const { x, w, highest, taught, dense } = now;
    const [i, j] = peeked ?? seenAt();
    lay = fit();
    grow(stage, lay.tall + 8);
    const [A, B, C, D, E] = lay.boxes, seen = limits([[0, 1, ...state.template]]), scale = limits([[...now.scores.flat(), dense, taught]]);
    const weighed = limits([state.template]);
    const peaks = now.scores.flatMap((row, r) => row.flatMap((value, c) => (value === highest ? [`[${r}, ${c}]`] : [])));
    const here = `[${state.row}, ${state.column}]`, met = peaks.length === 1 && peaks[0] === here;
    const recalled = Math.abs(dense - taught) < NOISE;
    const where = peaks.length === 1 ? `at ${peaks[0]}` : `at ${peaks.length} places`;
    picture.draw({ name: "picture", about: A.w < 150 ? "" : `thing at ${here}`, rows: ROWS, cols: COLS,
      active: (state.row + 1) * COLS + state.column + 1, box: A,
      cell: (r, c) => ({ value: x[r][c], kind: "input", scale: seen, label: `picture[${r}, ${c}] is ${show(x[r][c])}` }) });
    detector.draw({ name: "detector", about: lay.roomy && lay.W > 800 ? `${K * K} weights` : "", rows: K, cols: K, box: B,
      cell: (r, c) => ({ value: state.template[r * K + c], text: ratio(state.template[r * K + c]), kind: "weight", scale: weighed,
        label: `detector[${r}, ${c}]` }) });
    scores.draw({ name: "scores", about: `highest ${show(highest)} ${where}: ${met ? "found" : "lost"}`, rows: DOWN + 1, cols: ACROSS + 1,
      active: state.position, box: C, cell: (r, c) => ({ value: now.scores[r][c], kind: "output", scale,
        label: `score[${r}, ${c}] is ${show(now.scores[r][c])}`,
        marks: isAhead(run, r * (ACROSS + 1) + c, state.position) ? "cc-empty" : now.scores[r][c] === highest ? "cc-peak" : "" }) });
    weights.draw({ name: "dense unit", about: D.w < 160 ? "" : `${ROWS * COLS} weights${lay.roomy ? `, taught at [${state.home.join(", ")}]` : ""}`,
      rows: ROWS, cols: COLS, active: -1, box: D, cell: (r, c) => ({ value: w[r][c], text: ratio(w[r][c]), kind: "weight", scale: weighed,
        label: `weight[${r}, ${c}] is ${show(w[r][c])}` }) });
    score.draw({ name: "score", about: recalled ? "found" : "lost", rows: 1, cols: 1, active: -1, box: E,
      cell: () => ({ value: dense, kind: "output", scale, label: `the score of the dense unit is ${show(dense)}` }) });
    for (const [part, { w: wide, h }] of [[detector, B], [weights, D], [score, E]]) around(part.frame, { x: 0, y: 0, w: wide, h });
    score.root.classList.toggle("cc-lost-it", !recalled);
    Object.assign(thing.style, { transform: `translate(${state.column * A.cell}px,${state.row * A.high}px)`, width: `${K * A.cell}px`,
      height: `${K * A.high}px` });
    Object.assign(dot.style, { left: `${(state.column + K) * A.cell}px`, top: `${(state.row + K) * A.high}px` });
    Object.assign(teach.style, { left: `${E.x}px`, top: `${E.y + E.h + 8}px` });
    teach.disabled = `${state.home}` === `${[state.row, state.column]}`;
    const drawn = `${[A.cell, A.x, A.y]}`, same = shape === (shape = drawn);
    window.to(j, i, same ? 180 : 0);
    return write(i, j, { seen, weighed, scale }, peaks);
  }

  function write(i, j, { seen, weighed, scale }, peaks) {
    const { dense, taught, highest } = now, line = (node, head, factors, value) => {
      const exact = factors.map(([a, b]) => [a, ratio(b).includes("/") ? 1 : b]);
      node.replaceChildren(make("span", { class: "cc-head" }, `${head} ${equals(exact)} `), make("span", { class: "cc-terms cc-many" },
        ...factors.map(([a, b], at) => make("span", { class: "cc-term" }, make("span", { class: "cc-plus" }, at ? " + " : ""),
          tile("input", a, seen), "·", tile("weight", b, weighed, { text: ratio(b) })))),
      make("span", { class: "cc-tail" }, ` ${equals(exact, value)} `, tile("output", value, scale, { marks: "cc-y", tag: "b" })));
    };
    line(sums, `score[${i}, ${j}]`, now.terms(i, j), now.scores[i][j]);
    const used = table(K, K, (r, c) => [now.x[state.home[0] + r][state.home[1] + c], state.template[r * K + c]]).flat();
    line(single, "dense unit", used, dense); // its other weights are 0
    count.textContent = `The same ${K * K} weights at ${(DOWN + 1) * (ACROSS + 1)} places; the dense unit has `
      + `${ROWS}·${COLS} = ${ROWS * COLS}, ${ROWS * COLS - K * K} of them 0 and left out of its sum.`;
    return [sums.textContent, `The thing stands at row ${state.row}, column ${state.column} of a picture of ${ROWS} by ${COLS}. `
      + `The detector's scores: ${inWords(now.scores)}; the highest, ${show(highest)}, at ${peaks.join(", ")}. `
      + `The dense unit, taught at row ${state.home[0]}, column ${state.home[1]}, scores ${show(dense)}`
      + `${Math.abs(dense - taught) < NOISE ? "" : `, not ${show(taught)}`}.`];
  }

  function animate(run, speed) {
    const [i, j] = seenAt();
    const pairs = table(K, K, (r, c) => [picture.list[(i + r) * COLS + j + c], detector.list[r * K + c]]).flat();
    const pace = speed * (run.whole ? 2 : 1); // there are many places
    return sumUp(root(), sums, { pairs, goal: scores.list[state.position] }, run, pace);
  }
  return { stage, under: [sums, single, count], paint, animate };
}

export default explorer({ name: "sweep", title: "the sweep", settle, compute, pictures, build });
