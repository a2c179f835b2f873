import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, isRemembered, remember } from './remembered.js';

const noKey = () => assert.fail('no key was asked for');

test('a search leaves the slug of its best hit', () => {
  const data = { search: { edges: [{ node: { slug: 'first' } }, { node: { slug: 'second' } }] } };
  assert.deepEqual(remember({}, data), { slug: 'first' });
});

test('an item leaves the first variant that can be bought', () => {
  const nodes = [
    { id: 'V1', availability: 'SOLD_OUT' },
    { id: 'V2', availability: 'IN_STOCK', delivery: { __typename: 'NotDeliverable' } },
    { id: 'V3', availability: 'LOW_STOCK', delivery: { __typename: 'Deliverable' } },
  ];
  assert.deepEqual(remember({}, { item: { variants: { nodes } } }), { variant: 'V3' });
});

test('an answer replaces what it carries and keeps the rest', () => {
  const total = { amount: 134800, currencyCode: 'INR', formatted: '₹1,348.00' };
  const after = remember({ variant: 'V1', quote: 'Q1' }, { checkoutQuote: { quote: { id: 'Q2', total } } });
  assert.deepEqual(after, { variant: 'V1', quote: 'Q2', total });
});

test('a placed order leaves what a guest needs to see it again', () => {
  const placeOrder = { order: { id: 'O1', number: 'C-1' }, guestToken: 't' };
  assert.deepEqual(remember({}, { placeOrder }), { order: 'O1', number: 'C-1', guestOrderToken: 't' });
  const signedIn = { ...placeOrder, guestToken: null };
  assert.equal('guestOrderToken' in remember({}, { placeOrder: signedIn }), false);
});

test('a booked parcel leaves its number and its carrier, one that waits leaves nothing', () => {
  const shipments = [{ courier: 'VAYU', trackingNumber: 'T1' }];
  const found = { tracking: 'T1', courier: 'VAYU' };
  assert.deepEqual(remember({}, { node: { shipments } }), found);
  assert.deepEqual(remember({}, { orderEvents: { shipment: shipments[0] } }), found);
  const waiting = { courier: 'BHAR', trackingNumber: null };
  assert.deepEqual(remember({}, { node: { shipments: [waiting, ...shipments] } }), found);
});

test('staff find the item and the category that they saved', () => {
  assert.deepEqual(remember({}, { saveItem: { item: { id: 'I1' } } }), { item: 'I1' });
  assert.deepEqual(remember({}, { saveCategory: { category: { id: 'C1' } } }), { savedCategory: 'C1' });
});

test('an answer with nothing in it changes nothing', () => {
  assert.deepEqual(remember({ order: 'O1' }, { viewer: null, search: { edges: [] } }), { order: 'O1' });
});

test('names are replaced at any depth, other text is left alone', () => {
  const filled = fill({ lines: [{ variantId: '@variant' }], mail: 'a@b.example', other: '@nobody' }, { variant: 'V3' }, noKey);
  assert.deepEqual(filled, { lines: [{ variantId: 'V3' }], mail: 'a@b.example', other: '@nobody' });
});

test('money goes back without what is for people', () => {
  const total = { amount: 134800, currencyCode: 'INR', formatted: '₹1,348.00' };
  assert.deepEqual(fill({ total: '@total' }, { total }, noKey), { total: { amount: 134800, currencyCode: 'INR' } });
});

test('every key is a new one', () => {
  let made = 0;
  const filled = fill({ a: '@key', b: '@key' }, {}, () => `k${(made += 1)}`);
  assert.deepEqual(filled, { a: 'k1', b: 'k2' });
});

test('a value that was never seen stops the operation, unless it may be missing', () => {
  assert.throws(() => fill({ quote: '@quote' }, {}, noKey), /@quote/);
  assert.deepEqual(fill({ guest: '@guest?' }, {}, noKey), { guest: null });
  assert.deepEqual(fill({ guest: '@guest?' }, { guest: 'g' }, noKey), { guest: 'g' });
});

test('no variables stay no variables', () => {
  assert.equal(fill(undefined, {}, noKey), undefined);
});

test('only known names are names', () => {
  assert.equal(isRemembered('@variant'), true);
  assert.equal(isRemembered('@constructor'), false);
  assert.equal(isRemembered('variant'), false);
});
