// The six screens: one shown at a time, by click, arrow keys, Alt+number or the address.

const tabs = [...document.querySelectorAll("[role=tab]")];
const openers = new Map();

/** `opened` runs every time the tab is shown. */
export function onOpen(key, opened) {
  openers.set(key, opened);
}

export function current() {
  return tabs.find((tab) => tab.getAttribute("aria-selected") === "true").dataset.tab;
}

export function show(key, { address = true, focus = false } = {}) {
  for (const tab of tabs) {
    const chosen = tab.dataset.tab === key;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(`panel-${tab.dataset.tab}`).hidden = !chosen;
    if (chosen && focus) tab.focus();
    if (chosen) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  document.body.dataset.tab = key;
  if (address) setAddress({ tab: key === "ask" ? null : key });
  const opened = openers.get(key);
  if (opened) opened();
}

/** Change parts of the address without a new page; null removes a part. */
export function setAddress(parts) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(parts)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  history.replaceState(null, "", url);
}

export function start() {
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => show(tab.dataset.tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) show(tabs[(index + step + tabs.length) % tabs.length].dataset.tab, { focus: true });
      else if (event.key === "Home") show(tabs[0].dataset.tab, { focus: true });
      else if (event.key === "End") show(tabs[tabs.length - 1].dataset.tab, { focus: true });
      else return;
      event.preventDefault();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const tab = tabs[Number(event.key) - 1];
    if (tab) {
      show(tab.dataset.tab, { focus: true });
      event.preventDefault();
    }
  });
}
