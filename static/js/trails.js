// A wide drawing opens at the record whose page this is.
for (const trail of document.querySelectorAll(".trail")) {
  const here = trail.querySelector(".here");
  if (!here) continue;
  const box = here.getBoundingClientRect();
  const frame = trail.getBoundingClientRect();
  trail.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
}
