// The picture of the first page: drag the window, or let it go by itself. After page.js, whose $ and all it uses.
{
  const hero = $(".cc-landing"), ramps = JSON.parse(hero.dataset.ramps); // of each kind, from the least to the most, on light and on dark paper
  const stage = $(".stage", hero), pic = $(".in .pic", hero), play = $(".play", hero);
  const image = [...hero.dataset.image].map(Number), N = Math.sqrt(image.length), M = N - 2;
  const squares = [...all(".out svg > rect", hero)], weights = all(".kernel svg > rect", hero), written = all(".kernel text", hero);
  const terms = all(".term", hero).map((term) => term.children), answer = $(".tile.y", hero), beams = all(".beams path", hero);
  const rest = matchMedia("(prefers-reduced-motion: reduce)");
  const clamp = (value, high) => Math.min(high, Math.max(0, value)), signed = (v) => `${v}`.replace("-", "−");

  /** Fill and digits of a value, on light and on dark paper. */
  function shade(kind, value, most) {
    const ramp = ramps[kind], last = ramp.length - 2, at = value / most + last, from = clamp(Math.floor(at), last);
    const fills = [0, 1].map((paper) => {
      const [start, end] = [ramp[from], ramp[from + 1]].map((pair) => [1, 3, 5].map((i) => parseInt(pair[paper].slice(i, i + 2), 16)));
      return start.map((part, i) => Math.round(part + (end[i] - part) * (at - from)));
    });
    const digits = fills.map((fill) => {
      const [r, g, b] = fill.map((part) => ((part / 255 + .055) / 1.055) ** 2.4);
      return .2126 * r + .7152 * g + .0722 * b > .179 ? "#000" : "#fff";
    });
    return [`light-dark(rgb(${fills[0]}),rgb(${fills[1]}))`, `light-dark(${digits})`];
  }
  const dress = (tile, value, kind, most) => {
    [tile.style.background, tile.style.color] = shade(kind, value, most);
    tile.firstChild.data = signed(value); // no new node: that would make the browser look at the whole page again
  };

  $(".bar .find").before($(".mode")); // there is no column of contents for it

  // What is computed: one output for each place of the window.
  let kernel, strongest, found, most;
  const pixel = (r, q, t) => image[(r + Math.floor(t / 3)) * N + q + t % 3];
  function choose(text) {
    kernel = text.split(" ").map(Number);
    strongest = Math.max(...kernel.map(Math.abs));
    found = squares.map((_, at) => kernel.reduce((sum, w, t) => sum + w * pixel(Math.floor(at / M), at % M, t), 0));
    most = Math.max(...found.map(Math.abs));
    kernel.forEach((w, t) => {
      [weights[t].style.fill, written[t].style.fill] = shade("weight", w, strongest);
      written[t].firstChild.data = signed(w);
    });
  }

  // What is seen: the outputs that the window has been to, the window (it may stand between two), and the sum of one.
  let seen = new Set(found = squares.map((_, at) => at)), at = { q: +hero.dataset.column, r: +hero.dataset.row }, held, frame;
  let row = at.r, column = at.q;
  const paint = (place) => { squares[place].style.fill = seen.has(place) ? shade("output", found[place], most)[0] : "none"; };
  function tell() {
    const value = found[row * M + column];
    terms.forEach(([one, other], t) => { dress(one, pixel(row, column, t), "input", 9); dress(other, kernel[t], "weight", strongest); });
    dress(answer, value, "output", most);
    pic.ariaValueNow = row * M + column;
    pic.ariaValueText = `row ${row}, column ${column} gives ${signed(value)}`;
  }
  function hull(points) { // the outline of two squares
    points.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const turns = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0]);
    const half = (list) => list.reduce((h, p) => { while (h.length > 1 && !turns(h.at(-2), h.at(-1), p)) h.pop(); return [...h, p]; }, []).slice(0, -1);
    return `M${[...half(points), ...half([...points].reverse())].map((p) => p.map(Math.round)).join("L")}Z`;
  }
  let boxes;
  const measure = () => {
    const { left, top } = stage.getBoundingClientRect();
    boxes = all("figure svg", stage).map((svg) => svg.getBoundingClientRect()).map((box) => ({ x: box.left - left, y: box.top - top, w: box.width }));
  };
  function place() {
    all(".in .window, .out .window", hero).forEach((frame) => { frame.style.transform = `translate(${at.q}px,${at.r}px)`; });
    const square = (box, units, x, y, side) => [0, 1, 2, 3].map((i) => [box.x + box.w / units * (x + side * (i % 2)), box.y + box.w / units * (y + side * (i >> 1))]);
    const ends = [square(boxes[0], N, at.q, at.r, 3), square(boxes[1], 3, 0, 0, 3), square(boxes[2], M, at.q, at.r, 1)];
    beams.forEach((beam, i) => beam.setAttribute("d", hull([...ends[i], ...ends[i + 1]])));
  }
  function name() { play.textContent = frame ? "❚❚ Pause" : seen.size === M * M ? "↺ Again" : "▶ Slide"; }
  function visit(place) {
    if (!seen.has(place)) { seen.add(place); paint(place); }
    if (row * M + column === place) return;
    [row, column] = [Math.floor(place / M), place % M];
    tell();
  }
  function move(q, r) { // every place between the last one and this one is painted
    const [fromQ, fromR] = [column, row], steps = Math.max(Math.abs(q - fromQ), Math.abs(r - fromR), 1);
    for (let i = 1; i <= steps; i++) visit(Math.round(fromR + (r - fromR) * i / steps) * M + Math.round(fromQ + (q - fromQ) * i / steps));
  }
  function halt() { cancelAnimationFrame(frame); frame = 0; at = { q: column, r: row }; place(); name(); }
  function clear() { seen = new Set([0]); at = { q: 0, r: 0 }; [row, column] = [0, 0]; found.forEach((_, place) => paint(place)); tell(); }
  function slide() { // row by row, as one reads
    if (seen.size === M * M) clear();
    const start = row * M + column, began = performance.now();
    const step = (now) => {
      const along = Math.min(M * M - 1, start + Math.max(0, now - began) / 60);
      for (let p = row * M + column; p <= along; p++) visit(p);
      at = { q: Math.min(M - 1, along % M), r: Math.floor(along / M) };
      place();
      if (along === M * M - 1) halt(); else frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    name();
  }

  // Mouse, finger and keys. A drag takes the window where it is held; beside it, the window comes to the pointer.
  const drag = ({ clientX, clientY }) => {
    const { left, top, width } = pic.getBoundingClientRect(), [x, y] = [(clientX - left) * N / width, (clientY - top) * N / width];
    const inside = x >= at.q && x <= at.q + 3 && y >= at.r && y <= at.r + 3;
    held ??= inside ? [x - at.q, y - at.r] : [1.5, 1.5];
    at = { q: clamp(x - held[0], M - 1), r: clamp(y - held[1], M - 1) };
    move(Math.round(at.q), Math.round(at.r));
    place();
  };
  pic.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pic.focus({ preventScroll: true });
    pic.setPointerCapture(event.pointerId);
    halt();
    drag(event);
  });
  pic.addEventListener("pointermove", (event) => held && drag(event));
  for (const end of ["pointerup", "pointercancel"]) pic.addEventListener(end, () => { held = undefined; halt(); });
  pic.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0], Home: [-M, -M], End: [M, M] }[event.key];
    if (!step) return;
    event.preventDefault();
    halt();
    move(clamp(column + step[0], M - 1), clamp(row + step[1], M - 1));
    halt();
  });
  hero.addEventListener("change", ({ target }) => { choose(target.value); found.forEach((_, place) => paint(place)); tell(); });
  play.onclick = () => (frame ? halt() : slide());

  Object.assign(pic, { tabIndex: 0, role: "slider", ariaLabel: "Window on the digit, arrow keys move it", ariaValueMin: 0, ariaValueMax: M * M - 1 });
  choose($(":checked", hero).value);
  tell();
  name();
  new ResizeObserver(() => { measure(); place(); }).observe(stage);
  // Once, slowly, by itself, until somebody takes over; never for those who asked for rest.
  if (!rest.matches) {
    clear();
    name();
    setTimeout(() => { if (seen.size === 1) slide(); }, 900);
  }
}
