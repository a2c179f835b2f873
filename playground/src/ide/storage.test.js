import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprint, scopedStorage, seed } from './storage.js';

/** The part of the browser's `Storage` that is used, in memory. */
function memory(entries = {}) {
  const map = new Map(Object.entries(entries));
  return {
    get length() {
      return map.size;
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, String(value)),
    removeItem: (key) => void map.delete(key),
  };
}

test('keys of other tools and other versions are not seen', () => {
  const below = memory({ 'graphiql:tabState': 'theirs', 'chowk-graphiql-old:graphiql:tabState': 'older' });
  const storage = scopedStorage(below, 'new');
  assert.equal(storage.getItem('graphiql:tabState'), null);
  assert.equal(storage.length, 0);
  assert.equal(below.getItem('graphiql:tabState'), 'theirs');
  assert.equal(below.getItem('chowk-graphiql-old:graphiql:tabState'), null);
});

test('what is written is found again, and clearing leaves the others alone', () => {
  const below = memory({ other: 'kept' });
  const storage = scopedStorage(below, 'v');
  storage.setItem('a', '1');
  assert.equal(storage.key(0), 'a');
  assert.equal(scopedStorage(below, 'v').getItem('a'), '1');
  storage.clear();
  assert.equal(storage.length, 0);
  assert.equal(below.getItem('other'), 'kept');
});

test('the first visit starts in the first tab, later ones where one was', () => {
  const storage = memory();
  seed(storage, { query: '{ a }', variables: null });
  assert.equal(storage.getItem('graphiql:query'), '{ a }');
  assert.equal(storage.getItem('graphiql:variables'), '');
  seed(storage, { query: '{ b }', variables: '{}' });
  assert.equal(storage.getItem('graphiql:query'), '{ a }');
});

test('texts that differ have fingerprints that differ', () => {
  assert.notEqual(fingerprint('query A'), fingerprint('query B'));
  assert.equal(fingerprint(''), '811c9dc5');
});
