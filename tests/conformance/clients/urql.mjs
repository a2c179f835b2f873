// urql's client with its fetch, cache and subscription exchanges.
import assert from 'node:assert/strict';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { GRAPHQL, Group, SOCKET } from '../lib/group.mjs';
import { journey } from '../lib/journey.mjs';

const group = new Group('urql');

function urql(token, options) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const socket = createClient({ url: SOCKET, webSocketImpl: WebSocket, connectionParams: headers });
  const forwardSubscription = (request) => ({
    subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: request.query ?? '', variables: request.variables }, sink) }),
  });
  return new Client({
    url: GRAPHQL, fetchOptions: { headers }, preferGetMethod: false,
    exchanges: [cacheExchange, fetchExchange, subscriptionExchange({ forwardSubscription })], ...options,
  });
}

function as(token) {
  const client = urql(token);
  const told = ({ data, error }) => ({
    data, errors: error && (error.graphQLErrors.length ? error.graphQLErrors : [{ message: String(error), extensions: {} }]),
  });
  return {
    query: async (query, variables) => told(await client.query(query, variables).toPromise()),
    mutate: async (query, variables) => told(await client.mutation(query, variables).toPromise()),
    subscribe: (query, variables, heard) => client.subscription(query, variables).subscribe((answer) => heard(told(answer))).unsubscribe,
  };
}

await journey(group, as);
await group.check('queries by GET', async () => {
  let method;
  const client = urql(undefined, {
    preferGetMethod: 'force',
    fetch: (url, options) => { ({ method } = options); return fetch(url, options); },
  });
  const { data, error } = await client.query('{ topCategories { id name } }', {}).toPromise();
  assert.equal(error, undefined);
  assert.equal(method, 'GET');
  assert.ok(data.topCategories.length > 0);
});
await group.check('subscriptions over server-sent events of the fetch exchange', async () => {
  const { data } = await as().mutate('mutation { startGuestSession(input: {}) { session { accessToken } } }', {});
  const token = data.startGuestSession.session.accessToken;
  const client = urql(token, { exchanges: [fetchExchange], fetchSubscriptions: true });
  const first = await new Promise((done) => {
    const { unsubscribe } = client.subscription('subscription { cartUpdated { totalQuantity } }', {})
      .subscribe((answer) => { done(answer); setTimeout(() => unsubscribe()); });
    as(token).query('{ topCategories { id } }', {}).then(async () => {
      const { search } = (await as().query('{ search(query: "television", deliverTo: "560001", first: 1) { nodes { variants(first: 1) { nodes { id } } } } }', {})).data;
      await as(token).mutate(`mutation($v: ID!) { addCartLines(input: { lines: [{ variantId: $v }], idempotencyKey: "sse" }) { cart { id } } }`,
        { v: search.nodes[0].variants.nodes[0].id });
    });
  });
  assert.equal(first.error, undefined, String(first.error));
  assert.equal(typeof first.data.cartUpdated.totalQuantity, 'number');
});
await group.finish('HTTP, cache, subscriptions over sockets and events');
