// The 質問 tab: from a line typed to an answer drawn.

import { copy, elementOf, errorBox, get, post, say, setHTML } from "./net.js";
import * as evidence from "./evidence.js";
import * as past from "./past.js";
import { pick } from "./pick.js";
import { setAddress, show } from "./tabs.js";

const form = document.getElementById("composer");
const box = document.getElementById("question");
const send = document.getElementById("send");
const answers = document.getElementById("answers");
const welcome = document.getElementById("welcome");
const focusLine = document.getElementById("focus-line");
const wide = window.matchMedia("(min-width: 1024px)");
const given = new WeakMap();
const actions = {};
let session = newSession();
let focusSheet = null;
let composing = false;

function newSession() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What other tabs do: open the full table of an answer. */
export function onAction(name, action) {
  actions[name] = action;
}

/** Ask and draw. `replace` is the answer card to be redrawn in place (a chip was changed). */
export async function ask(question, { sheet = null, edits = null, token = null, replace = null, note = true } = {}) {
  const words = question.trim();
  if (!words) {
    say("質問を入力してください。");
    box.focus();
    return;
  }
  show("ask");
  welcome.hidden = true;
  const card = replace || placeholder(words);
  if (replace) replace.setAttribute("aria-busy", "true");
  else answers.append(card);
  if (!replace) card.scrollIntoView({ block: "start" });
  send.disabled = true;
  const begun = performance.now();
  try {
    const got = await post("/ui/ask", { question: words, sheet_id: sheet || focusSheet, session, edits, token });
    draw(card, got, begun);
    if (note) past.add(words, sheet);
    setAddress({ q: words, sheet: sheet, tab: null });
  } catch (error) {
    const again = () => {
      box.value = "";
      ask(words, { sheet, edits, token, replace: failed, note });
    };
    const failed = document.createElement("article");
    failed.className = "answer";
    const title = document.createElement("h2");
    title.className = "question";
    title.textContent = words;
    failed.append(title, errorBox(error, again));
    card.replaceWith(failed);
  } finally {
    send.disabled = false;
  }
}

function placeholder(words) {
  const card = document.createElement("article");
  card.className = "answer waiting";
  card.setAttribute("aria-busy", "true");
  const title = document.createElement("h2");
  title.className = "question";
  title.textContent = words;
  const bars = document.createElement("div");
  bars.className = "skeleton";
  const told = document.createElement("span");
  told.className = "sr";
  told.textContent = "答えを探しています";
  bars.append(told);
  card.append(title, bars);
  return card;
}

function draw(card, got, begun) {
  const drawn = elementOf(got.html);
  given.set(drawn, got);
  card.replaceWith(drawn);
  drawn.dataset.drawnMs = String(Math.round(performance.now() - begun));
  document.getElementById("corpus-line").dataset.last = drawn.dataset.drawnMs;
  const fold = drawn.querySelector("details.cites");
  if (fold && !wide.matches) fold.open = false;
  const first = got.citations.find((one) => one.sheet_id);
  if (first && wide.matches) {
    evidence.open(first.sheet_id, got.citations, first.index, { reveal: true });
    box.focus({ preventScroll: true });
  }
  drawn.scrollIntoView({ block: "start" });
}

/** A question that stands by itself (from the history, a cell): it does not go on with the talk before. */
export function askAnew(question, options) {
  session = newSession();
  ask(question, options);
}

/** Questions are about this sheet until another is named. */
export function focusOn(sheet, name) {
  focusSheet = sheet;
  focusLine.hidden = !sheet;
  if (!sheet) return;
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "link";
  drop.textContent = "解除";
  drop.addEventListener("click", () => focusOn(null, ""));
  focusLine.replaceChildren(`「${name}」について質問します。`, drop);
  show("ask");
  box.focus();
}

function cardOf(element) {
  return element.closest("article.answer");
}

function tableText(card) {
  const table = card.querySelector("table.results") || card.querySelector(".prose table") || card.querySelector("table.citations");
  const rows = table ? [...table.rows] : [];
  if (rows.length) return rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim().replace(/\s*\n\s*/g, " ")).join("\t")).join("\n");
  const got = given.get(card);
  return got.results.map((one) => [one.label, one.value ?? one.text ?? "", one.unit ?? ""].join("\t")).join("\n");
}

function answerText(card) {
  const got = given.get(card);
  const places = got.citations.map((one) => `[${one.index + 1}] ${one.project}（${one.sheet_id}）${one.file} ${one.locator}`);
  return [got.question, "", got.answer, ...(places.length ? ["", "出典", ...places] : [])].join("\n");
}

