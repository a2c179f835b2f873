// Turns the saved documents into tabs: one operation each, with its fragments and its first variables.
//
// Pure: the files come in as text, see `saved.js`.

import { Kind, parse, print, visit } from 'graphql';
import { isRemembered } from './remembered.js';
import { alongTheWay, titleOf } from './way.js';

/** The file name without folder and ending. */
function stem(path) {
  return path.replace(/^.*\//, '').replace(/\.(graphql|variables\.json)$/, '');
}

/** A definition with the comment lines right above it: one field a line, or as written where it has comments inside. */
function textOf(source, node) {
  const written = source.slice(node.loc.start, node.loc.end);
  const above = source.slice(0, node.loc.start).split('\n').slice(0, -1);
  const firstComment = above.findLastIndex((line) => !line.trimStart().startsWith('#')) + 1;
  return [...above.slice(firstComment), written.includes('#') ? written : print(node)].join('\n');
}

function spreadsIn(node) {
  const names = new Set();
  visit(node, { FragmentSpread: ({ name }) => void names.add(name.value) });
  return names;
}

/** The fragments that an operation needs, also through other fragments. */
function fragmentsOf(operation, fragments) {
  const needed = new Set(spreadsIn(operation));
  // A set grows while it is walked, so that fragments of fragments are found too.
  for (const name of needed) {
    const fragment = fragments.get(name);
    if (fragment) for (const inner of spreadsIn(fragment)) needed.add(inner);
  }
  return [...fragments.values()].filter(({ name }) => needed.has(name.value));
}

/** What a required variable without a saved value starts with. */
function startingValue(name, type) {
  const remembered = `@${name.replace(/Id$/, '')}`;
  if (isRemembered(remembered)) return remembered;
  if (type.kind === Kind.LIST_TYPE) return [];
  return type.name?.value === 'Int' ? 1 : '';
}

/**
 * The first variables of an operation: the saved ones that it declares (either at the top of the file or
 * below the operation's name), then every other required one.
 */
function startingVariables({ name, variableDefinitions = [] }, saved) {
  const values = saved[name.value] ?? saved;
  const result = {};
  for (const { variable, type, defaultValue } of variableDefinitions) {
    const key = variable.name.value;
    if (Object.hasOwn(values, key)) result[key] = values[key];
    else if (type.kind === Kind.NON_NULL_TYPE && !defaultValue) result[key] = startingValue(key, type.type);
  }
  return Object.keys(result).length ? JSON.stringify(result, null, 2) : null;
}

function split(path, source, saved) {
  const { definitions } = parse(source);
  const fragments = new Map(definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map((f) => [f.name.value, f]));
  return definitions
    .filter(({ kind, name }) => kind === Kind.OPERATION_DEFINITION && name)
    .map((operation) => ({
      name: operation.name.value,
      title: titleOf(operation.name.value),
      kind: operation.operation,
      file: stem(path),
      query: [operation, ...fragmentsOf(operation, fragments)].map((node) => textOf(source, node)).join('\n\n'),
      variables: startingVariables(operation, saved),
    }));
}

/**
 * All saved operations in the order of the tabs. `documents` and `variables` map a file's path to its text;
 * `NAME.variables.json` belongs to `NAME.graphql`. A document that does not parse becomes one tab as it is.
 */
export function toOperations(documents, variables) {
  const saved = new Map(Object.entries(variables).map(([path, text]) => [stem(path), JSON.parse(text)]));
  const operations = Object.entries(documents).flatMap(([path, source]) => {
    const name = stem(path);
    try {
      return split(path, source, saved.get(name) ?? {});
    } catch {
      return [{ name, title: titleOf(name), kind: 'query', file: name, query: source, variables: null }];
    }
  });
  return alongTheWay(operations);
}
