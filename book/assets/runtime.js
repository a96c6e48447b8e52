/* The page runtime: the book's explorers without a kernel.
 *
 * A built page carries the state of its widgets as JSON and one small script element where each was displayed. This file
 * reads them and runs the explorers (anywidget modules) in those places. It loads nothing, so it also works in a page
 * opened from disk. Other widgets need a kernel: the book has none in its pages, and a sentence says so.
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
  const unknown = (name) => `This page cannot draw a widget of the kind ${name}: run the notebook to use it.`;

  const models = new Map();
  const parts = {}; // texts that several explorers of the page share, by name
  const whole = (texts) => [texts ?? ""].flat().map((text) => parts[text] ?? text).join("\n");
  const find = (reference) => models.get(String(reference).replace(/^IPY_MODEL_/, ""));
  const make = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);
  const note = (text) => make("p", { className: "cc-note", textContent: text });

  /** Equal by value; binary data only if it is the same object. */
  function same(a, b) {
    const plain = (x) => typeof x === "object" && x !== null && !ArrayBuffer.isView(x);
    return Object.is(a, b) || (plain(a) && plain(b) && JSON.stringify(a) === JSON.stringify(b));
  }

  /** The values of one widget and who listens to them, as an anywidget module sees them; there is nobody to save to. */
  class Model {
    constructor(name, state) {
      this.name = name;
      this.state = state;
      this.listeners = [];
      /** Where it is drawn. @type {Element[]} */
      this.places = [];
    }

    get(key) {
      return this.state[key];
    }

    /** Only a value that differs is announced. */
    set(key, value) {
      const changes = typeof key === "object" ? key : { [key]: value };
      const changed = Object.keys(changes).filter((name) => !same(this.state[name], changes[name]));
      Object.assign(this.state, changes);
      for (const name of changed) this.emit(`change:${name}`);
      if (changed.length) this.emit("change");
    }

    on(events, callback) {
      for (const event of events.split(/\s+/)) this.listeners.push({ event, callback });
    }

    off(event, callback) {
      this.listeners = this.listeners.filter((one) => (event && one.event !== event) || (callback && one.callback !== callback));
    }

    emit(event) {
      for (const { callback } of this.listeners.filter((one) => one.event === event)) {
        try {
          callback(this, this.state[event.slice("change:".length)]);
        } catch (error) {
          this.failed(error);
        }
      }
    }

    /** Where it is drawn it says so, once. */
    failed(error) {
      console.warn(error);
      for (const el of this.places) if (!el.querySelector(":scope > .cc-note")) el.append(note(FAILED));
    }

    save_changes() {}

    send() {}
  }

  /** Load the module of one model (its own copy, as in the live notebook) and let it initialize, once. */
  async function load(model) {
    const url = URL.createObjectURL(new Blob([whole(model.get("_esm"))], { type: "text/javascript" }));
    const { default: exported } = await import(url).finally(() => URL.revokeObjectURL(url));
    const widget = typeof exported === "function" ? await exported() : exported;
    const css = whole(model.get("_css")), known = [...document.querySelectorAll("style.cc-module")];
    if (css && !known.some((style) => style.textContent === css)) {
      document.head.append(make("style", { className: "cc-module", textContent: css }));
    }
    await widget.initialize?.({ model });
    return widget;
  }

  async function drawExplorer(model, el) {
    model.places.push(el);
    const mount = make("div");
    el.append(mount);
    try {
      const widget = await (model.loading ??= load(model));
      await widget.render({ model, el: mount });
    } catch (error) {
      mount.remove();
      model.failed(error);
    }
  }

  /** Draw one widget: an element in every case, with a sentence in it where there is no widget to show. */
  function draw(reference, outside = []) {
    const model = find(reference);
    if (!model) return note(MISSING);
    if (outside.includes(model)) return note(NESTED);
    const el = make("div", { className: ["cc-widget", ...(model.get("_dom_classes") ?? [])].join(" ") });
    if (model.name === "AnyModel") {
      el.classList.add("cc-widget-explorer");
      drawExplorer(model, el);
    } else if (model.name === "VBoxModel") {
      const linked = (child) => find(child)?.get("_dom_classes")?.includes("cc-linked"); // it draws its own controls
      el.append(...(model.get("children") ?? []).filter((child) => !linked(child)).map((child) => draw(child, [...outside, model])));
    } else return note(unknown(model.name));
    return el;
  }

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
    const stored = JSON.parse(script.textContent);
    Object.assign(parts, stored.parts);
    script.remove();
    for (const [id, { model_name: name, state, buffers = [] }] of Object.entries(stored.state)) {
      attempt(() => models.set(id, new Model(name, restore({ ...state }, buffers))));
    }
  }

  function run() {
    const scripts = (type) => document.querySelectorAll(`script[type="${type}"]`);
    for (const script of scripts(STATE)) attempt(() => read(script));
    const { others } = document.documentElement.dataset; // states that are still to come
    for (const script of scripts(VIEW)) {
      const id = attempt(() => JSON.parse(script.textContent).model_id);
      if (find(id) || !others) script.replaceWith(attempt(() => draw(id)) ?? note(MISSING));
    }
  }

  addEventListener("state", run);
  // Once the page is read, without waiting for the theme's scripts.
  if (document.readyState === "loading") document.addEventListener("readystatechange", run, { once: true });
  else run();
})();
