// Buttons of the form, without leaving the page: the server answers with the whole page as ever, and its parts are put
// in the place of those that are here. What was typed in the meantime, the focus and the caret stay.
import { say, words } from "./words.js";

const form = document.querySelector("#composer");
const FIELDS = "input:not([type=file]), textarea, select";
const state = (field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : field.value);
let line = Promise.resolve();
let released = Promise.resolve();

// Nothing moves away under a finger that presses: new parts wait until it is lifted, and its click has been heard.
document.addEventListener("pointerdown", () => {
  released = new Promise((lifted) => {
    setTimeout(lifted, 2000);
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => setTimeout(lifted), { once: true, capture: true });
  });
}, true);

export function texts() {
  const data = new FormData(form);
  data.delete("files");
  return data;
}

function put(page, sent) {
  const active = document.activeElement;
  const focus = active && form.contains(active) ? active : null;
  const home = focus?.closest("[data-part]")?.id;
  const told = [];
  document.title = page.title;
  const caret = focus && "selectionStart" in focus ? [focus.selectionStart, focus.selectionEnd] : null;
  for (const old of document.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part]#${old.id}`);
    if (!fresh) continue;
    for (const one of fresh.querySelectorAll("[data-plain]")) one.remove();
    for (const one of fresh.querySelectorAll("[data-script]")) one.hidden = false;
    if (fresh.outerHTML === old.outerHTML) continue;
    const typed = [...old.querySelectorAll(FIELDS)].filter((field) => field.id && sent.get(field.id) !== state(field));
    const open = [...old.querySelectorAll("details")].map((each) => each.open);
    keepPlaying(old, fresh);
    old.replaceWith(fresh);
    told.push(...[...fresh.querySelectorAll("[data-say]")].map((each) => each.dataset.say));
    told.push(...[...fresh.querySelectorAll(".field-error")].map((each) => each.textContent.trim()));
    fresh.querySelectorAll("details").forEach((each, index) => (each.open ||= open[index] ?? false));
    for (const field of typed) {
      const again = document.getElementById(field.id);
      if (!again || !sent.has(field.id)) continue;
      if (field.type === "radio" || field.type === "checkbox") again.checked = field.checked;
      else again.value = field.value;
    }
  }
  if (focus && !focus.isConnected) {
    const same = focus.id ? document.getElementById(focus.id) : focus.value && form.querySelector(`button[value="${CSS.escape(focus.value)}"]`);
    const again = same || document.querySelector(`#${home} [data-home]`) || document.querySelector("#files");
    again?.focus({ preventScroll: true });
    if (same && caret && caret[0] !== null) again.setSelectionRange(...caret);
  }
  if (told.length) say(told.join(" "));
}

// A row that only moved is the same row: what plays in it goes on.
function keepPlaying(old, fresh) {
  for (const row of old.querySelectorAll("[data-file]")) {
    const same = fresh.querySelector(`[data-file="${row.dataset.file}"] .file-view`);
    const view = row.querySelector(".file-view");
    if (same && view && same.innerHTML === view.innerHTML) same.replaceWith(view);
  }
}

// The button `value` was pressed; true when the server took it. One after the other, in the order of the presses.
export function ask(value) {
  const asked = line.then(() => send(value));
  line = asked.catch(() => {});
  return asked;
}

async function send(value) {
  const data = texts();
  data.set("do", value);
  const fields = [...form.querySelectorAll(FIELDS)].filter((field) => field.id);
  const sent = new Map(fields.map((field) => [field.id, state(field)]));
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("#composer")) throw new Error("no form");
    await released;
    put(page, sent);
    form.dispatchEvent(new CustomEvent("parts", { detail: value }));
    return true;
  } catch {
    say(words("unreached"));
    return false;
  } finally {
    form.removeAttribute("aria-busy");
  }
}
