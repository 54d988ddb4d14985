// The editor by keyboard. Keys count while no text is being written; space, arrows and P only on the picture.

import { keysAreText } from "/static/keys.js";

/** `doing`: name → function; `canvas`: the picture. Returns { panning } for the pointers. */
export function followKeys(canvas, doing) {
  let space = false;
  const held = { h: false };

  const PLAIN = {
    b: () => doing.use("brush"),
    e: () => doing.use("eraser"),
    g: () => doing.use("polygon"),
    f: doing.fillHoles,
    "[": () => doing.resizeBrush(1 / 1.25),
    "]": () => doing.resizeBrush(1.25),
    "+": () => doing.zoom(1.3),
    "=": () => doing.zoom(1.3),
    "-": () => doing.zoom(1 / 1.3),
    0: doing.fit,
    1: () => doing.choose(0),
    2: () => doing.choose(1),
    3: () => doing.choose(2),
    4: () => doing.choose(3),
  };
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  const withControl = (event) => {
    const key = event.key.toLowerCase();
    if (key === "z") (event.shiftKey ? doing.redo : doing.undo)();
    else if (key === "y") doing.redo();
    else if (key === "s") doing.save();
    else return false;
    return true;
  };

  const onPicture = (event) => {
    if (event.key === " ") space = true;
    else if (event.key === "Enter") doing.closePolygon();
    else if (event.key.toLowerCase() === "p") doing.put();
    else if (event.key in ARROWS)
      doing.step(...ARROWS[event.key], { draw: event.shiftKey, fine: event.altKey });
    else return false;
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (keysAreText(event)) return;
    let used = false;
    if (event.ctrlKey || event.metaKey) used = withControl(event);
    else if (event.key === "Escape") {
      doing.dropPolygon();
      used = true;
    } else if (event.key.toLowerCase() === "h") {
      if (!held.h) doing.hide(true);
      held.h = true;
      used = true;
    } else if (document.activeElement === canvas || document.activeElement === document.body) {
      used = onPicture(event);
    }
    const plain = PLAIN[event.key.toLowerCase()];
    if (!used && plain && !event.ctrlKey && !event.metaKey && !event.altKey) {
      plain();
      used = true;
    }
    if (used) event.preventDefault();
  });
  const released = () => {
    space = false;
    if (held.h) doing.hide(false);
    held.h = false;
  };
  document.addEventListener("keyup", (event) => {
    if (event.key === " ") space = false;
    if (event.key.toLowerCase() === "h") released();
  });
  window.addEventListener("blur", released);
  return { panning: () => space };
}
