// Runs the audits of the GraphQL over HTTP specification (npm graphql-http) against a URL:
//   node audits.mjs http://127.0.0.1:4000/graphql
// Prints each failure and one line of counts; exits with 1 when an audit fails or fewer than 61 were run, and with 2
// when the URL is missing or nobody answers there. Introspection must be on: some audits ask for `__type`.
import { appendFileSync } from 'node:fs';
import { serverAudits } from 'graphql-http';

const EXPECTED = 61;
const shop = process.env.CHOWK_URL && `${process.env.CHOWK_URL}/graphql`;
const url = process.argv[2] ?? process.env.CHOWK_GRAPHQL_URL ?? shop;
if (!url) {
  console.error('usage: node audits.mjs http://127.0.0.1:4000/graphql');
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const audit of serverAudits({ url })) {
  const result = await audit.fn().catch((error) => {
    console.error(`${url} does not answer: ${error.cause?.message ?? error.message}`);
    process.exit(2);
  });
  if (result.status === 'ok') {
    passed += 1;
  } else {
    failed += 1;
    console.log(`${result.status.toUpperCase()} ${audit.id} ${audit.name}: ${result.reason}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
const results = process.env.CONFORMANCE_RESULTS;
if (results) appendFileSync(results, `HTTP audits\t${passed}\t${Math.max(passed + failed, EXPECTED)}\tGraphQL over HTTP\n`);
process.exit(failed === 0 && passed >= EXPECTED ? 0 : 1);
