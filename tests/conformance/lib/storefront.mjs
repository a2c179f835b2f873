// The documents that every client of `clients/` runs, and what must hold of the answers: the clients differ, the shop
// must not. Each is in the shape that Relay asks for (one operation, named after its module).

/** A page of search, and the next one by its cursor. */
export const LIST = `query storefrontListQuery($first: Int!, $after: String) {
  search(query: "television", deliverTo: "560001", first: $first, after: $after) {
    edges { cursor node { id title } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const START = `mutation storefrontStartMutation {
  startGuestSession(input: { deliverTo: "560001" }) {
    session { accessToken }
    errors { code message }
  }
}`;

export const ADD = `mutation storefrontAddMutation($variant: ID!, $quantity: Int!, $key: String!) {
  addCartLines(input: { lines: [{ variantId: $variant, quantity: $quantity }], idempotencyKey: $key }) {
    cart { id totalQuantity }
    errors { __typename code message path }
  }
}`;

export const CART = `subscription storefrontCartSubscription { cartUpdated { id totalQuantity } }`;

/** Needs an operator: an error of the protocol for a guest. */
export const BOOKS = `query storefrontBooksQuery { reconciliation { ordersChecked } }`;
