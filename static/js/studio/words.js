// What the studio says: every word stands in the page, in the reader's language.
const given = document.querySelector("#studio-words").dataset;
const live = document.querySelector("#studio-says");
const language = document.documentElement.lang || "en";

export function words(name, holes = {}) {
  return (given[name] ?? "").replace(/\{(\w+)\}/g, (hole, key) => holes[key] ?? hole);
}

// Tells people who do not see the page; politely, one thing after the other.
export function say(text) {
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 60);
}

export function inBytes(bytes) {
  const unit = bytes < 1e6 ? "kilobyte" : bytes < 1e9 ? "megabyte" : "gigabyte";
  const value = bytes / { kilobyte: 1e3, megabyte: 1e6, gigabyte: 1e9 }[unit];
  return new Intl.NumberFormat(language, {
    style: "unit", unit, unitDisplay: "short", maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}

export const clock = (moment) =>
  new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(moment);

export const length = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
