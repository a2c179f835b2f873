// Every rule of graphql-transport-ws with its close code, by raw frames, and what keeps a socket from harming others.
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Group, SHOP, sleep, until } from './lib/group.mjs';
import { PROTOCOL, Raw, closeFrame, handshake } from './lib/socket.mjs';
import { add, forge, guest, operations, run, variant } from './lib/shop.mjs';

const group = new Group('WebSocket rules');
const QUIET = operations('MyOrderEvents'); // a guest without orders hears nothing until there is one
const CART = 'subscription { cartUpdated { totalQuantity } }';
const TYPENAME = { data: { __typename: 'Query' } };
const data = ({ payload }) => ({ data: payload.data });
const code = (message) => message.payload[0].extensions.code;

/** The socket is closed with this code and reason. */
async function closes(socket, wanted, reason) {
  const close = await socket.end();
  assert.equal(close.code, wanted, `closed with ${close.code} ${close.reason}`);
  if (reason) assert.match(close.reason, reason);
  assert.ok(close.bytes <= 123, `a reason of ${close.bytes} bytes`);
}

const product = await variant();
const shopper = await guest();

// --- what mostly waits runs beside the rest ---
group.beside('no connection_init: 4408 after 3 seconds', async () => {
  const begun = performance.now();
  await closes(await Raw.open(), 4408, /^Connection initialisation timeout$/);
  const took = performance.now() - begun;
  assert.ok(took > 2_500 && took < 4_500, `after ${took} ms`);
});
group.beside('pings without connection_init do not put the timeout off: 4408', async () => {
  const socket = await Raw.open();
  const timer = setInterval(() => socket.send({ type: 'ping' }), 500);
  await closes(socket, 4408).finally(() => clearInterval(timer));
});
group.beside('a token that ends closes its socket: 4403 Token expired, and ends what runs on it', async () => {
  const socket = await Raw.ready({ authorization: `Bearer ${forge({ expiresIn: 3 })}` });
  socket.subscribe('1', CART);
  await closes(socket, 4403, /^Token expired$/);
});
group.beside('the server pings by frames; who answers stays, who does not is cut off', async () => {
  const [here, gone] = [await Raw.ready(), await Raw.ready(undefined, { autoPong: false })];
  let pings = 0;
  here.ws.on('ping', () => { pings += 1; });
  const close = await gone.end(50_000);
  assert.equal(close.code, 1006);
  assert.ok(pings >= 1, 'no ping came');
  await here.silent();
});

// --- the handshake ---
await group.check('the subprotocol is chosen', async () => {
  const socket = await Raw.open();
  assert.equal(socket.ws.protocol, PROTOCOL);
});
await group.check('it is chosen among others', async () => {
  assert.equal((await Raw.open(['graphql-ws', PROTOCOL])).ws.protocol, PROTOCOL);
});
await group.check('no subprotocol: 4406', async () => closes(await Raw.open([]), 4406, /^Subprotocol not acceptable$/));
await group.check('only the legacy subprotocol: 4406', async () => {
  const frame = await closeFrame(await handshake({ 'sec-websocket-protocol': 'graphql-ws' }));
  assert.deepEqual(frame, { code: 4406, reason: 'Subprotocol not acceptable' });
});
await group.check('a plain GET: 400 BAD_USER_INPUT', async () => {
  const response = await fetch(`${SHOP}/graphql/ws`);
  assert.equal(response.status, 400);
  assert.equal((await response.json()).errors[0].extensions.code, 'BAD_USER_INPUT');
});
for (const origin of ['https://evil.example', 'null', SHOP.replace('127.0.0.1', 'localhost')]) {
  await group.check(`pages of ${origin} may not open a socket: 403`, async () => {
    const { response } = await handshake({ 'sec-websocket-protocol': PROTOCOL, origin });
    assert.equal(response.statusCode, 403);
    let body = '';
    for await (const part of response) body += part;
    assert.equal(JSON.parse(body).errors[0].extensions.code, 'FORBIDDEN');
  });
}
for (const origin of [SHOP, 'https://shop.example']) {
  await group.check(`pages of ${origin} may`, async () => void await Raw.ready(undefined, { origin }));
}

