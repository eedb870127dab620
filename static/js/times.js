// Countdowns that move, and the visitor's own zone where the server does not know it.
const language = document.documentElement.lang || "en";
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const ahead = new Date(document.documentElement.dataset.now) - Date.now() || 0; // the server's clock counts
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function left(seconds) {
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size * 1.2 || unit === "minute") return relative.format(Math.round(seconds / size), unit);
  }
}

function tick() {
  for (const place of document.querySelectorAll("[data-until]")) {
    place.textContent = "· " + left((new Date(place.dataset.until) - Date.now() - ahead) / 1000);
  }
}

if (!document.documentElement.dataset.zone) {
  const minute = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const near = new Intl.DateTimeFormat(language, { weekday: "short", ...minute });
  const far = new Intl.DateTimeFormat(language, { year: "numeric", ...minute });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const place of zone ? document.querySelectorAll("[data-zone-words]") : []) {
    place.textContent = place.dataset.zoneWords.replace("{zone}", () => zone.replaceAll("_", " "));
  }
  for (const place of document.querySelectorAll("[data-there]")) place.hidden = place.dataset.there === zone;
  for (const time of document.querySelectorAll("time[data-utc]")) {
    const at = new Date(time.dateTime);
    const isNear = Math.abs(at - Date.now() - ahead) < 330 * 86400000; // else with the year, as the server has it
    const format = isNear ? near : far;
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    // As the server has it: in English the day stands before the month.
    const day = isNear ? `${part.weekday} ${part.day} ${part.month}` : `${part.day} ${part.month} ${part.year}`;
    time.textContent = language === "en" ? `${day}, ${part.hour}:${part.minute}` : format.format(at);
  }
}
const spoken = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
for (const field of document.querySelectorAll("input[data-timezone]")) field.value ||= spoken;
for (const field of document.querySelectorAll("select[data-timezone]")) {
  if ([...field.options].some((option) => option.value === spoken)) field.value = spoken;
}
tick();
setInterval(tick, 30000);
