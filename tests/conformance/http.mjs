// What HTTP promises beyond the audits: encodings, caching, persisted queries, and methods and bodies that must not
// change anything.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import http from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import { Group, SHOP } from './lib/group.mjs';
import { ADD, guest, post, run, variant } from './lib/shop.mjs';

const group = new Group('HTTP');
const PUBLIC = '{ topCategories { id slug name children { id slug name children { id slug name } } } }';
const PERSONAL = '{ viewer { cart { id } } }';
const product = await variant();
const token = await guest();

/** A request whose answer is not decoded on the way. */
function raw(path, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((done, fail) => {
    const request = http.request(`${SHOP}${path}`, { method, headers }, async (response) => {
      const parts = [];
      for await (const part of response) parts.push(part);
      done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) });
    });
    request.on('error', fail);
    request.end(body);
  });
}
const path = (query, rest = {}) => `/graphql?${new URLSearchParams({ query, ...rest })}`;
const code = (body) => JSON.parse(body).errors[0].extensions.code;

// --- encodings ---
const plain = await raw(path(PUBLIC));
for (const [encoding, decode] of [
  ['gzip', gunzipSync], ['br', brotliDecompressSync], ['zstd', (bytes) => Buffer.from(unzstd(bytes))],
]) {
  for (const method of ['GET', 'POST']) {
    await group.check(`${encoding} decodes to the same body (${method})`, async () => {
      const { headers, body } = method === 'GET'
        ? await raw(path(PUBLIC), { headers: { 'accept-encoding': encoding } })
        : await raw('/graphql', {
          method, body: JSON.stringify({ query: PUBLIC }),
          headers: { 'accept-encoding': encoding, 'content-type': 'application/json' },
        });
      assert.equal(headers['content-encoding'], encoding);
      assert.match(headers.vary, /accept-encoding/i);
      assert.equal(decode(body).toString(), plain.body.toString());
      assert.ok(body.length < plain.body.length / 2, `${body.length} of ${plain.body.length} bytes`);
      return `${plain.body.length} to ${body.length} bytes`;
    });
  }
}
await group.check('without Accept-Encoding, or with one that is not spoken, nothing is encoded', async () => {
  assert.equal(plain.headers['content-encoding'], undefined);
  const other = await raw(path(PUBLIC), { headers: { 'accept-encoding': 'compress' } });
  assert.equal(other.headers['content-encoding'], undefined);
  assert.equal(other.body.toString(), plain.body.toString());
});

