// The list: search, facets, and a promise on every hit.

import { useEffect, useState } from 'react';
import { toFilters, toggled } from './filters.js';
import { ask, useAnswer, useShop } from './hooks.js';
import { Card, Problems } from './parts.jsx';
import { SEARCH } from './queries.js';

const SORTS = [
  ['RELEVANCE', 'Best match'],
  ['FASTEST_DELIVERY', 'Soonest here'],
  ['PRICE_ASC', 'Cheapest first'],
  ['PRICE_DESC', 'Dearest first'],
  ['RATING', 'Best rated'],
  ['NEWEST', 'Newest'],
];

function Bounds({ facet, range = {}, onChange }) {
  const field = (name, label) => (
    <label>
      {label} <input type="number" min="0" step={facet.key === 'price' ? 1 : 'any'} defaultValue={range[name]} onBlur={(event) => onChange({ ...range, [name]: event.target.value })} />
    </label>
  );
  return (
    <div className="bounds">
      {field('min', 'From')} {field('max', 'to')}
    </div>
  );
}

function Facets({ facets, chosen, onChoose }) {
  return facets.map((facet) => (
    <fieldset key={facet.key}>
      <legend>{facet.key === 'price' ? `${facet.label} (₹)` : facet.label}</legend>
      {facet.kind === 'NUMBER' && facet.values.length === 0 ? (
        <Bounds facet={facet} range={chosen[facet.key]?.range} onChange={(range) => onChoose({ ...chosen, [facet.key]: { key: facet.key, kind: facet.kind, range } })} />
      ) : (
        facet.values.slice(0, 8).map(({ value, label, count }) => (
          <label key={value}>
            <input type="checkbox" checked={chosen[facet.key]?.values?.includes(value) ?? false} onChange={() => onChoose(toggled(chosen, facet, value))} />
            {label} <span className="soft">{count}</span>
          </label>
        ))
      )}
    </fieldset>
  ));
}

function Summary({ found, pincode }) {
  return (
    <p role="status" data-testid="found">
      {found.totalCount} {found.totalCount === 1 ? 'item' : 'items'}
      {pincode && ` that reach ${pincode}`}
      {found.hiddenUndeliverable > 0 && <span className="soft"> · {found.hiddenUndeliverable} more do not</span>}
      {found.didYouMean && (
        <>
          {' '}
          · Did you mean <a href={`#/?q=${encodeURIComponent(found.didYouMean)}`}>{found.didYouMean}</a>?
        </>
      )}
    </p>
  );
}

/** On a telephone the facets stay folded until asked for. */
const wide = matchMedia('(min-width: 801px)').matches;

/** `text` is what is searched for; empty lists everything. */
export function Search({ text }) {
  const { pincode } = useShop();
  const [chosen, setChosen] = useState({});
  const [sort, setSort] = useState('RELEVANCE');
  const [more, setMore] = useState({ edges: [], pageInfo: null });
  const [problem, setProblem] = useState('');
  const variables = { query: text, filters: toFilters(chosen), sort, deliverTo: pincode || null };
  const { data: found, problem: failed, loading, reload } = useAnswer(SEARCH, variables);
  useEffect(() => setMore({ edges: [], pageInfo: null }), [found]);
  useEffect(() => setChosen({}), [text]);

  const pageInfo = more.pageInfo ?? found?.pageInfo;
  const showMore = async () => {
    setProblem('');
    try {
      const next = await ask(SEARCH, { ...variables, after: pageInfo.endCursor });
      if (next) setMore({ edges: [...more.edges, ...next.edges], pageInfo: next.pageInfo });
      else reload();
    } catch (error) {
      setProblem(error.message);
    }
  };

  return (
    <div className="listing">
      <aside aria-label="Narrow down">
        <details open={wide}>
          <summary>Narrow down</summary>
          {found && <Facets facets={found.facets} chosen={chosen} onChoose={setChosen} />}
        </details>
      </aside>
      <section aria-busy={loading}>
        <div className="row">
          <h1>{text ? `Results for “${text}”` : 'All items'}</h1>
          <label>
            Sort{' '}
            <select value={sort} onChange={(event) => setSort(event.target.value)}>
              {SORTS.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        </div>
        <Problems list={[failed, problem]} />
        {!loading && !found && !failed && <p>The search is away for a moment. Try again soon.</p>}
        {found && <Summary found={found} pincode={pincode} />}
        <ul className="grid">
          {[...(found?.edges ?? []), ...more.edges].map(({ node, delivery }) => (
            <Card key={node.id} item={node} delivery={delivery} />
          ))}
        </ul>
        {pageInfo?.hasNextPage && (
          <button type="button" onClick={showMore}>
            Show more
          </button>
        )}
      </section>
    </div>
  );
}
