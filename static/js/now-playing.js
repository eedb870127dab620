// What plays is named on the lock screen and obeys the keys of headphones.
const STEP = 10; // seconds

export function describe(figure, media) {
  if (!("mediaSession" in navigator)) return;
  const { title, author, artwork } = figure.dataset;
  navigator.mediaSession.metadata = new MediaMetadata({
    title, artist: author, artwork: artwork ? [{ src: new URL(artwork, location.href).href }] : [],
  });
  const orders = {
    play: () => media.play(),
    pause: () => media.pause(),
    seekbackward: ({ seekOffset }) => { media.currentTime -= seekOffset || STEP; },
    seekforward: ({ seekOffset }) => { media.currentTime += seekOffset || STEP; },
    seekto: ({ seekTime }) => { media.currentTime = seekTime; },
  };
  for (const [order, obey] of Object.entries(orders)) {
    try {
      navigator.mediaSession.setActionHandler(order, obey);
    } catch {
      // A browser that does not know this order does without it.
    }
  }
}
