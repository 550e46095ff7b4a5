// Uploads in the library start by themselves once files are chosen or dropped, and show how far they are.

const formOf = (event) => event.target.closest?.("[data-uploads]");

addEventListener("change", (event) => {
  if (event.target.matches("[data-uploads] [type=file]") && event.target.files.length) formOf(event).requestSubmit();
});

for (const type of ["dragover", "dragleave", "drop"]) {
  addEventListener(type, (event) => {
    const place = formOf(event) && event.target.closest("[data-drop]");
    if (!place) return;
    event.preventDefault();
    place.classList.toggle("over", type === "dragover");
    if (type !== "drop" || !event.dataTransfer.files.length) return;
    place.querySelector("input[type=file]").files = event.dataTransfer.files;
    formOf(event).requestSubmit();
  });
}

addEventListener("htmx:xhr:progress", (event) => {
  const form = formOf(event);
  if (!form || !event.detail.lengthComputable) return;
  const bar = form.querySelector("[data-upload]");
  bar.hidden = false;
  bar.value = (100 * event.detail.loaded) / event.detail.total;
  form.querySelector("[data-upload-words]").textContent = `${(event.detail.loaded / 1e6).toFixed(1)} / ${(event.detail.total / 1e6).toFixed(1)} MB`;
});
