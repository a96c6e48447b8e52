// One script for every page, deferred. Without it: all text, all folds, all links, and the drawer.
/** The first element that a selector finds, and all of them. @type {(what: string, at?: ParentNode) => any} */
const $ = (what, at = document) => at.querySelector(what);
/** @type {(what: string, at?: ParentNode) => any[]} */
const all = (what, at = document) => [...at.querySelectorAll(what)];
/** @type {(markup: string) => any} */
const make = (markup) => Object.assign(document.createElement("template"), { innerHTML: markup.trim() }).content.firstChild;
const root = document.documentElement, base = root.dataset.content_root ?? "./";
const idle = window.requestIdleCallback ?? ((f) => setTimeout(f, 200));
const near = (nodes, act, margin = "400px", begin = idle) => { // once, when it comes near the screen
  const seen = new IntersectionObserver((entries) => entries.forEach((e) => e.isIntersecting && (seen.unobserve(e.target), act(e.target))), { rootMargin: margin });
  begin(() => nodes.forEach((node) => seen.observe(node)));
};

// Auto, light or dark. The line in the head has set it before the first paint; a browser without storage forgets it, no more.
const mode = $(".mode");
mode.hidden = false;
$(`[value=${root.dataset.mode}]`, mode).checked = true;
mode.onchange = ({ target }) => {
  root.dataset.mode = target.value;
  dispatchEvent(new Event("mode"));
  try { localStorage.mode = target.value; } catch {}
};

// Contents: the section that crosses the upper third is the current one, those before it are read.
const nav = $(".contents"), links = all("li li a", nav);
const marks = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1)))).filter(Boolean);
const crossing = new IntersectionObserver((entries) => entries.forEach((entry) => {
  if (!entry.isIntersecting) return;
  const now = marks.indexOf(/** @type {HTMLElement} */ (entry.target));
  links.forEach((link, i) => {
    link.parentElement.classList.toggle("read", i <= now);
    if (i === now) link.setAttribute("aria-current", "location"); else link.removeAttribute("aria-current");
  });
}), { rootMargin: "-33% 0px -66% 0px" });
idle(() => marks.forEach((mark) => crossing.observe(mark)));
nav.addEventListener("click", ({ target }) => target.closest("a") && nav.matches(":popover-open") && nav.hidePopover());
const here = $(".current > a", nav);
const reveal = () => here && (nav.scrollTop = here.offsetTop - nav.clientHeight / 3);
nav.addEventListener("toggle", reveal);
if (matchMedia("(min-width: 75rem)").matches) idle(reveal);

// A button to copy with each piece of code, without prompts and what they answered.
near(all("div.highlight"), (box) => {
  const button = make(`<button class="copy" type="button" aria-label="Copy the code"><svg aria-hidden="true" viewBox="0 0 24 24"><path d="M8 8h11v12H8zM5 16V4h10"/></svg></button>`);
  button.onclick = async () => {
    const code = $("pre", box).cloneNode(true);
    all(".gp, .go", code).forEach((node) => node.remove());
    await navigator.clipboard.writeText(code.textContent.trimEnd());
    Object.assign(button, { ariaLabel: "Copied" }).style.opacity = 1;
    setTimeout(() => { button.ariaLabel = "Copy the code"; button.style.opacity = ""; }, 1500);
  };
  if (!box.closest(".output")) box.append(button);
});
// What scrolls can be reached by key, as long as it does.
const fits = new ResizeObserver((entries) => entries.forEach((/** @type {any} */ { target }) => {
  if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0; else target.removeAttribute("tabindex");
}));
all(".scroll, .table").forEach((box) => fits.observe(box));

