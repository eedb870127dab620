// Of tabs and filters that do not fit on the screen, the chosen one is in sight.
for (const chosen of document.querySelectorAll(":is(.tabs, .filters) [aria-current]")) {
  const row = chosen.parentElement;
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = chosen.offsetLeft - row.clientWidth / 2 + chosen.offsetWidth / 2;
}
