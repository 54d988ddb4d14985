// Sending what took long to make: a run that ended meanwhile must not cost it.

import { ask, correct, page } from "/static/review.js";

const CHANGED = 409;

/** As `correct`; where the results changed since the page was loaded, the reader is asked whether to go on. */
export async function correctKept(value, options = {}) {
  try {
    return await correct(value, options);
  } catch (error) {
    const run = error.status === CHANGED ? await runNow() : page.run;
    if (run === page.run) throw error;
    const text = document.createElement("p");
    text.textContent =
      "A run ended after this page was loaded, so outlines and sizes may differ from what you saw. " +
      "What you made is about the same photo: it can be saved as it is. Load the page again afterwards.";
    if (!(await ask("The results changed meanwhile", [text], { confirm: "Save it as it is" }))) return null;
    page.run = run;
    return correct(value, options);
  }
}

async function runNow() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return page.run;
  return new DOMParser().parseFromString(await response.text(), "text/html").body.dataset.run;
}