// Explorers: their state and the runtime are fetched when the first of them comes near, and run when it comes nearer, or
// the address sets one.
const load = (src) => new Promise((done, failed) => document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: failed })));
if (root.dataset.state) {
  const { state, others, runtime, look } = root.dataset;
  let fetched, running;
  const fetchExplorers = () => fetched ??= [`<link rel="stylesheet" href="${look}">`, ...[state, runtime].map((script) => `<link rel="preload" as="script" href="${script}">`)]
    .map((link) => document.head.appendChild(make(link)));
  const runExplorers = () => running ??= (async () => {
    fetchExplorers();
    await load(state);
    await load(runtime);
    if (!others) return;
    await load(others).catch(() => {});
    delete root.dataset.others;
    dispatchEvent(new Event("state"));
  })();
  if (location.hash.includes("=")) runExplorers();
  else {
    const places = all('script[type$="widget-view+json"]').map((view) => view.parentElement), now = (observe) => observe();
    near(places, fetchExplorers, "1200px", now);
    near(places, runExplorers, "400px", now);
  }
}

// Tabs of one kind turn together.
document.addEventListener("change", (/** @type {any} */ { target }) => {
  const label = target.matches(".sd-tab-set > input") ? target.nextElementSibling : undefined;
  if (label?.dataset.syncId) all(`[data-sync-id="${label.dataset.syncId}"]`).forEach((other) => { other.previousElementSibling.checked = true; });
});

// Search: the titles of the contents at once; every section, exercise, figure, equation, name and word when sections.js,
// which the build writes, is here. It is fetched when the dialog first opens.
let dialog, rows, fetching;
const node = (name, content, of = {}) => { const made = Object.assign(document.createElement(name), of); made.append(...content); return made; };
// Each word of a query as a pattern: 1x1 is 1×1, strides are a stride, and 9.2 is neither in 19.2 nor in 9.25.
const wanted = (query) => query.toLowerCase().replace(/(\d)\s*[x*×]\s*(?=\d)/g, "$1×").split(/[\s()"“”]+/).filter(Boolean).map((word) => {
  const plain = word.replace(/(...)s$/, "$1").replace(/[.*+?^${}|[\]\\/]/g, "\\$&");
  return /^\d[\d.×]*$/.test(word) ? `(?<![\\w.×])${plain}(?![\\w×]|\\.\\d)` : plain;
});
function ranked(query) { // those that have all words, those first that have them in the title, and near its start
  const patterns = wanted(query).map((word) => [new RegExp(word, "i"), new RegExp(`(?<![\\p{L}\\d])${word}`, "iu")]);
  return rows.map((row) => {
    let score = [row.title, row.title.split(".").pop()].some((title) => title.toLowerCase() === query.toLowerCase()) ? 99 : 0;
    for (const [anywhere, start] of patterns) {
      const inTitle = row.title.search(anywhere), inText = row.text.search(anywhere);
      if (inTitle < 0 && inText < 0) return [0];
      score += inTitle < 0 ? 1 + Number(start.test(row.text)) : 20 + (start.test(row.title) ? 20 : 0) + (inTitle ? 0 : 10);
    }
    return [score, row];
  }).filter(([score]) => score).sort((a, b) => b[0] - a[0]).map(([, row]) => row);
}
function openSearch(query) {
  if (dialog?.open) return;
  dialog ??= document.body.appendChild(make(`<dialog class="search" aria-label="Search this book"><input type="search" aria-label="Search this book" placeholder="Search this book" autocomplete="off"><ol></ol><p role="status"></p></dialog>`));
  const [field, list, status] = dialog.children;
  rows ??= all("a", nav).map((a) => ({ href: a.href, title: a.textContent.trim(), text: "", first: !a.hash }));
  const find = () => {
    const query = field.value.trim(), found = query ? ranked(query) : rows.filter((row) => row.first);
    const marks = query && new RegExp(`(${wanted(query).join("|")})`, "gi");
    const marked = (text) => marks ? text.split(marks).map((part, i) => i % 2 ? node("mark", [part]) : part) : [text];
    list.replaceChildren(...found.slice(0, 40).map(({ href, title, text, page }) => {
      const at = marks ? text.search(marks) : -1, from = at > 80 ? text.indexOf(" ", at - 60) + 1 : 0;
      const excerpt = (from ? "… " : "") + text.slice(from, from + 170).replace(/\S*$/, text.length > from + 170 ? "…" : "$&");
      const more = query && text ? [page && node("small", [page]), node("small", marked(excerpt), { className: "text" })] : [];
      return node("li", [node("a", [...marked(title), ...more], { href })]);
    }));
    list.scrollTop = 0;
    status.textContent = !query ? "" : fetching.ready ? found.length ? `${found.length} found${found.length > 40 ? ", the best 40 shown" : ""}` : `The book does not mention “${query}”.` : fetching.failed ? "Titles only." : "Fetching the texts …";
  };
  field.oninput = find;
  dialog.onkeydown = (event) => {
    const stops = [field, ...all("a", list)], step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(document.activeElement) + step))].focus(); }
    if (event.key === "Escape") dialog.close(); // a field of this kind would only lose its text
    if (event.key === "Enter" && document.activeElement === field) $("a", list)?.click();
  };
  dialog.onclick = ({ target }) => (target === dialog || target.closest("a")) && dialog.close();
  dialog.showModal();
  if (query) field.value = query;
  field.select();
  fetching ??= load(`${base}sections.js`).then(() => {
    rows = sections.flatMap(([path, parts]) => parts.map(([anchor, title, text]) => ({ href: `${base}${path}.html${anchor && "#" + encodeURIComponent(anchor)}`, title, text, first: !anchor, page: anchor && parts[0][1] })));
    fetching.ready = true;
  }, () => { fetching.failed = true; }).finally(find);
  find();
}
all("[data-search]").forEach((button) => { button.hidden = false; button.onclick = () => openSearch(); });
addEventListener("keydown", (event) => { if (event.key === "k" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); openSearch(); } });
const asked = new URLSearchParams(location.search).get("q"); // from the page of the search
if (asked) openSearch(asked);

