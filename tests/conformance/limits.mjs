// Every bound that is held before anything runs: just under it an answer comes, just over it one request is refused with
// the right code. The numbers are those of `Limits::standard()` in src/edge/limits.rs and services/src/kernel/limits.rs.
import assert from 'node:assert/strict';
import net from 'node:net';
import { Group, SHOP, within } from './lib/group.mjs';
import { guest, post, run, variant } from './lib/shop.mjs';

const REFUSAL_MS = 50;
const group = new Group('limits');
const token = await guest();
const product = await variant();
const slug = (await run('{ search(first: 1) { nodes { slug } } }')).search.nodes[0].slug;
const times = [];
const many = (n, text) => Array.from({ length: n }, (_, i) => (typeof text === 'function' ? text(i) : text)).join(' ');

/** One request: its status, its answer, and how long it took. */
async function ask(body) {
  const begun = performance.now();
  const response = await post(body, { token });
  const told = await response.json();
  return { status: response.status, told, ms: performance.now() - begun };
}

/** `make(n)` gives a body with n of something. */
async function bound(what, most, make, { code = 'COST_EXCEEDED', status = 400, message } = {}) {
  await group.check(`${what}: ${most} pass`, async () => {
    const { told } = await ask(make(most));
    assert.equal(told.errors, undefined);
    assert.ok(told.data);
  });
  await group.check(`${what}: ${most + 1} are refused with ${code}, nothing run`, async () => {
    const answer = await ask(make(most + 1));
    assert.deepEqual([answer.status, answer.told.errors[0].extensions.code], [status, code]);
    assert.ok(!('data' in answer.told));
    if (message) assert.match(answer.told.errors[0].message, message);
    times.push(answer.ms);
    return `${answer.ms.toFixed(1)} ms`;
  });
}
const padded = (body, bytes) => {
  const empty = JSON.stringify({ ...body, extensions: { pad: '' } });
  return empty.replace('"pad":""', `"pad":"${'x'.repeat(bytes - Buffer.byteLength(empty))}"`);
};

await bound('bytes of a body', 65_536, (n) => padded({ query: '{ __typename }' }, n),
  { code: 'PAYLOAD_TOO_LARGE', status: 413 });
await bound('bytes of a document', 32_768, (n) => ({ query: `{ __typename }#${' '.repeat(n - 15)}` }),
  { message: /32769 bytes, at most 32768/ });
await bound('tokens', 2_000, (n) => ({ query: `{ viewer { cart { ${many(n - 8, 'id')} } } }` }),
  { message: /more than 2000 tokens/ });
