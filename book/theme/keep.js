// The button that keeps the book on this device. page.js fetches it near the foot of a page, or at once where the book is
// kept. The build writes SIZE before this line; worker.js does the work.
(async () => {
  const place = /** @type {HTMLElement} */ (document.querySelector(".keep")), [button, progress, status] = /** @type {any} */ (place.children), workers = navigator.serviceWorker;
  const scope = new URL(document.documentElement.dataset.content_root, document.baseURI).href;
  let book, trouble = "";
  const say = (words, name, act) => {
    place.hidden = false;
    status.textContent = trouble + words;
    progress.hidden = Boolean(act);
    Object.assign(button, { hidden: !act, textContent: name, onclick: act });
    trouble = "";
  };
  const show = () => {
    if (book?.installing) say(book.active ? `Fetching a new version, ${SIZE}.` : `Keeping the book, ${SIZE}.`);
    else if (book?.waiting && book.active) say("A new version of the book is here.", "Show it", () => book.waiting.postMessage("turn"));
    else if (book?.active) say(`The book is kept on this device and opens without a connection, ${SIZE}.`, "Remove it", remove);
    else say(`${SIZE}: every page with its explorers, and the search, to read without a connection.`, "Keep the book on this device", keep);
  };
  const follow = () => {
    const worker = book.installing;
    progress.value = 0;
    worker.onstatechange = () => {
      if (worker.state === "redundant" && !book.active) book = undefined;
      if (worker.state === "redundant") trouble = book ? "A new version could not be fetched whole, so the old one stays. " : "The download broke off, and nothing is kept. ";
      if (!["installed", "activating"].includes(worker.state) || book.active) show();
    };
    show();
  };
  const watch = () => { book.onupdatefound = follow; if (book.installing) follow(); };
  async function keep() {
    try {
      book = await workers.register(`${scope}worker.js`, { scope, updateViaCache: "none" });
      watch();
    } catch {
      book = undefined;
      trouble = "This browser, or the connection, does not allow it now. ";
      show();
    }
  }
  async function remove() {
    await book.unregister();
    for (const name of await caches.keys()) if (name.startsWith(`${scope} `)) await caches.delete(name);
    book = undefined;
    show();
  }
  try { book = await workers.getRegistration(scope); } catch { return; } // nothing may be stored: there is nothing to offer
  if (book?.scope !== scope) book = undefined; // a site above this one keeps itself
  new BroadcastChannel(scope).onmessage = ({ data }) => { progress.value = data; };
  if (book) watch();
  show();
  // A page is of one version: when another one takes over, what is open is shown anew.
  workers.oncontrollerchange = () => location.reload();
  book?.waiting?.postMessage("turn if alone");
})();
