// Chowk as a subgraph: its SDL composes with two small subgraphs of others under two composers that share no code, and
// each composer is shown to refuse what does not fit.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import * as apollo from '@apollo/composition';
import * as guild from '@theguild/federation-composition';

const ROOT = join(import.meta.dirname, '../..');
const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@external"])\n';

/** What the program of this build prints. */
export function subgraph() {
  const program = process.env.CHOWK_BIN ?? join(ROOT, 'target/debug/chowk');
  if (!existsSync(program)) throw new Error('there is no target/debug/chowk: run `make build` first');
  return execFileSync(program, ['schema', '--federation'], { encoding: 'utf8', maxBuffer: 16 << 20 });
}

const REVIEWS = `${LINK}
type Item @key(fields: "id") { id: ID! reviews(first: Int): ReviewConnection! }
type Review { stars: Int! text: String item: Item! }
type ReviewConnection { nodes: [Review!]! pageInfo: PageInfo! }
type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Query { topReviews: [Review!]! }`;

const LOYALTY = `${LINK}
type Order @key(fields: "id") { id: ID! pointsEarned: Int! }
type Query { lastRewarded: Order }`;

/** What clients of the gateway may ask then. */
const ASKED = `{ topReviews { stars item { title priceRange { min { formatted } } reviews { pageInfo { hasNextPage } } } }
  lastRewarded { number state pointsEarned } viewer { orders(first: 3) { nodes { number pointsEarned } } } }`;

/** Each answers the supergraph's SDL for clients, or throws. */
const COMPOSERS = {
  'Apollo': (subgraphs) => {
    const { errors, schema, supergraphSdl } = apollo.composeServices(subgraphs);
    if (errors?.length || !supergraphSdl) throw new Error(errors?.map((e) => e.message).join('\n'));
    return schema.toAPISchema().toGraphQLJSSchema();
  },
  'The Guild': (subgraphs) => {
    const { errors, supergraphSdl, publicSdl } = guild.composeServices(subgraphs);
    if (errors?.length || !supergraphSdl) throw new Error(errors?.map((e) => e.message).join('\n'));
    return buildSchema(publicSdl ?? supergraphSdl);
  },
};

const of = (chowk, reviews = REVIEWS, loyalty = LOYALTY) => [['chowk', chowk], ['reviews', reviews], ['loyalty', loyalty]]
  .map(([name, sdl]) => ({ name, url: `http://127.0.0.1/${name}`, typeDefs: parse(sdl) }));

/** What must not compose, each one change away from what does. */
const BAD = {
  'a key without its field': (sdl) => of(sdl.replace('Node @key(fields: "id")', 'Node @key(fields: "sku")')),
  'Chowk without keys': (sdl) => of(sdl.replaceAll(' @key(fields: "id")', '')),
  'PageInfo not shared': (sdl) => of(sdl.replace('type PageInfo @shareable', 'type PageInfo')),
  'a field with two owners': (sdl) => of(sdl, REVIEWS.replace('reviews(first', 'title: String! reviews(first')),
  'another type of the key': (sdl) => of(sdl, REVIEWS.replace('{ id: ID! reviews', '{ id: [Int!]! reviews')),
};

/** What composes, and what is refused: as the parts of `report.mjs` answer. */
export function federation() {
  const sdl = subgraph();
  const told = [];
  let checks = 0;
  const check = (what, holds) => {
    checks += 1;
    try { holds(); } catch (error) { told.push(`${what}: ${error.message}`); }
  };
  for (const [name, compose] of Object.entries(COMPOSERS)) {
    check(`${name} composes`, () => {
      const invalid = validate(compose(of(sdl)), parse(ASKED)).map((e) => e.message);
      if (invalid.length) throw new Error(invalid.join('\n'));
    });
    for (const [what, subgraphs] of Object.entries(BAD)) {
      check(`${name} refuses ${what}`, () => {
        const bad = subgraphs(sdl);
        if (JSON.stringify(bad) === JSON.stringify(of(sdl))) throw new Error('it is not bad: the change does not apply');
        let schema;
        try { schema = compose(bad); } catch (error) {
          if (process.env.VERBOSE) console.log(`${name}, ${what}: ${error.message.split('\n')[0].slice(0, 160)}`);
          return;
        }
        throw new Error(`it composes to ${Object.keys(schema.getTypeMap()).length} types`);
      });
    }
  }
  return { checks, failed: told.length, told, note: `with two subgraphs of others, under ${Object.keys(COMPOSERS).join(' and ')}; ${Object.keys(BAD).length} bad ones refused by each` };
}
