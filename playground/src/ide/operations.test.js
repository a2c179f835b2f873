import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toOperations } from './operations.js';

const FOLDER = '../../../schema/operations';

test('an empty folder gives no tabs', () => {
  assert.deepEqual(toOperations({}, {}), []);
});

test('operations follow the shopper, unknown ones come last in the order of the files', () => {
  const documents = {
    [`${FOLDER}/Abc.graphql`]: 'query Zebra { a } query Ant { a }',
    [`${FOLDER}/Checkout.graphql`]: 'mutation Quote { q } mutation QuoteTo { q } mutation Place { p }',
    [`${FOLDER}/SearchPage.graphql`]: 'query SearchPage { s }',
  };
  const names = toOperations(documents, {}).map(({ name }) => name);
  assert.deepEqual(names, ['SearchPage', 'QuoteTo', 'Place', 'Quote', 'Zebra', 'Ant']);
});

test('each operation brings the fragments it needs, also those inside fragments, and no others', () => {
  const source = 'query One { a { ...A } } query Two { b } fragment A on T { ...B } fragment B on T { id } fragment C on T { id }';
  const [one, two] = toOperations({ 'X.graphql': source }, {});
  assert.match(one.query, /^query One .*fragment A on T .*fragment B on T/s);
  assert.doesNotMatch(one.query, /fragment C|Two/);
  assert.doesNotMatch(two.query, /fragment/);
});

test('comments above an operation stay, and one with comments inside stays as written', () => {
  const source = '# First.\n# Second.\nquery One { a }\n\nquery Two {\n  # why\n  a   b\n}';
  const [one, two] = toOperations({ 'X.graphql': source }, {});
  assert.equal(one.query, '# First.\n# Second.\nquery One {\n  a\n}');
  assert.equal(two.query, 'query Two {\n  # why\n  a   b\n}');
});

test('saved variables reach the operations that declare them', () => {
  const documents = { [`${FOLDER}/Checkout.graphql`]: 'mutation QuoteTo($address: ID!) { q } mutation Place($card: String!) { p }' };
  const variables = { [`${FOLDER}/Checkout.variables.json`]: '{ "card": "tok_succeeds", "address": "A1" }' };
  const [quote, place] = toOperations(documents, variables).map((operation) => JSON.parse(operation.variables));
  assert.deepEqual(quote, { address: 'A1' });
  assert.deepEqual(place, { card: 'tok_succeeds' });
});

test('saved variables may differ between the operations of one file', () => {
  const documents = { 'X.graphql': 'query One($n: Int!) { a } query Two($n: Int!) { a }' };
  const variables = { 'X.variables.json': '{ "One": { "n": 3 }, "Two": { "n": 4 } }' };
  const values = toOperations(documents, variables).map((operation) => JSON.parse(operation.variables).n);
  assert.deepEqual(values, [3, 4]);
});

test('required variables without a saved value start with what is remembered, or with an empty value', () => {
  const source = 'mutation M($variantId: ID!, $key: String!, $n: Int!, $ids: [ID!]!, $note: String, $size: Int! = 2) { m }';
  const [{ variables }] = toOperations({ 'M.graphql': source }, {});
  assert.deepEqual(JSON.parse(variables), { variantId: '@variant', key: '@key', n: 1, ids: [] });
});

test('a document that does not parse is shown as it is', () => {
  const [broken] = toOperations({ 'Broken.graphql': 'query {' }, {});
  assert.equal(broken.name, 'Broken');
  assert.equal(broken.query, 'query {');
});
