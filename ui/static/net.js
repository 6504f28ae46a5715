// Talking to our own server, and the only place where markup enters the page.

const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy("rsqa", { createHTML: (text) => text })
  : { createHTML: (text) => text };

/** Put markup made by the server (escaped there) into an element. */
export function setHTML(element, markup) {
  element.innerHTML = policy.createHTML(markup);
}

/** The first element of a piece of server markup. */
export function elementOf(markup) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(markup);
  return template.content.firstElementChild;
}

export class ServerError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function read(response) {
  let body = null;
  try { body = await response.json(); } catch { body = null; }
  if (response.ok && body !== null) return body;
  const said = body && body.error ? body.error : "応答を読み取れませんでした。画面を再読み込みしてください。";
  throw new ServerError(said, response.status);
}

async function send(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("アプリにつながりません。rsqa serve が動いているか確かめてください。", 0);
  }
  return read(response);
}

export function get(path, query = {}, signal = undefined) {
  const values = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== "" && one !== null && one !== undefined) values.append(name, one);
    }
  }
  const text = values.toString();
  return send(text ? `${path}?${text}` : path, { headers: { accept: "application/json" }, signal });
}

export function post(path, body, signal = undefined) {
  return send(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

const toast = document.getElementById("toast");
let toastTimer = 0;

/** One line at the foot of the page, read out by screen readers. */
export function say(text) {
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.classList.remove("shown"), 4000);
}

/** A plain-words error in the place where the result would have been. */
export function errorBox(error, retry = null) {
  const box = document.createElement("div");
  box.className = "error";
  box.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.textContent = error.message;
  box.append(text);
  if (retry) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "もう一度";
    button.addEventListener("click", retry);
    box.append(button);
  }
  return box;
}

export async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(done);
}
