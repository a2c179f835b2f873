// Who the page is: the tokens of one session, kept for this browser tab only.
//
// Knows nothing of the network; `client.js` sends the token, `account.js` obtains it.

const KEY = 'chowk.session';
const listeners = new Set();
let current = read();

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

/**
 * `{ id, accessToken, expiresAt, refreshToken, guestToken, who }`, or null before any session.
 * `id` is ours: it stays the same while tokens are renewed.
 */
export function getSession() {
  return current;
}

/** Replaces the session and tells everyone who listens; null ends it. */
export function setSession(next) {
  current = next;
  try {
    if (next) sessionStorage.setItem(KEY, JSON.stringify(next));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage may be forbidden; the session then lives as long as the page.
  }
  for (const listener of listeners) listener();
}

/** Calls `listener` after each change; returns the way to stop that. */
export function onSession(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
