// GraphQL over HTTP and over one WebSocket, with the session's token on both.
//
// Does not cache and does not interpret answers: `{ data, errors, extensions }` is handed on as it came.

import { createClient } from 'graphql-ws';
import { httpUrl, webSocketUrl } from './config.js';
import { REFRESH } from './documents.js';
import { getSession, onSession, setSession } from './session.js';

const REFRESH_BEFORE_MS = 30_000;
const RECONNECT_ATTEMPTS_MAX = 12;
const RECONNECT_WAIT_MAX_MS = 8_000;

async function post(params, given) {
  // `Headers` knows that `Authorization` and `authorization` are one; what the caller gives wins.
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
  });
  for (const [name, value] of Object.entries(given)) headers.set(name, value);
  const response = await fetch(await httpUrl(), { method: 'POST', headers, body: JSON.stringify(params) });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`the server answered ${response.status} ${response.statusText} without GraphQL: ${text.slice(0, 200)}`);
  }
}

let refreshing = null;

/** The access token, renewed shortly before its end; null without a session. */
async function accessToken() {
  const session = getSession();
  if (!session) return null;
  const left = Date.parse(session.expiresAt) - Date.now();
  if (!session.refreshToken || !(left < REFRESH_BEFORE_MS)) return session.accessToken;
  // A refresh token works once, so that requests at the same time share one renewal.
  refreshing ??= refresh(session).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function refresh(session) {
  const { data } = await post({ query: REFRESH, variables: { input: { refreshToken: session.refreshToken } } }, {});
  const answer = data?.refreshSession;
  // Another sign-in may have happened meanwhile; it wins.
  if (getSession()?.id !== session.id) return getSession()?.accessToken ?? null;
  // Nothing was done, so the old token is tried; the next request renews again.
  if (!answer) return session.accessToken;
  setSession(answer.session ? { ...getSession(), ...answer.session } : null);
  return answer.session?.accessToken ?? null;
}

/** One query or mutation. Fails only when there is no GraphQL answer at all. */
export async function request(params, headers = {}) {
  const token = await accessToken();
  return post(params, { ...(token && { authorization: `Bearer ${token}` }), ...headers });
}

let socket = null;

function connect() {
  return createClient({
    url: webSocketUrl,
    connectionParams: async () => {
      const token = await accessToken();
      return token ? { authorization: `Bearer ${token}` } : {};
    },
    retryAttempts: RECONNECT_ATTEMPTS_MAX,
    retryWait: (tries) => new Promise((done) => setTimeout(done, Math.min(250 * 2 ** tries, RECONNECT_WAIT_MAX_MS))),
  });
}

let connectedAs = getSession()?.id;
onSession(() => {
  const id = getSession()?.id;
  // A renewed token is the same shopper: the connection may stay.
  if (id === connectedAs) return;
  connectedAs = id;
  // The running subscriptions come back over a new connection, as the new shopper.
  socket?.terminate();
});

/** What ended a subscription, as an error with a sentence: GraphQL's own errors, or the close of the socket. */
function fail(reason) {
  if (Array.isArray(reason)) throw new Error(reason.map(({ message }) => message).join('; '));
  if (reason instanceof CloseEvent) throw new Error(`the connection was closed: ${reason.reason || reason.code}`);
  throw reason;
}

/**
 * One subscription as an async iterable of answers; leaving the loop ends it on the server.
 * After a lost connection it is sent again with the `variables` of that moment, so that a caller
 * who keeps `variables.after` at the last cursor misses nothing and sees nothing twice.
 */
export function subscribe(params) {
  socket ??= connect();
  const answers = socket.iterate(params);
  return {
    next: () => answers.next().catch(fail),
    return: () => answers.return(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
