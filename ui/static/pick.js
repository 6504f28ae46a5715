// The dialog that finds a project by part of its name.

import { get } from "./net.js";

const dialog = document.getElementById("pick-dialog");
const box = document.getElementById("pick-box");
const list = document.getElementById("pick-list");
let chosen = null;
let running = null;
let timer = 0;

/** Ask for a project; `done` gets {sheet_id, project, ministry}. */
export function pick(done, start = "") {
  chosen = done;
  box.value = start;
  list.replaceChildren();
  dialog.showModal();
  box.focus();
  box.select();
}

async function look() {
  if (running) running.abort();
  running = new AbortController();
  const words = box.value.trim();
  if (!words) {
    list.replaceChildren();
    return;
  }
  let found;
  try {
    found = await get("/ui/projects", { q: words }, running.signal);
  } catch (error) {
    if (error.name !== "AbortError") line(error.message);
    return;
  }
  if (!found.projects.length) {
    line("見つかりません。言葉を短くしてみてください。");
    return;
  }
  list.replaceChildren(...found.projects.map((one) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.append(text("span", one.project, "cand-name"), text("span", `${one.ministry}　${one.years}`, "cand-sub"));
    button.addEventListener("click", () => {
      dialog.close();
      chosen(one);
    });
    item.append(button);
    return item;
  }));
}

function text(name, words, className) {
  const element = document.createElement(name);
  element.textContent = words;
  element.className = className;
  return element;
}

function line(words) {
  list.replaceChildren(text("li", words, "dim"));
}

export function start() {
  box.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(look, 150);
  });
  box.addEventListener("compositionend", look);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.isComposing) return;
      const first = list.querySelector("button");
      if (first) first.click();
    }
    if (event.key === "ArrowDown") {
      const first = list.querySelector("button");
      if (first) first.focus();
      event.preventDefault();
    }
  });
  list.addEventListener("keydown", (event) => {
    const item = event.target.closest("li");
    const next = item && { ArrowDown: item.nextElementSibling, ArrowUp: item.previousElementSibling }[event.key];
    if (next && next.querySelector("button")) {
      next.querySelector("button").focus();
      event.preventDefault();
    }
  });
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}
