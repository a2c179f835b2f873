// Keeps the remembered values of this browser tab, and lets the page follow them.

const KEY = 'chowk.remembered';
const listeners = new Set();
let values = read();

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** All values by name. */
export function getValues() {
  return values;
}

/** Replaces the values and tells everyone who listens. */
export function setValues(next) {
  values = next;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Without storage the values live as long as the page.
  }
  for (const listener of listeners) listener();
}

/** Calls `listener` after each change; returns the way to stop that. */
export function onValues(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
