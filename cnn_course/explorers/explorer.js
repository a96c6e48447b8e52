// What every explorer does besides its own drawing: state, address, controls, what is said aloud.

/** The state in the page's address, one entry for each trait that differs: #pooling.window=3&pooling.shift=1 */
const address = {
  read(key, defaults) {
    const found = {};
    for (const [name, text] of new URLSearchParams(location.hash.slice(1))) {
      const trait = name.slice(key.length + 1), usual = defaults[trait];
      if (name !== `${key}.${trait}` || !Object.hasOwn(defaults, trait)) continue;
      if (typeof usual === "string") { found[trait] = text; continue; }
      const numbers = text.split("_").map((number) => clamp(Number(number) || 0, -LARGEST, LARGEST));
      found[trait] = Array.isArray(usual) ? numbers : typeof usual === "boolean" ? numbers[0] !== 0 : numbers[0];
    }
    return found;
  },
  write(key, state, defaults, implied) {
    const hash = new URLSearchParams(location.hash.slice(1));
    for (const name of [...hash.keys()]) if (name.startsWith(`${key}.`) || !name.includes(".")) hash.delete(name);
    const changed = Object.keys(defaults).filter((trait) => !implied.includes(trait) && `${state[trait]}` !== `${defaults[trait]}`);
    const text = (value) => (typeof value === "string" ? value : [value].flat().map(Number).join("_"));
    for (const trait of changed) hash.set(`${key}.${trait}`, text(state[trait]));
    history.replaceState(history.state, "", `#${hash}`);
  },
};

/** A value as its range allows it: a whole number between two, one of some names, or anything where there is none. */
function within(value, span, usual) {
  if (typeof span?.[0] === "string") return span.includes(value) ? value : usual;
  if (span) return clamp(Math.round(value) || 0, ...span);
  return Array.isArray(value) ? [...value] : value;
}

/**
 * Both sides of a trait of which there is another for the width, with _w.
 * @returns {[number, number]}
 */
const both = (state, trait) => [state[trait], state[`${trait}_w`]];
const by = ([rows, columns]) => `${rows} × ${columns}`;

/**
 * The numbers of a table of `cols` columns in one of another size, with zeros where there were none.
 * @param {number[]} flat
 * @param {number} cols
 * @param {number[]} size rows and columns
 */
const resized = (flat, cols, [rows, wide]) => table(rows, wide, (r, c) => (c < cols && flat[r * cols + c]) || 0).flat();

/** Traits of which there is another for the width, with _w: while the explorer is square, the one that was moved leads. */
function together(state, before, traits) {
  for (const trait of state.square ? traits : []) {
    const across = `${trait}_w`, led = before && state[across] !== before[across] && state[trait] === before[trait];
    state[trait] = state[across] = state[led ? across : trait];
  }
}

/**
 * The single changes that mend a state, as buttons want them; the nearest value is offered for which works(changes) holds.
 * @param {Repair[]} options
 * @param {(changes: State) => boolean} works
 * @returns {Fix[]}
 */
function mends(options, works) {
  return options.flatMap(([words, now, [low, high], changes]) => {
    const value = range(high - low + 1).map((at) => low + at).sort((a, b) => Math.abs(a - now) - Math.abs(b - now))
      .find((to) => to !== now && works(changes(to)));
    return value === undefined ? [] : [[`${words} = ${value}`, changes(value)]];
  });
}

/**
 * An explorer. settle(state, before) mends a state in place; compute(state) gives at least {last} or {trouble}, with
 * {fixes: [[words, changes, focus?], ...]} where one change mends it, and {columns} where positions stand in rows;
 * pictures(get) gives {trait: small pictures of its options}; build(api) gives {stage, above, under, more, paint, animate},
 * and its own compute if more than the state counts; implied(state) names the traits that follow from others, which the
 * address need not hold; paint(state, result, run) draws and returns
 * [what to announce, all of it in words]. A `run` is what is being played, see transport(), `beat()` how many
 * milliseconds lie between two results of it.
 * @param {Description} description
 */
