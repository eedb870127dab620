// Shares, sum and remainder while somebody writes weights. Without this a button on the page works them out.
// What counts is what the server works out: here amounts are rounded each by itself.
const form = document.querySelector("[data-splitting]");
const MOST = 1e9;

const whole = (text) => (/^\d{1,10}$/.test(text.trim()) && Number(text) <= MOST ? Number(text) : 0);
const locale = document.documentElement.lang || undefined;
const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const money = new Intl.NumberFormat(locale, { style: "currency", currency: form.dataset.currency });
const digits = money.resolvedOptions().maximumFractionDigits;

const rows = [...form.querySelectorAll("[data-row]")].map((row) => ({
  row,
  weight: row.querySelector("[data-weight]"),
  lock: row.querySelector("[data-lock]"),
  gone: row.querySelector("[data-gone]"),
  share: row.querySelector("[data-share]"),
  amount: row.querySelector("[data-amount]"),
  trail: row.querySelector("[data-trail]"),
}));
const target = form.querySelector("[data-target]");
const elsewhere = Number(form.dataset.elsewhere);

const percent = (part) => form.dataset.percent.replace("{n}", number.format(100 * part));

// How far a share is from what the trail suggests: as a number, and in words for who cannot see its sign.
function compare(trail, part) {
  const off = part - Number(trail.dataset.trail) / 1e6;
  const words = off > 0 ? form.dataset.more : form.dataset.less;
  const isOff = number.format(100 * Math.abs(off)) !== "0";
  trail.querySelector("[data-difference]").textContent = isOff ? `(${off > 0 ? "+" : "−"}${percent(Math.abs(off))})` : "";
  trail.querySelector("[data-said]").textContent = isOff ? words.replace("{n}", percent(Math.abs(off))) : "";
}

function count() {
  const weights = rows.map(({ weight, gone }) => (gone.checked ? 0 : whole(weight.value)));
  const total = weights.reduce((sum, weight) => sum + weight, elsewhere);
  rows.forEach(({ row, weight, lock, share, amount, trail }, place) => {
    weight.readOnly = lock.checked;
    row.classList.toggle("locked", lock.checked);
    const part = total ? weights[place] / total : 0;
    share.textContent = total ? percent(part) : "–";
    if (trail) compare(trail, part);
    amount.textContent = total ? money.format((Number(form.dataset.toShare) * part) / 10 ** digits) : "";
  });
  const left = whole(target.value) - total;
  const words = left > 0 ? form.dataset.left : left < 0 ? form.dataset.over : form.dataset.exact;
  form.querySelector("[data-total]").textContent = String(total);
  form.querySelector("[data-remainder]").textContent = words.replace("{n}", String(Math.abs(left)));
  form.querySelector("[data-total-box]").classList.toggle("off", left !== 0);
}

form.querySelector("[data-recalculate]").hidden = true;
form.addEventListener("input", count);
count();
