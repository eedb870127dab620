// What was chosen, before it is sent: names, sizes, small pictures, and a word when something is too large.
const SIDE = 72;

async function picture(file) {
  const bitmap = await createImageBitmap(file, { resizeWidth: SIDE * 2, resizeQuality: "medium" });
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE * 2;
  const size = Math.min(bitmap.width, bitmap.height);
  const x = (bitmap.width - size) / 2;
  const y = (bitmap.height - size) / 2;
  canvas.getContext("2d").drawImage(bitmap, x, y, size, size, 0, 0, SIDE * 2, SIDE * 2);
  bitmap.close();
  return canvas;
}

function row(file, input) {
  const item = document.createElement("li");
  const words = document.createElement("span");
  const limit = Number(input.dataset.maxBytes || 0);
  words.textContent = `${file.name} · ${(file.size / 1e6).toFixed(1)} MB`;
  if (limit && file.size > limit) {
    item.className = "wrong";
    words.textContent += ` · ${input.dataset.tooLarge}`;
  }
  item.append(words);
  if (file.type.startsWith("image/")) picture(file).then((canvas) => item.prepend(canvas), () => {});
  return item;
}

for (const input of document.querySelectorAll("input[type=file][data-preview]")) {
  const list = document.createElement("ul");
  list.className = "chosen";
  list.setAttribute("aria-live", "polite");
  input.after(list);
  input.addEventListener("change", () => list.replaceChildren(...[...input.files].map((file) => row(file, input))));
}
