// Files that are still being prepared: the page is asked again, less and less often, and only what is ready changes.
const FIRST = 2500; // milliseconds
const LONGEST = 30000;

export function watch(wake) {
  const waiting = () => document.querySelectorAll("figure[data-preparing]");
  let pause = FIRST;

  async function look() {
    if (!document.hidden) {
      pause = Math.min(pause * 1.4, LONGEST);
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        if (answer.ok) change(new DOMParser().parseFromString(await answer.text(), "text/html"));
      } catch {
        // No connection just now: there will be another time.
      }
    }
    if (waiting().length) setTimeout(look, pause);
  }

  function change(page) {
    for (const figure of waiting()) {
      const fresh = page.getElementById(figure.id);
      if (!fresh || fresh.matches("[data-preparing]")) continue;
      const media = figure.querySelector("audio, video");
      if (media && (!media.paused || media.currentTime > 0) && !media.error) {
        settle(figure);
        continue; // whoever listens already is not interrupted
      }
      const said = figure.querySelector(".preparing")?.dataset.ready;
      figure.replaceWith(document.adoptNode(fresh));
      if (said) announce(fresh, said);
      if (fresh.matches("[data-player]")) wake(fresh);
    }
  }

  function settle(figure) {
    const note = figure.querySelector(".preparing");
    figure.removeAttribute("data-preparing");
    if (note) note.lastElementChild.textContent = note.dataset.ready;
  }

  function announce(figure, words) {
    const note = document.createElement("p");
    note.className = "sr";
    note.setAttribute("role", "status");
    figure.append(note);
    setTimeout(() => { note.textContent = words; }, 100); // a region speaks of what changes in it
  }

  if (waiting().length) setTimeout(look, pause);
}
