// A wide drawing opens at the record whose page this is. The Tab key stops once in it; arrow keys lead from record to
// record, along the lines where there are any, and Enter opens the one that has the focus, as it does with every link.
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

for (const trail of document.querySelectorAll(".trail")) {
  const boxes = [...trail.querySelectorAll(".trail-box")];
  const here = trail.querySelector(".trail-box.here") || boxes[0];
  if (!here) continue;
  const box = here.getBoundingClientRect();
  const frame = trail.getBoundingClientRect();
  trail.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
  trail.scrollTop += box.top + box.height / 2 - frame.top - frame.height / 2;
  trail.removeAttribute("tabindex");
  const places = boxes.map((each) => {
    const { x, y, width, height } = each.querySelector(".frame").getBBox();
    return [x + width / 2, y + height / 2];
  });
  const stop = (next) => {
    for (const each of boxes) each.setAttribute("tabindex", each === next ? "0" : "-1");
  };
  stop(here);
  trail.addEventListener("focusin", ({ target }) => {
    const at = target.closest(".trail-box");
    if (at) stop(at);
  });
  trail.addEventListener("keydown", (event) => {
    const at = boxes.indexOf(event.target.closest(".trail-box"));
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = event.key === "Home" ? here : WAYS[event.key] && boxes[nearest(boxes, places, at, WAYS[event.key])];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest", inline: "center" });
  });
  const hint = document.querySelector("[data-trail-hint]");
  if (hint) hint.hidden = false;
}

// Which box lies that way: sideways one that a line leads to, if there is any; up and down one of the same column.
function nearest(boxes, places, at, [right, down]) {
  const ties = new Set((boxes[at].dataset.ties || "").split(" ").filter(Boolean).map(Number));
  const away = places.map(([x, y], other) => {
    const [across, along] = [x - places[at][0], y - places[at][1]];
    const forward = right ? across * right : along * down;
    if (other === at || forward <= 1 || (down && Math.abs(across) > 1)) return Infinity;
    return forward + 2 * Math.abs(right ? along : across) + (right && !ties.has(other) ? 100_000 : 0);
  });
  const least = Math.min(...away);
  return least < Infinity ? away.indexOf(least) : -1;
}
