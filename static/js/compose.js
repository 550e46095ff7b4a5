// The composer's comfort: live counters, the preview, upload progress and saving by itself. The form works without it.

const form = document.querySelector("[data-compose]");
const $ = (selector, root = form) => root.querySelector(selector);
const $$ = (selector, root = form) => [...root.querySelectorAll(selector)];

// The server's rules (publishing/captions.py): length in UTF-16 units, hashtags, mentions.
const HASHTAG = /(?<![\p{L}\p{N}_&])[#＃](?=[\p{L}\p{N}_]*[\p{L}\p{Nl}\p{No}])[\p{L}\p{N}_]+/gu;
const MENTION = /(?<![\p{L}\p{N}_@])[@＠][A-Za-z0-9._]+/gu;
export const counts = (text) => ({
  units: text.length,
  hashtags: (text.match(HASHTAG) ?? []).length,
  mentions: (text.match(MENTION) ?? []).length,
});

const show = (counter, n) => {
  const most = Number(counter.dataset.most);
  const word = counter.dataset.word ? ` ${counter.dataset.word}` : "";
  counter.textContent = `${n.toLocaleString("en")} / ${most.toLocaleString("en")}${word}`;
  counter.classList.toggle("near", n > most * 0.9 && n <= most);
  counter.classList.toggle("over", n > most);
};

function count() {
  const found = counts($("[data-caption]").value);
  for (const counter of $$("[data-count]")) show(counter, found[counter.dataset.count]);
  show($("[data-alt-count]"), $("[name=alt_text]").value.length);
}

const ticked = () => $$("[name=accounts]:checked");

function preview() {
  const pane = $("[data-preview]");
  const as = $("[data-as]", pane);
  const boxes = ticked();
  const before = as.value;
  as.replaceChildren(...boxes.map((box) => new Option(box.dataset.username, box.value)));
  if (boxes.some((box) => box.value === before)) as.value = before;
  as.hidden = boxes.length < 2;
  const box = boxes.find((one) => one.value === as.value) ?? boxes[0];
  const name = box?.dataset.username ?? pane.dataset.nobody;
  $("[data-name] bdi", pane).textContent = name;
  const avatar = box?.closest("label").querySelector(".avatar")?.cloneNode(true);
  if (avatar) { avatar.classList.add("m"); $("[data-avatar]", pane).replaceChildren(avatar); }
  const caption = $("[data-caption]").value;
  const cut = Number(pane.dataset.cut);
  const letters = [...caption];
  const bold = document.createElement("b");
  bold.append(Object.assign(document.createElement("bdi"), { textContent: name }));
  const text = Object.assign(document.createElement("span"), { dir: "auto", textContent: letters.slice(0, cut).join("") });
  const line = [bold, " ", text];
  if (letters.length > cut) line.push("… ", Object.assign(document.createElement("span"), { className: "faint", textContent: pane.dataset.more }));
  $("[data-shown]", pane).replaceChildren(...line);
}

function photo() {
  const source = $("[data-photo]")?.dataset.src;
  const media = $("[data-media]");
  const image = media.querySelector("img");
  if (source && image) image.src = source;
  else if (source) media.replaceChildren(Object.assign(new Image(), { src: source, alt: "" }));
  else if (image) media.replaceChildren(Object.assign(document.createElement("div"), { className: "ig-blank" }));
}

function words() {
  const n = ticked().length;
  $("[data-chosen-count]").textContent = n;
  const now = $("[name=when]:checked")?.value === "now";
  $("[data-at]").hidden = now;
  for (const send of $$("[data-send], [data-send-too]")) {
    const { dataset } = send;
    const word = now ? (n > 1 ? dataset.nowMany : dataset.now) : dataset.change ?? (n > 1 ? dataset.many : dataset.one);
    send.textContent = word.replace("%s", n);
  }
}

// What stands in the way and what is worth knowing, in one line under the form.
function preflight() {
  const line = $("[data-preflight]");
  const why = $("[data-why]", line);
  const mend = [
    !$("[name=asset]").value && why.dataset.noPhoto,
    $("[data-photo] .note.bad") && why.dataset.shape,
    !ticked().length && why.dataset.noAccount,
    $("[data-counters] .over, [data-alt-count].over") && why.dataset.tooLong,
  ].filter(Boolean);
  const know = [
    $("[data-photo] .note.warn") && why.dataset.soft,
    ticked().some((box) => box.dataset.full) && why.dataset.full,
    $("[name=asset]").value && !$("[name=alt_text]").value.trim() && why.dataset.noAlt,
  ].filter(Boolean);
  for (const [name, list] of [["mend", mend], ["know", know]]) {
    const mark = $(`[data-${name}]`, line);
    mark.hidden = !list.length;
    mark.lastElementChild.textContent = mark.dataset.word.replace("%s", list.length);
  }
  $("[data-fine]", line).hidden = Boolean(mend.length + know.length);
  why.textContent = [...mend, ...know].join(", ");
  line.hidden = false;
}

// Drafts save themselves a few seconds after the last change.
const PAUSE = 3000;
let timer = 0, saving = false, last = "", waiting = null;
const state = () => { const data = new FormData(form); for (const name of ["photo", "csrfmiddlewaretoken", "seen", "post", "twin_ok"]) data.delete(name); return JSON.stringify([...data]); };

async function save() {
  if (saving || form.dataset.sent || state() === last) return;
  if (!$("[data-caption]").value.trim() && !$("[name=asset]").value) return;
  const sent = state();
  saving = true;
  const body = new FormData(form);
  body.delete("photo");
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (said.kept) {
      last = sent;
      $("[name=post]").value = said.post;
      $("[name=seen]").value = said.seen;
      form.action = said.url;
      history.replaceState(null, "", said.url);
    }
    $("[data-saved]").textContent = said.kept ? said.word : said.reason;
  } catch {
    $("[data-saved]").textContent = "";
  } finally {
    saving = false;
    if (waiting) form.requestSubmit(waiting);
  }
}

function later() {
  if (!form.dataset.autosave) return;
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

if (form) {
  last = state();
  const look = () => { count(); preview(); words(); preflight(); };
  look();
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter]")) return filter(event.target.value);
    look(); later();
  });
  form.addEventListener("change", () => { look(); later(); });
  form.addEventListener("htmx:afterSettle", () => { photo(); look(); later(); });
  // A press while a draft is being saved waits for it: otherwise the post would exist twice.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!saving) return;
    event.preventDefault();
    waiting = event.submitter;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=submit], [type=file])")) event.preventDefault();
  });
  form.addEventListener("htmx:xhr:progress", (event) => {
    const bar = $("[data-upload]");
    if (!bar || !event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = (100 * event.detail.loaded) / event.detail.total;
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog").close();
  });
  for (const type of ["dragover", "dragleave", "drop"]) {
    form.addEventListener(type, (event) => {
      const place = event.target.closest("[data-drop]");
      if (!place) return;
      event.preventDefault();
      place.classList.toggle("over", type === "dragover");
      const files = event.dataTransfer?.files;
      if (type !== "drop" || !files?.length) return;
      const input = place.querySelector("input[type=file]");
      input.files = files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  addEventListener("beforeunload", (event) => {
    if (!form.dataset.sent && !form.dataset.autosave && state() !== last) event.preventDefault();
  });
}

function filter(text) {
  const wanted = text.trim().toLowerCase();
  for (const row of $$("[data-account]")) row.hidden = !row.dataset.account.toLowerCase().includes(wanted);
}
