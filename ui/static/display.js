// 和暦/西暦, unit, size of type, colours: attributes of the root element; the style sheet does the rest.

const root = document.documentElement;
const form = document.getElementById("display-form");

export function start() {
  for (const input of form.querySelectorAll("input[type=radio]")) {
    input.checked = root.dataset[input.name] === input.value;
  }
  form.addEventListener("change", (event) => {
    root.dataset[event.target.name] = event.target.value;
    const saved = { era: root.dataset.era, unit: root.dataset.unit, size: root.dataset.size, theme: root.dataset.theme };
    localStorage.setItem("rsqa.display", JSON.stringify(saved));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const menu of document.querySelectorAll("details.display, details.history")) {
    document.addEventListener("click", (event) => {
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) {
        menu.open = false;
        menu.querySelector("summary").focus();
        event.stopPropagation();
      }
    });
  }
}
