// The setting `trusted_documents_only`: the storefront's own documents run, by text, hash or id; nothing else does.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Group } from './lib/group.mjs';
import { Raw } from './lib/socket.mjs';
import { operations, post } from './lib/shop.mjs';

const group = new Group('trusted documents');
const OWN = operations('Suggest');
const variables = { prefix: 'tele' };
const sha256Hash = createHash('sha256').update(OWN).digest('hex');
const answer = async (body) => (await post(body)).json();

for (const [name, body] of [
  ['its text', { query: OWN }],
  ['its hash as a persisted query', { extensions: { persistedQuery: { version: 1, sha256Hash } } }],
  ['its hash as documentId', { documentId: sha256Hash }],
  ['its hash as documentId with a prefix', { documentId: `sha256:${sha256Hash}` }],
]) {
  await group.check(`a document of the storefront runs by ${name}`, async () => {
    const { data, errors } = await answer({ ...body, variables });
    assert.equal(errors, undefined);
    assert.ok(data.suggest);
  });
}
for (const [name, query] of [
  ['an unknown document', '{ __typename }'],
  ['a known one with a comma more', `${OWN},`],
  ['introspection', '{ __schema { types { name } } }'],
]) {
  await group.check(`${name}: TRUSTED_DOCUMENTS_ONLY, nothing run`, async () => {
    const response = await post({ query });
    const told = await response.json();
    assert.deepEqual([response.status, told.errors[0].extensions.code], [400, 'TRUSTED_DOCUMENTS_ONLY']);
    assert.ok(!('data' in told));
  });
}
await group.check('an unknown document cannot be made known by its hash', async () => {
  const query = '{ __typename }';
  const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
  assert.equal((await answer({ query, extensions })).errors[0].extensions.code, 'TRUSTED_DOCUMENTS_ONLY');
  assert.equal((await answer({ extensions })).errors[0].extensions.code, 'PERSISTED_QUERY_NOT_FOUND');
});
await group.check('an unknown id: PERSISTED_QUERY_NOT_FOUND', async () => {
  assert.equal((await answer({ documentId: 'nosuch' })).errors[0].extensions.code, 'PERSISTED_QUERY_NOT_FOUND');
});
await group.check('the same holds on sockets', async () => {
  const socket = await Raw.ready();
  socket.subscribe('1', '{ __typename }');
  const refused = await socket.next();
  assert.deepEqual([refused.type, refused.payload[0].extensions.code], ['error', 'TRUSTED_DOCUMENTS_ONLY']);
  socket.subscribe('2', OWN, { variables });
  assert.ok((await socket.next()).payload.data.suggest);
});
await group.finish('only the documents of schema/operations');
