// A picture opens over the page; arrow keys turn to its neighbours, Escape and a click close it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-lightbox]");
  const dialog = link?.closest("[data-stage]")?.nextElementSibling;
  if (!dialog?.matches("dialog.lightbox") || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(dialog, [...link.closest("[data-stage]").querySelectorAll("[data-lightbox]")], link);
});

function show(dialog, links, first) {
  const [picture, words, turn] = [dialog.querySelector("img"), dialog.querySelector("p"), dialog.querySelector(".lightbox-turn")];
  let place = links.indexOf(first);
  const step = (by) => {
    place = (place + by + links.length) % links.length;
    const small = links[place].querySelector("img");
    picture.src = links[place].href;
    picture.alt = small.alt;
    [picture.width, picture.height] = [small.width && small.getAttribute("width"), small.getAttribute("height")];
    words.textContent = small.alt;
    words.hidden = !small.alt;
  };
  const press = (event) => {
    if (links.length > 1 && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      step(event.key === "ArrowRight" ? 1 : -1);
      event.preventDefault();
    }
  };
  const click = (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.turn) step(Number(button.dataset.turn));
    else if (button || event.target !== words) dialog.close();
  };
  turn.hidden = links.length < 2;
  step(0);
  dialog.addEventListener("keydown", press);
  dialog.addEventListener("click", click);
  dialog.addEventListener("close", () => {
    dialog.removeEventListener("keydown", press);
    dialog.removeEventListener("click", click);
    picture.removeAttribute("src");
    links[place].focus();
  }, { once: true });
  dialog.showModal();
}
