// What an installed instance does without a connection. VERSION and FILES stand above, put there by the server.
// Only files that everybody gets alike are kept, and the page that says that there is no connection: never a page
// that shows somebody's own things.
const CACHE = `fedirec-${VERSION}`;
const OFFLINE = "/offline";

addEventListener("install", (event) => {
  const plain = [...FILES, OFFLINE].map((url) => new Request(url, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(plain)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (FILES.includes(url.pathname)) event.respondWith(file(request));
});

async function forgetOlder() {
  for (const name of await caches.keys()) {
    if (name.startsWith("fedirec-") && name !== CACHE) await caches.delete(name);
  }
  await registration.navigationPreload?.enable();
  await clients.claim();
}

async function page(event) {
  try {
    return (await event.preloadResponse) || (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE, { cacheName: CACHE })) || Response.error();
  }
}

async function file(request) {
  return (await caches.match(request, { cacheName: CACHE })) || fetch(request);
}
