// The history of questions: in this browser only.

const KEY = "rsqa.history";
const LIMIT = 300;
const list = document.getElementById("history-list");
const box = document.getElementById("history-box");
let asked = null;

export function all() {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(saved) ? saved : [];
  } catch {
    return [];
  }
}

export function add(question, sheet) {
  const kept = all().filter((one) => one.question !== question || one.sheet !== sheet);
  kept.unshift({ question, sheet, at: new Date().toISOString() });
  localStorage.setItem(KEY, JSON.stringify(kept.slice(0, LIMIT)));
  draw();
}

function draw() {
  const wanted = box.value.trim().normalize("NFKC").toLowerCase();
  const found = all().filter((one) => one.question.normalize("NFKC").toLowerCase().includes(wanted));
  const items = found.slice(0, 100).map((one) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = one.question;
    button.title = new Date(one.at).toLocaleString("ja-JP");
    button.addEventListener("click", () => {
      document.querySelector("details.history").open = false;
      asked(one.question, one.sheet);
    });
    item.append(button);
    return item;
  });
  if (!items.length) {
    const none = document.createElement("li");
    none.className = "dim";
    none.textContent = wanted ? "一致する履歴はありません。" : "履歴はまだありません。";
    items.push(none);
  }
  list.replaceChildren(...items);
}

export function start(ask) {
  asked = ask;
  box.addEventListener("input", draw);
  document.getElementById("history-clear").addEventListener("click", () => {
    localStorage.removeItem(KEY);
    draw();
  });
  draw();
}
