// How loud it is just now, as bars that go by; or as one bar, for those who want less movement.
const SILENT_AFTER = 4000; // milliseconds
const AUDIBLE = 0.01; // of the loudest that there is
const BAR = 8; // pixels, with the gap
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Loudness {
  /**
   * Draws what is heard on `tracks` into `canvas`. `says` asks whether it is recorded or paused, and is told when
   * something is `heard`, and when a recording was `silent` for a while, once.
   */
  constructor(tracks, canvas, says) {
    Object.assign(this, { canvas, says, heights: [], last: 0, heard: performance.now(), context: null });
    if (!tracks.length || !globalThis.AudioContext) return;
    this.context = new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = 4096; // longer than the time between two looks: no sound is missed
    this.context.createMediaStreamSource(new MediaStream(tracks)).connect(this.analyser);
    this.context.resume().catch(() => {});
    this.samples = new Float32Array(this.analyser.fftSize);
    this.next();
  }

  stop() {
    this.context?.close().catch(() => {});
    this.context = null;
  }

  next() {
    requestAnimationFrame((moment) => {
      if (!this.context) return;
      this.next();
      if (moment - this.last < (calm.matches ? 250 : 50)) return;
      this.last = moment;
      const loud = this.listen(moment);
      if (!this.canvas.hidden) this.draw(loud);
    });
  }

  listen(moment) {
    this.analyser.getFloatTimeDomainData(this.samples);
    const loud = Math.min(1, this.samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
    if (loud > AUDIBLE) {
      this.heard = moment;
      this.says.heard();
    } else if (this.says.isRecording() && moment - this.heard > SILENT_AFTER) {
      this.heard = Infinity;
      this.says.silent();
    }
    return loud;
  }

  draw(loud) {
    const { width, height } = this.canvas;
    this.heights.push(this.says.isPaused() ? 0 : loud);
    if (this.heights.length > width / BAR) this.heights.shift();
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = getComputedStyle(this.canvas).color;
    if (calm.matches) {
      pen.fillRect(0, height / 2 - 10, Math.max(4, width * loud), 20);
      return;
    }
    this.heights.forEach((value, index) => {
      const size = Math.max(4, value * height);
      pen.fillRect(width - (this.heights.length - index) * BAR, (height - size) / 2, BAR - 3, size);
    });
  }
}
