// What a person with a screen reader, a keyboard or weak eyes would stumble over, as a list of sentences.
() => {
  const problems = [];
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  const all = (selector) => [...document.querySelectorAll(selector)];
  const called = (element) => `${element.localName}.${element.getAttribute("class") ?? ""} ${element.textContent.trim().slice(0, 40)}`;

  // Names
  const name = (element) =>
    element.getAttribute("aria-label") ||
    (element.getAttribute("aria-labelledby") &&
      document.getElementById(element.getAttribute("aria-labelledby"))?.textContent.trim()) ||
    [...(element.labels ?? [])].map((label) => label.textContent.trim()).join(" ") ||
    element.textContent.trim() ||
    element.querySelector("img")?.alt;
  for (const element of all("a[href], button, input, select, summary, form, nav, section, [role=region], [role=group], svg[role]"))
    if (!name(element)) problems.push(`no name: ${called(element)}`);
  for (const image of all("img")) if (!image.alt) problems.push(`no alternative text: ${image.src.slice(0, 60)}`);
  for (const svg of all("svg"))
    if (!svg.getAttribute("role") && svg.getAttribute("aria-hidden") !== "true") problems.push("svg without a role");

  // Structure
  if (!document.documentElement.lang) problems.push("no language");
  for (const landmark of ["header", "main", "footer", "nav"]) if (!document.querySelector(landmark)) problems.push(`no ${landmark}`);
  if (all("h1").length !== 1) problems.push("not one h1");
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6").filter(seen)) {
    const now = Number(heading.localName[1]);
    if (now > level + 1) problems.push(`heading skips from ${level} to ${now}: ${heading.textContent}`);
    level = now;
  }
  for (const table of all("table")) {
    if (!table.querySelector("thead th[scope=col]")) problems.push("table without column headers");
    for (const row of table.querySelectorAll("tbody tr:not(.why)"))
      if (!row.querySelector("th[scope=row]")) problems.push(`row without a header: ${called(row)}`);
  }
  const ids = all("[id]").map((element) => element.id);
  if (new Set(ids).size !== ids.length) problems.push("an id stands twice");
  for (const element of all("[aria-hidden=true] a, [aria-hidden=true] button, [aria-hidden=true] [tabindex]"))
    problems.push(`focusable but hidden: ${called(element)}`);
  for (const element of all("[role=img] a, [role=img] [tabindex]")) problems.push(`link inside a picture: ${called(element)}`);

  // Contrast
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0.5) return colour;
    }
    return rgba("white");
  };
  const least = (element, colour, wanted, what) => {
    const found = ratio(rgba(colour), behind(element));
    if (found < wanted) problems.push(`${what} ${found.toFixed(2)} of ${wanted}: ${called(element)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !seen(element) || element.closest(".picture, .stage, svg, option, script, :disabled")) continue;
    least(element, getComputedStyle(element).color, 4.5, "contrast of text");
  }
  for (const text of all(".plot text")) least(text, getComputedStyle(text).fill, 4.5, "contrast of a figure's text");
  for (const mark of all(".plot .mark, .plot .pennant, .plot .wbar:not(.unsigned):not(.r-NE)"))
    if (getComputedStyle(mark).fill !== "none" && !mark.matches(".unsigned"))
      least(mark, getComputedStyle(mark).fill, 3, "contrast of a mark");
  for (const line of all(".plot .line:not(.target), .plot .bar95, .plot .flagged, .plot .level, .plot .unsigned, .plot .axis"))
    least(line, getComputedStyle(line).stroke, 3, "contrast of a line");
  for (const control of all("button").filter(seen))
    if (!control.disabled) least(control.parentElement, getComputedStyle(control).borderTopColor, 3, "contrast of a control's edge");
  return [...new Set(problems)];
}
