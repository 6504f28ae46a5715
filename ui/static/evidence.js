// The 根拠 pane: draws the cited sheet, marks the cited cells, scrolls to the one asked for.

import { copy, errorBox, get, say, setHTML } from "./net.js";
import { setAddress } from "./tabs.js";

const pane = document.getElementById("evidence");
const view = document.getElementById("sheet-view");
const bar = document.getElementById("evidence-cites");
const narrow = window.matchMedia("(max-width: 1023px)");
const cache = new Map();
let shown = { sheet: null, citations: [] };
let opener = null;
let ticket = 0;
const actions = {};

/** What other tabs do with a sheet: ask, brief, compare. */
export function onAction(name, action) {
  actions[name] = action;
}

export function currentSheet() {
  return shown.sheet;
}

function load(sheetId) {
  if (!cache.has(sheetId)) {
    if (cache.size > 30) cache.delete(cache.keys().next().value);
    const loaded = get("/ui/sheet", { sheet_id: sheetId });
    loaded.catch(() => cache.delete(sheetId));
    cache.set(sheetId, loaded);
  }
  return cache.get(sheetId);
}

/** Forget drawn sheets: the corpus has changed. */
export function forget() {
  cache.clear();
}

/** Show a sheet with its citations ({index, locator, sheet_id}); `focus` is the index to scroll to. */
export async function open(sheetId, citations = [], focus = null, { reveal = true, address = false } = {}) {
  const mine = ++ticket;
  if (reveal) document.body.classList.add("evidence-open");
  if (reveal && narrow.matches) pane.focus({ preventScroll: true });
  if (shown.sheet !== sheetId) {
    view.setAttribute("aria-busy", "true");
    let loaded;
    try {
      loaded = await load(sheetId);
    } catch (error) {
      if (mine === ticket) view.replaceChildren(errorBox(error, () => open(sheetId, citations, focus)));
      return;
    } finally {
      if (mine === ticket) view.removeAttribute("aria-busy");
    }
    if (mine !== ticket) return;
    setHTML(view, loaded.html);
    const wanted = localStorage.getItem("rsqa.look") || (narrow.matches ? "tables" : "form");
    if (view.querySelector(".look-switch")) look(wanted);
    view.scrollTop = 0;
  }
  shown = { sheet: sheetId, citations };
  if (address) setAddress({ sheet: sheetId });
  mark();
  drawBar();
  if (focus !== null) goTo(focus);
}

function cellsOf(citation) {
  return [...view.querySelectorAll(`[data-at="${CSS.escape(citation.locator)}"]`)];
}

/** The look (printed form or plain tables) that the reader chose, for every sheet that has both. */
function look(wanted) {
  for (const part of view.querySelectorAll(".look")) part.hidden = part.dataset.look !== wanted;
  for (const button of view.querySelectorAll(".look-switch button")) {
    button.setAttribute("aria-pressed", String(button.dataset.look === wanted));
  }
}

function mark() {
  for (const old of view.querySelectorAll(".cited")) old.classList.remove("cited", "cited-now");
  for (const old of view.querySelectorAll(".cite-tag")) old.remove();
  for (const citation of shown.citations) {
    if (citation.sheet_id !== shown.sheet) continue;
    for (const cell of cellsOf(citation)) {
      cell.classList.add("cited");
      const number = document.createElement("span");
      number.className = "cite-tag";
      number.textContent = String(citation.index + 1);
      number.setAttribute("aria-label", `根拠${citation.index + 1}`);
      cell.append(number);
    }
  }
}

function drawBar() {
  const buttons = shown.citations.slice(0, 30).map((citation) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cite";
    button.textContent = String(citation.index + 1);
    button.setAttribute("aria-label", `根拠${citation.index + 1}へ`);
    button.title = `${citation.file} ${citation.locator}`;
    button.addEventListener("click", () => open(citation.sheet_id, shown.citations, citation.index));
    return button;
  });
  bar.replaceChildren(...buttons);
}

