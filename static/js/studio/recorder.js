// Recording in the page: a sound, a film or a picture, straight into the files of the record.
import { Loudness } from "./loudness.js";
import { length, say } from "./words.js";
import { limitFor } from "./uploads.js";

const panel = document.querySelector("#recorder");
const title = panel.querySelector("#recorder-title");
const problem = panel.querySelector(".recorder-problem");
const stage = panel.querySelector(".recorder-stage");
const view = stage.querySelector("video");
const wave = stage.querySelector("canvas");
const review = stage.querySelector(".recorder-review");
const word = panel.querySelector(".recorder-word");
const time = panel.querySelector(".recorder-time");
const capture = panel.querySelector("[data-recorder=capture]");
const button = (name) => panel.querySelector(`[data-recorder=${name}]`);
const isPhone = matchMedia("(pointer: coarse)").matches;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const SHAPES = {
  sound: ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"],
  film: ["video/mp4;codecs=avc1.42E01F,mp4a.40.2", "video/webm;codecs=vp8,opus", "video/webm", "video/mp4"], // the lightest first
};
const ENDINGS = { "audio/webm": "webm", "audio/mp4": "m4a", "audio/ogg": "ogg", "video/webm": "webm", "video/mp4": "mp4", "image/jpeg": "jpg" };
const SHOWN = {
  asking: [],
  wrong: [],
  live: ["start"],
  recording: ["stop", "pause"],
  paused: ["resume", "stop"],
  review: ["keep", "again", "save"],
};

let kind = "";
let state = "closed";
let stream = null;
let recorder = null;
let pieces = [];
let made = null;
let address = "";
let facing = "user";
let chosen = { audioinput: "", videoinput: "" };
let begun = 0;
let counted = 0;
let ticking = 0;
let loudness = null;
let turn = 0; // answers to what was asked before are not listened to any more
let opener = null;
let send = () => {};

new ResizeObserver(() => state !== "closed" && inSight()).observe(panel); // it grows when the camera is there

function become(next, sentence) {
  state = next;
  panel.dataset.state = next;
  for (const one of panel.querySelectorAll(".recorder-tools > [data-recorder]")) one.hidden = !SHOWN[next].includes(one.dataset.recorder);
  if (next === "live") {
    button("start").hidden = kind === "picture";
    button("shoot").hidden = kind !== "picture";
    button("turn").hidden = kind === "sound" || !isPhone;
  }
  button("pause").hidden ||= !recorder?.pause;
  for (const label of panel.querySelectorAll("[data-device]")) label.hidden = next !== "live" || label.querySelectorAll("option").length < 2;
  problem.hidden = next !== "wrong";
  stage.hidden = next === "asking" || next === "wrong";
  panel.querySelector(".recorder-state").hidden = next === "wrong";
  time.hidden = kind === "picture";
  word.textContent = sentence;
  if (sentence) say(sentence);
  inSight();
}

// Panel and buttons are in the window, whatever grew.
const inSight = () => panel.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });

// The focus follows to what can be done next.
const focusOn = (name) => button(name).focus({ preventScroll: true });

function wrong(name) {
  stopDevices();
  problem.querySelector("span").textContent = panel.dataset[name];
  button("retry").hidden = name === "unsupported" || name === "insecure";
  capture.accept = { sound: "audio/*", film: "video/*", picture: "image/*" }[kind];
  capture.setAttribute("capture", kind === "sound" ? "" : facing);
  become("wrong", "");
  say(panel.dataset[name]);
}

const REASONS = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing", NotReadableError: "busy", AbortError: "busy" };

async function open(what, from) {
  close({ quietly: true });
  kind = what;
  opener = from;
  panel.hidden = false;
  panel.dataset.kind = kind;
  title.textContent = panel.dataset[kind];
  title.focus({ preventScroll: true });
  inSight();
  if (!isSecureContext) return wrong("insecure");
  if (!navigator.mediaDevices?.getUserMedia || (kind !== "picture" && !globalThis.MediaRecorder)) return wrong("unsupported");
  if (kind === "picture" && isPhone) facing = "environment";
  await listen();
}

