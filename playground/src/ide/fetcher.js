// What GraphiQL sends its operations through: fills variables, chooses HTTP or the socket, learns from answers.

import { getOperationAST, parse } from 'graphql';
import { adopt } from '../shared/account.js';
import { request, subscribe } from '../shared/client.js';
import { newKey } from '../shared/keys.js';
import { getSession, setSession } from '../shared/session.js';
import { getValues, setValues } from './memory.js';
import { fill, remember } from './remembered.js';

/** The session's own tokens and the time can be named in variables; they are not kept. */
function known() {
  const { guestToken, refreshToken } = getSession() ?? {};
  const now = new Date().toISOString();
  return { ...getValues(), now, ...(guestToken && { guest: guestToken }), ...(refreshToken && { refresh: refreshToken }) };
}

function learn({ data }) {
  if (!data || '__schema' in data) return;
  setValues(remember(getValues(), data));
  if (data.signOut?.errors?.length === 0) setSession(null);
  // Whoever signs in by a tab is signed in, as by the buttons.
  const session = Object.values(data).find((payload) => payload?.session?.accessToken)?.session;
  if (session) adopt(session).catch(() => setSession({ ...session, who: null }));
}

/** The answers of a subscription. Not a generator: one would end only with its next answer, not when it is stopped. */
function follow(params) {
  const answers = subscribe(params);
  return {
    async next() {
      const step = await answers.next();
      if (!step.done) learn(step.value);
      return step;
    },
    return: () => answers.return(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * The operation that is meant. GraphiQL reads a document a moment after it changed, so that right after a change of
 * tabs the name it gives is still the last tab's; a document with one operation leaves no doubt.
 */
function meant({ query, operationName }) {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    // The server says better than we could what is wrong with the text.
    return null;
  }
}

async function send({ query, operationName, variables }, { headers } = {}) {
  const operation = meant({ query, operationName });
  const params = {
    query,
    operationName: operation ? operation.name?.value : operationName,
    variables: fill(variables, known(), newKey),
  };
  if (operation?.operation === 'subscription') return follow(params);
  const answer = await request(params, headers);
  learn(answer);
  return answer;
}

/**
 * GraphiQL's fetcher. Headers of the editor go with HTTP only: a socket has its own, sent once.
 * What it throws is shown in the answer's pane, where a stack would only hide the sentence.
 */
export async function fetcher(params, options) {
  try {
    return await send(params, options);
  } catch (error) {
    throw Object.assign(error, { stack: undefined });
  }
}
