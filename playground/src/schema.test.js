// Every document that the pages send, held against the schema of the repository.

import { buildSchema, parse, validate } from 'graphql';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { toOperations } from './ide/operations.js';
import * as session from './shared/documents.js';
import * as shop from './shop/queries.js';

const SCHEMA = new URL('../../schema/schema.graphql', import.meta.url);
const FOLDER = new URL('../../schema/operations/', import.meta.url);


function problems(documents) {
  const schema = buildSchema(readFileSync(SCHEMA, 'utf8'));
  return Object.entries(documents).flatMap(([name, text]) => validate(schema, parse(text)).map(({ message }) => `${name}: ${message}`));
}

function saved(ending) {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(ending));
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));
}

test('the documents of the session are valid', () => {
  assert.deepEqual(problems(session), []);
});

test('the documents of the demo shop are valid', () => {
  assert.deepEqual(problems(shop), []);
});

test('every tab is a valid document of its own', () => {
  const tabs = toOperations(saved('.graphql'), saved('.variables.json'));
  assert.deepEqual(problems(Object.fromEntries(tabs.map(({ name, query }) => [name, query]))), []);
});
