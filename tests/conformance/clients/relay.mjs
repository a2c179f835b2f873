// relay-runtime over artifacts that relay-compiler makes of the shipped SDL in a folder of its own. `@connection` puts
// the pages together in Relay's store.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import relay from 'relay-runtime';
import { GRAPHQL, Group, SOCKET, sleep } from '../lib/group.mjs';
import { journey } from '../lib/journey.mjs';
import * as documents from '../lib/storefront.mjs';

const { Environment, Network, Observable, RecordSource, Store, commitMutation, fetchQuery, requestSubscription } = relay;
const group = new Group('relay-runtime');
const PAGED = `query storefrontPagedQuery($first: Int!, $after: String) {
  search(query: "television", deliverTo: "560001", first: $first, after: $after) @connection(key: "storefront_search") {
    edges { node { id title } }
  }
}`;

const here = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'chowk-relay-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const texts = [...Object.values(documents), PAGED];
const name = (text) => text.match(/\b(storefront\w+)/)[1];

await group.check('relay-compiler compiles the documents over the SDL', () => {
  mkdirSync(join(folder, 'src'));
  copyFileSync(join(here, '../../schema/schema.graphql'), join(folder, 'schema.graphql'));
  const tagged = texts.map((text) => `graphql\`${text}\`;`).join('\n');
  writeFileSync(join(folder, 'src/storefront.js'), `import { graphql } from 'react-relay';\n${tagged}\n`);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const config = { src: 'src', schema: 'schema.graphql', language: 'javascript', artifactDirectory: 'made' };
  mkdirSync(join(folder, 'made'));
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
  const compiler = join(here, 'node_modules/relay-compiler/cli.js');
  execFileSync(process.execPath, [compiler, 'relay.config.json'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
});
const artifacts = new Map();
for (const text of texts) {
  artifacts.set(text, (await import(join(folder, 'made', `${name(text)}.graphql.js`))).default);
}
const artifact = (text) => artifacts.get(text);

function environment(token) {
  const authorization = token && `Bearer ${token}`;
  const socket = createClient({ url: SOCKET, webSocketImpl: WebSocket, connectionParams: { authorization } });
  const ask = async ({ text: query }, variables) => {
    const response = await fetch(GRAPHQL, {
      method: 'POST', body: JSON.stringify({ query, variables }),
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...(token && { authorization }) },
    });
    return response.json();
  };
  const follow = ({ text: query }, variables) => Observable.create((sink) => socket.subscribe({ query, variables }, sink));
  return new Environment({ network: Network.create(ask, follow), store: new Store(new RecordSource()) });
}

function as(token) {
  const here = environment(token);
  // Relay rejects an answer without data and keeps what the shop said as `source`.
  const refused = (error) => ({ errors: error.source?.errors ?? [{ message: String(error), extensions: {} }] });
  return {
    // A field error nulls its field; Relay hands on the data, and the errors only to who asks the network.
    query: async (text, variables) => {
      let errors;
      const made = artifact(text);
      const seen = here.getNetwork().execute(made.params, variables, { force: true });
      await seen.toPromise().then((answer) => { errors = answer.errors; });
      if (errors) return { errors };
      return fetchQuery(here, made, variables, { fetchPolicy: 'network-only' }).toPromise().then((data) => ({ data }), refused);
    },
    mutate: (text, variables) => new Promise((done) => {
      commitMutation(here, {
        mutation: artifact(text), variables,
        onCompleted: (data, errors) => done({ data, errors: errors ?? undefined }), onError: (error) => done(refused(error)),
      });
    }),
    subscribe: (text, variables, heard) => {
      const { dispose } = requestSubscription(here, {
        subscription: artifact(text), variables, onNext: (data) => heard({ data }), onError: (error) => heard(refused(error)),
      });
      return dispose;
    },
  };
}

await journey(group, as);
await group.check('@connection keeps the pages together in the store', async () => {
  const here = environment();
  const made = artifact(PAGED);
  const first = await fetchQuery(here, made, { first: 4, after: null }).toPromise();
  assert.equal(first.search.edges.length, 4);
  const stored = () => here.getStore().getSource().toJSON();
  const connection = Object.values(stored()).find((r) => Object.keys(r).some((k) => k.includes('storefront_search')));
  assert.ok(connection, 'a record of the connection');
  const after = first.search.pageInfo.endCursor;
  const { search } = await fetchQuery(here, made, { first: 4, after }).toPromise();
  await sleep(0);
  const ids = search.edges.map((e) => e.node.id);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(ids.length, 8);
});
await group.check('node(id:) finds each object again by the id that the store keys it with', async () => {
  const { search } = await fetchQuery(environment(), artifact(documents.LIST), { first: 3, after: null }).toPromise();
  const ask = 'query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }';
  const response = await fetch(GRAPHQL, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: ask, variables: { ids: search.edges.map((e) => e.node.id) } }),
  });
  const { data } = await response.json();
  assert.deepEqual(data.nodes, search.edges.map((e) => ({ id: e.node.id, __typename: 'Item' })));
});
await group.finish('compiler, store, subscriptions');