// --- connection_init ---
for (const [name, message] of [
  ['without a payload', { type: 'connection_init' }],
  ['with an empty payload', { type: 'connection_init', payload: {} }],
  ['with a null payload', { type: 'connection_init', payload: null }],
]) {
  await group.check(`connection_init ${name}: connection_ack`, async () => {
    const socket = await Raw.open();
    socket.send(message);
    assert.deepEqual(await socket.next(), { type: 'connection_ack' });
  });
}
await group.check('connection_init with a payload that is no object: 4400', async () => {
  const socket = await Raw.open();
  socket.send({ type: 'connection_init', payload: 'token' });
  await closes(socket, 4400, /must be an object/);
});
await group.check('a second connection_init: 4429', async () => {
  const socket = await Raw.ready();
  socket.send({ type: 'connection_init' });
  await closes(socket, 4429, /^Too many initialisation requests$/);
});
await group.check('a second connection_init before the first is acknowledged: 4429', async () => {
  const socket = await Raw.open();
  socket.send({ type: 'connection_init' });
  socket.send({ type: 'connection_init' });
  await closes(socket, 4429, /^Too many initialisation requests$/);
});
for (const [name, token] of [
  ['that is no token', 'nonsense'],
  ['that has ended', forge({ expiresIn: -1 })],
  ['signed with another key', forge({ secret: 'another key that the shop does not know' })],
  ['of another audience', forge({ aud: 'another-shop' })],
  ['of a key id that is not known', forge({ header: { kid: 'other' } })],
  ['of algorithm none', `${forge({ header: { alg: 'none' } }).split('.').slice(0, 2).join('.')}.`],
]) {
  await group.check(`a token ${name}: 4403`, async () => {
    const socket = await Raw.open();
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    await closes(socket, 4403, /^Forbidden$/);
  });
}
for (const [name, payload, options] of [
  ['payload.authorization', { authorization: `Bearer ${shopper}` }],
  ['payload.Authorization', { Authorization: `Bearer ${shopper}` }],
  ['payload.headers.authorization', { headers: { authorization: `Bearer ${shopper}` } }],
  ['payload.accessToken', { accessToken: shopper }],
  ['the Authorization header of the handshake', undefined, { headers: { authorization: `Bearer ${shopper}` } }],
]) {
  await group.check(`the token is taken from ${name}`, async () => {
    const socket = await Raw.ready(payload, options);
    socket.subscribe('1', '{ viewer { cart { id } } }');
    assert.ok((await socket.next()).payload.data.viewer.cart.id);
  });
}

// --- operations ---
await group.check('subscribe before connection_init: 4401', async () => {
  const socket = await Raw.open();
  socket.subscribe('1', '{ __typename }');
  await closes(socket, 4401, /^Unauthorized$/);
});
await group.check('a query: one next, then complete', async () => {
  const socket = await Raw.ready();
  socket.subscribe('q', '{ __typename }');
  const next = await socket.next();
  assert.deepEqual([next.id, next.type, data(next)], ['q', 'next', TYPENAME]);
  assert.deepEqual(await socket.next(), { id: 'q', type: 'complete' });
  await socket.silent();
});
await group.check('variables and operationName are taken', async () => {
  const socket = await Raw.ready();
  const query = 'query A { __typename } query B($yes: Boolean!) { b: __typename @include(if: $yes) }';
  socket.subscribe('1', query, { operationName: 'B', variables: { yes: true } });
  assert.deepEqual(data(await socket.next()), { data: { b: 'Query' } });
});
await group.check('a mutation works and a subscription tells of it', async () => {
  const token = await guest();
  const socket = await Raw.ready({ accessToken: token });
  socket.subscribe('s', CART);
  await sleep(200);
  socket.subscribe('m', `mutation($v: ID!) { addCartLines(input: { lines: [{ variantId: $v, quantity: 2 }],
    idempotencyKey: "sockets" }) { cart { totalQuantity } } }`, { variables: { v: product } });
  const quantities = () => socket.heard.filter((m) => m.id === 's').map((m) => m.payload.data.cartUpdated.totalQuantity);
  await until(5_000, 'the update', () => quantities().includes(2));
  const mutation = socket.heard.filter((m) => m.id === 'm');
  assert.deepEqual(mutation.map((m) => m.type), ['next', 'complete']);
  assert.equal(mutation[0].payload.data.addCartLines.cart.totalQuantity, 2);
});
await group.check('complete stops a subscription: nothing comes after it', async () => {
  const token = await guest();
  const socket = await Raw.ready({ accessToken: token });
  socket.subscribe('s', CART);
  await sleep(200);
  await add(token, product);
  await until(5_000, 'the update', () => socket.heard.some((m) => m.payload?.data.cartUpdated.totalQuantity === 1));
  socket.send({ id: 's', type: 'complete' });
  await sleep(200);
  socket.read = socket.heard.length;
  await add(token, product);
  await socket.silent(1_000);
});
await group.check('an id in use: 4409', async () => {
  const socket = await Raw.ready({ accessToken: shopper });
  socket.subscribe('7', QUIET);
  socket.subscribe('7', QUIET);
  await closes(socket, 4409, /^Subscriber for 7 already exists$/);
});
await group.check('a long id in use: 4409, the reason cut to 123 bytes', async () => {
  const socket = await Raw.ready({ accessToken: shopper });
  const id = 'é'.repeat(64);
  socket.subscribe(id, QUIET);
  socket.subscribe(id, QUIET);
  await closes(socket, 4409, /^Subscriber for é+$/);
});
await group.check('an id is free again after the server completed it', async () => {
  const socket = await Raw.ready();
  for (let turn = 0; turn < 3; turn += 1) {
    socket.subscribe('1', '{ __typename }');
    assert.deepEqual([(await socket.next()).type, (await socket.next()).type], ['next', 'complete']);
  }
});
await group.check('an id is free again after the client completed it', async () => {
  const socket = await Raw.ready({ accessToken: shopper });
  for (let turn = 0; turn < 3; turn += 1) {
    socket.subscribe('1', QUIET);
    socket.send({ id: '1', type: 'complete' });
  }
  await socket.silent();
});
await group.check('an id is free again after an error', async () => {
  const socket = await Raw.ready();
  socket.subscribe('1', '{ nosuch }');
  assert.equal((await socket.next()).type, 'error');
  socket.subscribe('1', '{ __typename }');
  assert.equal((await socket.next()).type, 'next');
});
await group.check('many operations on one socket are told apart by their ids', async () => {
  const socket = await Raw.ready();
  const ids = Array.from({ length: 20 }, (_, n) => `op-${n}`);
  ids.forEach((id, n) => socket.subscribe(id, `{ a${n}: __typename }`));
  await until(5_000, 'all answers', () => socket.heard.length === 1 + 2 * ids.length);
  ids.forEach((id, n) => {
    const mine = socket.heard.filter((m) => m.id === id);
    assert.deepEqual(mine.map((m) => m.type), ['next', 'complete']);
    assert.deepEqual(data(mine[0]), { data: { [`a${n}`]: 'Query' } });
  });
});