// --- caching ---
await group.check('a public answer has a strong tag and may be kept for a short while', async () => {
  assert.match(plain.headers.etag, /^"[0-9a-f]{32}"$/);
  assert.match(plain.headers['cache-control'], /^public, max-age=\d+$/);
  for (const name of ['accept', 'authorization']) assert.match(plain.headers.vary, new RegExp(`\\b${name}\\b`));
});
await group.check('asked again with its tag: 304 without a body, the same tag and Cache-Control', async () => {
  for (const tag of [plain.headers.etag, `W/${plain.headers.etag}`, `"other", ${plain.headers.etag}`, '*']) {
    const again = await raw(path(PUBLIC), { headers: { 'if-none-match': tag } });
    assert.deepEqual([again.status, again.body.length], [304, 0], tag);
    assert.equal(again.headers.etag, plain.headers.etag);
    assert.equal(again.headers['cache-control'], plain.headers['cache-control']);
    assert.ok(again.headers.vary);
  }
});
await group.check('a compressed answer has a weak tag that is known again', async () => {
  const zipped = await raw(path(PUBLIC), { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(zipped.headers.etag, `W/${plain.headers.etag}`);
  const again = await raw(path(PUBLIC), { headers: { 'accept-encoding': 'gzip', 'if-none-match': zipped.headers.etag } });
  assert.equal(again.status, 304);
});
await group.check('another tag: the whole answer; another question, another tag', async () => {
  const again = await raw(path(PUBLIC), { headers: { 'if-none-match': '"other"' } });
  assert.deepEqual([again.status, again.body.toString()], [200, plain.body.toString()]);
  assert.notEqual((await raw(path('{ topCategories { id } }'))).headers.etag, plain.headers.etag);
});
for (const [name, ask] of [
  ['a field that looks at who asks', () => raw(path(PERSONAL))],
  ['a caller with a session', () => raw(path(PUBLIC), { headers: { authorization: `Bearer ${token}` } })],
  ['public fields beside a personal one', () => raw(path(`{ topCategories { id } viewer { deliveryLocation { pincode } } }`))],
  ['a POST', () => raw('/graphql', { method: 'POST', body: JSON.stringify({ query: PUBLIC }), headers: { 'content-type': 'application/json' } })],
  ['an error', () => raw(path('{ nosuch }'))],
  ['a request without a query', () => raw('/graphql')],
]) {
  await group.check(`not kept and not tagged: ${name}`, async () => {
    const { headers } = await ask();
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers.etag, undefined);
  });
}
await group.check('HEAD: the headers of GET, no body; not for mutations', async () => {
  const head = await raw(path(PUBLIC), { method: 'HEAD' });
  assert.deepEqual([head.status, head.body.length, head.headers.etag], [200, 0, plain.headers.etag]);
  assert.equal(head.headers['content-type'], plain.headers['content-type']);
  const mutation = await raw(path('mutation { startGuestSession(input: {}) { errors { code } } }'), { method: 'HEAD' });
  assert.equal(mutation.status, 405);
});

// --- mutations happen by POST of JSON only ---
const mutation = { query: ADD, variables: { variant: product } };
const effectless = async (name, allowed, ask) => group.check(`a mutation by ${name}: ${allowed.join(' or ')}, without effect`, async () => {
  const caller = await guest();
  const variables = { ...mutation.variables, key: randomUUID() };
  const response = await ask({ query: ADD, variables }, { authorization: `Bearer ${caller}` });
  assert.ok(allowed.includes(response.status), `answered with ${response.status}`);
  if (response.body.length) assert.ok(['METHOD_NOT_ALLOWED', 'UNSUPPORTED_MEDIA_TYPE'].includes(code(response.body)));
  assert.equal((await run('{ viewer { cart { totalQuantity } } }', {}, caller)).viewer.cart?.totalQuantity ?? 0, 0);
  assert.equal((await run(ADD, variables, caller)).addCartLines.cart.totalQuantity, 1, 'by POST it works');
});
const query = (body) => path(body.query, { variables: JSON.stringify(body.variables) });
const sent = (method, type, form = JSON.stringify) => (body, headers) => raw('/graphql', {
  method, headers: { ...headers, ...(type && { 'content-type': type }) }, body: form(body),
});
const fields = (body) => new URLSearchParams({ query: body.query, variables: JSON.stringify(body.variables) }).toString();
const parts = (body) => `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify(body)}\r\n--x\r\n`
  + 'content-disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n';
await effectless('GET', [405], (body, headers) => raw(query(body), { headers }));
await effectless('HEAD', [405], (body, headers) => raw(query(body), { method: 'HEAD', headers }));
for (const method of ['PUT', 'PATCH', 'DELETE']) await effectless(method, [405], sent(method, 'application/json'));
await effectless('POST of a form', [415], sent('POST', 'application/x-www-form-urlencoded', fields));
await effectless('POST of JSON called a form', [415], sent('POST', 'application/x-www-form-urlencoded'));
await effectless('POST of multipart/form-data', [415], sent('POST', 'multipart/form-data; boundary=x', parts));
await effectless('POST of text/plain', [415], sent('POST', 'text/plain'));
await effectless('POST of application/graphql', [415], sent('POST', 'application/graphql', (body) => body.query));
await effectless('POST without a content type', [415], sent('POST'));
await effectless('POST with the document in the address', [415], (body, headers) => raw(query(body), { method: 'POST', headers }));
await group.check('GET and PUT say which methods would do', async () => {
  assert.equal((await raw(path('mutation { startGuestSession(input: {}) { errors { code } } }'))).headers.allow, 'POST');
  assert.equal((await raw('/graphql', { method: 'PUT' })).headers.allow, 'GET, POST');
});

// --- what is not spoken is refused in words ---
await group.check('batches: 400', async () => {
  const response = await post([{ query: '{ __typename }' }, { query: '{ __typename }' }]);
  assert.equal(response.status, 400);
  assert.match((await response.json()).errors[0].message, /^Batches are not taken/);
});
for (const [directive, document] of [
  ['@defer', `{ topCategories { id ... @defer { name } } }`],
  ['@defer on a spread', `{ topCategories { id ...N @defer } } fragment N on Category { name }`],
  ['@stream', `{ topCategories @stream(initialCount: 1) { id } }`],
  ['an unknown directive on __typename', '{ __typename @nosuch }'],
]) {
  await group.check(`${directive}: refused, named, nothing run`, async () => {
    const response = await post({ query: document });
    const told = await response.json();
    assert.equal(response.status, 400);
    assert.ok(!('data' in told));
    assert.equal(told.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    assert.match(told.errors[0].message, /directive.*(defer|stream|nosuch)/i);
  });
}
await group.check('@skip and @include on __typename follow their variables', async () => {
  const query = 'query($yes: Boolean!) { kind: __typename @include(if: $yes) __typename @skip(if: $yes) }';
  assert.deepEqual(await run(query, { yes: true }), { kind: 'Query' });
  assert.deepEqual(await run(query, { yes: false }), { __typename: 'Query' });
});

// --- automatically persisted queries ---
const hash = (text) => createHash('sha256').update(text).digest('hex');
const persisted = (sha256Hash, version = 1) => ({ persistedQuery: { version, sha256Hash } });
await group.check('a persisted query: unknown, sent along, known, also by GET', async () => {
  const document = '{ persisted: __typename }';
  const extensions = persisted(hash(document));
  const unknown = await (await post({ extensions })).json();
  assert.equal(unknown.errors[0].extensions.code, 'PERSISTED_QUERY_NOT_FOUND');
  assert.equal(unknown.errors[0].message, 'PersistedQueryNotFound');
  const data = { persisted: 'Query' };
  assert.deepEqual((await (await post({ query: document, extensions })).json()).data, data);
  assert.deepEqual((await (await post({ extensions })).json()).data, data);
  const get = await raw(`/graphql?extensions=${encodeURIComponent(JSON.stringify(extensions))}`);
  assert.deepEqual(JSON.parse(get.body).data, data);
});
await group.check('a wrong hash is refused and nothing is kept under it', async () => {
  const wrong = hash('{ another }');
  const told = await (await post({ query: '{ __typename }', extensions: persisted(wrong) })).json();
  assert.equal(told.errors[0].extensions.code, 'PERSISTED_QUERY_HASH_MISMATCH');
  assert.ok(!('data' in told));
  const later = await (await post({ extensions: persisted(wrong) })).json();
  assert.equal(later.errors[0].extensions.code, 'PERSISTED_QUERY_NOT_FOUND');
});
await group.check('a document that is refused is not persisted', async () => {
  const hostile = `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: __typename`).join(' ')} }`;
  const extensions = persisted(hash(hostile));
  assert.equal((await (await post({ query: hostile, extensions })).json()).errors[0].extensions.code, 'COST_EXCEEDED');
  assert.equal((await (await post({ extensions })).json()).errors[0].extensions.code, 'PERSISTED_QUERY_NOT_FOUND');
});
for (const [name, extensions] of [
  ['version', persisted(hash('x'), 2)], ['hash', persisted('xyz')], ['shape', { persistedQuery: 'x' }],
]) {
  await group.check(`a malformed persistedQuery (${name}): 400 BAD_USER_INPUT`, async () => {
    const response = await post({ extensions });
    assert.deepEqual([response.status, (await response.json()).errors[0].extensions.code], [400, 'BAD_USER_INPUT']);
  });
}

// --- pages of other origins ---
await group.check('pages of other origins get no permission to read or to send', async () => {
  for (const origin of ['https://evil.example', 'null']) {
    const { headers } = await raw(path(PUBLIC), { headers: { origin } });
    assert.equal(headers['access-control-allow-origin'], undefined);
    const preflight = await raw('/graphql', {
      method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
  }
});
await group.check('pages of a listed origin get it, without credentials', async () => {
  const origin = 'https://shop.example';
  const preflight = await raw('/graphql', {
    method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,authorization' },
  });
  assert.equal(preflight.headers['access-control-allow-origin'], origin);
  assert.match(preflight.headers['access-control-allow-methods'], /POST/);
  assert.match(preflight.headers['access-control-allow-headers'], /authorization/);
  assert.equal(preflight.headers['access-control-allow-credentials'], undefined);
});
for (const [name, value] of [['another scheme', 'Basic eDp5'], ['no token', 'Bearer '], ['nonsense', 'Bearer nonsense']]) {
  await group.check(`an Authorization header with ${name}: 401 with WWW-Authenticate`, async () => {
    const { status, headers, body } = await raw(path(PUBLIC), { headers: { authorization: value } });
    assert.deepEqual([status, headers['www-authenticate'], code(body)], [401, 'Bearer', 'UNAUTHENTICATED']);
  });
}
await group.finish('encodings, caching, methods, persisted queries');
