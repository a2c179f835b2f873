import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFinal, stateName, until, when, whyNot } from './words.js';

test('times are told in India, whatever the machine says', () => {
  assert.match(when('2026-11-24T12:30:00Z'), /24 Nov.*6:00/);
});

test('the time left is told in the unit that fits', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  assert.equal(until('2026-11-24T12:00:30Z', now), 'now');
  assert.equal(until('2026-11-24T11:00:00Z', now), 'now');
  assert.equal(until('2026-11-24T12:09:59Z', now), '9 min');
  assert.equal(until('2026-11-24T14:10:00Z', now), '2 h 10 min');
  assert.equal(until('2026-11-28T12:00:00Z', now), '4 days');
});

test('every reason has words, also one that is not known yet', () => {
  assert.equal(whyNot({ reason: 'NO_COURIER' }), 'No courier goes there');
  assert.match(whyNot({ reason: 'SOMETHING_NEW', expectedFrom: '2026-11-24T12:30:00Z' }), /^Cannot be delivered; expected from/);
});

test('states read as words and end where an order ends', () => {
  assert.equal(stateName('OUT_FOR_DELIVERY'), 'Out for delivery');
  assert.equal(isFinal('DELIVERED'), true);
  assert.equal(isFinal('SHIPPED'), false);
});
