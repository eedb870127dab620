// Files that are still being prepared: the page is asked again, less and less often, and what is ready takes its place
// in the elements that are there, for other scripts may hold on to them.
const FIRST = 2500; // milliseconds
const LONGEST = 30000;

async function asked() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

export function watch() {
  const waiting = () => document.querySelectorAll("figure[data-preparing]");
  let pause = FIRST;

  async function look() {
    if (!document.hidden) {
      pause = Math.min(pause * 1.4, LONGEST);
      try {
        const page = await asked();
        if (page) change(page);
      } catch {
        // No connection just now: there will be another time.
      }
    }
    if (waiting().length) setTimeout(look, pause);
  }

  function change(page) {
    for (const figure of waiting()) {
      const fresh = page.getElementById(figure.id);
      if (!fresh) continue;
      if (fresh.matches("[data-preparing]")) progress(figure, fresh);
      else settle(figure, fresh);
    }
  }

  // Without this script the page does not look again, and does not say so.
  for (const words of document.querySelectorAll("figure[data-preparing] [data-watched]")) words.textContent = words.dataset.watched;
  if (waiting().length) setTimeout(look, pause);
}

/** A sound from elsewhere has no wave before somebody here has fetched it; once the browser has, the wave is drawn. */
export function listen() {
  let soon;
  async function draw() {
    const page = await asked().catch(() => null);
    for (const figure of document.querySelectorAll("figure[data-unheard]")) {
      const fresh = page?.getElementById(figure.id);
      if (!fresh || fresh.matches("[data-unheard]")) continue;
      figure.removeAttribute("data-unheard");
      redraw(figure, fresh);
    }
  }
  for (const media of document.querySelectorAll("figure[data-unheard] audio")) {
    const heard = () => {
      clearTimeout(soon);
      soon = setTimeout(draw, 300); // several of them are asked for together
    };
    if (media.readyState) heard();
    else media.addEventListener("loadedmetadata", heard, { once: true });
  }
}

function redraw(figure, fresh) {
  for (const path of figure.querySelectorAll("defs path")) path.setAttribute("d", fresh.querySelector("defs path").getAttribute("d"));
}

function progress(figure, fresh) {
  const [bar, now] = [figure.querySelector("progress"), fresh.querySelector("progress")];
  if (bar && now) bar.value = now.value;
  else if (now) figure.querySelector(".preparing > span").append(document.adoptNode(now));
}

function settle(figure, fresh) {
  const [frame, media] = [figure.querySelector("a.frame"), figure.querySelector("audio, video")];
  if (frame) {
    const made = fresh.querySelector("a.frame");
    frame.href = made.href;
    frame.replaceChildren(...made.childNodes);
  } else if (media) {
    const made = fresh.querySelector("audio, video");
    redraw(figure, fresh);
    if (made.poster) media.poster = made.poster;
    if ((media.paused && !media.currentTime) || media.error) { // whoever listens already is not interrupted
      for (const source of media.querySelectorAll("source")) source.remove();
      media.prepend(...made.querySelectorAll("source"));
      media.load();
    }
  }
  const [note, problem] = [figure.querySelector(".preparing"), fresh.querySelector(".preparing")];
  figure.removeAttribute("data-preparing");
  note.classList.toggle("failed", Boolean(problem));
  note.lastElementChild.textContent = problem ? problem.textContent.trim() : note.dataset.ready;
}