function wishes() {
  const audio = { echoCancellation: false, noiseSuppression: false, ...(chosen.audioinput && { deviceId: { exact: chosen.audioinput } }) };
  if (kind === "sound") return { audio };
  const size = kind === "film" ? { width: { ideal: 1280 }, height: { ideal: 720 } } : { width: { ideal: 2560 }, height: { ideal: 1440 } };
  const video = { ...size, ...(chosen.videoinput ? { deviceId: { exact: chosen.videoinput } } : { facingMode: facing }) };
  return kind === "film" ? { audio, video } : { video };
}

async function listen() {
  const mine = ++turn;
  stopDevices();
  become("asking", panel.dataset.asking);
  let got;
  try {
    try {
      got = await navigator.mediaDevices.getUserMedia(wishes());
    } catch (error) {
      if (error.name !== "NotFoundError" || kind !== "film") throw error;
      got = await navigator.mediaDevices.getUserMedia({ video: wishes().video }); // a camera without a microphone
    }
  } catch (error) {
    if (mine === turn) wrong(REASONS[error.name] ?? "unsupported");
    return;
  }
  if (mine !== turn || state === "closed") return got.getTracks().forEach((track) => track.stop());
  stream = got;
  for (const track of stream.getTracks()) track.addEventListener("ended", () => stream === got && lostDevice());
  await nameDevices();
  showLive();
}

function showLive() {
  forgetMade();
  view.hidden = kind === "sound";
  wave.hidden = kind !== "sound";
  review.hidden = true;
  time.textContent = "0:00";
  if (kind !== "sound") {
    view.srcObject = stream;
    view.classList.toggle("mirrored", stream.getVideoTracks()[0]?.getSettings().facingMode !== "environment" && isPhone);
    view.play().catch(() => {});
  }
  measure();
  become("live", panel.dataset.ready);
  focusOn(kind === "picture" ? "shoot" : "start");
}

async function nameDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const label of panel.querySelectorAll("[data-device]")) {
    const sort = label.dataset.device;
    const wanted = sort === "audioinput" ? kind !== "picture" : kind !== "sound" && !isPhone;
    const used = stream.getTracks().find((track) => track.kind === sort.slice(0, 5))?.getSettings().deviceId;
    const found = wanted ? devices.filter((device) => device.kind === sort && device.deviceId) : [];
    label.querySelector("select").replaceChildren(
      ...found.map((device, index) => new Option(device.label || `${label.innerText.trim()} ${index + 1}`, device.deviceId, false, device.deviceId === used)),
    );
  }
}

function lostDevice() {
  if (state === "recording" || state === "paused") stop();
  else if (state === "live") wrong("missing");
}

function measure() {
  delete panel.dataset.heard;
  loudness = new Loudness(stream.getAudioTracks(), wave, {
    isRecording: () => state === "recording",
    isPaused: () => state === "paused",
    heard: () => {
      panel.dataset.heard = "yes";
      if (word.textContent === panel.dataset.silent) word.textContent = panel.dataset.recording;
    },
    silent: () => {
      word.textContent = panel.dataset.silent;
      say(panel.dataset.silent);
    },
  });
}

function begin() {
  const type = SHAPES[kind].find((shape) => MediaRecorder.isTypeSupported(shape));
  const most = limitFor(kind === "sound" ? "audio" : "video");
  let size = 0;
  pieces = [];
  try {
    recorder = new MediaRecorder(stream, { ...(type && { mimeType: type }), audioBitsPerSecond: 128_000, ...(kind === "film" && { videoBitsPerSecond: 2_500_000 }) });
  } catch {
    return wrong("unsupported");
  }
  recorder.addEventListener("dataavailable", (event) => {
    if (event.data.size) pieces.push(event.data);
    size += event.data.size;
    if (size > 0.97 * most && recorder.state !== "inactive") {
      stop();
      say(panel.dataset.longest);
    }
  });
  recorder.addEventListener("stop", finish, { once: true });
  recorder.addEventListener("error", () => recorder.state !== "inactive" && stop());
  recorder.start(1000);
  counted = 0;
  begun = performance.now();
  ticking = setInterval(tick, 250);
  become("recording", panel.dataset.recording);
  focusOn("stop");
}

const passed = () => counted + (state === "recording" ? performance.now() - begun : 0);

function tick() {
  time.textContent = length(passed() / 1000);
}

function pause() {
  counted = passed();
  recorder.pause();
  become("paused", panel.dataset.paused);
  focusOn("resume");
}

function resume() {
  begun = performance.now();
  recorder.resume();
  become("recording", panel.dataset.recording);
  focusOn("stop");
}

