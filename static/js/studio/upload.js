// One file on its way, over tus, with its row on the page: it goes on after a lost connection, after a reload and after
// a restart of the server. What has arrived whole becomes a row of the form, which the server draws.
import { forget, keep } from "./kept.js";
import { ask } from "./parts.js";
import { inBytes, say, words } from "./words.js";

const form = document.querySelector("#composer");
const list = document.querySelector("#uploads");
const template = document.querySelector("#upload-row");
const PIECE = 4 * 1024 * 1024; // bytes
const SOON = [0, 1000, 3000, 5000]; // milliseconds
const LATER = 5000;
const LOOK = 1000;
const percents = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "percent" });

export const kindOf = (file) => file.type.split("/")[0];

export class Upload {
  /** `changed` is called when another one may go on, or there is room for one more. */
  constructor({ id = crypto.randomUUID(), file, name = file.name, alt = "", url = null, at = Date.now(), isMade = false, changed }) {
    Object.assign(this, { id, file, name, url, at, isMade, changed, sent: 0, state: "waiting", halfway: false, timer: 0 });
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
    this.changed();
  }

  // All of it is there: the server opens it, and says how far it is.
  async look() {
    if (this.state === "ended") return;
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
    this.changed();
  }

  lost() {
    this.url = null;
    this.sent = 0;
    this.become("failed", words("gone"));
    this.changed();
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
    this.changed();
  }

  press(what) {
    if (what === "pause") {
      if (this.state === "sending") this.tus?.abort();
      this.become("paused", words("paused", { percent: percents.format(this.sent / this.file.size) }));
      say(this.said.textContent);
      this.row.querySelector("[data-upload=resume]").focus();
      this.changed();
    } else if (what === "resume" || what === "retry") {
      this.become("waiting", words("waiting"));
      this.row.querySelector("[data-upload=pause]").focus();
      this.changed();
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
    this.changed();
  }

  end() {
    clearTimeout(this.timer);
    this.state = "ended";
    this.row.remove();
    URL.revokeObjectURL(this.address);
    forget(this.id);
  }
}
