// Wiring: each tab's script, and what one tab does with another.

import * as aggregate from "./aggregate.js";
import * as ask from "./ask.js";
import * as brief from "./brief.js";
import * as compare from "./compare.js";
import * as data from "./data.js";
import * as display from "./display.js";
import * as evidence from "./evidence.js";
import * as past from "./past.js";
import * as pick from "./pick.js";
import * as search from "./search.js";
import * as tabs from "./tabs.js";

display.start();
tabs.start();
pick.start();
evidence.start();
past.start((question, sheet) => ask.askAnew(question, { sheet }));
ask.start();
search.start();
compare.start();
brief.start();
aggregate.start();
data.start(() => {
  evidence.forget();
  ask.loadExamples();
});

evidence.onAction("ask", (question, sheet) => ask.askAnew(question, { sheet }));
evidence.onAction("about", (sheet, name) => {
  if (window.matchMedia("(max-width: 1023px)").matches) evidence.close();
  ask.focusOn(sheet, name);
});
evidence.onAction("brief", (sheet, name) => {
  evidence.close();
  brief.open(sheet, name);
});
evidence.onAction("compare", (sheet) => compare.add(sheet));
search.onAction("about", (sheet, name) => ask.focusOn(sheet, name));
search.onAction("compare", (sheet) => compare.add(sheet));
ask.onAction("table", (token, question) => aggregate.openTable(token, question));

document.getElementById("open-help").addEventListener("click", () => document.getElementById("help-dialog").showModal());

const address = new URLSearchParams(location.search);
const tab = address.get("tab");
if (tab && document.getElementById(`tab-${tab}`)) tabs.show(tab, { address: false });
else document.body.dataset.tab = "ask";
if (address.get("q")) ask.ask(address.get("q"), { sheet: address.get("sheet"), note: false });
else if (address.get("sheet")) evidence.open(address.get("sheet"), [], null);
document.documentElement.dataset.ready = "1";
