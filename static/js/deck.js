// The controls of a sound: a button, the wave as a slider, volume and speed.
const STEP = 5; // seconds for an arrow key
const LEAP = 30; // seconds for page up and down
const WIDTH = 600; // of the drawing

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, "0")];
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

export class Deck {
  constructor(figure, media) {
    this.figure = figure;
    this.media = media;
    this.button = figure.querySelector(".deck-play");
    this.wave = figure.querySelector(".wave");
    this.played = figure.querySelector("clipPath rect");
    this.tools = figure.querySelector(".deck-tools");
    this.known = Number(figure.dataset.seconds) || 0;
    this.wanted = null; // where to go as soon as the browser knows the file and has got where it was going
    this.eager = false; // to be played from there: a browser that passes the end on its way stops
    media.controls = false;
    media.hidden = true;
    this.button.hidden = this.tools.hidden = false;
    for (const [name, value] of [["role", "slider"], ["tabindex", "0"], ["aria-label", this.wave.dataset.label], ["aria-valuemin", "0"]]) {
      this.wave.setAttribute(name, value);
    }
    this.button.addEventListener("click", () => this.toggle());
    this.wave.addEventListener("keydown", (event) => this.press(event));
    this.wave.addEventListener("pointerdown", (event) => this.grab(event));
    this.wave.addEventListener("pointermove", (event) => this.wave.hasPointerCapture(event.pointerId) && this.follow(event));
    this.tools.querySelector("[data-speed]").addEventListener("change", (event) => {
      media.playbackRate = Number(event.target.value);
    });
    this.volume();
    this.captions();
    for (const name of ["loadedmetadata", "seeked"]) media.addEventListener(name, () => this.arrive());
    for (const name of ["timeupdate", "seeking", "seeked", "loadedmetadata", "durationchange", "ended"]) media.addEventListener(name, () => this.show());
    for (const name of ["play", "pause", "ended"]) media.addEventListener(name, () => this.state());
    // While it plays the wave moves with every frame, not four times a second.
    media.addEventListener("play", () => requestAnimationFrame(() => this.glide()));
    media.addEventListener("error", (event) => event.target.matches("source:last-of-type") && this.giveUp(), true);
    this.state();
    this.show();
  }

  get length() {
    return Number.isFinite(this.media.duration) && this.media.duration > 0 ? this.media.duration : this.known;
  }

  get at() {
    return this.wanted ?? this.media.currentTime;
  }

  toggle() {
    this.eager = this.media.paused && this.media.seeking;
    if (this.media.paused) this.play();
    else this.media.pause();
  }

  play() {
    this.media.play().catch(() => this.state());
  }

  go(seconds) {
    this.wanted = Math.min(Math.max(0, seconds), this.length);
    this.arrive();
    this.show();
  }

  /** One place after the other: a browser that is sent on while it still seeks may never get anywhere. */
  arrive() {
    if (this.media.readyState === 0 || this.media.seeking) return;
    if (this.wanted !== null) this.media.currentTime = this.wanted;
    else if (this.eager) {
      this.eager = false;
      this.play();
    }
    this.wanted = null;
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.at;
    const places = {
      ArrowRight: at + STEP, ArrowUp: at + STEP, ArrowLeft: at - STEP, ArrowDown: at - STEP,
      PageUp: at + LEAP, PageDown: at - LEAP, Home: 0, End: this.length,
    };
    if (event.key === " " || event.key === "Enter") this.toggle();
    else if (event.key in places) this.go(places[event.key]);
    else return;
    event.preventDefault();
  }

  grab(event) {
    if (event.button) return;
    this.wave.setPointerCapture(event.pointerId);
    this.follow(event);
  }

  follow(event) {
    const box = this.wave.getBoundingClientRect();
    this.go(((event.clientX - box.left) / box.width) * this.length);
  }

  volume() {
    const { media, tools } = this;
    const [button, range] = [tools.querySelector("[data-mute]"), tools.querySelector("[data-volume]")];
    const show = () => {
      const silent = media.muted || media.volume === 0;
      button.classList.toggle("muted", silent);
      button.setAttribute("aria-label", silent ? button.dataset.unmute : button.dataset.mute);
      range.value = String(silent ? 0 : Math.round(media.volume * 100));
    };
    button.addEventListener("click", () => {
      if (media.muted || media.volume === 0) {
        media.muted = false;
        media.volume ||= 1;
      } else media.muted = true;
    });
    range.addEventListener("input", () => {
      media.muted = false;
      media.volume = Number(range.value) / 100;
    });
    media.addEventListener("volumechange", show);
    show();
  }

  /** The words of a sound stand below its wave: a browser shows them over pictures only. */
  captions() {
    const [choice, words] = [this.tools.querySelector("[data-captions]"), this.figure.querySelector(".deck-words")];
    if (!choice) return;
    const tracks = () => [...this.media.textTracks];
    const say = () => {
      const track = tracks()[choice.value === "" ? -1 : Number(choice.value)];
      words.hidden = !track;
      words.lang = track?.language ?? "";
      words.textContent = [...(track?.activeCues ?? [])].map((cue) => cue.text).join("\n");
    };
    const choose = () => {
      tracks().forEach((track, number) => { track.mode = String(number) === choice.value ? "hidden" : "disabled"; });
      say();
    };
    for (const track of tracks()) track.addEventListener("cuechange", say);
    choice.addEventListener("change", choose);
    choose();
  }

  glide() {
    if (this.media.paused) return;
    this.draw(this.media.currentTime);
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) requestAnimationFrame(() => this.glide());
  }

  draw(at) {
    this.played.setAttribute("width", String(this.length ? (WIDTH * Math.min(at, this.length)) / this.length : 0));
  }

  show() {
    const at = this.at;
    this.draw(at);
    const words = { "{at}": clock(at), "{length}": clock(this.length) };
    this.figure.querySelector("[data-at]").textContent = words["{at}"];
    if (this.length) this.figure.querySelector("[data-length]").textContent = words["{length}"];
    this.wave.setAttribute("aria-valuemax", String(Math.round(this.length)));
    this.wave.setAttribute("aria-valuenow", String(Math.round(at)));
    this.wave.setAttribute("aria-valuetext", this.wave.dataset.of.replace(/\{(?:at|length)\}/g, (name) => words[name]));
  }

  state() {
    const plays = !this.media.paused && !this.media.ended;
    this.figure.classList.toggle("plays", plays);
    this.button.setAttribute("aria-label", plays ? this.button.dataset.pause : this.button.dataset.play);
  }

  /** No form of it can be played here: the browser's own element says so better, and offers what it can. */
  giveUp() {
    this.media.controls = true;
    this.media.hidden = false;
    this.button.hidden = this.tools.hidden = true;
    for (const name of ["role", "tabindex"]) this.wave.removeAttribute(name);
  }
}
