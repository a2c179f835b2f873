// The rules that the SDL is held to. Each takes a schema and answers its findings as sentences; `rules.test.mjs` shows that
// each of them can fail.
import {
  getNamedType, isEnumType, isInputObjectType, isInterfaceType, isListType, isNonNullType, isObjectType,
} from 'graphql';

const PASCAL = /^[A-Z][A-Za-z0-9]*$/;
const CAMEL = /^[a-z][A-Za-z0-9]*$/;
const UPPER = /^[A-Z][A-Z0-9_]*$/;
/** What a deprecation says: what to use instead, and the day from which on the member may go. */
const DEPRECATION = /^Use `[\w.]+`.* Removed not before (\d{4}-\d{2}-\d{2})\.$/;

const own = (schema) => Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));
const builtIn = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);
const fielded = (type) => isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);

/** Every field, argument, input field and enum value, with the place where it stands. */
function* members(schema) {
  for (const type of own(schema)) {
    if (isEnumType(type)) {
      for (const value of type.getValues()) yield { at: `${type.name}.${value.name}`, kind: 'value', member: value };
    }
    if (!fielded(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const kind = isInputObjectType(type) ? 'input' : 'field';
      yield { at: `${type.name}.${field.name}`, kind, member: field };
      for (const argument of field.args ?? []) {
        yield { at: `${type.name}.${field.name}(${argument.name}:)`, kind: 'argument', member: argument };
      }
    }
  }
}

/** Types are PascalCase, fields and arguments camelCase, values of enums UPPER_CASE. */
function naming(schema) {
  const types = own(schema).filter((t) => !PASCAL.test(t.name)).map((t) => `${t.name}: types are written PascalCase`);
  const wrong = ({ kind, member }) => !(kind === 'value' ? UPPER : CAMEL).test(member.name);
  const style = ({ kind }) => (kind === 'value' ? 'values are written UPPER_CASE' : 'fields and arguments are written camelCase');
  return [...types, ...[...members(schema)].filter(wrong).map((m) => `${m.at}: ${style(m)}`)];
}

/** Everything says what it is. */
function descriptions(schema) {
  const silent = (member) => !member.description?.trim();
  const types = own(schema).filter((t) => !builtIn.has(t.name) && silent(t)).map((t) => t.name);
  const rest = [...members(schema)].filter(({ member }) => silent(member)).map(({ at }) => at);
  return [...types, ...rest].map((at) => `${at}: has no description`);
}

/** A list holds no nulls, but for `Query.nodes`: a hole there is an id that nobody has. */
function lists(schema) {
  const holey = (type) => {
    if (isNonNullType(type)) return holey(type.ofType);
    return isListType(type) && (!isNonNullType(type.ofType) || holey(type.ofType));
  };
  return [...members(schema)].filter(({ at, member }) => at !== 'Query.nodes' && member.type && holey(member.type)).map(({ at }) => `${at}: items of a list are non-null`);
}

/** `Node` and the shapes of Relay's connections. */
function relay(schema) {
  const found = [];
  const type = (name) => schema.getType(name);
  const shape = (name, field) => type(name)?.getFields?.()[field]?.type.toString();
  const want = (name, field, expected) => {
    const is = shape(name, field);
    if (!expected.includes(is)) found.push(`${name}.${field}: is ${is ?? 'absent'}, not ${expected.join(' or ')}`);
  };
  want('Node', 'id', ['ID!']);
  want('Query', 'node', ['Node']);
  want('Query', 'nodes', ['[Node]', '[Node]!']);
  for (const [field, expected] of [['hasNextPage', 'Boolean!'], ['hasPreviousPage', 'Boolean!'], ['startCursor', 'String'], ['endCursor', 'String']]) {
    want('PageInfo', field, [expected]);
  }
  for (const connection of own(schema).filter((t) => isObjectType(t) && t.name.endsWith('Connection'))) {
    want(connection.name, 'pageInfo', ['PageInfo!']);
    const edge = getNamedType(connection.getFields().edges?.type ?? null)?.name;
    want(connection.name, 'edges', [`[${edge}!]!`]);
    if (edge) want(edge, 'cursor', ['String!']);
    if (edge && !shape(edge, 'node')) found.push(`${edge}.node: is absent`);
  }
  for (const { at, kind, member } of members(schema)) {
    if (kind !== 'field' || !getNamedType(member.type).name.endsWith('Connection')) continue;
    const names = member.args.map((a) => a.name);
    if (!names.includes('first') || !names.includes('after')) found.push(`${at}: a connection takes first and after`);
  }
  for (const t of own(schema).filter((t) => isObjectType(t) && t.getInterfaces().some((i) => i.name === 'Node'))) {
    want(t.name, 'id', ['ID!']);
  }
  return found;
}

/** A mutation takes at most one `input` of its own and answers `…Payload` with the user's errors in it. */
function mutations(schema) {
  const found = [];
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const at = `Mutation.${field.name}`;
    const title = field.name[0].toUpperCase() + field.name.slice(1);
    const payload = getNamedType(field.type);
    if (!payload.name.endsWith('Payload')) found.push(`${at}: answers ${payload.name}, not a payload`);
    else if (payload.getFields().errors?.type.toString() !== '[UserError!]!') found.push(`${payload.name}: has no errors: [UserError!]!`);
    const takes = field.args.map((a) => `${a.name}: ${a.type}`).join(', ');
    if (!['', `input: ${title}Input!`].includes(takes)) found.push(`${at}: takes (${takes}), not (input: ${title}Input!)`);
  }
  return found;
}

/** A subscription can be taken up again after a cursor that its events carry. */
function subscriptions(schema) {
  const found = [];
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    const carries = getNamedType(field.type).getFields?.().cursor;
    const resumes = field.args.some((a) => a.name === 'after');
    if (resumes && !carries) found.push(`Subscription.${field.name}: takes after, but its events carry no cursor`);
  }
  return found;
}

/** What is deprecated says what to use instead and until when it stays at least. */
function deprecations(schema) {
  const old = [...members(schema)].filter(({ member }) => member.deprecationReason != null);
  return old.filter(({ member }) => !DEPRECATION.test(member.deprecationReason))
    .map(({ at }) => `${at}: say "Use \`X\`. Removed not before YYYY-MM-DD." as schema/README.md tells`);
}

export const RULES = { naming, descriptions, lists, relay, mutations, subscriptions, deprecations };

/** The day from which on a deprecated member may go; null when its reason does not say so. */
export const removable = (reason) => reason?.match(DEPRECATION)?.[1] ?? null;
