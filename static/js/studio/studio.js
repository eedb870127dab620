// The page on which a record is made: one form that works by itself, and with this one step at a time, with files that
// are on their way while one writes, recording in the page, a draft that is kept, and a preview that follows.
import { wake } from "../player.js";
import * as changes from "./changes.js";
import { over } from "./drafts.js";
import { ask } from "./parts.js";
import * as recorder from "./recorder.js";
import { firstUnfit, go, goTo, onArrival, start as startSteps } from "./steps.js";
import * as uploads from "./uploads.js";
import { say, words } from "./words.js";

const form = document.querySelector("#composer");
const waiting = document.querySelector("#still-sending");

for (const one of form.querySelectorAll("[data-plain]")) one.remove();
for (const one of document.querySelectorAll("[data-script]")) one.hidden = false;

// Every button but the last asks the server for new parts; the form itself is sent when it is published or put aside.
form.addEventListener("submit", (event) => {
  const value = event.submitter?.value ?? "keep";
  if (value === "publish" || value === "ask") {
    const unfit = firstUnfit();
    if (unfit) {
      event.preventDefault();
      event.stopImmediatePropagation();
      goTo(unfit);
      unfit.reportValidity();
    } else if (uploads.isSending()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting.querySelector("span").textContent = words("stillSending");
      waiting.hidden = false;
      say(words("stillSending"));
    } else {
      over();
      if (!form.dataset.draft) changes.over();
    }
    return;
  }
  if (value === "save" || value.startsWith("offer:")) return over();
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(value).then((isDone) => isDone && value.startsWith("add-source:") && go("sources"));
}, true);

form.addEventListener("uploads", () => (waiting.hidden ||= !uploads.isSending()));
form.addEventListener("change", (event) => {
  if (event.target.name === "licence" || event.target.name === "challenge") ask("check");
});
onArrival((step) => {
  if (step === "preview") ask("preview");
  else if (step === "licence-step") ask("check");
});

if (!form.dataset.draft) changes.start();

form.addEventListener("parts", () => document.querySelectorAll("#preview-part [data-player]").forEach(wake));

startSteps();
uploads.start().then((canSend) => {
  if (canSend) recorder.start({ send: (file) => uploads.send([file], { isMade: true }) });
  else document.querySelector(".drop-ways").remove();
});
