// The official client of graphql-transport-ws (npm graphql-ws), as storefronts use it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { Group, SOCKET, sleep, until, within } from '../lib/group.mjs';
import { ADD, add, guest, operations, run, variant } from '../lib/shop.mjs';

const group = new Group('graphql-ws client');
const product = await variant();
const CART = operations('CartUpdated');
const connect = (token, options) => createClient({
  url: SOCKET, webSocketImpl: WebSocket, retryAttempts: 0, ...(token && { connectionParams: { authorization: `Bearer ${token}` } }), ...options,
});

/** The first answer of an operation. */
async function once(client, payload) {
  for await (const answer of client.iterate(payload)) return answer;
  throw new Error('it ended without an answer');
}

await group.check('a query', async () => {
  const query = 'query($p: String!) { suggest(prefix: $p) { queries } }';
  const { data, errors } = await once(connect(), { query, variables: { p: 'tele' } });
  assert.equal(errors, undefined);
  assert.ok(Array.isArray(data.suggest.queries));
});
await group.check('a mutation, as the guest of connectionParams', async () => {
  const token = await guest();
  const { data } = await once(connect(token), { query: ADD, variables: { variant: product, key: randomUUID() } });
  assert.deepEqual(data.addCartLines.errors, []);
  assert.equal(data.addCartLines.cart.totalQuantity, 1);
});
await group.check('a subscription tells of each change, until it is returned', async () => {
  const token = await guest();
  const events = connect(token).iterate({ query: CART });
  const seen = [];
  const reading = (async () => {
    for await (const { data } of events) {
      seen.push(data.cartUpdated.totalQuantity);
      if (data.cartUpdated.totalQuantity === 2) break;
    }
  })();
  await sleep(300);
  await add(token, product);
  await until(5_000, 'the first update', () => seen.includes(1));
  await add(token, product);
  await within(5_000, 'the second update', reading);
});
await group.check('a document that does not validate rejects with its errors', async () => {
  await assert.rejects(once(connect(), { query: '{ nosuch }' }), (errors) => {
    assert.ok(Array.isArray(errors));
    assert.equal(errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    return true;
  });
});
await group.check('a token that is not taken rejects with 4403', async () => {
  await assert.rejects(once(connect('nonsense'), { query: '{ __typename }' }), (close) => {
    assert.deepEqual([close.code, close.reason], [4403, 'Forbidden']);
    return true;
  });
});
await group.check('a subscription with a cursor goes on after each cut connection without gap or double', async () => {
  const token = await guest();
  const { order, all } = await ordered(token);
  let socket;
  let connections = 0;
  const client = connect(token, {
    retryAttempts: 5,
    retryWait: () => sleep(100),
    on: { connected: (s) => { socket = s; connections += 1; } },
  });
  const seen = [];
  let after;
  const follow = () => client.iterate({ query: operations('FollowOrder'), variables: { order, after } });
  // A cursor continues where the last event was: each cut is one more subscription with `after`.
  const next = async (events) => (await within(60_000, 'an event', events.next())).value.data.orderEvents;
  for (let cut = 0; cut < 3; cut += 1) {
    const events = follow();
    const event = await next(events);
    seen.push(event);
    after = event.cursor;
    await events.return();
    socket.terminate();
    await sleep(200);
  }
  assert.ok(connections >= 3, `${connections} connections`);
  const cursors = (await all()).map((e) => e.cursor);
  const first = cursors.indexOf(seen[0].cursor);
  assert.ok(first >= 0);
  assert.deepEqual(seen.map((e) => e.cursor), cursors.slice(first, first + 3));
});
await group.check('a socket that breaks off is opened again, and what was subscribed runs on', async () => {
  const token = await guest();
  let socket;
  let connections = 0;
  const client = connect(token, {
    retryAttempts: 5,
    retryWait: () => sleep(50),
    shouldRetry: () => true,
    on: { connected: (s) => { socket = s; connections += 1; } },
  });
  const seen = [];
  const stop = client.subscribe({ query: CART }, {
    next: ({ data }) => seen.push(data.cartUpdated.totalQuantity), error: (e) => seen.push(e), complete: () => {},
  });
  await until(5_000, 'the connection', () => socket);
  socket.terminate();
  await until(5_000, 'the second connection', () => connections === 2);
  await sleep(300);
  await add(token, product);
  await until(5_000, 'the update', () => seen.includes(1));
  stop();
});
await group.finish('queries, mutations, subscriptions, resume');

/** An order that is on its way: its id, and what tells all its events so far. */
async function ordered(token) {
  await add(token, product);
  const checkout = operations('Checkout');
  const to = {
    recipient: 'Asha', phone: '+919845012345', lines: ['12 MG Road'], city: 'Bengaluru', state: 'Karnataka',
    pincode: '560001', email: 'asha@example.org',
  };
  const only = (name) => [checkout.match(new RegExp(`mutation ${name}\\([\\s\\S]*?\\n}`))[0],
    name === 'QuoteTo' ? checkout.match(/fragment Quoted[\s\S]*?\n}/)[0] : ''].join('\n');
  const { quote } = (await run(only('QuoteTo'), { to }, token)).checkoutQuote;
  const { amount, currencyCode } = quote.total;
  const placed = (await run(only('Place'), {
    quote: quote.id, total: { amount, currencyCode }, card: 'tok_succeeds', key: randomUUID(),
  }, token)).placeOrder;
  const order = placed.order.id;
  const query = 'query($id: ID!) { node(id: $id) { ... on Order { events { cursor state } } } }';
  return { order, all: async () => (await run(query, { id: order }, token)).node.events };
}