// The lecture view: its script is fetched when it is first asked for.
const lectureButton = $(".lecture-button");
if (lectureButton) {
  let fetched;
  const look = () => new Promise((done) => document.head.append(Object.assign(make(`<link rel="stylesheet" href="${lectureButton.dataset.look}">`), { onload: done })));
  lectureButton.hidden = false;
  lectureButton.onclick = () => (fetched ??= look().then(() => load(lectureButton.dataset.runtime))).then(() => lecture());
  addEventListener("keydown", (event) => {
    const typed = /** @type {HTMLElement} */ (event.target).closest("input, textarea, select");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !typed) { event.preventDefault(); lectureButton.click(); }
  });
}

// The copy for reading without a connection, and the manifest of the book: from a server, where the browser can store.
try {
  const { serviceWorker } = navigator, keep = () => load(`${base}_static/keep.js`).catch(() => {});
  if (location.protocol !== "file:" && serviceWorker) {
    document.head.append(make(`<link rel="manifest" href="${base}site.webmanifest">`));
    if (serviceWorker.controller) idle(keep); else near([$(".foot")], keep);
  }
} catch {}

// On paper: light, everything open but the hints, which the style sheet leaves out, explorers as wide as their line, and
// for those that are not here yet their still pictures.
addEventListener("beforeprint", () => {
  root.dataset.theme = "light"; // what is drawn in pixels is drawn anew
  all("details:not(.hint)").forEach((fold) => { fold.open = true; });
  all("script ~ template").forEach((still) => still.replaceWith(still.content));
  all(".cc-explorer").forEach(({ style, clientWidth }) => style.setProperty("--fit", Math.min(1, 640 / clientWidth)));
  all(".cc-stage").forEach(({ style, clientHeight }) => style.setProperty("--tall", `${clientHeight}px`));
});
addEventListener("afterprint", () => dispatchEvent(new Event("mode")));
