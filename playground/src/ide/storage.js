// Where GraphiQL keeps its tabs: under a name of this build's operations.
//
// Two things follow: another tool on the same address and port never mixes its tabs into ours, and after an
// upgrade that changed the saved operations one sees the new ones.

const PREFIX = 'chowk-graphiql';

/** A short fingerprint (FNV-1a, 32 bits) that tells texts apart; not for secrets. */
export function fingerprint(text) {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193);
  return (hash >>> 0).toString(16);
}

function keysOf(storage) {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index));
}

/** A `Storage` on top of another, holding only the keys of this version; those of other versions are dropped. */
export function scopedStorage(storage, version) {
  const scope = `${PREFIX}-${version}:`;
  for (const key of keysOf(storage)) {
    if (key.startsWith(`${PREFIX}-`) && !key.startsWith(scope)) storage.removeItem(key);
  }
  const own = () => keysOf(storage).filter((key) => key.startsWith(scope));
  return {
    get length() {
      return own().length;
    },
    key: (index) => own()[index]?.slice(scope.length) ?? null,
    getItem: (key) => storage.getItem(scope + key),
    setItem: (key, value) => storage.setItem(scope + key, value),
    removeItem: (key) => storage.removeItem(scope + key),
    clear: () => own().forEach((key) => storage.removeItem(key)),
  };
}

/**
 * What GraphiQL would find had one been here before: the first tab in the editors (it takes a tab's variables from
 * here only), and a narrower panel than its third of the window.
 */
export function seed(storage, { query, variables }) {
  if (storage.getItem('graphiql:query') !== null || storage.getItem('graphiql:tabState') !== null) return;
  storage.setItem('graphiql:query', query);
  storage.setItem('graphiql:variables', variables ?? '');
  storage.setItem('graphiql:docExplorerFlex', '0.28');
}
