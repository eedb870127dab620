// A record that is changed has no draft on the server: what was typed stays in this browser until it is published or
// thrown away, as long as the record is what it was when it was typed.
const form = document.querySelector("#composer");
const note = document.querySelector("#kept-note");
const place = `changes:${form.dataset.key}`;
const PAUSE = 400;

const fields = () => [...form.elements].filter((field) => field.id && field.name && ["text", "textarea", "select-one", "radio"].includes(field.type));
const valueOf = (field) => (field.type === "radio" ? field.checked : field.value);
const state = (read) => Object.fromEntries(fields().map((field) => [field.id, read(field)]));
const before = JSON.stringify(state(givenTo)); // a browser may have filled in something else by now
let timer = 0;

function givenTo(field) {
  if (field.type === "radio") return field.defaultChecked;
  if (field.type !== "select-one") return field.defaultValue;
  return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
}

function keep() {
  const now = state(valueOf);
  try {
    if (JSON.stringify(now) === before) localStorage.removeItem(place);
    else localStorage.setItem(place, JSON.stringify({ before, now }));
  } catch {
    // A browser that keeps nothing: then it is as it is without this.
  }
}

function forget() {
  clearTimeout(timer);
  localStorage.removeItem(place);
}

function come() {
  const kept = JSON.parse(localStorage.getItem(place) ?? "null");
  if (!kept) return;
  if (kept.before !== before) return forget();
  for (const field of fields()) {
    if (!(field.id in kept.now)) continue;
    if (field.type === "radio") field.checked = kept.now[field.id];
    else field.value = kept.now[field.id];
  }
  note.hidden = false;
}

export function start() {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  addEventListener("pagehide", () => timer && !form.dataset.sent && keep());
  document.querySelector("#leave-it").addEventListener("click", () => {
    timer = 0;
    forget();
  });
  note.querySelector("button").addEventListener("click", () => {
    timer = 0;
    forget();
    location.reload();
  });
  come();
}

export function over() {
  timer = 0;
  forget();
}
