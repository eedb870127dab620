// A picture that has arrived needs the colours behind it no longer; they would shine through where it is clear.
const clear = (image) => image.previousElementSibling?.matches(".haze") && image.previousElementSibling.remove();

document.addEventListener("load", (event) => event.target instanceof HTMLImageElement && clear(event.target), true);
for (const image of document.querySelectorAll(".haze + img")) if (image.complete && image.naturalWidth) clear(image);
