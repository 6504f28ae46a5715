// The 比べる tab.

import * as evidence from "./evidence.js";
import { copy, errorBox, get, say, setHTML } from "./net.js";
import { pick } from "./pick.js";
import { onOpen } from "./tabs.js";

const list = document.getElementById("compare-list");
const measure = document.getElementById("compare-measure");
const result = document.getElementById("compare-result");
const LIMIT = 6;
let picked = [];
let dirty = false;

function keep() {
  sessionStorage.setItem("rsqa.compare", JSON.stringify(picked));
}

/** Take a project in by one of its sheets. */
export function add(sheet) {
  if (picked.includes(sheet)) {
    say("すでに加えてあります。");
    return;
  }
  if (picked.length >= LIMIT) {
    say(`比べられるのは${LIMIT}件までです。どれかを外してください。`);
    return;
  }
  picked.push(sheet);
  keep();
  dirty = true;
  say("「比べる」に加えました。");
  if (!document.getElementById("panel-compare").hidden) load();
}

async function load() {
  dirty = false;
  if (!picked.length) {
    list.replaceChildren();
    const none = document.createElement("p");
    none.className = "empty";
    none.textContent = "「事業を加える」から始めてください。";
    result.replaceChildren(none);
    return;
  }
  result.setAttribute("aria-busy", "true");
  try {
    const got = await get("/ui/compare", { sheet: picked, measure: measure.value });
    setHTML(result, got.html);
    drawList(got.projects);
  } catch (error) {
    result.replaceChildren(errorBox(error, load));
  } finally {
    result.removeAttribute("aria-busy");
  }
}

function drawList(projects) {
  list.replaceChildren(...projects.map((one) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = `${one.project}（${one.ministry}）`;
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "link";
    drop.textContent = "外す";
    drop.setAttribute("aria-label", `${one.project}を外す`);
    drop.addEventListener("click", () => {
      picked = picked.filter((sheet) => sheet !== one.sheet_id);
      keep();
      load();
    });
    item.append(name, drop);
    return item;
  }));
}

export function start() {
  try {
    picked = JSON.parse(sessionStorage.getItem("rsqa.compare") || "[]");
  } catch {
    picked = [];
  }
  dirty = picked.length > 0;
  onOpen("compare", () => { if (dirty) load(); });
  document.getElementById("compare-pick").addEventListener("click", () => pick((one) => add(one.sheet_id)));
  measure.addEventListener("change", load);
  result.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.id === "compare-copy") {
      const rows = [...result.querySelector("table").rows];
      copy(rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim().replace(/\s*\n\s*/g, " ")).join("\t")).join("\n"), "表をコピーしました。");
    } else if (button.classList.contains("cell-link")) {
      evidence.openedBy(button);
      evidence.open(button.dataset.sheet, [{ index: 0, sheet_id: button.dataset.sheet, locator: button.dataset.at, file: "" }], 0);
    }
  });
}
