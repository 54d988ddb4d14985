// Keys of the worklist; choices act at once.

const tasks = () => [...document.querySelectorAll("a.task")];

function move(step) {
  const all = tasks();
  const now = all.indexOf(document.activeElement);
  const next = all[now === -1 ? 0 : Math.min(Math.max(now + step, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog"))
    return;
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form.tools");
  if (form) {
    const chosen = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    location.assign(chosen.size ? `/?${chosen}` : "/");
  }
});
