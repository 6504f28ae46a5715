// The 集計 tab.

import * as evidence from "./evidence.js";
import { errorBox, get, post, setHTML } from "./net.js";
import * as tables from "./tables.js";
import { onOpen, setAddress, show } from "./tabs.js";

const builder = document.getElementById("aggregate-builder");
const form = document.getElementById("aggregate-form");
const box = document.getElementById("aggregate-question");
const answer = document.getElementById("aggregate-answer");
const table = document.getElementById("aggregate-table");
let patterns = {};
let citations = [];
let filled = "";
let written = "";

async function fill() {
  try {
    const got = await get("/ui/aggregate_builder");
    if (got.key === filled) return;
    filled = got.key;
    patterns = got.patterns;
    setHTML(builder, got.html);
    write();
  } catch (error) {
    builder.replaceChildren(errorBox(error, fill));
  }
}

function era(year) {
  const number = Number(year);
  const count = number >= 2019 ? number - 2018 : number - 1988;
  return `${number >= 2019 ? "令和" : "平成"}${count === 1 ? "元" : count}年度`;
}

function write() {
  const value = (name) => builder.querySelector(`[name=${name}]`).value;
  const slots = {
    m: value("ministry") ? `${value("ministry")}の` : "",
    s: era(value("sheet_year")),
    y: era(value("fiscal_year")),
    i: value("measure"),
    n: value("number"),
  };
  if (box.value && box.value !== written) return; // the reader's own words stay
  written = (patterns[value("kind")] || "").replace(/\{(\w)\}/g, (_, key) => slots[key]);
  box.value = written;
}

async function run() {
  const words = box.value.trim();
  if (!words) {
    box.focus();
    return;
  }
  answer.setAttribute("aria-busy", "true");
  table.replaceChildren();
  try {
    const got = await post("/ui/aggregate", { question: words });
    setHTML(answer, got.html);
    citations = got.citations;
    setAddress({ a: words });
    if (got.rows) await tables.page(table, { token: got.token });
  } catch (error) {
    answer.replaceChildren(errorBox(error, run));
  } finally {
    answer.removeAttribute("aria-busy");
  }
}

/** The full table of an answer given in the 質問 tab. */
export async function openTable(token, question) {
  show("aggregate");
  await fill();
  box.value = question;
  answer.replaceChildren();
  await tables.page(table, { token });
  table.scrollIntoView({ block: "start" });
}

export function start() {
  onOpen("aggregate", async () => {
    await fill();
    const asked = new URLSearchParams(location.search).get("a");
    if (asked && !answer.childElementCount && !table.childElementCount) {
      box.value = asked;
      run();
    }
  });
  builder.addEventListener("change", () => {
    written = box.value; // choosing a control means: write the question anew
    write();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
  });
  answer.addEventListener("click", (event) => {
    const chip = event.target.closest(".cite");
    const citation = chip && citations.find((one) => one.index === Number(chip.dataset.cite));
    if (!citation) return;
    evidence.openedBy(chip);
    evidence.open(citation.sheet_id, citations, citation.index);
  });
  tables.mount(table);
}
