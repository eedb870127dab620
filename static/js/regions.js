// Parts of pictures: a frame is drawn with the pointer in the form, and what a comment is about is framed in the picture.
const SVG = "http://www.w3.org/2000/svg";
const SIDES = ["left", "top", "width", "height"];

for (const pointing of document.querySelectorAll("[data-pointing]")) {
  const board = pointing.querySelector("[data-board]");
  const form = pointing.closest("form");
  const fields = SIDES.map((side) => form.elements[`region_${side}`]);
  const shown = () => [...board.querySelectorAll("svg")].find((svg) => !svg.hasAttribute("hidden"));
  let begun = null;
  board.hidden = false;

  const place = (event) => {
    const box = shown().getBoundingClientRect();
    const within = (value) => Math.min(1, Math.max(0, value));
    return { x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height) };
  };

  function draw() {
    const [left, top, width, height] = fields.map((field) => Number(field.value.replace(",", ".")) / 100 || 0);
    const { width: across, height: down } = shown().viewBox.baseVal;
    const frame = shown().querySelector("rect");
    for (const [name, value] of [["x", left * across], ["y", top * down], ["width", width * across], ["height", height * down]]) frame.setAttribute(name, value);
  }

  function take(event) {
    const end = place(event);
    const values = [Math.min(begun.x, end.x), Math.min(begun.y, end.y), Math.abs(end.x - begun.x), Math.abs(end.y - begun.y)];
    fields.forEach((field, index) => (field.value = String(Number((values[index] * 100).toFixed(2)))));
    draw();
  }

  board.addEventListener("pointerdown", (event) => {
    if (!event.target.closest("svg")) return;
    event.preventDefault();
    board.setPointerCapture(event.pointerId);
    begun = place(event);
  });
  board.addEventListener("pointermove", (event) => begun && take(event));
  board.addEventListener("pointerup", (event) => {
    if (!begun) return;
    take(event);
    begun = null;
    if (!(Number(fields[2].value) && Number(fields[3].value))) fields.forEach((field) => (field.value = "")); // a mere click
    draw();
  });
  for (const field of fields) field.addEventListener("input", draw);
  form.elements.region_file.addEventListener("change", () => {
    for (const svg of board.querySelectorAll("svg")) svg.toggleAttribute("hidden", svg.dataset.position !== form.elements.region_file.value);
    draw();
  });
  draw();
}

// The whole picture with a frame in it, where one looks at the cut-out.
function frame(link) {
  document.querySelectorAll(".pointed-at").forEach((old) => old.remove());
  const picture = document.querySelector(`#file-${link.dataset.file} .frame`);
  const sides = link.dataset.region.match(/[\d.]+/g);
  if (!picture || sides?.length !== 4) return;
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "pointed-at");
  drawing.setAttribute("viewBox", "0 0 100 100");
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  const box = document.createElementNS(SVG, "rect");
  ["x", "y", "width", "height"].forEach((name, index) => box.setAttribute(name, sides[index]));
  box.setAttribute("class", "region-frame");
  box.setAttribute("vector-effect", "non-scaling-stroke");
  drawing.append(box);
  picture.classList.add("pointed");
  picture.append(drawing);
}

for (const link of document.querySelectorAll("a[data-region]")) link.addEventListener("click", () => frame(link));
