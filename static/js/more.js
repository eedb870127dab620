// "Load more" adds to the list that is there; without scripts, or when anything goes wrong, it is a link.
const LISTS = ".grid, .people, .notices";

async function more(link) {
  const answer = await fetch(link.href, { headers: { accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const pager = link.closest(".pager");
  const list = before(pager);
  const fresh = before(page.querySelector(".pager") || page.querySelector(`main :is(${LISTS})`));
  const items = [...fresh.children].map((item) => document.adoptNode(item));
  list.append(...items);
  const next = page.querySelector(".pager");
  if (next) pager.replaceWith(document.adoptNode(next));
  else pager.remove();
  items[0]?.querySelector("a, button")?.focus({ preventScroll: true });
}

function before(place) {
  return place.matches(LISTS) ? place : place.parentElement.querySelector(`:scope > :is(${LISTS})`);
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest(".pager a[rel=next]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  try {
    await more(link);
  } catch {
    location.assign(link.href);
  }
});