// The engine follows 32 selection sets below the first; the parser's own stack is guarded at 64 brackets of any kind.
const nested = (n) => ({ query: `{ ${many(n - 1, '... {')} __typename ${many(n - 1, '}')} }` });
await bound('selection sets inside each other', 33, nested, { code: 'GRAPHQL_VALIDATION_FAILED', message: /`32`/ });
await group.check('brackets inside each other: the parser is given 64 and not 65', async () => {
  const [under, over] = [(await ask(nested(64))).told.errors[0], (await ask(nested(65))).told.errors[0]];
  assert.equal(under.extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  assert.equal(over.extensions.code, 'COST_EXCEEDED');
  assert.match(over.message, /nested more than 64 deep/);
});
await bound('operations', 10, (n) => ({ query: many(n, (i) => `query Q${i} { __typename }`), operationName: 'Q0' }),
  { message: /operations: 11, at most 10/ });
await bound('fragments', 50, (n) => ({
  query: `{ viewer { cart { ${many(n, (i) => `...F${i}`)} } } } ${many(n, (i) => `fragment F${i} on Cart { id }`)}`,
}), { message: /fragments: 51, at most 50/ });
await bound('aliases', 30, (n) => ({ query: `{ viewer { cart { ${many(n, (i) => `a${i}: id`)} } } }` }),
  { message: /aliases: 31, at most 30/ });
await bound('directives', 50, (n) => ({ query: `{ viewer { cart { ${many(n, 'id @skip(if: false)')} } } }` }),
  { message: /directives: 51, at most 50/ });
await bound('fields at the root', 20, (n) => ({ query: `{ ${many(n, '__typename')} }` }),
  { message: /fields at the root: 21, at most 20/ });
await bound('fields at the root, inside fragments', 20, (n) => ({
  query: `{ ...F ...F ${many(n - 10, '__typename')} } fragment F on Query { ${many(5, '__typename')} }`,
}), { message: /fields at the root: 21, at most 20/ });
// item and variant by turns: deep, yet each is one object.
await bound('levels of fields', 15, (n) => ({
  query: `{ item(by: { slug: "${slug}" }) { ${many(n - 2, (i) => (i % 2 ? 'item {' : 'variant {'))} id ${many(n - 2, '}')} } }`,
}), { message: /levels of fields: 16, at most 15/ });
await bound('selections, fragments unfolded', 2_000, (n) => ({
  query: `{ viewer { deliveryLocation { ${many(19, '...F')} ${many(n - 1_902, 'pincode')} } } }
    fragment F on DeliveryLocation { ${many(99, 'pincode')} }`,
}), { message: /selections with fragments unfolded: 2001, at most 2000/ });
await bound('cost', 10_000, (n) => ({
  query: `{ search(first: 100) { ${many(n - 9_901, 'totalCount')} nodes { ${many(98, 'id')} } } }`,
}), { message: /10001 values, at most 10000/ });
await bound('cost by variables', 10_000, (n) => ({
  query: `query($first: Int!) { search(first: $first) { ${many(n - 9_901, 'totalCount')} nodes { ${many(98, 'id')} } } }`,
  variables: { first: 100 },
}), { message: /10001 values, at most 10000/ });
await bound('introspection fields at the root', 4, (n) => ({ query: `{ ${many(n, '__schema { queryType { name } }')} }` }),
  { message: /introspection fields at the root: 5, at most 4/ });
await bound('lists of introspection inside each other', 2, (n) => ({
  query: `{ __type(name: "Money") { ${many(n, 'fields { type {')} name ${many(n, '} }')} } }`,
}), { message: /nested lists of introspection: 3, at most 2/ });
await bound('items of an input list', 1_000, (n) => ({
  query: 'query($states: [OrderState!]) { viewer { orders(filter: { states: $states }) { pageInfo { hasNextPage } } } }',
  variables: { states: Array(n).fill('PLACED') },
}), { code: 'BAD_USER_INPUT', message: /1000/ });
for (const [name, call] of [
  ['signIn', 'signIn(input: { email: "a@example.org", password: "not the password" }) { errors { code } }'],
  ['startGuestSession', 'startGuestSession(input: {}) { errors { code } }'],
  ['placeOrder', `placeOrder(input: { quoteId: "x", expectedTotal: { amount: 1, currencyCode: "INR" },
    payment: { cardToken: "tok_succeeds" }, idempotencyKey: "k" }) { errors { code } }`],
]) {
  const refused = async (query) => {
    const { status, told } = await ask({ query });
    assert.deepEqual([status, told.errors[0].extensions.code], [400, 'COST_EXCEEDED']);
    assert.match(told.errors[0].message, /sensitive mutations: 2, at most 1/);
    assert.ok(!('data' in told));
  };
  await group.check(`${name}: one in a document is run`, async () => {
    const { told } = await ask({ query: `mutation { ${call} }` });
    assert.ok('data' in told, JSON.stringify(told));
  });
  await group.check(`${name}: two are refused, also inside a fragment`, async () => {
    await refused(`mutation { a: ${call} b: ${call} }`);
    await refused(`mutation { a: ${call} ...F } fragment F on Mutation { b: ${call} }`);
  });
}

// --- what single fields bound by themselves ---
const found = `pageInfo { hasNextPage }`;
for (const [what, most, make] of [
  ['rows of a page of search', 100, (n) => ({ query: `{ search(first: ${n}) { ${found} } }` })],
  ['rows of a page of orders', 50, (n) => ({ query: `{ viewer { orders(first: ${n}) { ${found} } } }` })],
  ['rows of a page of a wishlist', 100, (n) => ({ query: `{ viewer { wishlist { lines(first: ${n}) { ${found} } } } }` })],
  ['ids of nodes', 100, (n) => ({ query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids: Array(n).fill(product) } })],
  ['filters of a search', 20, (n) => ({
    query: `query($f: [FilterInput!]!) { search(filters: $f) { ${found} } }`,
    variables: { f: Array.from({ length: n }, (_, i) => ({ brands: [`b${i}`] })) },
  })],
  ['characters of a search text', 256, (n) => ({ query: `{ search(query: "${'x'.repeat(n)}") { ${found} } }` })],
]) {
  await group.check(`${what}: ${most} pass`, async () => {
    const { told } = await ask(make(most));
    assert.equal(told.errors, undefined, JSON.stringify(told.errors));
  });
  await group.check(`${what}: ${most + 1} are refused with BAD_USER_INPUT`, async () => {
    const { told } = await ask(make(most + 1));
    assert.equal(told.errors[0].extensions.code, 'BAD_USER_INPUT', JSON.stringify(told));
  });
}
await group.check('errors in one answer: 10, the rest is counted', async () => {
  const { told } = await ask({ query: `{ ${many(15, (i) => `no${i}`)} }` });
  assert.deepEqual([told.errors.length, told.extensions.moreErrors], [10, 5]);
});

