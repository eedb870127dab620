// Buttons that copy a handle, an address, or what stands in a field.
for (const button of document.querySelectorAll("[data-copy], [data-copy-from]")) {
  if (!navigator.clipboard) continue;
  const words = button.querySelector(".copy-words, .sr");
  const before = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy ?? document.getElementById(button.dataset.copyFrom).value);
    words.textContent = button.dataset.done;
    button.classList.add("done");
    setTimeout(() => {
      words.textContent = before;
      button.classList.remove("done");
    }, 1600);
  });
}
