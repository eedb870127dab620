// A picture that has arrived needs the colours behind it no longer; they would shine through where it is clear.
function clear(image) {
  const haze = image.previousElementSibling;
  if (!haze?.matches(".haze")) return;
  if (haze.matches(".place")) haze.replaceChildren(); // it keeps the size of its frame
  else haze.remove();
}

document.addEventListener("load", (event) => event.target instanceof HTMLImageElement && clear(event.target), true);
for (const image of document.querySelectorAll(".haze + img")) if (image.complete && image.naturalWidth) clear(image);
