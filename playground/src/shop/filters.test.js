import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toFilters, toggled } from './filters.js';

const chosen = (facet) => ({ [facet.key]: facet });

test('nothing chosen, nothing filtered', () => {
  assert.deepEqual(toFilters({}), []);
  assert.deepEqual(toFilters(chosen({ key: 'brand', kind: 'TEXT', values: [] })), []);
  assert.deepEqual(toFilters(chosen({ key: 'price', kind: 'NUMBER', range: { min: '', max: '' } })), []);
});

test('category, brand and rating have filters of their own', () => {
  assert.deepEqual(toFilters(chosen({ key: 'category', kind: 'TEXT', values: ['C1', 'C2'] })), [{ categoryIds: ['C1', 'C2'] }]);
  assert.deepEqual(toFilters(chosen({ key: 'brand', kind: 'TEXT', values: ['Aurora'] })), [{ brands: ['Aurora'] }]);
  assert.deepEqual(toFilters(chosen({ key: 'rating', kind: 'NUMBER', values: ['4', '3'] })), [{ minRating: 3 }]);
});

test('rupees become whole paise, and one bound may be missing', () => {
  const filters = toFilters(chosen({ key: 'price', kind: 'NUMBER', range: { min: '1299', max: '' } }));
  assert.deepEqual(filters, [{ price: { min: { amount: 129900, currencyCode: 'INR' } } }]);
});

test('attributes are filtered by their kind', () => {
  assert.deepEqual(toFilters(chosen({ key: 'size', kind: 'LIST', values: ['S', 'M'] })), [{ attribute: { key: 'size', is: { anyOf: ['S', 'M'] } } }]);
  assert.deepEqual(toFilters(chosen({ key: 'washable', kind: 'BOOLEAN', values: ['true'] })), [{ attribute: { key: 'washable', is: { holds: true } } }]);
  assert.deepEqual(toFilters(chosen({ key: 'washable', kind: 'BOOLEAN', values: ['true', 'false'] })), []);
  const range = toFilters(chosen({ key: 'screen', kind: 'NUMBER', range: { min: '40.5', max: '55' } }));
  assert.deepEqual(range, [{ attribute: { key: 'screen', is: { between: { min: 40.5, max: 55 } } } }]);
});

test('choosing twice is choosing not', () => {
  const facet = { key: 'brand', kind: 'TEXT' };
  const once = toggled({}, facet, 'Aurora');
  assert.deepEqual(once.brand.values, ['Aurora']);
  assert.deepEqual(toggled(toggled(once, facet, 'Banyan'), facet, 'Aurora').brand.values, ['Banyan']);
});
