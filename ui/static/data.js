// The データ tab: uploads with progress, the job that takes them in, what is loaded, findings.

import { errorBox, get, post, say, setHTML } from "./net.js";
import * as tables from "./tables.js";
import { onOpen } from "./tabs.js";

const input = document.getElementById("upload-input");
const drop = document.getElementById("drop");
const list = document.getElementById("upload-list");
const job = document.getElementById("job");
const line = document.getElementById("corpus-line");
let changed = null;
let serial = null;
let polling = 0;

async function state() {
  let got;
  try {
    got = await get("/ui/state");
  } catch (error) {
    line.textContent = error.message;
    again(3000);
    return;
  }
  line.textContent = got.line;
  if (got.job) setHTML(job, got.job);
  if (serial !== null && got.serial !== serial) {
    changed();
    if (!document.getElementById("panel-data").hidden) fill();
  }
  serial = got.serial;
  again(got.busy ? 500 : 15000);
}

function again(after) {
  clearTimeout(polling);
  polling = setTimeout(state, after);
}

async function fill() {
  try {
    const got = await get("/ui/data");
    setHTML(document.getElementById("data-summary"), got.summary);
    setHTML(document.getElementById("data-files"), got.files);
  } catch (error) {
    document.getElementById("data-summary").replaceChildren(errorBox(error, fill));
  }
}

function row(name) {
  const item = document.createElement("li");
  const label = document.createElement("span");
  label.textContent = name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `${name}を送っています`);
  const told = document.createElement("span");
  told.className = "dim";
  told.textContent = "待っています";
  item.append(label, bar, told);
  list.append(item);
  return { item, bar, told };
}

function sendOne(file, shown) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/ui/upload?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      shown.bar.value = event.loaded / event.total;
      shown.told.textContent = `${Math.round((event.loaded / event.total) * 100)}%`;
    });
    request.addEventListener("load", () => {
      let said = {};
      try { said = JSON.parse(request.responseText); } catch { said = {}; }
      if (request.status === 200) {
        shown.bar.value = 1;
        shown.told.textContent = "送りました";
        resolve(said.upload);
      } else {
        fail(shown, said.error || "送れませんでした。もう一度お試しください。");
        resolve(null);
      }
    });
    request.addEventListener("error", () => {
      fail(shown, "アプリにつながりません。");
      resolve(null);
    });
    request.send(file);
  });
}

function fail(shown, words) {
  shown.item.classList.add("bad");
  shown.told.textContent = words;
  shown.bar.remove();
}

async function take(files) {
  if (!files.length) return;
  list.replaceChildren();
  const rows = files.map((file) => row(file.name));
  const sent = [];
  for (const [index, file] of files.entries()) {
    const upload = await sendOne(file, rows[index]);
    if (upload) sent.push(upload);
  }
  if (!sent.length) return;
  try {
    await post("/ui/ingest", { uploads: sent });
    say("取り込みを始めました。その間も質問できます。");
    state();
  } catch (error) {
    job.replaceChildren(errorBox(error));
  }
}

async function remove(button) {
  const name = button.dataset.name;
  if (!window.confirm(`「${name}」から取り込んだシートを取り除きます。元のファイルは消えません。よろしいですか。`)) return;
  try {
    await post("/ui/remove", { digest: button.dataset.digest });
    state();
  } catch (error) {
    job.replaceChildren(errorBox(error));
  }
}

async function check() {
  const place = document.getElementById("data-findings");
  place.setAttribute("aria-busy", "true");
  try {
    const got = await get("/ui/findings");
    setHTML(place, got.html);
    const list = document.createElement("div");
    place.append(list);
    if (got.rows) {
      tables.mount(list);
      await tables.page(list, { token: got.token });
    }
  } catch (error) {
    place.replaceChildren(errorBox(error, check));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/** `whenChanged` runs after another generation of the corpus has taken over. */
export function start(whenChanged) {
  changed = whenChanged;
  onOpen("data", fill);
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    take(files);
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
  // A file dropped beside the box must not replace the page.
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
  document.getElementById("data-files").addEventListener("click", (event) => {
    const button = event.target.closest(".remove-file");
    if (button) remove(button);
  });
  document.getElementById("check-run").addEventListener("click", check);
  state();
}
