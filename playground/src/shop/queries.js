// The documents of the demo shop. It asks for what it shows, no more.

const MONEY = 'formatted';
const DELIVERY = `__typename ... on Deliverable { promisedBy orderWithin charge { ${MONEY} } } ... on NotDeliverable { reason expectedFrom }`;
const ERRORS = 'errors { __typename code message path } warnings { code message }';
const CARD = `id slug title brand images(first: 1) { url alt } priceRange { min { amount ${MONEY} } max { amount ${MONEY} } } rating { average count }`;
const CART = `id totalQuantity subtotal { ${MONEY} } lines {
  id quantity total { ${MONEY} } notes { code message }
  variant { id title price { ${MONEY} } image { url alt } item { slug } }
}`;
const ORDER = `id number state placedAt payBy cancellable total { amount currencyCode ${MONEY} }
  payment { method state nextAction { redirectUrl } }
  lines { id title quantity state promisedBy total { ${MONEY} } }
  shipments { id courier trackingNumber expectedBy deliveredAt }
  refunds { id state reason amount { ${MONEY} } }`;
const EVENT = 'cursor state message at';

export const SEARCH = `query ShopSearch($query: String!, $filters: [FilterInput!]!, $sort: SearchSort!, $deliverTo: Pincode, $after: String) {
  search(query: $query, filters: $filters, sort: $sort, deliverTo: $deliverTo, first: 24, after: $after) {
    totalCount hiddenUndeliverable didYouMean
    edges { cursor node { ${CARD} } delivery { ${DELIVERY} } }
    facets { key label kind values { value label count selected } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const ITEM = `query ShopItem($slug: String!, $deliverTo: Pincode) {
  item(by: { slug: $slug }) {
    id title brand description category { path { id name } } images { url alt } rating { average count }
    attributes { key label ... on TextAttribute { text } ... on NumberAttribute { number unit } ... on BooleanAttribute { holds } ... on ListAttribute { values } }
    options { name values }
    variants(first: 100) { nodes {
      id title options { name value } image { url alt } price { ${MONEY} } listPrice { ${MONEY} } availability delivery(deliverTo: $deliverTo) { ${DELIVERY} }
    } }
  }
}`;

export const VIEWER_CART = `query ShopCart { viewer { addresses { id recipient lines city state pincode isDefault } cart { ${CART} } } }`;
export const ADD = `mutation ShopAdd($input: AddCartLinesInput!) { addCartLines(input: $input) { cart { ${CART} } ${ERRORS} } }`;
export const UPDATE = `mutation ShopUpdate($input: UpdateCartLinesInput!) { updateCartLines(input: $input) { cart { ${CART} } ${ERRORS} } }`;
export const DELIVER_TO = `mutation ShopDeliverTo($input: SetDeliveryLocationInput!) { setDeliveryLocation(input: $input) { viewer { deliveryLocation { pincode district } } ${ERRORS} } }`;

export const QUOTE = `mutation ShopQuote($input: CheckoutQuoteInput!) {
  checkoutQuote(input: $input) {
    quote {
      id expiresAt total { amount currencyCode ${MONEY} } charges { key label amount { ${MONEY} } } paymentMethods
      address { recipient lines city state pincode } lines { quantity promisedBy total { ${MONEY} } variant { id title } }
    }
    ${ERRORS}
  }
}`;
export const PLACE = `mutation ShopPlace($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id number } guestToken ${ERRORS} } }`;

export const ORDERS = `query ShopOrders { viewer { orders(first: 20) { archiveMissing nodes { id number state placedAt total { ${MONEY} } lines { id title quantity } } } } }`;
export const ONE_ORDER = `query ShopOrder($id: ID!) { node(id: $id) { ... on Order { ${ORDER} events { ${EVENT} } } } }`;
export const FOLLOW = `subscription ShopFollow($id: ID!, $after: String) { orderEvents(orderId: $id, after: $after) { ${EVENT} order { ${ORDER} } } }`;
export const CANCEL = `mutation ShopCancel($input: CancelOrderInput!) { cancelOrder(input: $input) { order { ${ORDER} } ${ERRORS} } }`;
export const RETRY = `mutation ShopRetry($input: RetryPaymentInput!) { retryPayment(input: $input) { order { id } ${ERRORS} } }`;
