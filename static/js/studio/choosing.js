// The ways in which files come to the page: the field, a drop anywhere on it, a paste.
import { words } from "./words.js";

const form = document.querySelector("#composer");

/** Files that somebody chooses, drops or pastes are given to `send`. */
export function listen(send) {
  const input = document.querySelector("#files");
  // Before anybody else sees it: nothing stays in the field, so nothing is sent twice.
  const take = () => {
    const files = [...input.files];
    input.value = "";
    document.querySelector(".drop .chosen")?.replaceChildren();
    if (files.length) send(files);
  };
  form.addEventListener("change", (event) => {
    if (event.target !== input) return;
    event.stopPropagation();
    take();
  }, true);
  take(); // what was chosen before all this was here
  acceptDropped(send);
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    const named = files.map((file) => (file.name && file.name !== "image.png" ? file : new File([file], `${words("pasted")}.${file.type.split("/")[1] || "png"}`, { type: file.type })));
    send(named);
  });
}

function acceptDropped(send) {
  const drop = document.querySelector("#drop");
  let depth = 0;
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    drop.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) drop.classList.remove("over");
  });
  addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    drop.classList.remove("over");
    send([...event.dataTransfer.files]);
    document.querySelector("#begin").hidden && document.querySelector("[data-go=begin]").click();
  });
}
