// Comfort only: every page works without this file.

// Dialogs: [data-dialog="id"] opens, a press beside it closes.
addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
  }
  if (event.target.matches("dialog[open]")) event.target.close();
  if (event.target.closest(".menu[popover] :is(a, button)")) event.target.closest("[popover]").hidePopover();
});

// Menus: arrow keys walk through the entries.
addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) || event.target.matches("input, textarea, select")) return;
  const items = [...menu.querySelectorAll("li > a, li button:not(:disabled)")];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  items.at(next % items.length)?.focus();
  event.preventDefault();
});
addEventListener("toggle", (event) => {
  if (event.target.matches?.(".menu[popover]") && event.newState === "open") event.target.querySelector("a, button, input")?.focus({ preventScroll: true });
}, true);

// Counters: <span class="counter" data-counts="field-id" data-most="2200"> counts what people count: characters as they see them.
const letters = globalThis.Intl?.Segmenter ? new Intl.Segmenter(document.documentElement.lang, { granularity: "grapheme" }) : null;
const length = (text) => (letters ? [...letters.segment(text)].length : [...text].length);
function count(counter) {
  const field = document.getElementById(counter.dataset.counts);
  if (!field) return;
  const most = Number(counter.dataset.most);
  const n = length(field.value);
  counter.textContent = `${n.toLocaleString()} / ${most.toLocaleString()}`;
  counter.classList.toggle("near", n > most * 0.9 && n <= most);
  counter.classList.toggle("over", n > most);
}
addEventListener("input", (event) => {
  for (const counter of document.querySelectorAll(`[data-counts="${CSS.escape(event.target.id || "-")}"]`)) count(counter);
});
const countAll = (root) => root.querySelectorAll?.("[data-counts]").forEach(count);
countAll(document);
addEventListener("htmx:load", (event) => countAll(event.target));

// Good news leaves by itself; bad news waits for a person.
const leave = () => document.querySelectorAll("[data-messages] .note.good, .toasts .toast:not([data-stays])").forEach((note) => {
  if (note.dataset.leaves) return;
  note.dataset.leaves = "soon";
  setTimeout(() => { if (!note.matches(":hover, :focus-within")) (note.closest("li") ?? note).remove(); else delete note.dataset.leaves; }, 8000);
});
leave();
addEventListener("htmx:afterSettle", leave);

// The server may answer an htmx request with HX-Trigger: {"toast": "Saved."}; a lost connection says so the same way.
export function toast(text, { stays = false } = {}) {
  const note = document.createElement("div");
  note.className = "toast";
  if (stays) note.dataset.stays = "";
  note.append(Object.assign(document.createElement("span"), { textContent: text }));
  document.getElementById("toasts")?.append(note);
  leave();
}
addEventListener("toast", (event) => toast(event.detail.value ?? event.detail));
addEventListener("htmx:sendError", () => toast(document.body.dataset.offline));
addEventListener("htmx:responseError", () => toast(document.body.dataset.broke));
// A session that ended meanwhile: the sign-in is a page of its own, never a piece of this one.
addEventListener("htmx:beforeSwap", (event) => {
  const landed = event.detail.xhr.responseURL;
  if (!landed || !new URL(landed).pathname.startsWith("/account/")) return;
  event.detail.shouldSwap = false;
  location.reload();
});

// A form is sent once: the second press waits for the first. Never disabled before it is sent, or its value would be missing.
addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  if (event.target.dataset.sent) return event.preventDefault();
  if (!event.target.matches("[hx-post], [hx-get], [hx-put], [hx-delete], [hx-patch]")) {
    event.target.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  }
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => {
  delete form.dataset.sent;
  form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
}));

// Keys: T turns charts into tables and back.
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "t" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, textarea, select, [contenteditable]")) return;
  const tables = [...document.querySelectorAll("details.as-table")];
  const open = !tables.every((table) => table.open);
  for (const table of tables) table.open = open;
});

// A new workspace starts in the time zone of the device it is made on.
const zone = document.querySelector("[data-own-zone] [name=time_zone]");
if (zone?.value === "UTC") zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
