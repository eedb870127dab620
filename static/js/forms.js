// A form is sent once; the first field with something wrong is the first to be seen.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("[type=submit]")) button.setAttribute("aria-busy", "true");
  });
}

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

// Words to start from stand where they can be changed, unless somebody has written there already.
for (const choice of document.querySelectorAll("select[data-starts]")) {
  const field = choice.form.elements[choice.dataset.starts];
  const offered = [...choice.options].map((option) => option.value);
  choice.addEventListener("change", () => {
    if (offered.includes(field.value) || !field.value.trim()) field.value = choice.value;
  });
}

document.querySelector("[aria-invalid=true]")?.focus();
