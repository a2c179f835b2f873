// The same way through the shop for every client: a page and the next, a guest, the cart, its changes over a socket, a
// typed error, a refused field. `client` adapts one library: `query`, `mutate` answer `{ data, errors }`; `subscribe`
// calls back and answers a function that ends it; `as(token)` is the client of that guest.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { sleep, until } from './group.mjs';
import { run, variant } from './shop.mjs';
import { ADD, BOOKS, CART, LIST, START } from './storefront.mjs';

export async function journey(group, as) {
  const product = await variant();
  let client = as();
  const well = ({ data, errors }) => {
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
  };
  await group.check('a query', async () => {
    const { search } = well(await client.query(LIST, { first: 5, after: null }));
    assert.equal(search.edges.length, 5);
    assert.ok(search.edges.every((e) => e.node.id && e.node.title));
  });
  await group.check('a connection page by page: the same as in one piece, nothing twice', async () => {
    const pages = [];
    let after = null;
    for (let page = 0; page < 3; page += 1) {
      const { search } = well(await client.query(LIST, { first: 4, after }));
      pages.push(...search.edges.map((e) => e.node.id));
      assert.equal(search.pageInfo.hasNextPage, true);
      after = search.pageInfo.endCursor;
    }
    const { search } = well(await client.query(LIST, { first: 12, after: null }));
    assert.deepEqual(pages, search.edges.map((e) => e.node.id));
    assert.equal(new Set(pages).size, 12);
  });
  await group.check('a mutation: a guest session, and a cart of its own', async () => {
    const started = well(await client.mutate(START, {})).startGuestSession;
    assert.deepEqual(started.errors, []);
    client = as(started.session.accessToken);
    const added = well(await client.mutate(ADD, { variant: product, quantity: 1, key: randomUUID() })).addCartLines;
    assert.deepEqual(added.errors, []);
    assert.equal(added.cart.totalQuantity, 1);
  });
  await group.check('a subscription over graphql-ws tells of the cart', async () => {
    const seen = [];
    const stop = client.subscribe(CART, {}, (answer) => seen.push(well(answer).cartUpdated.totalQuantity));
    await sleep(500);
    well(await client.mutate(ADD, { variant: product, quantity: 2, key: randomUUID() }));
    await until(5_000, 'the update', () => seen.includes(3));
    stop();
    await sleep(200);
    const before = seen.length;
    well(await client.mutate(ADD, { variant: product, quantity: 1, key: randomUUID() }));
    await sleep(500);
    assert.equal(seen.length, before, 'it was stopped');
  });
  await group.check('the same idempotency key adds once', async () => {
    const variables = { variant: product, quantity: 1, key: randomUUID() };
    const [first, second] = [await client.mutate(ADD, variables), await client.mutate(ADD, variables)];
    assert.equal(well(second).addCartLines.cart.totalQuantity, well(first).addCartLines.cart.totalQuantity);
  });
  await group.check('a refusal of the shop is data: typed, with its path', async () => {
    const { errors } = well(await client.mutate(ADD, { variant: product, quantity: 1_000, key: randomUUID() })).addCartLines;
    assert.equal(errors.length, 1);
    assert.ok(errors[0].__typename && errors[0].code && errors[0].message);
    assert.deepEqual(errors[0].path.slice(0, 2), ['lines', '0']);
  });
  await group.check('a field that may not be read is an error with its code', async () => {
    const { errors } = await client.query(BOOKS, {});
    assert.equal(errors[0].extensions.code, 'FORBIDDEN');
  });
  await group.check('a variable that does not fit is an error with its code', async () => {
    const { errors } = await client.query(LIST, { first: 'many', after: null });
    assert.equal(errors[0].extensions.code, 'BAD_USER_INPUT');
  });
  assert.equal((await run('{ __typename }')).__typename, 'Query');
}
