// All files of this draft that are on their way, one after the other; and what is refused before it starts.
import { listen } from "./choosing.js";
import { keptFor } from "./kept.js";
import { Upload, kindOf } from "./upload.js";
import { inBytes, say, words } from "./words.js";

const form = document.querySelector("#composer");
const list = document.querySelector("#uploads");
const add = document.querySelector("#file-add");
const problems = document.querySelector("#files-problem");
const TIGHT = 1e9; // bytes that are left; before that nobody needs to hear of it
const most = Number(form.dataset.maxFiles);
const uploads = new Set();
let limits = null;

const arrived = () => form.querySelectorAll("[data-file]").length;

function begin(what) {
  const upload = new Upload({ ...what, changed: next });
  uploads.add(upload);
  return upload;
}

// One after the other: each arrives sooner, and a phone keeps up.
function next() {
  for (const upload of uploads) if (upload.state === "ended") uploads.delete(upload);
  room();
  if ([...uploads].some((upload) => upload.state === "sending" || upload.state === "offline")) return;
  [...uploads].find((upload) => upload.state === "waiting")?.start();
}

function room() {
  list.hidden = uploads.size === 0;
  add.hidden = arrived() + uploads.size >= most;
  form.dispatchEvent(new CustomEvent("uploads"));
}

function complain(sentences) {
  problems.replaceChildren(
    ...sentences.map((sentence) => {
      const line = document.createElement("p");
      line.className = "field-error";
      line.textContent = sentence;
      return line;
    }),
  );
  if (sentences.length) say(sentences.join(" "));
}

function reasonAgainst(file, name) {
  const size = inBytes(file.size);
  if (file.size === 0) return words("empty", { name });
  if (file.type && !(kindOf(file) in limits.bytes)) return words("wrongKind", { name });
  const limit = limits.bytes[kindOf(file)] ?? Math.max(...Object.values(limits.bytes));
  if (file.size > limit) return words("tooLarge", { name, size, limit: inBytes(limit) });
  if (limits.room !== null && file.size > limits.room) return `${words("noRoom", { name, size, limit: inBytes(limits.room) })} ${limits.explanation}`;
  if (arrived() + uploads.size >= most) return words("tooMany", { name, n: most });
  return "";
}

// Files that somebody chose, dropped, pasted or recorded are on their way; what cannot be sent is said before.
export function send(files, { isMade = false } = {}) {
  const against = [];
  for (const file of files) {
    const reason = reasonAgainst(file, file.name);
    if (reason) against.push(reason);
    if (reason && !isMade) continue;
    const upload = begin({ file, isMade });
    upload.remember();
    if (reason) upload.become("refused", reason);
    else {
      upload.become("waiting", words("waiting"));
      say(words("started", { name: upload.name }));
    }
  }
  complain(against);
  next();
}

export const isSending = () => [...uploads].some((upload) => upload.state !== "refused");

// Bytes that a file of this kind may have.
export const limitFor = (kind) => Math.min(limits.bytes[kind], limits.room ?? Infinity);

// Whether files can be sent ahead here; where they cannot, the form sends them itself.
export async function start() {
  try {
    const answer = await fetch("/api/uploads/limits", { headers: { accept: "application/json" } });
    if (!answer.ok || !globalThis.tus?.isSupported) return false;
    limits = await answer.json();
  } catch {
    return false;
  }
  const said = Object.fromEntries(Object.entries(limits.bytes).map(([kind, bytes]) => [kind, inBytes(bytes)]));
  const isTight = limits.room !== null && limits.room < TIGHT;
  document.querySelector("#limits-said").textContent = isTight ? limits.explanation : words("limits", said);
  // Two windows on the same draft do not send the same file: the second waits until the first is closed.
  if (navigator.locks) navigator.locks.request(`uploads of ${form.dataset.key}`, () => goOn().then(() => new Promise(() => {})));
  else goOn();
  addEventListener("online", () => [...uploads].forEach((upload) => upload.state === "offline" && upload.start()));
  form.addEventListener("parts", room);
  listen(send);
  return true;
}

async function goOn() {
  for (const row of await keptFor(form.dataset.key)) {
    if ([...uploads].some((upload) => upload.id === row.id)) continue;
    begin(row).become("waiting", words("waiting"));
  }
  next();
}
