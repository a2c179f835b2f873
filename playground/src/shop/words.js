// How times, states and promises read to a person.

const ZONE = 'Asia/Kolkata';
const day = new Intl.DateTimeFormat('en-IN', { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit', timeZone: ZONE });

/** An instant as `Tue, 24 Nov, 6:00 pm`, in India. */
export function when(instant) {
  return day.format(new Date(instant));
}

/** The time until an instant as `2 h 10 min`; `now` when it is over. */
export function until(instant, nowMs = Date.now()) {
  const minutes = Math.floor((Date.parse(instant) - nowMs) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} days`;
}

const WHY_NOT = {
  PINCODE_UNKNOWN: 'There is no such pincode',
  NO_COURIER: 'No courier goes there',
  NO_STOCK_IN_REACH: 'No warehouse in reach has it',
  CANNOT_CARRY: 'The couriers that go there do not carry it',
};

/** Why something cannot be brought. */
export function whyNot({ reason, expectedFrom }) {
  const text = WHY_NOT[reason] ?? 'Cannot be delivered';
  return expectedFrom ? `${text}; expected from ${when(expectedFrom)}` : text;
}

/** `OUT_FOR_DELIVERY` as `Out for delivery`. */
export function stateName(state) {
  const words = state.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The states of an order that goes well, in order. */
export const HAPPY_STATES = ['CREATED', 'PLACED', 'PACKED', 'SHIPPED', 'OUT_FOR_DELIVERY', 'DELIVERED'];

/** Whether nothing more happens to an order in this state by itself. */
export function isFinal(state) {
  return ['DELIVERED', 'FAILED', 'EXPIRED', 'CANCELLED', 'RETURNED'].includes(state);
}
