// Long tables: one page at a time from the server, sorted there.

import * as evidence from "./evidence.js";
import { errorBox, get, setHTML } from "./net.js";

/** Draw one page of the table of `query.token` into `place`. */
export async function page(place, query) {
  place.setAttribute("aria-busy", "true");
  try {
    const got = await get("/ui/table", query);
    setHTML(place, got.html);
  } catch (error) {
    place.replaceChildren(errorBox(error, () => page(place, query)));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function onClick(place, button) {
  if (button.classList.contains("open-sheet")) {
    evidence.openedBy(button);
    evidence.open(button.dataset.sheet, [], null);
    return;
  }
  const now = place.querySelector("section").dataset;
  const query = { token: now.token, page: now.page, sort: now.sort, desc: now.desc, left_out: now.left };
  if (button.dataset.sort !== undefined) {
    query.desc = now.sort === button.dataset.sort && now.desc === "0" ? "1" : "0";
    query.sort = button.dataset.sort;
    query.page = "0";
  } else if (button.dataset.page !== undefined) query.page = button.dataset.page;
  else if (button.dataset.show !== undefined) {
    query.left_out = button.dataset.show;
    query.page = "0";
    query.sort = "-1";
  } else return;
  page(place, query);
}

/** Make a place for such tables: sorting, paging and opening sheets work in it from now on. */
export function mount(place) {
  place.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && place.querySelector("section[data-token]")) onClick(place, button);
  });
}
