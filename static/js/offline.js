// Keeps the style sheets, fonts and one page that says that there is no connection. No other page is ever kept.
// A place that is not set up yet has no manifest, and nothing to keep.
if ("serviceWorker" in navigator && document.querySelector("link[rel=manifest]")) {
  addEventListener("load", () => navigator.serviceWorker.register("/service-worker.js").catch(() => {}));
}
