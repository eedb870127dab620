// What is on the page is kept on the server while somebody writes: a moment after the last key, and when they leave.
import { clock, words } from "./words.js";
import { texts } from "./parts.js";

const form = document.querySelector("#composer");
const note = document.querySelector("#saved-note");
const PAUSE = 1500;
const AGAIN = 10000;
let timer = 0;
let saving = null;
let isDirty = false;
let isOver = false;

async function save() {
  clearTimeout(timer);
  if (!isDirty || isOver || saving) return;
  isDirty = false;
  saving = new AbortController();
  note.textContent = words("saving");
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: texts(), signal: saving.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const { saved_at: at, problem } = await answer.json();
    if (at) remember();
    note.textContent = at ? words("saved", { time: clock(new Date(at)) }) : (problem ?? "");
  } catch {
    if (isOver) return;
    isDirty = true;
    note.textContent = words("unsaved");
    timer = setTimeout(save, AGAIN);
  } finally {
    saving = null;
  }
  if (isDirty && note.textContent !== words("unsaved")) timer = setTimeout(save, PAUSE);
}

// A reload, and the way back from elsewhere, come to what is kept.
function remember() {
  const key = form.querySelector("[name=draft]").value;
  if (new URLSearchParams(location.search).get("draft") !== key) history.replaceState(null, "", `?draft=${key}${location.hash}`);
}

// Something changed, and is kept soon.
function changed() {
  if (isOver) return;
  isDirty = true;
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

// It is being published: nothing is kept any more.
export function over() {
  isOver = true;
  clearTimeout(timer);
  saving?.abort();
}

if (form.dataset.draft) {
  form.addEventListener("input", changed);
  addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  addEventListener("pageshow", () => (isOver = false));
  addEventListener("online", save);
}
