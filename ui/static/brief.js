// The 概要資料 tab.

import { errorBox, get, say, setHTML } from "./net.js";
import { pick } from "./pick.js";
import { onOpen, setAddress, show } from "./tabs.js";

const form = document.getElementById("brief-form");
const kind = document.getElementById("brief-kind");
const list = document.getElementById("brief-list");
const result = document.getElementById("brief-result");
const LIMIT = 5;
let picked = [];
let filled = "";

async function fill() {
  try {
    const got = await get("/ui/filters");
    if (got.key === filled) return;
    filled = got.key;
    setHTML(document.getElementById("brief-ministry"), got.brief);
  } catch (error) {
    result.replaceChildren(errorBox(error, fill));
  }
}

function shape() {
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(kind.value);
  }
  document.getElementById("brief-pick").textContent = kind.value === "comparison" ? "事業を加える" : "事業を選ぶ";
  if (kind.value !== "comparison") picked = picked.slice(0, 1);
  draw();
}

function draw() {
  list.replaceChildren(...picked.map((one) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = one.ministry ? `${one.project}（${one.ministry}）` : one.project;
    item.append(name);
    if (kind.value === "comparison") {
      const drop = document.createElement("button");
      drop.type = "button";
      drop.className = "link";
      drop.textContent = "外す";
      drop.setAttribute("aria-label", `${one.project}を外す`);
      drop.addEventListener("click", () => {
        picked = picked.filter((other) => other !== one);
        draw();
      });
      item.append(drop);
    }
    return item;
  }));
}

/** Make the brief of a sheet (from another tab). */
export function open(sheet, name = "") {
  picked = [{ sheet_id: sheet, project: name || sheet, ministry: "" }]; // before the tab opens: it would ask again
  show("brief");
  if (!["project", "long", "questions"].includes(kind.value)) kind.value = "project";
  shape();
  make();
}

async function make() {
  const query = { kind: kind.value };
  if (["project", "long", "questions", "comparison"].includes(kind.value)) {
    query.sheet_id = picked.map((one) => one.sheet_id);
    if (!picked.length) {
      say("事業を選んでください。");
      document.getElementById("brief-pick").focus();
      return;
    }
  }
  const fields = new FormData(form);
  if (kind.value === "topic") query.topic = fields.get("topic").trim();
  if (kind.value === "ministry") Object.assign(query, { ministry: fields.get("ministry"), sheet_year: fields.get("sheet_year") });
  result.setAttribute("aria-busy", "true");
  const waiting = document.createElement("p");
  waiting.className = "empty";
  waiting.textContent = "資料を作っています…";
  result.replaceChildren(waiting);
  try {
    const got = await get("/ui/brief", query);
    setHTML(result, got.html);
    setAddress({ brief: query.sheet_id && query.sheet_id.length === 1 ? query.sheet_id[0] : null });
  } catch (error) {
    result.replaceChildren(errorBox(error, make));
  } finally {
    result.removeAttribute("aria-busy");
  }
}

export function start() {
  kind.addEventListener("change", shape);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    make();
  });
  document.getElementById("brief-pick").addEventListener("click", () => pick((one) => {
    if (kind.value === "comparison") {
      if (picked.length >= LIMIT) {
        say(`比べられるのは${LIMIT}件までです。`);
        return;
      }
      picked.push(one);
      draw();
    } else {
      picked = [one];
      draw();
      make();
    }
  }));
  result.addEventListener("change", (event) => {
    if (event.target.id === "brief-year") {
      picked = [{ ...picked[0], sheet_id: event.target.value }];
      make();
    }
  });
  result.addEventListener("click", (event) => {
    if (event.target.id === "brief-print") document.getElementById("brief-frame").contentWindow.print();
  });
  onOpen("brief", () => {
    fill();
    const asked = new URLSearchParams(location.search).get("brief");
    if (asked && !picked.length) open(asked);
  });
  shape();
}