const tools = {
  "copy-text": (card) => copy(answerText(card), "回答をコピーしました。"),
  "copy-table": (card) => copy(tableText(card), "表をコピーしました。表計算ソフトに貼り付けられます。"),
  "copy-link": (card) => copy(linkTo(given.get(card)), "この質問のリンクをコピーしました。"),
  "print": (card) => {
    card.classList.add("print-this");
    evidence.printOnly("print-answer");
    window.addEventListener("afterprint", () => card.classList.remove("print-this"), { once: true });
  },
};

function linkTo(got) {
  const url = new URL("/", location.origin);
  url.searchParams.set("q", got.question);
  if (got.focus) url.searchParams.set("sheet", got.focus);
  return url.href;
}

function onClick(event) {
  const button = event.target.closest("button");
  if (!button) return;
  const card = cardOf(button);
  const got = card && given.get(card);
  if (button.classList.contains("suggest")) {
    if (button.classList.contains("example")) session = newSession();
    ask(button.dataset.question, { sheet: button.dataset.sheet || null });
  } else if (got && button.classList.contains("cite")) {
    const citation = got.citations.find((one) => one.index === Number(button.dataset.cite));
    evidence.openedBy(button);
    if (citation) evidence.open(citation.sheet_id, got.citations, citation.index);
  } else if (got && button.classList.contains("candidate")) {
    ask(got.question, { sheet: button.dataset.sheet, edits: { sheet_id: button.dataset.sheet }, token: got.token });
  } else if (got && button.classList.contains("pick-project")) {
    pick((one) => edit(card, { sheet_id: one.sheet_id }), button.textContent);
  } else if (got && button.classList.contains("tool")) {
    tools[button.dataset.tool](card);
  } else if (got && button.classList.contains("open-table")) {
    actions.table(got.token, got.question);
  }
}

/** A folded chart is drawn when it is opened. */
async function onToggle(event) {
  const place = event.target.open && event.target.querySelector(":scope > .lazy-chart:empty");
  if (!place) return;
  try {
    const got = await get("/ui/chart", { sheet_id: place.dataset.sheet });
    if (got.html) setHTML(place, got.html);
    else place.textContent = "グラフにできる年度がありません。";
  } catch (error) {
    place.replaceChildren(errorBox(error));
  }
}

function edit(card, edits) {
  const got = given.get(card);
  ask(got.question, { sheet: got.focus, edits, token: got.token, replace: card, note: false });
}

function onChip(event) {
  const select = event.target.closest(".chips select");
  if (select) edit(cardOf(select), { [select.name]: select.value });
}

function fit() {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 180)}px`;
}

function onKey(event) {
  if (event.key === "Enter" && !event.shiftKey) {
    // While an input method is converting, Enter chooses a word; it must never send.
    if (event.isComposing || composing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  }
  if (event.key === "ArrowUp" && !box.value) {
    const last = past.all()[0];
    if (last) {
      box.value = last.question;
      fit();
      event.preventDefault();
    }
  }
}

function submit() {
  const words = box.value;
  if (send.disabled) return;
  if (words.trim()) {
    box.value = "";
    fit();
  }
  ask(words);
}

async function loadExamples() {
  const place = document.getElementById("examples");
  try {
    const got = await get("/ui/examples");
    setHTML(place, got.html);
    if (got.again_ms) setTimeout(loadExamples, got.again_ms);
  } catch (error) {
    place.replaceChildren(errorBox(error, loadExamples));
  }
}

export function start() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  box.addEventListener("keydown", onKey);
  box.addEventListener("compositionstart", () => { composing = true; });
  // Safari ends the composition before it sends the key: keep the guard for this turn.
  box.addEventListener("compositionend", () => setTimeout(() => { composing = false; }, 0));
  box.addEventListener("input", fit);
  answers.addEventListener("click", onClick);
  answers.addEventListener("change", onChip);
  answers.addEventListener("toggle", onToggle, true);
  welcome.addEventListener("click", onClick);
  document.getElementById("new-talk").addEventListener("click", () => {
    session = newSession();
    answers.replaceChildren();
    welcome.hidden = false;
    focusOn(null, "");
    setAddress({ q: null, sheet: null });
    box.focus();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      show("ask");
      box.focus();
      event.preventDefault();
    }
  });
  loadExamples();
}

export { loadExamples };
