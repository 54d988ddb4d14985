// The line that says what is not applied yet: starts the run that applies it, and watches it.

import { during, post, reader, refresh, refreshBar, say } from "./review.js";

const EVERY = 1000;
let watching = false;

async function start(button) {
  if (!(await reader())) return;
  await post("/api/apply", {});
  await show(button);
}

async function show() {
  if (document.body.dataset.live === undefined) {
    await refreshBar();
    say("Corrections are being applied; this goes on when you leave the page.");
  } else {
    await refresh();
  }
  watch();
}

async function watch() {
  if (watching) return;
  watching = true;
  try {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, EVERY));
      const state = await (await fetch("/api/apply")).json();
      if (state.outcome !== "running") return await ended(state);
      const box = document.getElementById("apply");
      const part = (name) => box.querySelector(`[data-part="${name}"]`);
      if (!part("bar")) continue;
      part("text").textContent = `Applying: ${state.stage}`;
      part("bar").max = state.total || 1;
      part("bar").value = state.done;
      part("count").textContent = `${state.done} of ${state.total} sites`;
    }
  } catch {
    say("The review server does not answer.", { fail: true });
  } finally {
    watching = false;
  }
}

async function ended(state) {
  if (document.body.dataset.live === undefined) {
    await refreshBar();
    say("The run has ended: load this page again to see the new results.");
    return;
  }
  await refresh();
  if (state.outcome === "done") say("Corrections were applied; these are the new results.");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest('[data-action="apply"]');
  if (button) during(button, () => start(button));
});

if (document.getElementById("apply")?.dataset.outcome === "running") watch();