function stop() {
  counted = passed();
  clearInterval(ticking);
  if (recorder?.state !== "inactive") recorder.stop();
}

function finish() {
  if (state !== "recording" && state !== "paused") return;
  const type = (recorder.mimeType || pieces[0]?.type || "").split(";")[0];
  stopDevices();
  keepMade(new Blob(pieces, { type }), type);
  const player = document.createElement(kind === "sound" ? "audio" : "video");
  player.controls = true;
  player.playsInline = true;
  player.setAttribute("aria-label", made.name);
  // What was recorded in pieces does not know how long it is before it was read to its end.
  player.addEventListener("loadedmetadata", () => {
    if (player.duration !== Infinity) return;
    player.addEventListener("timeupdate", () => (player.currentTime = 0), { once: true });
    player.currentTime = 1e7;
  });
  player.src = address;
  showReview(player, panel.dataset.ended);
  time.textContent = length(counted / 1000);
}

async function shoot() {
  if (!view.videoWidth) await new Promise((seen) => view.addEventListener("loadeddata", seen, { once: true }));
  if (state !== "live") return;
  const canvas = document.createElement("canvas");
  canvas.width = view.videoWidth;
  canvas.height = view.videoHeight;
  canvas.getContext("2d").drawImage(view, 0, 0);
  canvas.toBlob((blob) => {
    if (!blob || state !== "live") return;
    stopDevices();
    keepMade(blob, "image/jpeg");
    const image = new Image();
    image.alt = made.name;
    image.src = address;
    showReview(image, panel.dataset.taken);
  }, "image/jpeg", 0.92);
}

function keepMade(blob, type) {
  const moment = new Date();
  const stamp = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map((part) => String(part).padStart(2, "0")).join(".");
  made = new File([blob], `${panel.dataset[`${kind}Name`]} ${moment.toISOString().slice(0, 10)} ${stamp}.${ENDINGS[type] ?? "bin"}`, { type });
  address = URL.createObjectURL(made);
  button("save").href = address;
  button("save").download = made.name;
}

function showReview(element, sentence) {
  view.hidden = wave.hidden = true;
  review.replaceChildren(element);
  review.hidden = false;
  become("review", sentence);
  focusOn("keep");
}

function stopDevices() {
  clearInterval(ticking);
  loudness?.stop();
  loudness = null;
  const ending = stream;
  stream = null;
  ending?.getTracks().forEach((track) => track.stop());
  view.srcObject = null;
}

function forgetMade() {
  made = null;
  review.replaceChildren();
  if (address) URL.revokeObjectURL(address);
  address = "";
}

function close({ quietly = false } = {}) {
  turn += 1;
  state = "closed";
  if (recorder && recorder.state !== "inactive") recorder.stop();
  recorder = null;
  stopDevices();
  forgetMade();
  panel.hidden = true;
  if (!quietly) opener?.focus();
}

function keepIt() {
  const file = made;
  close({ quietly: true });
  send(file);
  say(panel.dataset.kept);
  (document.querySelector("#uploads li:last-child textarea") ?? opener)?.focus();
}

const DO = {
  close: () => (state === "recording" || state === "paused" ? stop() : close()), // what is being made is never thrown away at once
  retry: listen,
  start: begin,
  shoot,
  stop,
  pause,
  resume,
  keep: keepIt,
  again: listen,
  turn: () => {
    facing = facing === "user" ? "environment" : "user";
    chosen.videoinput = "";
    listen();
  },
};

export function start({ send: deliver }) {
  send = deliver;
  document.addEventListener("click", (event) => {
    const way = event.target.closest("[data-record]");
    if (way) open(way.dataset.record, way);
  });
  panel.addEventListener("click", (event) => DO[event.target.closest("[data-recorder]")?.dataset.recorder]?.());
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state !== "review") DO.close();
  });
  for (const label of panel.querySelectorAll("[data-device]")) {
    label.addEventListener("change", (event) => {
      event.stopPropagation();
      chosen[label.dataset.device] = event.target.value;
      listen();
    });
  }
  capture.addEventListener("change", (event) => {
    event.stopPropagation();
    const files = [...capture.files];
    capture.value = "";
    if (files.length) close({ quietly: true });
    for (const file of files) send(file);
  });
  addEventListener("beforeunload", (event) => {
    if (["recording", "paused", "review"].includes(state)) event.preventDefault();
  });
  addEventListener("pagehide", stopDevices);
}