function explorer({ name, title, settle, compute, pictures, build, implied = () => [] }) {
  /** @param {{model: Model, el: HTMLElement}} place */
  function render({ model, el }) {
    const defaults = { ...model.get("defaults") }, ranges = model.get("ranges"), traits = Object.keys(defaults);
    settle?.(defaults);
    const inPage = !("jpThemeLight" in document.body.dataset); // JupyterLab's address is its own
    const key = model.get("key");
    let state, result, due, writing, refused = "", said, known, speaking, noting, fixed;

    const message = make("p", { class: "cc-trouble", role: "status" }), repairs = make("div", { class: "cc-repairs" });
    const callout = make("div", { class: "cc-callout" }, message, repairs);
    const live = make("p", { class: "cc-hidden", "aria-live": "polite" });
    const words = make("p", { class: "cc-hidden", id: `${nameAfresh()}-words` });
    const set = (changes) => {
      const news = Object.entries(changes).filter(([trait, value]) => `${model.get(trait)}` !== `${value}`);
      for (const [trait, value] of news) model.set(trait, value);
      if (news.length) model.save_changes();
      return news.length > 0;
    };
    const hand = (changes) => { player.stop(); return set(changes); };
    const drawn = pictures?.((trait) => model.get(trait)) ?? {};
    const controls = Object.fromEntries(model.get("controls").map((about) =>
      [about.trait, control(about, hand, drawn[about.trait])]));

    function complain() {
      const text = refused || result.trouble || "";
      if (message.textContent !== text) message.textContent = text;
      callout.hidden = !text;
      const hidden = (trait) => trait in ranges && !(trait in controls); // what the chapter has not taught mends nothing
      const fixes = refused ? [] : (result.fixes ?? []).filter(([, changes]) => !Object.keys(changes).some(hidden));
      if (fixed === (fixed = JSON.stringify(fixes))) return;
      repairs.replaceChildren(...fixes.map(([label, changes, focus]) => press({ click: () => {
        hand(changes);
        if (focus) focus();
        else controls[Object.keys(changes)[0]]?.input.focus({ preventScroll: true });
      } }, label)));
    }

    /** @type {Api} */
    const api = { get: (trait) => model.get(trait), set: hand, move: (position) => hand({ position }), controls, callout,
      stop: () => player.stop(), running: () => player.run, redraw: () => state && update(),
      refuse: (text) => { refused = text; complain(); }, root: () => root };
    const { stage, above = [], under = [], more = [], paint, animate, beat, compute: own = compute } = build(api);
    const of = (kind) => Object.values(controls).filter(({ root: node }) => node.matches(kind));
    const player = transport({ switches: of(".cc-toggle"), go: (position) => { set({ position }); update(); }, animate, beat, repaint: () => update(),
      at: () => [state.position, result.last ?? 0] });

    function update() {
      due = false;
      const now = Object.fromEntries(traits.map((trait) => [trait, within(model.get(trait), ranges[trait], defaults[trait])]));
      settle?.(now, state);
      const found = own(now), last = Math.max(0, found.last ?? 0), columns = found.columns ?? 1;
      if (state && now.position === state.position && columns !== (result.columns ?? 1)) { // its place, not its number
        const [row, column] = [Math.floor(state.position / result.columns), state.position % result.columns];
        now.position = Math.min(row, Math.floor(last / columns)) * columns + Math.min(column, columns - 1);
      }
      result = found;
      state = { ...now, position: clamp(Math.round(now.position) || 0, 0, last) };
      writing = true;
      set({ last, ...state });
      writing = false;
      complain();
      for (const [trait, { draw }] of Object.entries(controls)) draw(state[trait]);
      player.draw(last > 0);
      const [line, all] = paint(state, found, player.run);
      words.textContent = all;
      if (said !== line) clearTimeout(speaking); // what is drawn again without news leaves it to be said
      if (said && said !== line) speaking = setTimeout(() => (live.textContent = line), 500);
      const told = JSON.stringify(state);
      if (said && inPage && told !== known) { // what is only drawn again leaves the address alone
        clearTimeout(noting);
        noting = setTimeout(() => address.write(key, state, defaults, implied(state)), 400);
      }
      [said, known] = [line, told];
    }
    const changed = () => { if (!writing && !due) { due = true; queueMicrotask(() => due && update()); } };
    const follow = () => { // what it does not name is as at the start; a position needs room until it is counted
      const found = address.read(key, defaults), named = Object.keys(found).length > 0;
      if (named) set({ last: LARGEST, ...defaults, ...found });
      if (named && state) changed();
      return named;
    };

    const [choices, steppers] = [of("fieldset, .cc-menu"), of(".cc-step")].map((some) => some.map(({ root: node }) => node));
    const root = make("div", { class: `cc-explorer cc-${name}`, role: "group", "aria-label": `Explorer: ${title}`,
      "aria-describedby": words.id, "data-explorer": name, "data-lm-suppress-shortcuts": true,
      dragstart: (event) => event.preventDefault() }, // or a number that is marked and pulled would overwrite another
    make("div", { class: "cc-body" },
      ...(choices.length ? [make("div", { class: "cc-choices" }, ...above, ...choices)] : []),
      stage, make("div", { class: "cc-under" }, ...under),
      make("div", { class: "cc-strip" }, player.root, make("div", {}, ...steppers)), ...more), words, live);
    el.append(root);
    if (inPage && follow()) root.scrollIntoView({ block: "center" });
    window.addEventListener("hashchange", follow);
    for (const trait of traits) model.on(`change:${trait}`, changed);
    update();
    let wide = root.clientWidth; // a drawing that is fitted to its room is fitted anew
    const watcher = new ResizeObserver(() => { if (wide !== (wide = root.clientWidth)) update(); });
    watcher.observe(root);
    return () => {
      player.stop();
      watcher.disconnect();
      clearTimeout(speaking);
      clearTimeout(noting);
      window.removeEventListener("hashchange", follow);
      for (const trait of traits) model.off(`change:${trait}`, changed);
      root.remove();
    };
  }
  return { render };
}
