// A conversation about something that plays: "comment at 0:42" takes the player's place, a place that is clicked plays
// from there, marks stand under the timeline; and an answer is written below what it answers.
import { clock } from "./deck.js";

const player = document.querySelector("[data-player] :is(audio, video)");

function playFrom(seconds) {
  player.currentTime = seconds;
  player.play().catch(() => {}); // a browser may want to be asked by a click on the player itself
  player.closest("[data-player]").scrollIntoView({ block: "nearest" });
}

function lengthOf() {
  if (Number.isFinite(player.duration) && player.duration > 0) return player.duration;
  return Number(player.closest("[data-player]").dataset.seconds) || 0;
}

function placeMarks(list) {
  const length = lengthOf();
  if (!length) return;
  for (const mark of list.querySelectorAll("[data-mark]")) {
    mark.parentElement.style.setProperty("--at", Math.min(100, (mark.dataset.mark / length) * 100));
  }
  list.hidden = false;
}

if (player) {
  for (const link of document.querySelectorAll("a[data-moment]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      playFrom(Number(link.dataset.moment));
    });
  }

  const list = document.querySelector("[data-moments]");
  if (list) {
    const figure = player.closest("[data-player]");
    const timeline = figure.querySelector(".wave, .frame") ?? player;
    timeline.after(list);
    placeMarks(list);
    player.addEventListener("durationchange", () => placeMarks(list));
    for (const mark of list.querySelectorAll("[data-mark]")) {
      mark.addEventListener("click", () => (player.currentTime = Number(mark.dataset.mark)));
    }
  }

  for (const button of document.querySelectorAll("[data-take-time]")) {
    const words = button.querySelector("[data-words]");
    const field = button.form.elements.at;
    const say = () => (words.textContent = words.dataset.words.replace("{at}", clock(player.currentTime)));
    say();
    button.hidden = false;
    player.addEventListener("timeupdate", say);
    player.addEventListener("seeked", say);
    button.addEventListener("click", () => {
      field.value = clock(player.currentTime);
      button.form.elements.text.focus();
    });
  }
}

const blank = document.getElementById("answer-form");
for (const link of blank ? document.querySelectorAll("a[data-answer]") : []) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const said = link.closest(".said");
    let form = said.querySelector("form.answering");
    if (!form) {
      form = blank.content.cloneNode(true).querySelector("form");
      form.action = link.href;
      form.querySelector("[data-close]").addEventListener("click", () => {
        form.remove();
        link.focus();
      });
      said.append(form);
    }
    form.elements.text.focus();
  });
}
