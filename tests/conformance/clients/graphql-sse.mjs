// The client of GraphQL over server-sent events (npm graphql-sse), a connection for each operation.
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { GRAPHQL, Group, sleep, until, within } from '../lib/group.mjs';
import { add, forge, guest, operations, post, variant } from '../lib/shop.mjs';

const group = new Group('graphql-sse client');
const product = await variant();
const CART = operations('CartUpdated');
const connect = (token, options) => createClient({
  url: GRAPHQL, retryAttempts: 0, ...(token && { headers: { authorization: `Bearer ${token}` } }), ...options,
});

/** All answers of an operation until its end. */
async function all(client, payload) {
  const answers = [];
  for await (const answer of client.iterate(payload)) answers.push(answer);
  return answers;
}

await group.check('a query: one answer, then complete', async () => {
  const answers = await all(connect(), { query: '{ __typename }' });
  assert.deepEqual(answers.map((a) => a.data), [{ __typename: 'Query' }]);
});
await group.check('a mutation: one answer, then complete', async () => {
  const query = 'mutation { startGuestSession(input: {}) { session { accessToken } errors { code } } }';
  const answers = await all(connect(), { query });
  assert.equal(answers.length, 1);
  assert.ok(answers[0].data.startGuestSession.session.accessToken);
});
await group.check('a subscription tells of each change, until it is returned', async () => {
  const token = await guest();
  const seen = [];
  let over = false;
  const stop = connect(token).subscribe({ query: CART }, {
    next: ({ data }) => seen.push(data.cartUpdated.totalQuantity),
    error: (error) => seen.push(error),
    complete: () => { over = true; },
  });
  await sleep(300);
  await add(token, product);
  await until(5_000, 'the update', () => seen.includes(1));
  stop();
  await until(5_000, 'its end', () => over);
  await add(token, product);
  await sleep(500);
  assert.ok(!seen.includes(2));
});
await group.check('a document that does not validate: one answer with errors, then complete', async () => {
  const answers = await all(connect(), { query: '{ nosuch }' });
  assert.equal(answers.length, 1);
  assert.equal(answers[0].errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
});
await group.check('a subscription without a session: one answer with errors, then complete', async () => {
  const answers = await all(connect(), { query: CART });
  assert.equal(answers.length, 1);
  assert.equal(answers[0].errors[0].extensions.code, 'UNAUTHENTICATED');
});
await group.check('a token that is not taken rejects with 401', async () => {
  await assert.rejects(all(connect('nonsense'), { query: CART }), (error) => error.response?.status === 401);
});
await group.check('a token that ends breaks the stream off, and the client comes again with the next one', async () => {
  const tokens = [forge({ expiresIn: 2 }), await guest()];
  let used = 0;
  const client = createClient({
    url: GRAPHQL, retryAttempts: 3, retry: () => sleep(50),
    headers: () => ({ authorization: `Bearer ${tokens[Math.min(used++, 1)]}` }),
  });
  const seen = [];
  client.subscribe({ query: CART }, {
    next: ({ data }) => seen.push(data.cartUpdated.totalQuantity), error: (e) => seen.push(e), complete: () => {},
  });
  await until(8_000, 'the second connection', () => used >= 2);
  await sleep(300);
  await add(tokens[1], product);
  await until(5_000, 'the update', () => seen.includes(1));
  client.dispose();
});
await group.check('text/event-stream is what comes, uncompressed and not stored', async () => {
  const leave = new AbortController();
  const response = await fetch(GRAPHQL, {
    method: 'POST', signal: leave.signal, body: JSON.stringify({ query: '{ __typename }' }),
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'accept-encoding': 'gzip' },
  });
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.equal(response.headers.get('content-encoding'), null);
  const text = await within(5_000, 'the events', response.text());
  assert.match(text, /^event: next\ndata: \{.*\}\n\nevent: complete\n(data: ?\n)+\n$/);
});
await group.check('a subscription by GET works, a mutation by GET does not', async () => {
  const ask = (query, token) => fetch(`${GRAPHQL}?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream', ...(token && { authorization: `Bearer ${token}` }) },
    signal: AbortSignal.timeout(2_000),
  });
  const token = await guest();
  const stream = await ask('subscription { cartUpdated { id } }', token);
  assert.equal(stream.status, 200);
  await stream.body.cancel();
  assert.equal((await ask('mutation { startGuestSession(input: {}) { errors { code } } }')).status, 405);
});
await group.check('a subscription asked for as JSON: 406', async () => {
  const response = await post({ query: CART });
  assert.equal(response.status, 406);
  assert.equal((await response.json()).errors[0].extensions.code, 'UNSUPPORTED_MEDIA_TYPE');
});
await group.finish('distinct connections');
