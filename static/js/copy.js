// Buttons that copy a handle or an address.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const words = button.querySelector(".copy-words, .sr");
  const before = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    words.textContent = button.dataset.done;
    button.classList.add("done");
    setTimeout(() => {
      words.textContent = before;
      button.classList.remove("done");
    }, 1600);
  });
}
