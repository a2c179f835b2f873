// From chosen facets to the search's filters. Pure.

function between({ min, max }, asBound) {
  const range = {};
  if (min) range.min = asBound(min);
  if (max) range.max = asBound(max);
  return Object.keys(range).length ? range : null;
}

/** Whole rupees, as typed, in paise. */
const inPaise = (rupees) => ({ amount: Number.parseInt(rupees, 10) * 100, currencyCode: 'INR' });

function toFilter({ key, kind, values = [], range = {} }) {
  if (key === 'price') return wrap(between(range, inPaise), (price) => ({ price }));
  if (kind === 'NUMBER' && values.length === 0) return wrap(between(range, Number), (bounds) => attribute(key, { between: bounds }));
  if (values.length === 0) return null;
  if (key === 'category') return { categoryIds: values };
  if (key === 'brand') return { brands: values };
  if (key === 'rating') return { minRating: Math.min(...values.map(Number)) };
  if (kind === 'BOOLEAN') return values.length === 1 ? attribute(key, { holds: values[0] === 'true' }) : null;
  return attribute(key, { anyOf: values });
}

const wrap = (value, make) => value && make(value);
const attribute = (key, is) => ({ attribute: { key, is } });

/** `chosen` maps a facet's key to `{ key, kind, values, range: { min, max } }`, the bounds as typed. */
export function toFilters(chosen) {
  return Object.values(chosen).map(toFilter).filter(Boolean);
}

/** `chosen` with one value of a facet switched on or off. */
export function toggled(chosen, { key, kind }, value) {
  const values = chosen[key]?.values ?? [];
  const next = values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
  return { ...chosen, [key]: { key, kind, values: next } };
}
