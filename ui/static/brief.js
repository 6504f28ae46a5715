// The 概要資料 tab.

import { errorBox, get, setHTML } from "./net.js";
import { pick } from "./pick.js";
import { onOpen, setAddress, show } from "./tabs.js";

const result = document.getElementById("brief-result");
let shown = null;

/** Make the brief of a sheet. */
export async function open(sheet) {
  shown = sheet;
  show("brief");
  result.setAttribute("aria-busy", "true");
  try {
    const got = await get("/ui/brief", { sheet_id: sheet });
    setHTML(result, got.html);
    setAddress({ brief: sheet });
  } catch (error) {
    result.replaceChildren(errorBox(error, () => open(sheet)));
  } finally {
    result.removeAttribute("aria-busy");
  }
}

export function start() {
  document.getElementById("brief-pick").addEventListener("click", () => pick((one) => open(one.sheet_id)));
  result.addEventListener("change", (event) => {
    if (event.target.id === "brief-year") open(event.target.value);
  });
  result.addEventListener("click", (event) => {
    if (event.target.id === "brief-print") document.getElementById("brief-frame").contentWindow.print();
  });
  onOpen("brief", () => {
    const asked = new URLSearchParams(location.search).get("brief");
    if (asked && !shown) open(asked);
  });
}
