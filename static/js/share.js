// What the visitor's own device offers for passing an address on.
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {}); // they changed their mind
  });
}

for (const field of document.querySelectorAll("[data-select]")) field.addEventListener("focus", () => field.select());
