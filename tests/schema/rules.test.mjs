// Each rule and each kind of change is shown to fail on a small bad schema and to pass on its good twin.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { changes } from './changes.mjs';
import { RULES } from './rules.mjs';

const schema = (text) => buildSchema(text, { assumeValid: true });
const found = (rule, text) => RULES[rule](schema(text));
const QUERY = '"q" type Query { "n" node("i" id: ID!): Node "ns" nodes("i" ids: [ID!]!): [Node]! }\n"n" interface Node { "i" id: ID! }\n'
  + '"p" type PageInfo { "a" hasNextPage: Boolean! "b" hasPreviousPage: Boolean! "c" startCursor: String "d" endCursor: String }\n';

test('names have the style of their kind', () => {
  assert.deepEqual(found('naming', 'type Query { a: Int }'), []);
  for (const bad of ['type query_root { a: Int }', 'type Query { Big: Int }', 'type Query { a(Big: Int): Int }', 'enum E { small }', 'input I { Big: Int }']) {
    assert.equal(found('naming', bad).length, 1, bad);
  }
});

test('everything has a description', () => {
  assert.deepEqual(found('descriptions', '"q" type Query { "a" a("b" b: Int): Int } "e" enum E { "x" X }'), []);
  assert.equal(found('descriptions', 'type Query { a(b: Int): Int } enum E { X }').length, 5);
  assert.equal(found('descriptions', '"  " type Query { "a" a: Int }').length, 1);
});

test('lists hold no nulls', () => {
  assert.deepEqual(found('lists', 'type Query { a: [Int!] b: [[Int!]!]! }'), []);
  for (const bad of ['[Int]', '[[Int]!]!', '[Int]!']) assert.equal(found('lists', `type Query { a: ${bad} }`).length, 1, bad);
});

test('connections and nodes have the shapes of Relay', () => {
  const good = `${QUERY} type XConnection { edges: [XEdge!]! pageInfo: PageInfo! } type XEdge { cursor: String! node: Int! }`;
  assert.deepEqual(found('relay', good), []);
  const bad = [
    good.replace('cursor: String!', 'cursor: Int'), good.replace('node: Int!', 'other: Int'), good.replace('[XEdge!]!', '[XEdge]'),
    good.replace('pageInfo: PageInfo!', 'pageInfo: PageInfo'), good.replace('"c" startCursor: String', ''),
    good.replace('"n" node("i" id: ID!): Node', '"n" node("i" id: ID!): Node!'),
    `${good} type Shop { xs(first: Int): XConnection! }`, `${good} type Thing implements Node { id: String! }`,
  ];
  for (const text of bad) assert.ok(found('relay', text).length >= 1, text);
});

test('mutations take one input and answer a payload with errors', () => {
  const good = 'interface UserError { code: String } type Query { a: Int } type DoItPayload { errors: [UserError!]! } input DoItInput { a: Int } type Mutation { doIt(input: DoItInput!): DoItPayload! }';
  assert.deepEqual(found('mutations', good), []);
  for (const bad of [good.replace('(input: DoItInput!)', '(a: Int)'), good.replace('errors: [UserError!]!', 'errors: [UserError!]'), good.replace(': DoItPayload!', ': Int')]) {
    assert.equal(found('mutations', bad).length, 1, bad);
  }
});

test('a subscription that resumes carries its cursor', () => {
  const good = 'type Query { a: Int } type E { cursor: String! } type Subscription { e(after: String): E! }';
  assert.deepEqual(found('subscriptions', good), []);
  assert.equal(found('subscriptions', good.replace('cursor', 'at')).length, 1);
});

test('a deprecation says what to use and until when it stays', () => {
  const old = (reason) => found('deprecations', `type Query { a: Int @deprecated(reason: "${reason}") b: Int }`);
  assert.deepEqual(old('Use `b`. Removed not before 2030-01-31.'), []);
  for (const reason of ['old', 'Use `b`.', 'Removed not before 2030-01-31.']) assert.equal(old(reason).length, 1, reason);
});

test('what breaks clients is found, and what is due may go', () => {
  const released = schema('type Query { a: Int b(x: Int): Int c: Int @deprecated(reason: "Use `b`. Removed not before 2026-06-01.") } enum E { X Y }');
  const against = (text, day = '2026-01-01') => changes(released, schema(text), day);
  const same = 'type Query { a: Int b(x: Int): Int c: Int } enum E { X Y }';
  assert.deepEqual(against(same), { breaking: [], dangerous: [] });
  for (const [from, to] of [['a: Int ', ''], ['x: Int', 'x: Int!'], ['x: Int', 'y: Int'], ['X Y', 'X'], ['a: Int ', 'a: String ']]) {
    assert.equal(against(same.replace(from, to)).breaking.length, 1, `${from} → ${to}`);
  }
  assert.equal(against(same.replace('c: Int', '')).breaking.length, 1, 'too early');
  assert.deepEqual(against(same.replace('c: Int', ''), '2026-06-01').breaking, []);
  assert.equal(against(same.replace('X Y', 'X Y Z')).dangerous.length, 1);
});