// --- errors of operations ---
const deep = `{ topCategories ${'{ children '.repeat(16)}{ id }${' }'.repeat(16)} }`;
for (const [name, wanted, query, rest] of [
  ['that does not validate', 'GRAPHQL_VALIDATION_FAILED', '{ nosuch }'],
  ['that does not parse', 'GRAPHQL_PARSE_FAILED', '{ __typename'],
  ['whose name is not in the document', 'BAD_USER_INPUT', 'query A { __typename }', { operationName: 'B' }],
  ['whose variable does not fit', 'BAD_USER_INPUT', 'query($n: Int!) { suggest(prefix: "a", first: $n) { queries } }',
    { variables: { n: 'x' } }],
  ['that asks for too much', 'COST_EXCEEDED', deep],
  ['whose hash is not its own', 'PERSISTED_QUERY_HASH_MISMATCH', '{ __typename }',
    { extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } }],
]) {
  await group.check(`an operation ${name}: error with ${wanted}, no complete, the socket stays`, async () => {
    const socket = await Raw.ready();
    socket.subscribe('1', query, rest);
    const error = await socket.next();
    assert.deepEqual([error.id, error.type], ['1', 'error']);
    assert.ok(Array.isArray(error.payload) && error.payload[0].message, 'a list of errors');
    assert.equal(code(error), wanted);
    await socket.silent();
  });
}
await group.check('a field that fails is a next with errors, then complete', async () => {
  const socket = await Raw.ready();
  socket.subscribe('1', '{ reconciliation { asOf } }');
  const next = await socket.next();
  assert.equal(next.type, 'next');
  assert.equal(next.payload.errors[0].extensions.code, 'UNAUTHENTICATED');
  assert.equal((await socket.next()).type, 'complete');
});
await group.check('a persisted query by its hash', async () => {
  const socket = await Raw.ready();
  const query = `{ kept: __typename }`;
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  socket.send({ id: '1', type: 'subscribe', payload: { extensions } });
  assert.equal(code(await socket.next()), 'PERSISTED_QUERY_NOT_FOUND');
  socket.subscribe('1', query, { extensions });
  assert.equal((await socket.next()).type, 'next');
  assert.equal((await socket.next()).type, 'complete');
  socket.send({ id: '1', type: 'subscribe', payload: { extensions } });
  assert.deepEqual(data(await socket.next()), { data: { kept: 'Query' } });
});

