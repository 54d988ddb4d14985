// When a single letter is a key of the page, and when it is text.

const TEXT = "textarea, select, input:not([type=range], [type=checkbox], [type=radio])";

/** Whether somebody writes, or a dialog is open. */
export function keysAreText(event) {
  const { target } = event;
  const writing = target instanceof HTMLElement && (target.isContentEditable || target.matches(TEXT));
  return writing || Boolean(document.querySelector("dialog[open]"));
}
