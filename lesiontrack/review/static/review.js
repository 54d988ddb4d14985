// What every review page shares: who the reader is, sending corrections, messages, dialogs.

export const page = document.body.dataset;

const messages = document.getElementById("messages");

/** Show a line for a while; failures stay until they are clicked away. */
export function say(text, { fail = false } = {}) {
  const line = document.createElement("div");
  line.className = fail ? "message fail" : "message";
  line.textContent = text;
  line.addEventListener("click", () => line.remove());
  messages.append(line);
  if (!fail) setTimeout(() => line.remove(), 6000);
}

/** POST JSON. Returns the answer; throws an Error whose message is a sentence for the reader. */
export async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The review server does not answer. Is `lesiontrack review` still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const error = new Error(answer.error || `The server refused this (${response.status}).`);
    error.needs = answer.needs;
    error.status = response.status;
    throw error;
  }
  return answer;
}

/**
 * A modal dialog. `fields` are elements put into it; resolves to true where it was confirmed.
 * The confirming button is disabled while `ready()` is false.
 */
export function ask(title, fields, { confirm = "OK", ready = () => true } = {}) {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  form.method = "dialog";
  const heading = document.createElement("h2");
  heading.textContent = title;
  heading.id = "dialog-title";
  dialog.setAttribute("aria-labelledby", heading.id);
  const tools = document.createElement("div");
  tools.className = "tools";
  const no = document.createElement("button");
  no.type = "button";
  no.textContent = "Cancel";
  const yes = document.createElement("button");
  yes.className = "main";
  yes.value = "yes";
  yes.textContent = confirm;
  tools.append(no, yes);
  form.append(heading, ...fields, tools);
  dialog.append(form);
  document.body.append(dialog);
  const check = () => (yes.disabled = !ready());
  form.addEventListener("input", check);
  check();
  no.addEventListener("click", () => dialog.close(""));
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    dialog.showModal();
  });
}

/** A labelled element for `ask`. */
export function labelled(text, element) {
  const label = document.createElement("label");
  label.append(text, element);
  return label;
}

/** The reader's name; asked for where it is not known yet. Null where the reader cancelled. */
export async function reader({ again = false } = {}) {
  if (page.reader && !again) return page.reader;
  const input = document.createElement("input");
  input.type = "text";
  input.value = page.reader;
  input.maxLength = 200;
  input.autocomplete = "name";
  const field = labelled("Every correction and signature carries this name. ", input);
  const ready = () => input.value.trim() !== "";
  if (!(await ask("Who is reading?", [field], { confirm: "This is my name", ready }))) return null;
  const { name } = await post("/api/reader", { name: input.value });
  page.reader = name;
  for (const shown of document.querySelectorAll('[data-action="name-reader"]')) shown.textContent = name;
  return name;
}

/**
 * Send one correction (a value of corrections/model.py). Returns its id, or null where the reader gave no
 * name. Throws an Error whose message is a sentence for the reader.
 */
export async function correct(value, { note = "" } = {}) {
  if (!(await reader())) return null;
  const { id } = await post("/api/corrections", { value, note, run: page.run });
  barSoon();
  return id;
}

/** Take a correction back. */
export async function withdraw(id) {
  if (!(await reader())) return null;
  const { id: withdrawal } = await post("/api/withdraw", { id });
  barSoon();
  return withdrawal;
}

/** Run an async action of a button; a failure is said, and the button is off meanwhile. */
export async function during(button, action) {
  if (button) button.disabled = true;
  try {
    return await action();
  } catch (error) {
    say(error.message, { fail: true });
    return undefined;
  } finally {
    if (button) button.disabled = false;
  }
}

/**
 * Load this page again in place: header and main are exchanged, scroll and focus stay. "refreshed" is
 * dispatched on the document afterwards. Pages without data-live are left as they are.
 */
export async function refresh() {
  if (document.body.dataset.live === undefined) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error("The page can't be loaded again; the server may have been stopped.");
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const held = document.activeElement?.closest("[id]")?.id;
  for (const name of ["header.review", "main"]) {
    document.querySelector(name).replaceWith(document.importNode(fresh.querySelector(name), true));
  }
  Object.assign(page, { run: fresh.body.dataset.run, reader: fresh.body.dataset.reader });
  document.dispatchEvent(new Event("refreshed"));
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}

const BAR_MS = 50; // several corrections that are sent one after the other change the line once
let barTimer = 0;

function barSoon() {
  if (page.live !== undefined) return;
  clearTimeout(barTimer);
  barTimer = setTimeout(() => refreshBar().catch(() => {}), BAR_MS); // the page may be left meanwhile
}

/** The line that says what is not applied yet, as it is now; the rest of the page stays. */
export async function refreshBar() {
  const response = await fetch("/bar", { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("apply");
  document.getElementById("apply").replaceWith(document.importNode(fresh, true));
}

document.addEventListener("click", (event) => {
  if (event.target.closest('[data-action="name-reader"]')) during(null, () => reader({ again: true }));
});
