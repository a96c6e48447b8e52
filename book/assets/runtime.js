/* The page runtime: the book's widgets without a kernel.
 *
 * A built page carries the state of its ipywidgets as JSON and one small script element where each widget was
 * displayed. This file reads them, draws native controls in those places, runs the explorers (anywidget modules) and
 * connects the links between them. It loads nothing, so it also works in a page opened from disk.
 *
 *   Model   the values of one widget and who listens to them; its kind keeps them valid
 *   Life    how long one view listens, and where it says that it failed
 *   KINDS   for each supported widget: its defaults, how values are made valid, how it is drawn
 *
 * Whatever goes wrong is told to the reader in one sentence where it happened; the details go to the console.
 */
(() => {
  "use strict";

  const STATE = "application/vnd.jupyter.widget-state+json";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const MISSING = "This widget was not stored with the page: run the notebook to use it.";
  const NESTED = "This widget contains itself and cannot be drawn.";
  const FAILED = "This widget failed to run; the rest of the page still works.";
  const INTERACT = "These controls need a running notebook: open this page in Jupyter to use them.";
  const unknown = (name) => `This page cannot draw a widget of the kind ${name}: run the notebook to use it.`;

  const models = new Map();
  let shared = ""; // what the modules of this page begin with: it is stored once
  const find = (reference) => models.get(String(reference).replace(/^IPY_MODEL_/, ""));
  const clamp = (value, min, max) => Math.max(min, Math.min(max, value));
  const make = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);
  const note = (text) => make("p", { className: "cc-note", textContent: text });

  /** Equal by value, as in the live notebook; binary data only if it is the same object. */
  function same(a, b) {
    const plain = (x) => typeof x === "object" && x !== null && !ArrayBuffer.isView(x);
    return Object.is(a, b) || (plain(a) && plain(b) && JSON.stringify(a) === JSON.stringify(b));
  }

  // ------------------------------------------------------------------------------------------ models and their views

  class Model {
    constructor(name, state) {
      this.name = name;
      this.kind = KINDS[name] ?? {};
      this.listeners = [];
      this.state = this.valid({ ...this.kind.defaults, ...state }, this.kind.defaults);
    }

    valid(state, before) {
      return { ...state, ...this.kind.valid?.(state, before) };
    }

    get(key) {
      return this.state[key];
    }

    /** Only a value that differs is announced: this is what ends every cycle of links. */
    set(key, value) {
      const before = this.state;
      this.state = this.valid({ ...before, ...(typeof key === "object" ? key : { [key]: value }) }, before);
      const changed = Object.keys(this.state).filter((k) => !same(before[k], this.state[k]));
      for (const k of changed) this.emit(`change:${k}`, this, this.state[k]);
      if (changed.length) this.emit("change", this);
    }

    on(events, callback, life = page) {
      for (const event of events.split(/\s+/)) this.listeners.push({ event, callback, life });
    }

    off(event, callback, life = page) {
      this.listeners = this.listeners.filter(
        (l) => l.life !== life || (event && l.event !== event) || (callback && l.callback !== callback),
      );
    }

    emit(event, ...details) {
      this.listeners = this.listeners.filter((l) => !l.life.signal.aborted);
      for (const { callback, life } of this.listeners.filter((l) => l.event === event)) {
        try {
          if (!life.signal.aborted) callback(...details);
        } catch (error) {
          life.fail(error);
        }
      }
    }
  }

  class Life {
    constructor(parent, model, fail = console.warn) {
      this.parent = parent;
      this.model = model;
      this.fail = fail;
      this.controller = new AbortController();
      this.signal = this.controller.signal;
      parent?.signal.addEventListener("abort", () => this.end(), { signal: this.signal });
    }

    end() {
      this.controller.abort();
    }

    isInside(model) {
      return this.model === model || Boolean(this.parent?.isInside(model));
    }
  }

  const page = new Life();

  /** Run `update` now and whenever one of the keys (default: any) changes, as long as the view lives. */
  function watch(model, life, update, keys) {
    update();
    model.on(keys ? keys.map((key) => `change:${key}`).join(" ") : "change", update, life);
  }

  /** Draw one widget: an element in every case, with a sentence in it where there is no widget to show. */
  function draw(reference, parent) {
    const model = find(reference);
    if (!model) return note(MISSING);
    if (!model.kind.draw) return note(unknown(model.name));
    if (parent.isInside(model)) return note(NESTED);
    const el = make("div", { className: `cc-widget cc-widget-${model.kind.look}` });
    const life = new Life(parent, model, (error) => {
      console.warn(error);
      if (!el.querySelector(":scope > .cc-note")) el.append(note(FAILED));
    });
    const begin = async () => {
      el.classList.add(...(model.get("_dom_classes") ?? []));
      const layout = find(model.get("layout"));
      if (layout) watch(layout, life, () => arrange(el, layout.state));
      await model.kind.draw(model, el, life);
    };
    begin().catch((error) => {
      life.end();
      el.replaceChildren();
      life.fail(error);
    });
    return el;
  }

  function arrange(el, layout) {
    for (const [key, value] of Object.entries(layout)) {
      if (!key.startsWith("_")) el.style.setProperty(key.replaceAll("_", "-"), value ?? "");
    }
  }

  // ------------------------------------------------------------------------------------------------------- controls

  let controls = 0;

  /** Draw a native control with its label, the widget's description; a slider also has a readout. */
  function drawControl(model, el, life) {
    const { tag, type, key, show, read, look } = model.kind;
    const input = make(tag, { id: `cc-control-${++controls}`, ...(type && { type }) });
    const label = make("label", { htmlFor: input.id });
    const readout = make("output", { htmlFor: input.id, ariaLive: "off" }); // the slider itself speaks its text
    const update = () => {
      name(label, model, look);
      input.title = model.get("tooltip") ?? "";
      input.disabled = Boolean(model.get("disabled"));
      const [text = "", ...others] = show(input, model.state) ?? [];
      readout.textContent = text;
      const longest = Math.max(...[text, ...others].map((t) => t.length));
      readout.style.width = `min(${longest}ch, 25vw)`; // so that the slider keeps its size
      readout.hidden = model.get("readout") === false;
    };
    el.append(label, input);
    if (type === "range") el.append(readout);
    watch(model, life, update);
    input.addEventListener(model.get("continuous_update") === false ? "change" : "input", () => {
      model.set(key, read(input));
      update(); // the model may have kept its old value
    });
  }

  /** Without a description the name is there for screen readers only. */
  function name(label, model, otherwise) {
    label.textContent = model.get("description") || model.get("tooltip") || otherwise;
    label.classList.toggle("cc-unseen", !model.get("description"));
  }

  function showSlider(input, { min, max, step, value, readout_format: format }) {
    const text = readable(value, format);
    Object.assign(input, { min, max, step, value, ariaValueText: text }); // the limits first: they clamp the value
    return [text, readable(min, format), readable(max, format)];
  }

  function showSelectionSlider(input, { _options_labels: labels, index }) {
    const text = labels[index ?? 0] ?? "";
    Object.assign(input, { min: 0, max: labels.length - 1, value: index ?? 0, ariaValueText: text });
    return [text, ...labels];
  }

  function showNumber(input, { min, max, step, value }) {
    const limit = (bound) => (Number.isFinite(bound) ? bound : "");
    Object.assign(input, { min: limit(min), max: limit(max), step: step ?? "any", value });
  }

  function showDropdown(select, { _options_labels: labels, index }) {
    if (select.labelsShown !== labels) select.replaceChildren(...labels.map((text) => new Option(text)));
    select.labelsShown = labels;
    select.selectedIndex = index ?? -1;
  }

  function readable(value, format) {
    const [, digits, style] = /\.(\d+)([f%])$/.exec(format ?? "") ?? [];
    if (style === "f") return value.toFixed(digits);
    return style === "%" ? `${(100 * value).toFixed(digits)}%` : String(value);
  }

  /** Radio buttons in a field set: one tab stop, arrow keys, and a name for the group. */
  function drawToggles(model, el, life) {
    const group = make("fieldset");
    const legend = make("legend");
    const radios = { type: "radio", name: `cc-control-${++controls}` };
    const inputs = () => [...group.querySelectorAll("input")];
    const fill = () => {
      const choices = model.get("_options_labels").map((text, i) => {
        const option = make("label", { title: model.get("tooltips")?.[i] ?? "" });
        option.append(make("input", radios), make("span", { textContent: text }));
        return option;
      });
      group.replaceChildren(legend, ...choices);
    };
    el.append(group);
    watch(model, life, fill, ["_options_labels"]);
    watch(model, life, () => {
      name(legend, model, "choice");
      group.disabled = Boolean(model.get("disabled"));
      inputs().forEach((input, i) => (input.checked = i === model.get("index")));
    });
    group.addEventListener("change", (event) => model.set("index", inputs().indexOf(event.target)));
  }

  // ------------------------------------------------------------------------------------------ text, boxes and outputs

  function drawText(model, el, life) {
    const title = make("span");
    const text = make("div", { ariaLive: "polite" }); // in a page only a link changes it, so it is news
    el.append(title, text);
    watch(model, life, () => (title.textContent = model.get("description") ?? ""), ["description"]);
    watch(model, life, () => (text[model.kind.content] = model.get("value")), ["value"]);
  }

  /** Fill an element anew whenever the keys change; the life of what was there before ends. */
  function refill(model, el, life, keys, contents) {
    let inner;
    const fill = () => {
      inner?.end();
      inner = new Life(life);
      el.replaceChildren(...contents(inner));
    };
    watch(model, life, fill, keys);
  }

  function drawBox(model, el, life) {
    let place = el;
    if (model.get("_dom_classes")?.includes("widget-interact")) {
      place = make("fieldset", { disabled: true });
      el.append(note(INTERACT), place);
    }
    const contents = (inner) => model.kind.shown(model.state).map((child) => draw(child, inner));
    refill(model, place, life, ["children", "selected_index"], contents);
  }

  const joined = (text) => (Array.isArray(text) ? text.join("") : String(text));
  const plain = (text) => make("pre", { textContent: joined(text).replace(/\x1b\[[\d;]*m/g, "") }); // no colour codes
  const markup = (text) => make("div", { innerHTML: joined(text) });
  const picture = (data, mime, { metadata, data: others }) =>
    make("img", {
      src: `data:${mime};base64,${joined(data)}`,
      alt: metadata?.[mime]?.alt ?? joined(others["text/plain"] ?? ""),
    });
  const MIMES = [
    ["text/html", markup],
    ["image/svg+xml", markup],
    ["image/png", picture],
    ["image/jpeg", picture],
    ["text/markdown", plain],
    ["text/latex", plain],
    ["text/plain", plain],
  ];

  /** Draw the outputs as they were stored, the best form of each. */
  function drawOutput(model, el, life) {
    const show = (output, inner) => {
      if (output.output_type === "stream") return plain(output.text);
      if (output.output_type === "error") return plain(output.traceback.join("\n"));
      if (VIEW in output.data) return draw(output.data[VIEW].model_id, inner);
      const [mime, form] = MIMES.find(([type]) => type in output.data) ?? [];
      return form ? form(output.data[mime], mime, output) : note(unknown("Output"));
    };
    refill(model, el, life, ["outputs"], (inner) => model.get("outputs").map((output) => show(output, inner)));
  }

  // ------------------------------------------------------------------------------------------ explorers (anywidgets)

  /** What a module sees of its model. There is nobody to save to or to send to; the page is all there is. */
  const face = (model, life) => ({
    get: (key) => model.get(key),
    set: (key, value) => model.set(key, value),
    save_changes() {},
    send() {},
    on: (event, callback) => model.on(event, callback, life),
    off: (event, callback) => model.off(event, callback, life),
  });

  function addStyle(css) {
    const known = [...document.head.querySelectorAll("style.cc-module")].some((style) => style.textContent === css);
    if (css && !known) document.head.append(make("style", { className: "cc-module", textContent: css }));
  }

  function start(model) {
    model.started = load(model);
    model.started.catch(() => {}); // told where the explorer is drawn
  }

  /** Load the module of one model (its own copy, as in the live notebook) and let it initialize, once. */
  async function load(model) {
    const url = URL.createObjectURL(new Blob([shared, model.get("_esm")], { type: "text/javascript" }));
    const { default: exported } = await import(url).finally(() => URL.revokeObjectURL(url));
    const widget = typeof exported === "function" ? await exported() : exported;
    addStyle(model.get("_css"));
    const life = new Life(page, model, (error) => model.emit("failed", error));
    await widget.initialize?.({ model: face(model, life), signal: life.signal });
    return widget;
  }

  let turn = Promise.resolve();

  /**
   * Modules load in any order; they are drawn as they stand in the page, since an address counts them that way. But
   * none waits for ever: one that never loads keeps the others for five seconds.
   */
  async function drawModule(model, el, life) {
    const mount = make("div");
    el.append(mount);
    model.on("failed", life.fail, life);
    const loaded = turn.then(() => model.started);
    const patience = turn.then(() => new Promise((resolve) => setTimeout(resolve, 5000)));
    turn = Promise.race([loaded, patience]).catch(() => {});
    const widget = await loaded;
    if (life.signal.aborted) return;
    const cleanup = await widget.render({ model: face(model, life), el: mount, signal: life.signal });
    if (typeof cleanup !== "function") return;
    const leave = async () => cleanup();
    const end = () => leave().catch(console.warn);
    if (life.signal.aborted) end();
    else life.signal.addEventListener("abort", end);
  }

  // ---------------------------------------------------------------------------------------------------------- links

  /** Copy the source's value to the target, now and on every change; a two-way link also copies back. */
  function connect(link) {
    const [source, target] = ["source", "target"].map((end) => {
      const [reference, key] = link.get(end);
      const model = find(reference);
      return { model, key, get: () => model.get(key), set: (value) => model.set(key, value) };
    });
    const forward = () => {
      target.set(source.get());
      // A target with narrower limits keeps another value: then the source follows.
      if (link.kind.twoWay && !same(source.get(), target.get())) source.set(target.get());
    };
    source.model.on(`change:${source.key}`, forward);
    if (link.kind.twoWay) target.model.on(`change:${target.key}`, () => source.set(target.get()));
    forward();
  }

  // ---------------------------------------------------------------------------------------------------------- kinds

  /** Numbers stay numbers, between their limits; what is not a number leaves the old value. */
  const bounded = (round) => (state, before) => {
    const [min, max, value] = ["min", "max", "value"].map((k) => (Number.isFinite(state[k]) ? state[k] : before[k]));
    return { min, max, value: clamp(round(value), min, max) };
  };
  const integer = bounded(Math.round);
  const real = bounded((x) => x);
  const choice = ({ index, _options_labels: labels }) => ({
    index: Number.isInteger(index) && labels.length ? clamp(index, 0, labels.length - 1) : null,
  });
  const unlinked = (child) => !find(child)?.get("_dom_classes")?.includes("cc-linked"); // an explorer draws its own controls
  const all = ({ children }) => children.filter(unlinked);
  const selected = ({ children, selected_index: index }) =>
    index === null ? [] : [children[clamp(Number(index), 0, children.length - 1)]];

  const valued = { tag: "input", draw: drawControl, key: "value", read: (input) => input.valueAsNumber };
  const slider = { ...valued, type: "range", look: "slider", show: showSlider };
  const number = { ...valued, type: "number", look: "number", show: showNumber };
  const chosen = { defaults: { _options_labels: [], index: null }, valid: choice, key: "index" };
  const text = { look: "text", draw: drawText, defaults: { value: "" } };
  const free = { min: -Infinity, max: Infinity, value: 0 };
  const percent = { min: 0, max: 100, value: 0, step: 1 };

  const KINDS = {
    IntSliderModel: { ...slider, defaults: percent, valid: integer },
    FloatSliderModel: { ...slider, defaults: { ...percent, max: 10, step: 0.1, readout_format: ".2f" }, valid: real },
    SelectionSliderModel: { ...slider, ...chosen, show: showSelectionSlider },
    IntTextModel: { ...number, defaults: { ...free, step: 1 }, valid: integer },
    FloatTextModel: { ...number, defaults: free, valid: real },
    BoundedIntTextModel: { ...number, defaults: percent, valid: integer },
    BoundedFloatTextModel: { ...number, defaults: { ...percent, step: null }, valid: real },
    CheckboxModel: {
      ...valued,
      type: "checkbox",
      look: "checkbox",
      defaults: { value: false },
      show: (input, { value }) => void (input.checked = Boolean(value)),
      read: (input) => input.checked,
    },
    DropdownModel: {
      ...chosen,
      tag: "select",
      look: "dropdown",
      draw: drawControl,
      show: showDropdown,
      read: (select) => select.selectedIndex,
    },
    ToggleButtonsModel: { ...chosen, look: "toggles", draw: drawToggles },
    HTMLModel: { ...text, content: "innerHTML" },
    LabelModel: { ...text, content: "textContent" },
    VBoxModel: { look: "vbox", draw: drawBox, defaults: { children: [] }, shown: all },
    HBoxModel: { look: "hbox", draw: drawBox, defaults: { children: [] }, shown: all },
    StackModel: { look: "stack", draw: drawBox, defaults: { children: [], selected_index: null }, shown: selected },
    OutputModel: { look: "output", draw: drawOutput, defaults: { outputs: [] } },
    AnyModel: { look: "explorer", draw: drawModule, begin: start },
    LinkModel: { begin: connect, twoWay: true },
    DirectionalLinkModel: { begin: connect },
  };

  // ------------------------------------------------------------------------------------------------- reading the page

  /** Put binary values, stored apart from the JSON, back into their places. */
  function restore(state, buffers) {
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const place = path.slice(0, -1).reduce((inside, key) => inside[key], state);
      place[path.at(-1)] = new DataView(bytes.buffer);
    }
    return state;
  }

  /** One broken part must not take the others with it. */
  function attempt(action) {
    try {
      return action();
    } catch (error) {
      console.warn(error);
    }
  }

  function read(script) {
    const { state, shared: beginning = "" } = JSON.parse(script.textContent);
    shared = beginning;
    for (const [id, stored] of Object.entries(state)) {
      attempt(() => models.set(id, new Model(stored.model_name, restore(stored.state, stored.buffers ?? []))));
    }
  }

  function run() {
    const scripts = (type) => document.querySelectorAll(`script[type="${type}"]`);
    for (const script of scripts(STATE)) attempt(() => read(script));
    // Modules take a moment to load, so explorers start with the values which their links give them.
    for (const model of models.values()) attempt(() => model.kind.begin?.(model));
    for (const script of scripts(VIEW)) {
      script.replaceWith(draw(attempt(() => JSON.parse(script.textContent).model_id), page));
    }
  }

  // Once the page is read, without waiting for the theme's scripts.
  if (document.readyState === "loading") document.addEventListener("readystatechange", run, { once: true });
  else run();
})();
