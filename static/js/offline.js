// Keeps the style sheets, fonts and one page that says that there is no connection. No other page is ever kept.
if ("serviceWorker" in navigator) {
  addEventListener("load", () => navigator.serviceWorker.register("/service-worker.js").catch(() => {}));
}
