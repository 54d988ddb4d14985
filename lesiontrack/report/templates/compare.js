// Before and after: two aligned pictures of the strip, one over the other, cut at the slider or shown in turn.
{
  const FLICKER_MS = 700; // well below three changes a second, the limit for flashes in WCAG 2.3.1
  const compare = document.getElementById("compare");
  if (compare) start(compare);

  function start(compare) {
    const figures = [...document.querySelectorAll("figure[data-aligned]")];
    const stage = compare.querySelector(".stage");
    const slider = compare.querySelector("input");
    const button = compare.querySelector("[data-flicker]");
    const shown = compare.querySelector("[data-shown]");
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const days = {};
    let timer = 0;

    const choose = (select) => {
      const { side } = select.dataset;
      const figure = figures[select.value];
      stage.querySelector("div." + side).replaceChildren(figure.querySelector(".picture").cloneNode(true));
      days[side] = figure.dataset.aligned;
      stage.querySelector(`[data-of=${side}]`).textContent = days[side];
    };
    const cut = () => {
      stage.style.setProperty("--cut", slider.value + "%");
      stage.classList.toggle("only-before", slider.value === "100");
      stage.classList.toggle("only-after", slider.value === "0");
    };
    const swap = () => {
      slider.value = slider.value === "100" ? "0" : "100";
      cut();
    };
    const rest = () => {
      clearInterval(timer);
      timer = 0;
      stage.classList.remove("flicking");
      if (!still.matches) button.setAttribute("aria-pressed", "false");
    };
    // Where the reader asked for less motion, nothing moves by itself: every press shows the other visit.
    const flicker = () => {
      if (still.matches) {
        rest();
        swap();
        shown.textContent = slider.value === "0" ? days.after : days.before;
        return;
      }
      if (timer) return rest();
      stage.classList.add("flicking");
      button.setAttribute("aria-pressed", "true");
      swap();
      timer = setInterval(swap, FLICKER_MS);
    };
    const name = () => {
      rest();
      button.textContent = still.matches ? "Show the other visit" : "Flicker";
      if (still.matches) button.removeAttribute("aria-pressed");
    };

    for (const select of compare.querySelectorAll("select")) {
      choose(select);
      select.addEventListener("change", () => choose(select));
    }
    const follow = (event) => {
      const { left, width } = stage.getBoundingClientRect();
      slider.value = String(Math.round((100 * (event.clientX - left)) / width));
      cut();
    };
    stage.addEventListener("pointerdown", (event) => {
      rest();
      stage.setPointerCapture(event.pointerId);
      follow(event);
      event.preventDefault();
    });
    stage.addEventListener("pointermove", (event) => {
      if (stage.hasPointerCapture(event.pointerId)) follow(event);
    });
    slider.addEventListener("input", () => {
      rest();
      cut();
    });
    button.addEventListener("click", flicker);
    compare.addEventListener("keydown", (event) => {
      const plain = !event.ctrlKey && !event.altKey && !event.metaKey && event.target.localName !== "select";
      if (plain && event.key.toLowerCase() === "f") flicker();
    });
    still.addEventListener("change", name);
    name();
    cut();
    compare.hidden = false;
  }
}
