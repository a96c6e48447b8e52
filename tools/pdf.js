// What tools/pdf.py runs in Chromium: `collect` in each page of the book, then `assemble` and `number` in the first one,
// which they turn into the book on paper. `names` are the addresses of all pages, each with the name it has in ids.
({
  // Returns the text of an open page as HTML that needs no script. Its ids get its name before them, since other pages
  // have the same, and its links lead to theirs.
  async collect({ names }) {
    const article = document.querySelector("article"), own = names[location.href];
    /** @type {(what: string, at?: ParentNode) => any[]} */
    const all = (what, at = article) => [...at.querySelectorAll(what)];
    const make = (tag, className, ...content) => {
      const node = Object.assign(document.createElement(tag), { className });
      node.append(...content);
      return node;
    };
    const published = all("link[rel=canonical]", document)[0]?.href;
    all("details:not(.cc-explorer *)").forEach((fold) => { fold.open = true; });

    for (const form of all(".cc-questions form")) { // the answers, which a reader sees after a wrong one
      const shown = form.closest(".cell"), list = shown.nextElementSibling?.matches(".answers")
        ? shown.nextElementSibling : make("details", "solution answers", make("summary", "", "Answers"));
      form.querySelector("button[aria-expanded]").click();
      const [number] = form.querySelector("legend").textContent.match(/^\d+\./), said = all(".cc-said", form).at(-1);
      const first = said.firstElementChild;
      if (first.matches("p")) first.prepend(`${number} `); else said.prepend(make("p", "", number));
      list.append(make("div", "cc-questions answer", ...said.childNodes));
      shown.after(list, ...shown.querySelectorAll(".fold")); // how they are computed
    }
    for (const box of all(".cc-box")) { // an explorer is its picture, the sum below it and where it moves
      const settings = all(".cc-chips, .cc-menu, .cc-step, .cc-toggle", box).filter((node) => !node.matches(".cc-square .cc-side-W"));
      const set = settings.map((control) => {
        const input = control.querySelector("input:checked") ?? control.querySelector("input, select");
        const name = control.querySelector("legend, span").textContent;
        if (input.type === "range") return `${input.ariaLabel}: ${control.querySelector("b").textContent}`;
        return `${name}: ${input.role === "switch" ? (input.checked ? "yes" : "no") : input.ariaLabel ?? input.value}`;
      });
      const stage = box.querySelector(".cc-stage");
      stage.style.height = getComputedStyle(stage).height; // which a screen decides
      const place = published && `${published}#${box.closest("section").id}`;
      const link = Object.assign(make("a", "", published ?? ""), { href: place ?? "" });
      box.append(make("p", "settings", set.join(" · ")),
        make("p", "address", ...(place ? ["It moves at ", link] : [`It moves in the built book, on the page ${own}.html.`])));
    }
    all(".cc-stage .cc-toolbar").forEach((bar) => { // its room stays, since what lies around it was placed
      const { width, height, margin } = getComputedStyle(bar);
      bar.replaceWith(Object.assign(make("div", ""), { style: `width:${width};height:${height};margin:${margin}` }));
    });
    all(".cc-explorer canvas").forEach((canvas) => {
      const { width, height } = getComputedStyle(canvas), alt = canvas.ariaLabel?.replace(/; arrow keys.*/, "") ?? "";
      const image = Object.assign(make("img", ""), { src: canvas.toDataURL(), alt, style: `width:${width};height:${height};image-rendering:pixelated` });
      canvas.replaceWith(image);
    });
    all(":is(.cc-plate, .cc-questions) input").forEach((input) => {
      const box = { checkbox: "☐", radio: "○" }[input.type];
      input.replaceWith(box ? `${box} ` : make("span", input.closest(".cc-cell") ? "" : "blank", input.value));
    });
    const unprinted = ".cc-explorer :is(.cc-choices, .cc-strip, .cc-toolbar, .cc-grip, .cc-hidden, .cc-sources, details, button, [hidden]), .cc-transport, .under, "
      + ".cc-questions > [role=status], .live, script, noscript, .headerlink, .copy";
    all(unprinted).forEach((node) => node.remove());

    for (const node of all("[id]")) if (!node.closest("svg")) node.id = `${own}.${node.id}`;
    for (const link of all("a[href]")) {
      const to = names[link.href.split("#")[0]];
      if (to) link.setAttribute("href", "#" + (link.hash ? `${to}.${decodeURIComponent(link.hash.slice(1))}` : to));
      else if (link.protocol !== "file:") continue;
      else if (published) link.href = new URL(link.getAttribute("href"), published).href;
      else link.removeAttribute("href"); // what is not in the book on paper
    }
    for (const code of all("pre")) code.classList.toggle("long", code.textContent.trim().split("\n").length > 16);
    for (const table of all("table")) table.classList.toggle("long", table.rows.length > 12);
    for (const image of all("img")) Object.assign(image, { src: image.src, loading: "eager" });
    for (const stars of all(".stars")) stars.removeAttribute("aria-label"); // the outline would say it, too
    article.id = own;
    const looks = [...document.querySelectorAll("head style.cc-module")].map((style) => style.textContent);
    const files = all("link[rel=stylesheet]", document.head).map((link) => link.href);
    return { id: own, html: article.outerHTML, looks, files };
  },

  // Puts the collected pages into the open one. Returns all headings in order, each with its level, its text and its id.
  async assemble({ pages, landing }) {
    /** @type {(markup: string) => any} */
    const make = (markup) => Object.assign(document.createElement("template"), { innerHTML: markup.trim() }).content.firstChild;
    const linked = (id, ...content) => { const link = make("<a></a>"); link.href = `#${id}`; link.append(...content); return link; };
    const page = (id) => make(`<span data-page="${id}">000</span>`);
    const articles = pages.map(({ html }) => make(html)), title = (article) => article.querySelector("h1").textContent;

    // Hints, solutions and answers go behind the last chapter, each under the name of its exercise.
    const solved = (part) => part.querySelector("details.solution:not(.answers)"); // a book for a class has none
    const solutions = make(`<article id="solutions"><section><h1>${articles.some(solved) ? "Hints, solutions and answers" : "Hints and answers"}</h1></section></article>`);
    const parts = new Map();
    for (const article of articles.filter(({ id }) => /^\d/.test(id))) { // the chapters
      for (const fold of article.querySelectorAll("details")) {
        const exercise = fold.closest("section"), whole = fold.closest(".cell:not(.explorer, .tag_hide-output)") ?? fold;
        if (!parts.has(article)) {
          const part = make(`<section id="solutions.${article.id}"><h2></h2></section>`);
          part.firstChild.append(title(article));
          parts.set(article, solutions.firstChild.appendChild(part));
        }
        if (!parts.has(exercise)) {
          const part = make(`<section id="solutions.${exercise.id}"><h3></h3></section>`);
          part.firstChild.append(linked(exercise.id, exercise.querySelector("h2, h3").textContent));
          part.append(make(`<p class="turn-back"></p>`));
          part.lastChild.append(linked(exercise.id, "Asked on page ", page(exercise.id)));
          parts.set(exercise, parts.get(article).appendChild(part));
          const there = make(`<p class="turn-over"></p>`), kind = solved(exercise) ? "Hints and solution" : exercise.querySelector("details.hint") ? "Hints" : "Answers";
          there.append(linked(part.id, `${kind} on page `, page(part.id)));
          whole.before(there);
        }
        parts.get(exercise).append(whole);
      }
    }
    articles.splice(articles.findLastIndex((article) => parts.has(article)) + 1, 0, solutions);

    // The contents: captions as the list of the site has them, chapters, sections.
    const contents = make(`<article id="contents-on-paper"><section><h1>Contents</h1></section></article>`);
    const captions = new Map([...document.querySelectorAll("nav.contents .caption")].map((caption) =>
      [caption.nextElementSibling.querySelector("a").href.split("/").pop().replace(/\.html.*/, ""), caption.textContent]));
    const headings = [];
    for (const article of [contents, ...articles]) {
      if (captions.has(article.id)) {
        const caption = contents.firstChild.appendChild(make(`<p class="part"></p>`));
        caption.textContent = captions.get(article.id);
      }
      for (const heading of article.querySelectorAll("h1, h2, h3")) {
        const level = Number(heading.tagName[1]), id = level === 1 ? article.id : heading.closest("[id]").id;
        if (level > 1) { // a section may begin at the foot of the page before its heading
          heading.closest("[id]").removeAttribute("id");
          heading.id = id;
        }
        const number = heading.querySelector(".section-number")?.textContent ?? "";
        const text = heading.textContent.replace(number, "").replace(/\s+/g, " ").trim();
        headings.push({ level, id, title: `${number.trim()} ${text}`.trim() });
        const line = contents.firstChild.appendChild(make("<p></p>")), link = line.appendChild(linked(id));
        if (article === contents || level === 3) continue; // an empty link, since only what links lead to has a place in the PDF
        line.className = `level-${level}`;
        link.append(...(number ? [make(`<span class="no">${number.trim()}</span>`)] : []), make(`<span class="what"></span>`), page(id));
        link.querySelector(".what").append(text);
      }
    }

    const book = document.querySelector(".bar .book").textContent, cover = make(`<div class="cover"><p class="title"></p><figure></figure></div>`);
    cover.firstChild.append(book);
    cover.children[1].append(articles[0].querySelector(".cc-figure svg")?.cloneNode(true) ?? "");
    for (const said of document.querySelectorAll(".foot p:not(.run, .keep) > span")) cover.append(make(`<p>${said.innerHTML}</p>`));

    // Chromium has no strings that a heading sets, so each page of the site has a page style of its own.
    const heads = [contents, ...articles].map((article) => {
      article.style.page = `head-${article.id}`;
      const name = title(article) === book ? "" : title(article).trim();
      return `@page head-${article.id} { @top-left { content: ${JSON.stringify(name)}; } @top-right { content: ${JSON.stringify(book)}; } }`;
    });
    document.head.querySelectorAll("style").forEach((node) => node.remove());
    // A style sheet holds where it was: explorers of two chapters have other things of one name, and the first page is not like others.
    const within = new Map([[landing, ["#landing"]]]);
    for (const { id, looks } of pages) for (const look of looks) within.set(look, [...(within.get(look) ?? ["#solutions"]), `[id="${id}"]`]);
    document.querySelector("link[href*='landing.css']").remove();
    for (const href of new Set(pages.slice(1).flatMap(({ files }) => files))) {
      if (!document.querySelector(`link[href="${href}"]`)) document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
    }
    const looks = [...within].map(([look, where]) => `@scope (${where}) { ${look} }`);
    document.head.append(...[...looks, ...heads].map((textContent) => Object.assign(document.createElement("style"), { textContent })));
    document.title = book;
    const main = document.createElement("main");
    const first = Object.assign(document.createElement("div"), { id: "landing" });
    first.append(articles.shift());
    main.append(cover, contents, first, ...articles);
    document.body.replaceChildren(main);
    await Promise.all([...document.images].map((image) => image.decode()));
    await document.fonts.ready;
    return headings;
  },

  // Writes the numbers of pages on paper where they are referred to.
  number({ numbers }) {
    for (const node of document.querySelectorAll("[data-page]")) node.textContent = numbers[node.getAttribute("data-page")];
  },
})
