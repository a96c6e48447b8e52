// The lecture view, fetched when it is first asked for: one section at a time, in screens that cut nothing in two. It
// changes neither the address nor what is stored.
(() => {
  const sections = all("article section").filter((section) => $(":scope > :is(h1, h2, h3)", section));
  const title = (section) => {
    const copy = $("h1, h2, h3", section).cloneNode(true), around = section.parentElement.closest("section section");
    all(".headerlink", copy).forEach((link) => link.remove());
    return `${around ? `${title(around)} › ` : ""}${copy.textContent.replace(/\s+/g, " ").trim()}`;
  };
  const icon = (path) => `<svg aria-hidden="true" viewBox="0 0 24 24"><path d="${path}"/></svg>`;
  const bar = document.body.appendChild(make(`<aside class="lecture-bar" aria-label="Lecture view"><p role="status"></p><div>
    <button type="button" aria-label="Back">${icon("m14.5 6-6 6 6 6")}</button>
    <button type="button" aria-label="On">${icon("m9.5 6 6 6-6 6")}</button>
    <button type="button" class="leave" aria-label="Leave the lecture view">${icon("m7 7 10 10M17 7 7 17")}<span>Leave</span> <kbd>Esc</kbd></button></div></aside>`));
  const article = $("article"), status = $("p", bar), [back, on, leave] = all("button", bar);
  const shown = () => root.classList.contains("lecture");
  let at = 0, screens = [[]], screen = 0, left; // where one is, and what showed when one left

  // The parts of a section, a list for each screen. An explorer has one of its own, a heading or a text that leads on to
  // what follows stays with it, and what is higher than a screen scrolls.
  const whole = (part) => part?.matches(".explorer:not(.tag_hide-input)");
  function divide(section) {
    const { paddingTop } = getComputedStyle($("main")), room = innerHeight - bar.offsetHeight - 2.5 * parseFloat(paddingTop);
    const parts = all(":scope > :not(section, .cell), :scope > .explorer, :scope > .cell:not(.explorer) > *", section).filter((part) => part.offsetHeight);
    const leads = (part) => part.matches("h1, h2, h3") || (part.matches("p") && !/[.?!)”"]\s*$/.test(part.textContent));
    const box = (part) => part.getBoundingClientRect(), found = [[]];
    for (const part of parts) {
      const now = found.at(-1), from = now.findLastIndex((one) => !leads(one)) + 1;
      if (now.length && (whole(part) || whole(now.at(-1)))) found.push([]);
      else if (from && box(part).bottom - box(now[0]).top > room) found.push(now.splice(from));
      found.at(-1).push(part);
    }
    return found;
  }
  // Once an explorer is drawn, its picture gets what is free of the screen. It measures itself when it comes to be shown.
  const frame = () => new Promise(requestAnimationFrame);
  async function fill(part) {
    let stage, high = 0, last = -1;
    while (!stage || high !== last) {
      await frame(); await frame();
      if (!shown() || part.matches(".off")) return;
      stage = $(".cc-stage", part);
      [last, high] = [high, stage ? $(".cc-explorer", part).offsetHeight : 0];
    }
    const free = innerHeight - bar.offsetHeight - high - 16;
    if (free < 8) return;
    part.style.setProperty("--picture", `${stage.offsetHeight + free}px`);
    const { style: output } = $(".cell_output", part);
    output.display = "none";
    await frame(); await frame();
    output.display = "";
  }
  const settle = () => all(".explorer").forEach((part) => part.style.removeProperty("--picture"));

  /** @param {number | Element} which A screen of that section, or a part that is on it. */
  function show(to, which = 0) {
    to = Math.max(0, Math.min(sections.length - 1, to));
    const way = Math.sign(to - at || (typeof which === "number" ? which - screen : 0));
    sections.forEach((section, i) => {
      section.classList.toggle("now", i === to);
      section.classList.toggle("around", i !== to && section.contains(sections[to]));
    });
    undo("off", "first", "last");
    root.classList.remove("whole");
    article.style.setProperty("--larger", parseFloat(getComputedStyle(root).fontSize) / 16);
    at = to;
    screens = divide(sections[at]);
    screen = typeof which === "number" ? Math.min(which, screens.length - 1) : Math.max(0, screens.findIndex((parts) => parts.some((part) => part.contains(which))));
    screens.forEach((parts, i) => i !== screen && parts.forEach((part) => part.classList.add("off")));
    root.classList.toggle("whole", whole(screens[screen][0]) ?? false);
    if (whole(screens[screen][0])) fill(screens[screen][0]);
    screens[screen][0]?.classList.add("first");
    screens[screen].at(-1)?.classList.add("last");
    const { style } = sections[at];
    style.animation = "none"; // and again
    sections[at].offsetHeight;
    style.animation = "";
    article.style.setProperty("--way", way);
    bar.style.setProperty("--done", (at + (screen + 1) / screens.length) / sections.length);
    status.replaceChildren(node("b", [`${at + 1} / ${sections.length}`]), node("span", [title(sections[at])]), ...screens.length > 1 ? [node("small", [`${screen + 1} of ${screens.length}`])] : []);
    back.disabled = !at && !screen;
    on.disabled = at === sections.length - 1 && screen === screens.length - 1;
    const activeElement = /** @type {HTMLButtonElement | null} */ (document.activeElement);
    if (!activeElement?.checkVisibility() || activeElement.disabled) $("main").focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  function undo(...names) {
    all(names.map((name) => `.${name}`).join()).forEach((part) => part.classList.remove(...names));
  }
  function turn(way) {
    const most = root.scrollHeight - innerHeight, room = innerHeight - bar.offsetHeight;
    if (way > 0 ? scrollY < most - 2 : scrollY > 2) { // what is cut off below comes to stand above
      const tops = screens[screen].flatMap((part) => all("form, li, figure, .highlight", part)).map((part) => part.getBoundingClientRect());
      const next = way > 0 ? tops.find(({ top, bottom }) => bottom > room && top > room / 4) : tops.find(({ top }) => top > -room);
      scrollBy(0, next && Math.abs(next.top) <= room ? next.top - 16 : way * room * 0.85);
    } else if (screen + way in screens) show(at, screen + way);
    else if (at + way in sections) show(at + way, way < 0 ? Infinity : 0);
  }

  function enter() {
    const box = (part) => part.getBoundingClientRect();
    const again = left && box(left).bottom > 0 && box(left).top < innerHeight;
    const reached = sections.findLastIndex((section) => box(section).top < innerHeight / 3); // headings far away have no box
    root.classList.add("lecture");
    if (again) show(at, left); else show(reached);
  }
  function quit() {
    left = screens[screen][0] ?? sections[at];
    const reach = () => (screen ? left : sections[at]).scrollIntoView();
    root.classList.remove("lecture", "whole");
    settle();
    undo("now", "around", "off", "first", "last");
    reach();
    requestAnimationFrame(reach); // sections get their true height on the way
    $(".lecture-button").focus({ preventScroll: true });
  }

  back.onclick = () => turn(-1);
  on.onclick = () => turn(1);
  leave.onclick = quit;
  addEventListener("resize", () => shown() && (settle(), show(at, screens[screen][0])));
  addEventListener("hashchange", () => {
    const mark = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const place = mark ? sections.findLastIndex((section) => section.contains(mark)) : -1;
    if (shown() && place >= 0) show(place, mark);
  });
  addEventListener("keydown", (event) => {
    const { key, shiftKey } = event, target = /** @type {HTMLElement} */ (event.target);
    if (!shown() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || target.closest("dialog")) return;
    if (key === "Escape") return target.closest(".cc-widget") ? target.blur() : quit(); // an explorer has its own use of the key
    // What uses keys itself keeps them: arrows walk an explorer and scroll a wide table, space presses a button.
    if (target.closest("select, textarea, [type=range]")) return;
    const arrows = !target.closest(".cc-widget, input, [tabindex='0']"), space = arrows && !target.closest("a, button, summary");
    const way = { PageDown: 1, PageUp: -1, ...arrows && { ArrowRight: 1, ArrowLeft: -1 }, ...space && { " ": shiftKey ? -1 : 1 } }[key];
    if (way) { event.preventDefault(); turn(way); }
  });
  window.lecture = () => shown() ? quit() : enter();
})();
