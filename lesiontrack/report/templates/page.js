"use strict";

// Outlines on and off.
const main = document.querySelector("main");
for (const box of document.querySelectorAll("[data-layer]")) {
  const apply = () => main.classList.toggle("hide-" + box.dataset.layer, !box.checked);
  box.addEventListener("change", apply);
  apply();
}

// Before and after: two aligned pictures of the strip, one over the other, cut at the slider.
const compare = document.getElementById("compare");
if (compare) {
  const pictures = [...document.querySelectorAll("figure[data-aligned] .picture")];
  const stage = compare.querySelector(".stage");
  const slider = compare.querySelector("input");
  const choose = (select) => {
    stage.querySelector("." + select.dataset.side).replaceChildren(pictures[select.value].cloneNode(true));
  };
  const cut = () => stage.style.setProperty("--cut", slider.value + "%");
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
    stage.setPointerCapture(event.pointerId);
    follow(event);
    event.preventDefault();
  });
  stage.addEventListener("pointermove", (event) => {
    if (stage.hasPointerCapture(event.pointerId)) follow(event);
  });
  slider.addEventListener("input", cut);
  cut();
  compare.hidden = false;
}

// Paper can't unfold: open everything while printing.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
});
