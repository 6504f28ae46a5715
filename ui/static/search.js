// The さがす tab.

import * as evidence from "./evidence.js";
import { errorBox, get, setHTML } from "./net.js";
import { onOpen, setAddress } from "./tabs.js";

const form = document.getElementById("search-form");
const box = document.getElementById("search-box");
const filters = document.getElementById("search-filters");
const hits = document.getElementById("search-hits");
const actions = {};
let running = null;
let filled = "";

export function onAction(name, action) {
  actions[name] = action;
}

async function fill() {
  try {
    const got = await get("/ui/filters");
    if (got.key === filled) return;
    setHTML(filters, got.html);
    filled = got.key;
  } catch (error) {
    filters.replaceChildren(errorBox(error, fill));
  }
}

async function look() {
  if (running) running.abort();
  running = new AbortController();
  const query = Object.fromEntries(new FormData(form));
  if (!Object.values(query).some((value) => value)) {
    box.focus();
    return;
  }
  hits.setAttribute("aria-busy", "true");
  try {
    const got = await get("/ui/search", query, running.signal);
    setHTML(hits, got.html);
    setAddress({ s: query.q || null });
  } catch (error) {
    if (error.name !== "AbortError") hits.replaceChildren(errorBox(error, look));
  } finally {
    hits.removeAttribute("aria-busy");
  }
}

export function start() {
  if (window.matchMedia("(max-width: 767px)").matches) filters.closest("details").open = false;
  onOpen("search", fill);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
  });
  filters.addEventListener("change", () => {
    if (box.value || hits.childElementCount) look();
  });
  hits.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.classList.contains("hit-ask")) actions.about(button.dataset.sheet, button.dataset.project);
    else if (button.classList.contains("hit-compare")) actions.compare(button.dataset.sheet);
    else if (button.dataset.sheet) {
      evidence.openedBy(button);
      evidence.open(button.dataset.sheet, [], null);
    }
  });
  const words = new URLSearchParams(location.search).get("s");
  if (words) {
    box.value = words;
    fill().then(look);
  }
}
