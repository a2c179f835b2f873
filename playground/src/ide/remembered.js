// Values that one step of the way hands to the next: the slug of a hit, the id of a variant, a quote's total.
//
// A variable `"@quote"` is filled with the last quote seen in an answer; `"@key"` with a fresh idempotency key;
// `"@guest"` and `"@refresh"` with the session's tokens; `"@now"` with the time. `"@quote?"` is null while there is none.
// Pure, but for the key that `fill` is given. Reads nothing that the answers did not carry.

/** Where values are found in an answer: the end of a path, list positions left out. The first match wins. */
const PLACES = {
  slug: ['search.edges.node.slug', 'search.nodes.slug'],
  item: ['item.id'],
  category: ['topCategories.id'],
  savedCategory: ['saveCategory.category.id'],
  variant: ['item.variants.nodes.id', 'item.variants.edges.node.id', 'item.variant.id'],
  cartLine: ['cart.lines.id'],
  wishlistLine: ['wishlist.lines.nodes.id'],
  address: ['viewer.addresses.id', 'saveAddress.address.id', 'quote.address.id'],
  quote: ['checkoutQuote.quote.id'],
  total: ['checkoutQuote.quote.total'],
  order: ['placeOrder.order.id', 'retryPayment.order.id', 'viewer.orders.nodes.id', 'viewer.orders.edges.node.id'],
  number: ['placeOrder.order.number'],
  guestOrderToken: ['placeOrder.guestToken'],
  orderLine: ['placeOrder.order.lines.id', 'node.lines.id', 'openReturns.lines.line.id', 'requested.lines.line.id'],
  return: ['requestReturn.requested.id', 'openReturns.id'],
  tracking: ['shipments.trackingNumber', 'shipment.trackingNumber'],
  courier: ['shipments.courier', 'shipment.courier'],
};
const FROM_ELSEWHERE = ['key', 'guest', 'refresh', 'now'];

/** Names of values, in the order in which they are shown. */
export const NAMES = Object.keys(PLACES);

/** The name in `@name` or `@name?`; null when the text is something else. */
function nameIn(text) {
  const name = /^@(\w+)\??$/.exec(text)?.[1];
  return NAMES.includes(name) || FROM_ELSEWHERE.includes(name) ? name : null;
}

/** Whether the text stands for a value that `fill` knows. */
export function isRemembered(text) {
  return nameIn(text) !== null;
}

/** Nothing to buy: sold out, or out of reach. */
function cannotBeBought(value) {
  return value.availability === 'SOLD_OUT' || value.delivery?.__typename === 'NotDeliverable';
}

/** A parcel without a number yet: nobody can tell where it is. */
function isNotBooked(value) {
  return value.trackingNumber === null;
}

function* leaves(value, path) {
  if (Array.isArray(value)) {
    for (const inner of value) yield* leaves(inner, path);
  } else if (value && typeof value === 'object') {
    if (cannotBeBought(value) || isNotBooked(value)) return;
    yield [path, value];
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, path ? `${path}.${key}` : key);
  } else if (value !== null) {
    yield [path, value];
  }
}

/** What is remembered after an answer: the values before, and those that its data carries. */
export function remember(before, data) {
  const found = {};
  for (const [path, value] of leaves(data, '')) {
    for (const [name, places] of Object.entries(PLACES)) {
      const here = places.some((place) => path === place || path.endsWith(`.${place}`));
      if (here && !(name in found)) found[name] = value;
    }
  }
  return { ...before, ...found };
}

/** Money goes back as an input: without the fields that are for people. */
function asInput(name, value) {
  return name === 'total' ? { amount: value.amount, currencyCode: value.currencyCode } : value;
}

/** `variables` with every `@name` replaced, at any depth. Throws when a value has not been seen yet. */
export function fill(variables, remembered, newKey) {
  if (Array.isArray(variables)) return variables.map((inner) => fill(inner, remembered, newKey));
  if (variables && typeof variables === 'object') {
    return Object.fromEntries(Object.entries(variables).map(([key, inner]) => [key, fill(inner, remembered, newKey)]));
  }
  const name = typeof variables === 'string' ? nameIn(variables) : null;
  if (!name) return variables;
  if (name === 'key') return newKey();
  if (!(name in remembered) && variables.endsWith('?')) return null;
  if (!(name in remembered)) throw new Error(`no answer has carried ${variables} yet: run the step before, or write a value`);
  return asInput(name, remembered[name]);
}
