// Pen, mouse and fingers on the editor's canvas: one draws; two fingers, space or the middle button move.

const ERASER_BUTTON = 32;

/**
 * `tool`: { down(place, { erase }), move(place), up(), cancel(), hover(place | null) }, places in content
 * edges. `panning()` says whether dragging moves the picture now.
 */
export function followPointers(canvas, view, tool, { panning, changed }) {
  const fingers = new Map();
  let dragging = null; // "tool" or "pan"
  let last = null;
  let pinch = null;

  const onScreen = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const place = (event) => view.toContent(...onScreen(event));

  const grip = () => {
    const [a, b] = [...fingers.values()];
    return { x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2, spread: Math.hypot(a[0] - b[0], a[1] - b[1]) };
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 1 && event.button !== 5) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") fingers.set(event.pointerId, onScreen(event));
    if (fingers.size > 1) {
      if (dragging === "tool") tool.cancel();
      dragging = null;
      pinch = grip();
      return;
    }
    last = onScreen(event);
    dragging = panning() || event.button === 1 ? "pan" : "tool";
    if (dragging === "tool") tool.down(place(event), { erase: Boolean(event.buttons & ERASER_BUTTON) });
  });

  canvas.addEventListener("pointermove", (event) => {
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, onScreen(event));
    if (fingers.size > 1 && pinch) {
      const now = grip();
      if (pinch.spread > 10 && now.spread > 10) view.zoomAt(now.spread / pinch.spread, now.x, now.y);
      view.panBy(now.x - pinch.x, now.y - pinch.y);
      pinch = now;
      changed();
      return;
    }
    if (dragging === "pan") {
      const now = onScreen(event);
      view.panBy(now[0] - last[0], now[1] - last[1]);
      last = now;
      changed();
    } else if (dragging === "tool") {
      const passed = event.getCoalescedEvents?.() ?? [];
      for (const one of passed.length ? passed : [event]) tool.move(place(one));
    } else if (event.pointerType !== "touch") {
      tool.hover(place(event));
    }
  });

  const end = (event) => {
    const pinching = fingers.size > 1;
    fingers.delete(event.pointerId);
    if (pinching) {
      pinch = fingers.size > 1 ? grip() : null;
      return;
    }
    if (dragging === "tool") {
      if (event.type === "pointercancel") tool.cancel();
      else tool.up();
    }
    dragging = null;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => {
    if (!dragging) tool.hover(null);
  });
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 30 : 1;
      view.zoomAt(Math.exp(-0.0015 * event.deltaY * lines), ...onScreen(event));
      changed();
    },
    { passive: false },
  );
}
