// Keeps the whole book on a reader's device, one version in one cache, and answers from it. Runs only where a reader has
// asked for it. The build writes VERSION, and FILES with the SHA-256 of each, before this line.
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {any} */ (self)), { scope } = worker.registration;
const cacheOf = (version) => `${scope} ${version}`, NAME = cacheOf(VERSION);
const ours = async () => (await caches.keys()).filter((each) => each.startsWith(cacheOf("")));
const sum = async (bytes) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * What an older version has, or a download that broke off, is not fetched again; what does not have its sum is not taken.
 * @returns {Promise<[url: string, file: Response]>}
 */
async function find(path, stores) {
  const url = scope + path;
  const sources = [...stores.map((cacheName) => () => caches.match(url, { cacheName })), () => fetch(url, { cache: "no-cache" })];
  for (const source of sources) {
    const found = await source();
    if (!found?.ok) continue;
    const bytes = await found.arrayBuffer();
    if (await sum(bytes) === FILES[path]) return [url, new Response(bytes, { headers: { "Content-Type": found.headers.get("Content-Type") ?? "" } })];
  }
  throw new Error(`${path} is not that of this version`);
}

async function keep() {
  const stores = await ours(), cache = await caches.open(NAME), channel = new BroadcastChannel(scope);
  const paths = Object.keys(FILES), left = paths.values();
  let kept = 0;
  const fill = async () => {
    for (const path of left) {
      await cache.put(...await find(path, stores));
      channel.postMessage(++kept / paths.length);
    }
  };
  try { await Promise.all(Array.from({ length: 6 }, fill)); } catch (error) { await caches.delete(NAME); throw error; }
}

// A version is used once it is whole and no page shows another one, or when a reader asks for it.
worker.addEventListener("install", (event) => event.waitUntil(keep()));
worker.addEventListener("activate", (event) => event.waitUntil(ours().then((all) => Promise.all(all.filter((each) => each !== NAME).map((each) => caches.delete(each))))));
worker.addEventListener("message", (event) => event.waitUntil((async () => {
  const open = (await worker.clients.matchAll({ includeUncontrolled: true })).filter(({ url }) => url.startsWith(scope));
  if (event.data === "turn" || open.length < 2) worker.skipWaiting();
})()));

// A file that another version names (by ?v=) is not ours, nor is anything that the book does not list: both are left to the network.
worker.addEventListener("fetch", (event) => {
  const { url, method, mode } = event.request;
  if (method !== "GET" || !url.startsWith(scope)) return;
  const { pathname, searchParams } = new URL(url);
  const path = decodeURI(pathname.slice(new URL(scope).pathname.length));
  const file = [path, `${path}index.html`, `${path}.html`].find((each) => Object.hasOwn(FILES, each));
  const get = async (wanted) => await caches.match(scope + wanted, { cacheName: NAME }) ?? fetch(event.request);
  if (file && FILES[file].startsWith(searchParams.get("v") ?? "")) event.respondWith(get(file));
  else if (mode === "navigate") event.respondWith(fetch(event.request).catch(() => get("404.html")));
});
