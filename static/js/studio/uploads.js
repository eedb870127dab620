// Files on their way, over tus: they go on while somebody moves between the steps, after a lost connection, after a
// reload and after a restart of the server. What has arrived whole becomes a row of the form, which the server draws.
import { forget, keep, keptFor } from "./kept.js";
import { ask } from "./parts.js";
import { inBytes, say, words } from "./words.js";

const form = document.querySelector("#composer");
const list = document.querySelector("#uploads");
const template = document.querySelector("#upload-row");
const add = document.querySelector("#file-add");
const problems = document.querySelector("#files-problem");
const PIECE = 4 * 1024 * 1024;
const SOON = [0, 1000, 3000, 5000];
const LATER = 5000;
const LOOK = 1000;
const TIGHT = 1e9; // bytes that are left; before that nobody needs to hear of it
const most = Number(form.dataset.maxFiles);
const percents = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "percent" });
const uploads = new Set();
let limits = null;

const kindOf = (file) => file.type.split("/")[0];
const arrived = () => form.querySelectorAll("[data-file]").length;

class Upload {
  constructor({ id = crypto.randomUUID(), file, name = file.name, alt = "", url = null, at = Date.now(), isMade = false }) {
    Object.assign(this, { id, file, name, url, at, isMade, sent: 0, state: "waiting", halfway: false, timer: 0 });
    this.row = template.content.cloneNode(true).firstElementChild;
    this.bar = this.row.querySelector("progress");
    this.said = this.row.querySelector(".upload-said");
    this.alt = this.row.querySelector("textarea");
    this.alt.id = `alt-${id}`;
    this.alt.value = alt;
    this.row.querySelector("label").htmlFor = this.alt.id;
    this.row.querySelector(".upload-name").textContent = `${name} · ${inBytes(file.size)}`;
    this.bar.setAttribute("aria-label", name);
    for (const button of this.row.querySelectorAll("button[data-upload]")) {
      const label = document.createElement("span");
      label.className = "sr";
      label.textContent = ` (${name})`;
      button.append(label);
    }
    this.row.addEventListener("click", (event) => this.press(event.target.closest("[data-upload]")?.dataset.upload));
    this.alt.addEventListener("change", () => this.remember());
    this.show();
    // A draft with nothing in it but this is worth keeping too.
    this.row.append(Object.assign(document.createElement("input"), { type: "hidden", name: "waiting", value: name }));
    list.append(this.row);
    form.dispatchEvent(new Event("input"));
    uploads.add(this);
  }

  // Until it has arrived, it is kept here too.
  remember() {
    return keep({ id: this.id, key: form.dataset.key, file: this.file, name: this.name, alt: this.alt.value, url: this.url, at: this.at, isMade: this.isMade });
  }

  show() {
    const place = this.row.querySelector(".file-view");
    this.address = URL.createObjectURL(this.file);
    const kind = kindOf(this.file);
    const made = document.createElement(kind === "image" ? "img" : kind === "video" ? "video" : "audio");
    if (kind === "image") made.alt = "";
    else {
      made.controls = true;
      made.preload = "metadata";
      made.setAttribute("aria-label", this.name);
    }
    made.addEventListener("error", () => made.remove());
    made.src = this.address;
    place.append(made);
    const save = this.row.querySelector("[data-upload=save]");
    save.href = this.address;
    save.download = this.name;
  }

  become(state, sentence) {
    this.state = state;
    this.row.dataset.state = state;
    this.said.textContent = sentence;
    const at = (name) => this.row.querySelector(`[data-upload=${name}]`);
    at("pause").hidden = state !== "sending" && state !== "waiting";
    at("resume").hidden = state !== "paused";
    at("retry").hidden = state !== "failed";
    at("save").hidden = !this.isMade || !["failed", "refused", "paused", "offline"].includes(state);
    this.bar.hidden = state === "refused";
    if (state === "processing") this.bar.removeAttribute("value");
    else this.bar.value = Math.floor((100 * this.sent) / (this.file.size || 1));
  }

  start() {
    clearTimeout(this.timer);
    this.become("sending", words("sending", { percent: percents.format(this.sent / this.file.size), left: inBytes(this.file.size - this.sent) }));
    this.tus = new globalThis.tus.Upload(this.file, {
      endpoint: "/api/uploads",
      uploadUrl: this.url,
      chunkSize: PIECE,
      retryDelays: SOON,
      storeFingerprintForResuming: false,
      metadata: { filename: this.name, filetype: this.file.type },
      onUploadUrlAvailable: () => {
        this.url = this.tus.url;
        this.remember();
      },
      onProgress: (sent) => this.progress(sent),
      onShouldRetry: (error) => !(error.originalResponse?.getStatus() >= 400 && error.originalResponse.getStatus() < 500) || error.originalResponse.getStatus() === 409 || error.originalResponse.getStatus() === 423,
      onError: (error) => this.fail(error),
      onSuccess: () => this.look(),
    });
    this.tus.start();
  }

  progress(sent) {
    if (this.state !== "sending") return;
    this.sent = sent;
    const part = sent / this.file.size;
    this.bar.value = Math.floor(100 * part);
    this.said.textContent = words("sending", { percent: percents.format(part), left: inBytes(this.file.size - sent) });
    if (part >= 0.5 && !this.halfway && this.file.size > 20e6) say(words("halfway", { name: this.name }));
    this.halfway ||= part >= 0.5;
  }

