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

async function save({ isLast = false } = {}) {
  clearTimeout(timer);
  if (!isDirty || isOver || saving) return;
  isDirty = false;
  saving = new AbortController();
  note.textContent = words("saving");
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: texts(), signal: saving.signal, keepalive: isLast });
    if (!answer.ok) throw new Error(String(answer.status));
    const { saved_at: at, problem } = await answer.json();
    if (isOver) return; // the address must not change any more while the page is being left
    if (at) remember();
    note.textContent = at ? words("saved", { time: clock(new Date(at)) }) : (problem ?? "");
  } catch {
    if (isOver) return;
    isDirty = true;
    note.textContent = words("unsaved");
    timer = setTimeout(() => save(), AGAIN);
  } finally {
    saving = null;
  }
  if (isDirty && note.textContent !== words("unsaved")) timer = setTimeout(() => save(), PAUSE);
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
  timer = setTimeout(() => save(), PAUSE);
}

// It is being published: nothing is kept any more.
export function over() {
  isOver = true;
  clearTimeout(timer);
  saving?.abort();
}

// The last words before a reload may come to the server after the new page was asked for: the tab holds on to them.
function leave() {
  if (isOver || !(isDirty || saving)) return;
  const typed = [...form.elements].filter((field) => field.id && field.name && ["text", "textarea", "select-one"].includes(field.type));
  sessionStorage.setItem(form.dataset.draft, JSON.stringify(typed.map((field) => [field.id, field.value])));
}

function come() {
  const typed = JSON.parse(sessionStorage.getItem(form.dataset.draft) ?? "[]");
  sessionStorage.removeItem(form.dataset.draft);
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field?.name) field.value = value;
  }
  if (typed.length) changed();
}

if (form.dataset.draft) {
  form.addEventListener("input", changed);
  addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save({ isLast: true }));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", () => (isOver = false));
  addEventListener("online", () => save());
  come();
}
