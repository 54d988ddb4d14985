// From what was drawn to a value of corrections: the window, and a PNG of every class that was changed.

import { joined, part, wholeOf } from "/static/draw-mask.js";
import { maskPng } from "/static/draw-png.js";

/**
 * The window that is said something of. Where masks are at the photo's own resolution that is the whole
 * window; where they are coarser only what was changed: the rest stays as exact as it was.
 */
export function savedWindow(window_, size, boxes) {
  const whole = wholeOf(size);
  const coarse = size.width < window_.width || size.height < window_.height;
  const box = coarse ? Object.values(boxes).reduce(joined, null) : whole;
  const atX = (column) => window_.x + Math.round((column * window_.width) / size.width);
  const atY = (row) => window_.y + Math.round((row * window_.height) / size.height);
  const x = atX(box.x0);
  const y = atY(box.y0);
  return { box, place: { x, y, width: atX(box.x1) - x, height: atY(box.y1) - y } };
}

/** A MaskEdit. `facts`: { patient, site, visit, photo, photo_sha256, window, size } of the page. */
export async function maskEdit(facts, masks, boxes) {
  const { box, place } = savedWindow(facts.window, facts.size, boxes);
  const pngs = {};
  for (const name of Object.keys(boxes)) pngs[name] = await maskPng(part(masks[name], box));
  const { patient, site, visit, photo, photo_sha256 } = facts;
  return { kind: "mask", patient, site, visit, photo, photo_sha256, ...place, masks: pngs };
}
