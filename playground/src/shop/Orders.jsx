// All orders, and one order that is followed live.

import { useEffect, useState } from 'react';
import { subscribe } from '../shared/client.js';
import { newKey } from '../shared/keys.js';
import { useSession } from '../shared/SessionBar.jsx';
import { ask, useAction, useAnswer } from './hooks.js';
import { Problems } from './parts.jsx';
import { CANCEL, FOLLOW, ONE_ORDER, ORDERS, RETRY } from './queries.js';
import { HAPPY_STATES, isFinal, stateName, until, when } from './words.js';

export function Orders() {
  const { data: viewer, problem, loading } = useAnswer(ORDERS);
  const orders = viewer?.orders;
  return (
    <>
      <h1>Your orders</h1>
      <Problems list={[problem]} />
      {loading && <p role="status">Loading…</p>}
      {orders?.archiveMissing && <p className="soft">Older orders cannot be shown just now.</p>}
      {!loading && !orders?.nodes.length && <p>Nothing ordered yet.</p>}
      <ul className="lines">
        {orders?.nodes.map(({ id, number, state, placedAt, total, lines }) => (
          <li key={id}>
            <div>
              <a href={`#/order/${encodeURIComponent(id)}`}>{number}</a> <span className={`state state-${state}`}>{stateName(state)}</span>
              <p className="soft">
                {when(placedAt)} · {lines.map(({ title, quantity }) => `${quantity} × ${title}`).join(', ')}
              </p>
            </div>
            <strong>{total.formatted}</strong>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What is known of an order, and then every event once: `{ order, events, problem, live, setOrder }`. */
function useFollowed(id) {
  const session = useSession();
  const [state, setState] = useState({ order: null, events: [], problem: '', live: false });
  useEffect(() => {
    const variables = { id, after: null };
    let running = null;
    let left = false;
    const follow = async () => {
      const known = await ask(ONE_ORDER, { id });
      if (left) return;
      setState({ order: known, events: known?.events ?? [], problem: '', live: true });
      variables.after = known?.events.at(-1)?.cursor ?? null;
      running = subscribe({ query: FOLLOW, variables });
      for await (const { data, errors } of running) {
        if (errors?.length) throw new Error(errors[0].message);
        const { order, ...event } = data.orderEvents;
        // A reconnection continues after what was seen, see `subscribe`.
        variables.after = event.cursor;
        setState(({ events, ...rest }) => ({ ...rest, order, events: [...events.filter(({ cursor }) => cursor !== event.cursor), event] }));
      }
    };
    follow()
      .catch((error) => left || setState((before) => ({ ...before, problem: error.message })))
      .finally(() => left || setState((before) => ({ ...before, live: false })));
    return () => {
      left = true;
      running?.return();
    };
  }, [id, session?.id]);
  return { ...state, setOrder: (order) => setState((before) => ({ ...before, order })) };
}

function Progress({ state }) {
  const reached = HAPPY_STATES.indexOf(state);
  if (reached < 0) return null;
  return (
    <ol className="progress" aria-label="Progress">
      {HAPPY_STATES.map((name, index) => (
        <li key={name} className={index <= reached ? 'done' : undefined} aria-current={index === reached ? 'step' : undefined}>
          {stateName(name)}
        </li>
      ))}
    </ol>
  );
}

function Actions({ order, onOrder }) {
  const [run, busy, problems] = useAction();
  const cancel = () =>
    run(async () => {
      const payload = await ask(CANCEL, { input: { orderId: order.id, reason: 'Changed my mind', idempotencyKey: `cancel-${order.id}` } });
      if (payload?.order) onOrder(payload.order);
      return payload;
    });
  const retry = () =>
    run(async () => {
      const { amount, currencyCode } = order.total;
      const input = { orderId: order.id, expectedTotal: { amount, currencyCode }, payment: { cardToken: 'tok_succeeds' }, idempotencyKey: newKey() };
      const payload = await ask(RETRY, { input });
      if (payload?.order) location.hash = `#/order/${encodeURIComponent(payload.order.id)}`;
      return payload;
    });
  return (
    <div>
      {order.cancellable && (
        <button type="button" disabled={busy} onClick={cancel}>
          Cancel the order
        </button>
      )}
      {['FAILED', 'EXPIRED'].includes(order.state) && (
        <button type="button" className="primary" disabled={busy} onClick={retry}>
          Try again with a card that is accepted
        </button>
      )}
      <Problems list={problems} />
    </div>
  );
}

export function Order({ id }) {
  const { order, events, problem, live, setOrder } = useFollowed(id);
  if (!order) return problem ? <Problems list={[problem]} /> : <p role="status">{live ? 'There is no such order, or it is not yours.' : 'Loading…'}</p>;
  return (
    <article className="order">
      <div className="row">
        <h1>Order {order.number}</h1>
        <span className={`state state-${order.state}`} role="status" data-testid="order-state">
          {stateName(order.state)}
        </span>
        {live && !isFinal(order.state) && <span className="live">live</span>}
      </div>
      <Progress state={order.state} />
      {order.state === 'CREATED' && order.payBy && <p>The stock is held for you; the payment has {until(order.payBy)} left.</p>}
      <Problems list={[problem]} />
      <div className="checkout">
        <section>
          <h2>What happened</h2>
          <ol className="timeline" aria-live="polite" data-testid="timeline">
            {events.map(({ cursor, at, message }) => (
              <li key={cursor}>
                {message} <span className="soft">{when(at)}</span>
              </li>
            ))}
          </ol>
          <Actions order={order} onOrder={setOrder} />
        </section>
        <section className="box">
          <ul className="sums">
            {order.lines.map(({ id: line, title, quantity, total, promisedBy }) => (
              <li key={line}>
                <span>
                  {quantity} × {title} <span className="soft">promised by {when(promisedBy)}</span>
                </span>
                {total.formatted}
              </li>
            ))}
            <li className="total">
              <span>Total with delivery</span> {order.total.formatted}
            </li>
          </ul>
          {order.shipments.map(({ id: parcel, courier, trackingNumber, expectedBy, deliveredAt }) => (
            <p key={parcel}>
              {courier} {trackingNumber} <span className="soft">{deliveredAt ? `arrived ${when(deliveredAt)}` : expectedBy && `expected by ${when(expectedBy)}`}</span>
            </p>
          ))}
          {order.refunds.map(({ id: refund, amount, reason, state }) => (
            <p key={refund}>
              {amount.formatted} back: {reason} <span className="soft">({stateName(state)})</span>
            </p>
          ))}
        </section>
      </div>
    </article>
  );
}
