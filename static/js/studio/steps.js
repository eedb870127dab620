// One page, one step at a time: the address says which, so that the back button works and a reload comes back to it.
import { say, words } from "./words.js";

const form = document.querySelector("#composer");
const stepper = document.querySelector("#stepper");
const steps = [...form.querySelectorAll(".step")];
const links = new Map([...stepper.querySelectorAll("[data-go]")].map((link) => [link.dataset.go, link]));
const here = stepper.querySelector(".stepper-here");
const arrivals = [];
const WRONG = "[aria-invalid=true], .field-error:not([hidden])";
let current = "";

const isWrong = (step) => [...step.querySelectorAll(WRONG)].some((each) => !each.closest("[hidden]:not(.step)")) || Boolean(step.querySelector(".check.stop"));
const stepOf = (element) => element?.closest(".step")?.id ?? steps[0].id;
const named = (id) => steps.some((step) => step.id === id);

// What to do when a step is reached.
export const onArrival = (listener) => arrivals.push(listener);

function show(id, { focus, isQuiet = false }) {
  if (id === current) return;
  current = id;
  for (const step of steps) step.hidden = step.id !== id;
  for (const [name, link] of links) {
    if (name === id) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
  const at = { n: steps.findIndex((step) => step.id === id) + 1, all: steps.length, title: links.get(id).innerText.replace(/^\d+\s*/, "") };
  here.textContent = words("step", at);
  if (focus) {
    document.getElementById(id).focus({ preventScroll: true }); // where the browser itself goes with this address
    const top = stepper.getBoundingClientRect().top;
    if (top < 0 || top > innerHeight / 2) stepper.scrollIntoView({ block: "start" });
    say(here.textContent);
  }
  mark();
  if (!isQuiet) for (const listener of arrivals) listener(id);
}

// Goes to a step; the browser's back button leads back.
export function go(id, { focus = true } = {}) {
  if (location.hash.slice(1) !== id) history.pushState(null, "", `#${id}`);
  show(id, { focus });
}

// Goes to the step of a field, and to the field itself.
export function goTo(field) {
  go(stepOf(field), { focus: false });
  const place = field.matches("input, textarea, select, button, [tabindex]")
    ? field
    : field.querySelector("input:not([type=hidden]), textarea, select") ?? field.closest(".step");
  place.focus();
  place.scrollIntoView({ block: "center" });
}

// Steps in which something is wrong say so.
export function mark() {
  for (const step of steps) {
    const link = links.get(step.id);
    link.classList.toggle("wrong", isWrong(step));
    let sign = link.querySelector(".sr");
    if (isWrong(step) && !sign) {
      sign = document.createElement("span");
      sign.className = "sr";
      sign.textContent = ` (${words("lookAgain")})`;
      link.append(sign);
    } else if (!isWrong(step)) sign?.remove();
  }
}

// The first field that the browser itself would not send, or null.
export function firstUnfit() {
  return [...form.elements].find((field) => field.willValidate && !field.validity.valid) ?? null;
}

export function start() {
  form.noValidate = true; // fields of hidden steps cannot be pointed at by the browser
  document.addEventListener("click", (event) => {
    const way = event.target.closest("[data-go], [data-to]");
    if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (way.dataset.go) return go(way.dataset.go);
    const target = document.getElementById(way.dataset.to);
    if (target) goTo(target);
  });
  const follow = () => show(named(location.hash.slice(1)) ? location.hash.slice(1) : steps[0].id, { focus: true });
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  form.addEventListener("parts", mark);
  const wrong = steps.find(isWrong);
  const asked = location.hash.slice(1);
  const first = wrong ? wrong.id : named(asked) ? asked : steps[0].id;
  if (asked !== first && asked) history.replaceState(null, "", `#${first}`);
  show(first, { focus: false, isQuiet: Boolean(wrong) }); // what the server said about it stays to be read
  if (wrong) form.querySelector(`#${first} [aria-invalid=true]`)?.focus();
}