  fail(error) {
    const answer = error.originalResponse;
    if (!answer || answer.getStatus() >= 500 || answer.getStatus() === 0) {
      this.become("offline", words("offline"));
      this.timer = setTimeout(() => this.state === "offline" && this.start(), LATER);
      return;
    }
    let detail = "";
    try {
      detail = JSON.parse(answer.getBody()).detail ?? "";
    } catch {
      detail = "";
    }
    const isFinal = [400, 413, 415, 422].includes(answer.getStatus());
    this.refuse(isFinal ? "refused" : "failed", detail || words(isFinal ? "refused" : "failed"));
  }

  refuse(state, sentence) {
    this.become(state, sentence);
    if (state === "refused" && !this.isMade) forget(this.id);
    say(`${this.name}: ${sentence}`);
    next();
  }

  // All of it is there: the server opens it, and says how far it is.
  async look() {
    if (!uploads.has(this)) return;
    this.sent = this.file.size;
    if (this.state !== "processing") this.become("processing", words("processing"));
    let now;
    try {
      const answer = await fetch(this.url, { headers: { accept: "application/json" } });
      if (answer.status === 404 || answer.status === 410) return this.lost();
      if (!answer.ok) throw new Error(String(answer.status));
      now = await answer.json();
    } catch {
      this.timer = setTimeout(() => this.look(), LATER);
      return;
    }
    if (now.state === "refused") return this.refuse("refused", now.problem || words("refused"));
    if (now.media) return this.arrive(now.media.key);
    this.said.textContent = now.progress ? words("processingAt", { percent: percents.format(now.progress / 100) }) : words("processing");
    this.timer = setTimeout(() => this.look(), LOOK);
    next();
  }

  lost() {
    this.url = null;
    this.sent = 0;
    this.become("failed", words("gone"));
    next();
  }

  // It is a file of the record now: the server draws its row, and what was written about it goes along.
  async arrive(key) {
    const hidden = (name, value) => Object.assign(document.createElement("input"), { type: "hidden", name, value });
    const fields = form.querySelector(`[name=file_key][value="${key}"]`) ? [] : [hidden("file_key", key), hidden(`alt-${key}`, this.alt.value)];
    const had = this.row.contains(document.activeElement) ? document.activeElement : null;
    this.row.append(...fields);
    if (!(await ask("arrived"))) {
      for (const field of fields) field.remove();
      this.timer = setTimeout(() => this.look(), LATER);
      return;
    }
    const alt = document.getElementById(`alt-${key}`);
    if (alt && fields.length) alt.value = this.alt.value;
    if (had) (alt ?? document.querySelector("#files")).focus({ preventScroll: true });
    this.end();
    say(words("ready", { name: this.name }));
    next();
  }

  press(what) {
    if (what === "pause") {
      if (this.state === "sending") this.tus?.abort();
      this.become("paused", words("paused", { percent: percents.format(this.sent / this.file.size) }));
      say(this.said.textContent);
      this.row.querySelector("[data-upload=resume]").focus();
      next();
    } else if (what === "resume" || what === "retry") {
      this.become("waiting", words("waiting"));
      this.row.querySelector("[data-upload=pause]").focus();
      next();
    } else if (what === "cancel") {
      this.cancel();
    }
  }

  cancel() {
    this.tus?.abort();
    if (this.url) fetch(this.url, { method: "DELETE", headers: { "tus-resumable": "1.0.0" } }).catch(() => {});
    this.end();
    say(words("takenOut", { name: this.name }));
    document.querySelector("#files").focus();
    next();
  }

  end() {
    clearTimeout(this.timer);
    uploads.delete(this);
    this.row.remove();
    URL.revokeObjectURL(this.address);
    forget(this.id);
    room();
  }
}

// One after the other: each arrives sooner, and a phone keeps up.
function next() {
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
    const upload = new Upload({ file, isMade });
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
  listen();
  return true;
}

async function goOn() {
  for (const row of await keptFor(form.dataset.key)) {
    if ([...uploads].some((upload) => upload.id === row.id)) continue;
    new Upload(row).become("waiting", words("waiting"));
  }
  next();
}

function listen() {
  const input = document.querySelector("#files");
  const drop = document.querySelector("#drop");
  // Before anybody else sees it: nothing stays in the field, so nothing is sent twice.
  const take = () => {
    const files = [...input.files];
    input.value = "";
    document.querySelector(".drop .chosen")?.replaceChildren();
    if (files.length) send(files);
  };
  form.addEventListener("change", (event) => {
    if (event.target !== input) return;
    event.stopPropagation();
    take();
  }, true);
  take(); // what was chosen before all this was here
  let depth = 0;
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    drop.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) drop.classList.remove("over");
  });
  addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    drop.classList.remove("over");
    send([...event.dataTransfer.files]);
    document.querySelector("#begin").hidden && document.querySelector("[data-go=begin]").click();
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    const named = files.map((file) => (file.name && file.name !== "image.png" ? file : new File([file], `${words("pasted")}.${file.type.split("/")[1] || "png"}`, { type: file.type })));
    send(named);
  });
}
