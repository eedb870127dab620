// Sounds as waves, one thing playing at a time, pictures in a larger window, and a page that notices when a file is
// ready. Every file stands in the page as an element of the browser's own, so that all of it works without this.
import "./lightbox.js";
import { Deck } from "./deck.js";
import { describe } from "./now-playing.js";
import { listen, watch } from "./preparing.js";

/** The controls of a figure are awake; pages that put in a figure later call this. */
export function wake(figure) {
  const media = figure.querySelector("audio, video");
  if (!media || figure.dataset.awake) return;
  figure.dataset.awake = "yes";
  if (figure.querySelector(".deck")) new Deck(figure, media);
  media.addEventListener("play", () => {
    for (const other of document.querySelectorAll("[data-player] :is(audio, video)")) if (other !== media) other.pause();
    describe(figure, media);
  });
}

/** The first sound or film goes to the time in the address: #t=42 or #t=1:02. */
function seek() {
  const asked = /^#t=(?:(\d{1,3}):)?(?:(\d{1,4}):)?(\d{1,6}(?:\.\d+)?)$/.exec(location.hash);
  const media = document.querySelector("[data-player] :is(audio, video)");
  if (!asked || !media) return;
  const [hours, minutes] = asked[2] === undefined ? [0, asked[1] || 0] : [asked[1], asked[2]];
  const at = Number(hours) * 3600 + Number(minutes) * 60 + Number(asked[3]);
  const go = () => { media.currentTime = Math.min(at, Number.isFinite(media.duration) ? media.duration : at); };
  media.closest("[data-player]").scrollIntoView({ block: "center" });
  if (media.readyState > 0) return go();
  media.addEventListener("loadedmetadata", go, { once: true });
  if (media.preload === "none" || media.networkState === HTMLMediaElement.NETWORK_IDLE) media.load();
}

for (const figure of document.querySelectorAll("[data-player]")) wake(figure);
addEventListener("hashchange", seek);
seek();
watch();
listen();
