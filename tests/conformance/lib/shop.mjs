// What several groups need of a shop: plain requests, a guest, something to put into the cart, tokens of our own making.
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { GRAPHQL } from './group.mjs';

/** A request as curl would send it; `body` is an object, sent as JSON, unless it is a string. */
export async function post(body, { token, headers } = {}) {
  return fetch(GRAPHQL, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** The `data` of an operation that must succeed. */
export async function run(query, variables, token) {
  const answer = await (await post({ query, variables }, { token })).json();
  if (answer.errors) throw new Error(`${JSON.stringify(answer.errors)} from ${query}`);
  return answer.data;
}

/** A new guest's access token. */
export async function guest(deliverTo = '560001') {
  const query = `mutation($to: Pincode) { startGuestSession(input: { deliverTo: $to }) {
    session { accessToken } errors { code } } }`;
  return (await run(query, { to: deliverTo })).startGuestSession.session.accessToken;
}

/** A variant that can be bought. */
export async function variant() {
  const query = `{ search(query: "television", deliverTo: "560001", first: 1) {
    nodes { variants(first: 1) { nodes { id } } } } }`;
  return (await run(query)).search.nodes[0].variants.nodes[0].id;
}

export const ADD = `mutation AddToCart($variant: ID!, $key: String!) {
  addCartLines(input: { lines: [{ variantId: $variant, quantity: 1 }], idempotencyKey: $key }) {
    cart { id totalQuantity } errors { code message path } } }`;

/** Puts one unit into the cart of `token`. */
export async function add(token, id) {
  return (await run(ADD, { variant: id, key: randomUUID() }, token)).addCartLines;
}

/** The storefront's documents of a file, as they are shipped. */
export function operations(name) {
  return readFileSync(new URL(`../../../schema/operations/${name}.graphql`, import.meta.url), 'utf8');
}

/** An access token signed with the demonstration's key: for ends and flaws that the shop would not give out itself. */
export function forge({ expiresIn = 60, secret = 'chowk-demo-token-key-not-for-production', header, ...claims } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const coded = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const told = {
    iss: 'chowk', aud: 'chowk-storefront', sub: randomUUID(), gst: true, rol: 0, sid: null,
    iat: now, nbf: now, exp: now + expiresIn, ...claims,
  };
  const text = `${coded({ typ: 'JWT', alg: 'HS256', kid: 'demo', ...header })}.${coded(told)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
