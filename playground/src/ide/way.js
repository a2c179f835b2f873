// The order of the tabs: a shopper's way through the shop, first as a guest, then with an account.
//
// An operation that is not named here still gets its tab, after these, in the order of its file.

/** Operation names with what each step does, in order. */
export const WAY = [
  ['SearchPage', 'Search what can be delivered'],
  ['ItemPage', 'Open an item'],
  ['StartGuestSession', 'Start as a guest'],
  ['AddToCart', 'Put it into the cart'],
  ['CartPage', 'Look at the cart'],
  ['QuoteTo', 'Say where it goes, get a quote'],
  ['Place', 'Place the order'],
  ['FollowOrder', 'Follow the order, live'],
  ['SignIn', 'Sign in'],
  ['SaveAddress', 'Save an address'],
  ['Addresses', 'See the saved addresses'],
  ['Quote', 'Get a quote to the saved address'],
  ['OrdersPage', 'See all orders'],
  ['HomePage', 'Home page'],
  ['ListPage', 'Browse a category'],
  ['WishlistPage', 'Look at the wishlist'],
];

const PLACE = new Map(WAY.map(([name], index) => [name, index]));
const TITLE = new Map(WAY);

/** `AddToCart` as `Add to cart`. */
function spaced(name) {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What an operation does, for people. */
export function titleOf(name) {
  return TITLE.get(name) ?? spaced(name);
}

/** Whether an operation is a step of the way. */
export function isStep(name) {
  return PLACE.has(name);
}

/** The operations along the way, the others after them in the order given. */
export function alongTheWay(operations) {
  const place = ({ name }) => PLACE.get(name) ?? PLACE.size;
  return [...operations].sort((a, b) => place(a) - place(b));
}