// --- bombs ---
const fragments = (levels, width) => `${many(levels, (i) => `fragment F${i} on Query { ${many(width, `...F${i + 1}`)} }`)} fragment F${levels} on Query { __typename }`;
for (const [name, query] of [
  ['2^30 by fragments', `{ ...F0 } ${fragments(30, 2)}`],
  ['50^6 by fragments', `{ ...F0 } ${fragments(6, 50)}`],
  ['15^40 by fragments', `{ ...F0 } ${fragments(40, 15)}`],
  ['2^30 by fragments that nothing spreads', `{ __typename } ${fragments(30, 2)}`],
  ['2^30 by fragments in an operation that is not chosen', `query A { __typename } query B { ...F0 } ${fragments(30, 2)}`],
  ['a fragment that spreads itself', '{ ...F } fragment F on Query { ...F }'],
  ['fragments in a ring', `{ ...F0 } ${many(30, (i) => `fragment F${i} on Query { ...F${(i + 1) % 30} }`)}`],
  ['lists inside lists', `{ topCategories { ${many(12, 'children {')} id ${many(12, '}')} } }`],
  ['pages inside pages', `{ search(first: 100) { nodes { variants(first: 100) { nodes { item { variants(first: 100) { nodes { id } } } } } } } }`],
  ['introspection inside itself', `{ __schema { types { ${many(6, 'fields { type {')} name ${many(6, '} }')} } } }`],
  ['20,000 open brackets', '{'.repeat(20_000)],
  ['20,000 open lists', `{ a(b: ${'['.repeat(20_000)}`],
  ['a list with 900 lists', `{ search(filters: [${many(900, '[')}${many(900, ']')}]) { totalCount } }`],
]) {
  await group.check(`bomb of ${name}: refused within ${REFUSAL_MS} ms, the shop goes on`, async () => {
    const operationName = query.startsWith('query A') ? 'A' : undefined;
    // The best of three: what the machine does besides is not the bomb's price.
    const tries = [];
    for (let n = 0; n < 3; n += 1) tries.push(await ask({ query, operationName }));
    const { status, told, ms } = tries.sort((a, b) => a.ms - b.ms)[0];
    assert.equal(status, 400, JSON.stringify(told));
    assert.ok(['COST_EXCEEDED', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED'].includes(told.errors[0].extensions.code));
    assert.ok(ms < REFUSAL_MS, `it took ${ms} ms`);
    times.push(ms);
    assert.equal((await run('{ __typename }')).__typename, 'Query');
    return `${ms.toFixed(1)} ms`;
  });
}

// --- clients that dawdle ---
const dawdle = (head) => new Promise((done, fail) => {
  const { hostname, port } = new URL(SHOP);
  const begun = performance.now();
  let text = '';
  const tcp = net.connect(Number(port), hostname, () => tcp.write(head));
  tcp.on('data', (bytes) => {
    text += bytes;
    if (text.includes('\r\n\r\n')) tcp.end();
  });
  tcp.on('error', fail);
  tcp.on('close', () => done({ text, ms: performance.now() - begun }));
});
group.beside('a body that does not come: 408 after 10 seconds', async () => {
  const { text, ms } = await within(20_000, 'the end', dawdle(
    'POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"query":',
  ));
  assert.match(text, /^HTTP\/1\.1 408/);
  assert.ok(ms > 9_000 && ms < 14_000, `after ${ms} ms`);
});
group.beside('a head that does not come: the connection is closed', async () => {
  const { ms } = await within(40_000, 'the end', dawdle('POST /graphql HTTP/1.1\r\nhost: shop\r\nx-slow: '));
  return `after ${(ms / 1000).toFixed(0)} s`;
});
await Promise.all(group.slow);
const slowest = Math.max(...times).toFixed(1);
await group.finish(`slowest refusal ${slowest} ms`);