function goTo(index) {
  const citation = shown.citations.find((one) => one.index === index);
  const cells = citation ? cellsOf(citation) : [];
  let cell = cells.find((one) => !one.closest("[hidden]"));
  if (!cell && cells.length) {
    look(cells[0].closest(".look").dataset.look);
    cell = cells[0];
  }
  for (const old of view.querySelectorAll(".cited-now")) old.classList.remove("cited-now");
  if (!cell) {
    say(citation ? `${citation.file} の ${citation.locator} です。この表示には枠がありません。` : "根拠のセルが見つかりません。");
    return;
  }
  cell.classList.add("cited-now");
  // A short way is glided, so that the eye can follow; a long one is jumped.
  const far = Math.abs(cell.getBoundingClientRect().top - view.getBoundingClientRect().top) > 1.5 * view.clientHeight;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  cell.scrollIntoView({ block: "center", inline: "center", behavior: calm || far ? "auto" : "smooth" });
  cell.focus({ preventScroll: true });
}

export function close() {
  document.body.classList.remove("evidence-open");
  if (opener && opener.isConnected) opener.focus();
  opener = null;
}

/** Remember what opened the pane, so that closing it gives the focus back. */
export function openedBy(element) {
  opener = element;
}

async function questionsOf(cell) {
  const old = view.querySelector(".cell-questions");
  if (old) old.remove();
  const box = document.createElement("div");
  box.className = "cell-questions";
  box.textContent = "このセルで答えられる質問を調べています…";
  const host = cell.closest("tr") || cell.closest(".text-row") || cell;
  if (host.tagName === "TR") {
    const row = document.createElement("tr");
    const wide = document.createElement("td");
    wide.colSpan = 99;
    wide.append(box);
    row.className = "cell-questions";
    row.append(wide);
    host.after(row);
  } else {
    host.append(box);
  }
  try {
    const at = { sheet_id: shown.sheet, pos: cell.dataset.pos, at: cell.dataset.at };
    const loaded = await get("/ui/cell", at);
    setHTML(box, loaded.html);
  } catch (error) {
    box.replaceChildren(errorBox(error));
  }
}

function sheetTitle() {
  const title = view.querySelector(".sheet-title");
  return title ? title.textContent : "";
}

export function start() {
  document.getElementById("close-evidence").addEventListener("click", close);
  view.addEventListener("click", (event) => {
    const suggested = event.target.closest(".suggest");
    if (suggested) {
      actions.ask(suggested.dataset.question, shown.sheet);
      return;
    }
    const chosen = event.target.closest("[data-look]:is(button)");
    if (chosen) {
      look(chosen.dataset.look);
      localStorage.setItem("rsqa.look", chosen.dataset.look);
      return;
    }
    const cell = event.target.closest(".cell");
    if (cell && !window.getSelection().toString()) questionsOf(cell);
    const tool = event.target.closest(".tool");
    if (!tool) return;
    if (tool.classList.contains("ask-about")) actions.about(shown.sheet, sheetTitle());
    if (tool.classList.contains("brief-of")) actions.brief(shown.sheet, sheetTitle());
    if (tool.classList.contains("compare-add")) actions.compare(shown.sheet);
    if (tool.classList.contains("print-sheet")) printOnly("print-evidence");
    if (tool.classList.contains("copy-sheet-link")) {
      copy(`${location.origin}/?sheet=${encodeURIComponent(shown.sheet)}`, "シートのリンクをコピーしました。");
    }
  });
  view.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".cell");
    if (cell && event.target === cell && (event.key === "Enter" || event.key === " ")) {
      questionsOf(cell);
      event.preventDefault();
    }
  });
  view.addEventListener("change", (event) => {
    if (event.target.classList.contains("sheet-year-switch")) open(event.target.value, shown.citations, null);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("evidence-open") && !document.querySelector("dialog[open]")) close();
  });
}

/** Print one part of the page: the style sheet for print reads the class. */
export function printOnly(name) {
  document.body.classList.add(name);
  window.addEventListener("afterprint", () => document.body.classList.remove(name), { once: true });
  window.print();
}
