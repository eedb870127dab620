// Comforts on pages that compare: one picture over the other, and two sounds on one clock. Without this the pictures
// stand side by side, and each sound has the controls of the browser.
import { clock } from "./deck.js";

function wipe(box) {
  const [frame, range] = [box.querySelector(".wipe-frame"), box.querySelector("input")];
  const show = () => {
    frame.style.setProperty("--at", `${range.value}%`);
    range.setAttribute("aria-valuetext", range.dataset.said.replace("{n}", range.value));
  };
  const follow = (event) => {
    const place = frame.getBoundingClientRect();
    range.value = String(Math.round(((event.clientX - place.left) / place.width) * 100));
    show();
  };
  range.addEventListener("input", show);
  frame.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    frame.setPointerCapture(event.pointerId);
    follow(event);
  });
  frame.addEventListener("pointermove", (event) => frame.hasPointerCapture(event.pointerId) && follow(event));
  box.hidden = false;
  show();
}

class Duet {
  constructor(box) {
    this.box = box;
    this.deck = box.querySelector(".duet-deck");
    this.button = box.querySelector("[data-duet-play]");
    this.range = this.deck.querySelector("input[type=range]");
    this.said = box.querySelector("[data-duet-at]");
    this.tracks = Object.fromEntries([...box.querySelectorAll("[data-side]")].map((each) => [each.dataset.side, each]));
    this.sounds = Object.fromEntries(Object.entries(this.tracks).map(([side, each]) => [side, each.querySelector("audio")]));
    this.side = "before";
    this.at = 0; // seconds on the clock that both have
    for (const [side, sound] of Object.entries(this.sounds)) {
      sound.controls = false;
      sound.hidden = true;
      sound.addEventListener("loadedmetadata", () => this.measure());
      sound.addEventListener("timeupdate", () => side === this.side && !sound.paused && this.show(sound.currentTime));
      sound.addEventListener("ended", () => this.state());
      for (const name of ["play", "pause"]) sound.addEventListener(name, () => this.state());
    }
    this.button.addEventListener("click", () => (this.heard.paused ? this.play() : this.heard.pause()));
    this.range.addEventListener("input", () => this.go(Number(this.range.value)));
    for (const radio of this.deck.querySelectorAll("input[type=radio]")) {
      if (radio.checked) this.side = radio.value;
      radio.addEventListener("change", () => this.turn(radio.value));
    }
    this.deck.hidden = false;
    box.classList.add("awake");
    this.measure();
    this.state();
  }

  get heard() {
    return this.sounds[this.side];
  }

  get length() {
    return Number(this.range.max) || 0;
  }

  /** Where nobody said how long a sound is, the browser finds out; then both waves keep to the same clock. */
  measure() {
    const lengths = Object.fromEntries(Object.entries(this.sounds).map(([side, sound]) => [
      side, Number.isFinite(sound.duration) ? sound.duration : 0,
    ]));
    const longest = Math.max(Number(this.box.dataset.seconds) || 0, ...Object.values(lengths));
    this.range.max = String(longest);
    for (const [side, length] of Object.entries(lengths)) {
      if (length && longest) this.tracks[side].querySelector("g").setAttribute("transform", `scale(${length / longest} 1)`);
    }
    this.show(this.at);
  }

  play() {
    const sound = this.heard;
    if (this.at >= (Number.isFinite(sound.duration) ? sound.duration : this.length) - 0.05) this.at = 0;
    sound.currentTime = this.at;
    sound.play().catch(() => this.state());
  }

  go(seconds) {
    this.show(seconds);
    if (this.heard.readyState > 0) this.heard.currentTime = Math.min(seconds, this.heard.duration || seconds);
  }

  /** The other sound goes on where this one is. */
  turn(side) {
    const before = this.heard;
    const plays = !before.paused;
    if (plays) this.at = before.currentTime;
    before.pause();
    this.side = side;
    this.go(this.at);
    if (plays) this.play();
    this.state();
  }

  show(at) {
    this.at = at;
    const words = { "{at}": clock(at), "{length}": clock(this.length) };
    this.range.value = String(at);
    this.range.setAttribute("aria-valuetext", this.range.dataset.said.replace(/\{(?:at|length)\}/g, (name) => words[name]));
    this.said.textContent = clock(at);
    const place = String(this.length ? (600 * Math.min(at, this.length)) / this.length : 0);
    for (const line of this.box.querySelectorAll(".duet-now")) {
      line.setAttribute("x1", place);
      line.setAttribute("x2", place);
    }
  }

  state() {
    const plays = !this.heard.paused && !this.heard.ended;
    this.button.textContent = plays ? this.button.dataset.pause : this.button.dataset.play;
    for (const [side, track] of Object.entries(this.tracks)) track.classList.toggle("heard", side === this.side);
  }
}

for (const box of document.querySelectorAll("[data-wipe]")) wipe(box);
for (const box of document.querySelectorAll("[data-duet]")) new Duet(box);
