// Signing in and out, and beginning as a guest: the mutations around a session.

import { request } from './client.js';
import { SIGN_IN, SIGN_OUT, START_GUEST, WHO } from './documents.js';
import { newKey } from './keys.js';
import { getSession, setSession } from './session.js';

/** Throws what the shop or the protocol objected to, as one sentence. */
function orThrow(answer, payload) {
  const problem = answer.errors?.[0] ?? payload?.errors?.[0];
  if (problem) throw new Error(problem.message);
  if (!payload) throw new Error('the shop gave no answer; try again');
}

/** Signs in; the cart of a guest session of this tab moves along. */
export async function signIn(email, password) {
  const guestToken = getSession()?.guestToken ?? undefined;
  const answer = await request({ query: SIGN_IN, variables: { input: { email, password, guestToken } } });
  orThrow(answer, answer.data?.signIn);
  await adopt(answer.data.signIn.session);
}

/** Begins a guest session. */
export async function startGuest() {
  const answer = await request({ query: START_GUEST });
  orThrow(answer, answer.data?.startGuestSession);
  await adopt(answer.data.startGuestSession.session);
}

/** Ends the session here in any case, and on the server when it can be reached. */
export async function signOut() {
  const refreshToken = getSession()?.refreshToken;
  try {
    if (refreshToken) await request({ query: SIGN_OUT, variables: { input: { refreshToken } } });
  } finally {
    setSession(null);
  }
}

/** Takes a session that some answer carried, and asks whose it is. */
export async function adopt(session) {
  const id = newKey();
  setSession({ ...session, id, who: null });
  const { data } = await request({ query: WHO });
  // Somebody else may have signed in while the question was on its way.
  if (getSession()?.id === id) setSession({ ...getSession(), who: data?.viewer?.shopper ?? null });
}