// --- messages ---
for (const [name, message, reason] of [
  ['no JSON', 'hello', /must be a JSON object/],
  ['a list', '[]', /must be a JSON object/],
  ['null', 'null', /must be a JSON object/],
  ['without a type', '{}', /needs a "type"/],
  ['with a type that is no text', '{"type":1}', /needs a "type"/],
  ['of an unknown type', '{"type":"hello"}', /not one that a client sends/],
  ['of the legacy protocol (start)', '{"type":"start","id":"1","payload":{"query":"{a}"}}', /not one that a client sends/],
  ['next, which only servers send', '{"type":"next","id":"1","payload":{}}', /not one that a client sends/],
  ['connection_ack, which only servers send', '{"type":"connection_ack"}', /not one that a client sends/],
  ['subscribe without an id', '{"type":"subscribe","payload":{"query":"{a}"}}', /needs an "id"/],
  ['subscribe with an empty id', '{"type":"subscribe","id":"","payload":{"query":"{a}"}}', /needs an "id"/],
  ['subscribe with a number as id', '{"type":"subscribe","id":1,"payload":{"query":"{a}"}}', /needs an "id"/],
  ['subscribe with an id of 129 bytes', `{"type":"subscribe","id":"${'x'.repeat(129)}","payload":{"query":"{a}"}}`, /needs an "id"/],
  ['subscribe without a payload', '{"type":"subscribe","id":"1"}', /needs a payload/],
  ['subscribe without a query', '{"type":"subscribe","id":"1","payload":{}}', /"query" is missing/],
  ['subscribe with a query that is no text', '{"type":"subscribe","id":"1","payload":{"query":1}}', /"query" must be a string/],
  ['subscribe with variables that are a list', '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}', /"variables" must be an object/],
  ['subscribe with a batch', '{"type":"subscribe","id":"1","payload":[{"query":"{a}"}]}', /needs a payload/],
  ['complete without an id', '{"type":"complete"}', /needs an "id"/],
  ['ping with a payload that is no object', '{"type":"ping","payload":1}', /must be an object/],
  ['pong with a payload that is no object', '{"type":"pong","payload":1}', /must be an object/],
]) {
  await group.check(`a message that is ${name}: 4400`, async () => {
    const socket = await Raw.ready();
    socket.send(message);
    await closes(socket, 4400, reason);
  });
}
await group.check('a binary message: 4400', async () => {
  const socket = await Raw.ready();
  socket.ws.send(Buffer.from('{"type":"ping"}'), { binary: true });
  await closes(socket, 4400, /must be text/);
});
await group.check('text that is not UTF-8: 4400', async () => {
  const socket = await Raw.ready();
  socket.ws.send(Buffer.from([0x7b, 0xff, 0x7d]), { binary: false });
  await closes(socket, 4400, /malformed/);
});
await group.check('a frame without a mask: 4400', async () => {
  const socket = await Raw.ready();
  socket.ws._socket.write(Buffer.concat([Buffer.from([0x81, 15]), Buffer.from('{"type":"ping"}')]));
  await closes(socket, 4400, /malformed/);
});
await group.check('a message in several frames is one message', async () => {
  const socket = await Raw.ready();
  socket.ws.send('{"type":', { fin: false });
  socket.ws.send('"ping"}', { fin: true });
  assert.deepEqual(await socket.next(), { type: 'pong' });
});
await group.check('complete of an id that does not run is ignored', async () => {
  const socket = await Raw.ready();
  socket.send({ id: 'never', type: 'complete' });
  await socket.silent();
});
await group.check('ping: pong, also before connection_init', async () => {
  const socket = await Raw.open();
  socket.send({ type: 'ping' });
  assert.deepEqual(await socket.next(), { type: 'pong' });
});
await group.check('ping with a payload: pong with the same', async () => {
  const socket = await Raw.ready();
  socket.send({ type: 'ping', payload: { at: 5 } });
  assert.deepEqual(await socket.next(), { type: 'pong', payload: { at: 5 } });
});
await group.check('pong unasked is taken', async () => {
  const socket = await Raw.ready();
  socket.send({ type: 'pong' });
  socket.send({ type: 'pong', payload: {} });
  await socket.silent();
});
await group.check('a ping frame: a pong frame', async () => {
  const socket = await Raw.ready();
  const pong = new Promise((done) => socket.ws.once('pong', done));
  socket.ws.ping('here?');
  assert.equal((await pong).toString(), 'here?');
});
await group.check('a close of the client is answered with its code', async () => {
  const socket = await Raw.ready();
  socket.ws.close(4999, 'enough');
  assert.equal((await socket.end()).code, 4999);
});

// --- hardening ---
const { harden } = await import('./lib/hardening.mjs');
await harden(group, { closes, QUIET, shopper });
await Promise.all(group.slow);

// Last: it ends the shop.
await group.check('a shop that stops says so to every socket: 1001', async () => {
  const sockets = await Promise.all([Raw.ready(), Raw.ready({ accessToken: shopper }), Raw.ready()]);
  sockets[1].subscribe('1', QUIET);
  await sleep(200);
  assert.equal((await run('{ __typename }')).__typename, 'Query');
  process.kill(Number(process.env.CHOWK_PID), 'SIGTERM');
  for (const socket of sockets) await closes(socket, 1001, /^Going away$/);
});
await group.finish('graphql-transport-ws, hardening');
