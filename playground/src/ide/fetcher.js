// What GraphiQL sends its operations through: fills variables, chooses HTTP or the socket, learns from answers.

import { getOperationAST } from 'graphql';
import { adopt } from '../shared/account.js';
import { request, subscribe } from '../shared/client.js';
import { newKey } from '../shared/keys.js';
import { setSession } from '../shared/session.js';
import { getValues, setValues } from './memory.js';
import { fill, remember } from './remembered.js';

function learn({ data }) {
  if (!data || '__schema' in data) return;
  setValues(remember(getValues(), data));
  if (data.signOut?.errors?.length === 0) setSession(null);
  // Whoever signs in by a tab is signed in, as by the buttons.
  const session = Object.values(data).find((payload) => payload?.session?.accessToken)?.session;
  if (session) adopt(session).catch(() => setSession({ ...session, who: null }));
}

async function* follow(params) {
  for await (const answer of subscribe(params)) {
    learn(answer);
    yield answer;
  }
}

/** GraphiQL's fetcher. Headers of the editor go with HTTP only: a socket has its own, sent once. */
export async function fetcher(params, { headers, documentAST } = {}) {
  const filled = { ...params, variables: fill(params.variables, getValues(), newKey) };
  const operation = documentAST && getOperationAST(documentAST, params.operationName);
  if (operation?.operation === 'subscription') return follow(filled);
  const answer = await request(filled, { headers });
  learn(answer);
  return answer;
}
