// A mask is { width, height, data }: one byte a pixel, 0 or 1. Places are in pixel edges: pixel (0, 0) covers
// 0 to 1, and its centre is (0.5, 0.5). What changes a mask returns the box it may have changed, or null.

export function emptyMask(width, height) {
  return { width, height, data: new Uint8Array(width * height) };
}

export function copyMask({ width, height, data }) {
  return { width, height, data: data.slice() };
}

/** The box of all of it. */
export function wholeOf({ width, height }) {
  return { x0: 0, y0: 0, x1: width, y1: height };
}

/** From the server's bits: row by row, the first pixel in the highest bit, rows filled up to whole bytes. */
export function fromBits(bits, width, height) {
  const stride = Math.ceil(width / 8);
  if (bits.length !== stride * height) throw new Error("a mask has another size than its window");
  const mask = emptyMask(width, height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      mask.data[y * width + x] = (bits[y * stride + (x >> 3)] >> (7 - (x & 7))) & 1;
  return mask;
}

/** All pixels whose centre is within `radius` of the line from (x0, y0) to (x1, y1), set to `value`. */
export function stampLine(mask, x0, y0, x1, y1, radius, value) {
  const reach = Math.max(radius, 0.71); // so that the pixel under a small brush is always met
  const box = clipped(mask, {
    x0: Math.floor(Math.min(x0, x1) - reach),
    y0: Math.floor(Math.min(y0, y1) - reach),
    x1: Math.ceil(Math.max(x0, x1) + reach),
    y1: Math.ceil(Math.max(y0, y1) + reach),
  });
  if (!box) return null;
  const dx = x1 - x0;
  const dy = y1 - y0;
  const length = dx * dx + dy * dy;
  for (let y = box.y0; y < box.y1; y += 1) {
    const py = y + 0.5 - y0;
    for (let x = box.x0; x < box.x1; x += 1) {
      const px = x + 0.5 - x0;
      const along = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
      const ex = px - along * dx;
      const ey = py - along * dy;
      if (ex * ex + ey * ey <= reach * reach) mask.data[y * mask.width + x] = value;
    }
  }
  return box;
}

/** All pixels whose centre lies inside a polygon of [x, y] (even-odd), set to `value`. */
export function fillPolygon(mask, points, value) {
  if (points.length < 3) return null;
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  const box = clipped(mask, {
    x0: Math.floor(Math.min(...xs)),
    y0: Math.floor(Math.min(...ys)),
    x1: Math.ceil(Math.max(...xs)),
    y1: Math.ceil(Math.max(...ys)),
  });
  if (!box) return null;
  for (let y = box.y0; y < box.y1; y += 1) {
    const crossings = [];
    const centre = y + 0.5;
    points.forEach(([ax, ay], i) => {
      const [bx, by] = points[(i + 1) % points.length];
      if (ay <= centre !== by <= centre) crossings.push(ax + ((centre - ay) / (by - ay)) * (bx - ax));
    });
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(box.x0, Math.ceil(crossings[i] - 0.5));
      const to = Math.min(box.x1, Math.ceil(crossings[i + 1] - 0.5));
      if (to > from) mask.data.fill(value, y * mask.width + from, y * mask.width + to);
    }
  }
  return box;
}

/** What is outside, but enclosed by the mask on all sides within the window, becomes inside. */
export function fillHoles(mask) {
  const { width, height, data } = mask;
  const open = new Uint8Array(data.length);
  const waiting = [];
  const visit = (index) => {
    if (!data[index] && !open[index]) {
      open[index] = 1;
      waiting.push(index);
    }
  };
  for (let x = 0; x < width; x += 1) {
    visit(x);
    visit((height - 1) * width + x);
  }
  for (let y = 0; y < height; y += 1) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  while (waiting.length) {
    const index = waiting.pop();
    const x = index % width;
    if (x > 0) visit(index - 1);
    if (x < width - 1) visit(index + 1);
    if (index >= width) visit(index - width);
    if (index < data.length - width) visit(index + width);
  }
  let filled = 0;
  for (let i = 0; i < data.length; i += 1) {
    if (!data[i] && !open[i]) {
      data[i] = 1;
      filled += 1;
    }
  }
  return filled ? { x0: 0, y0: 0, x1: width, y1: height } : null;
}

export function clearMask(mask) {
  mask.data.fill(0);
  return { x0: 0, y0: 0, x1: mask.width, y1: mask.height };
}

/** Number of pixels inside. */
export function countInside(mask) {
  let inside = 0;
  for (const value of mask.data) inside += value;
  return inside;
}

/** The smallest box that holds all pixels in which two masks of one size differ; null where none does. */
export function difference(a, b) {
  let box = null;
  for (let y = 0; y < a.height; y += 1) {
    for (let i = y * a.width, x = 0; x < a.width; x += 1, i += 1) {
      if (a.data[i] !== b.data[i]) box = joined(box, { x0: x, y0: y, x1: x + 1, y1: y + 1 });
    }
  }
  return box;
}

/** A copy of the part within a box. */
export function part(mask, box) {
  const copy = emptyMask(box.x1 - box.x0, box.y1 - box.y0);
  for (let y = 0; y < copy.height; y += 1) {
    const from = (box.y0 + y) * mask.width + box.x0;
    copy.data.set(mask.data.subarray(from, from + copy.width), y * copy.width);
  }
  return copy;
}

/** Write a part back to where it was taken. */
export function paste(mask, box, piece) {
  for (let y = 0; y < piece.height; y += 1)
    mask.data.set(
      piece.data.subarray(y * piece.width, (y + 1) * piece.width),
      (box.y0 + y) * mask.width + box.x0,
    );
}

/** The smallest box that holds both; either may be null. */
export function joined(a, b) {
  if (!a || !b) return a || b;
  return {
    x0: Math.min(a.x0, b.x0),
    y0: Math.min(a.y0, b.y0),
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
  };
}

function clipped(mask, { x0, y0, x1, y1 }) {
  const box = {
    x0: Math.max(0, x0),
    y0: Math.max(0, y0),
    x1: Math.min(mask.width, x1),
    y1: Math.min(mask.height, y1),
  };
  return box.x1 > box.x0 && box.y1 > box.y0 ? box : null;
}
