// The cart, the address, the quote and the payment: one page from top to bottom.

import { useState } from 'react';
import { newKey } from '../shared/keys.js';
import { useSession } from '../shared/SessionBar.jsx';
import { ask, useAction, useShop } from './hooks.js';
import { Picture, Problems } from './parts.jsx';
import { PLACE, QUOTE, UPDATE } from './queries.js';
import { until, when } from './words.js';

/** Ways to pay in the sandbox; each card behaves as it says. */
export const PAYMENTS = [
  { id: 'good', label: 'Card that is accepted', payment: { cardToken: 'tok_succeeds' } },
  { id: 'bad', label: 'Card that is declined', payment: { cardToken: 'tok_declined' } },
  { id: 'late', label: 'Card that answers after 5 seconds', payment: { cardToken: 'tok_late_5000' } },
  { id: 'silent', label: 'Card that never answers (the reservation runs out)', payment: { cardToken: 'tok_silent' } },
  { id: 'cash', label: 'Cash on delivery', payment: { cashOnDelivery: true }, method: 'CASH_ON_DELIVERY' },
];

function Lines({ cart, onQuantity, busy }) {
  return (
    <ul className="lines">
      {cart.lines.map((line) => (
        <li key={line.id}>
          <Picture image={line.variant.image} />
          <div>
            <a href={`#/item/${encodeURIComponent(line.variant.item.slug)}`}>{line.variant.title}</a>
            <p className="soft">{line.variant.price.formatted} each</p>
            {line.notes.map(({ code, message }) => (
              <p key={code} className="promise promise-no">
                {message}
              </p>
            ))}
          </div>
          <label>
            <span className="hidden">Quantity of {line.variant.title}</span>
            <input type="number" min="0" max="99" disabled={busy} value={line.quantity} onChange={(event) => event.target.value && onQuantity(line, event.target.valueAsNumber)} />
          </label>
          <strong>{line.total.formatted}</strong>
        </li>
      ))}
    </ul>
  );
}

const FIELDS = [
  ['recipient', 'Name', 'name', 'Asha Rao'],
  ['phone', 'Telephone', 'tel', '+91 98450 00000'],
  ['line', 'House and street', 'street-address', '12, 4th Cross, Temple Road'],
  ['city', 'Town', 'address-level2', 'Bengaluru'],
  ['state', 'State', 'address-level1', 'Karnataka'],
  ['pincode', 'Pincode', 'postal-code', null],
];

function AddressForm({ guest, onAddress, busy }) {
  const { pincode } = useShop();
  const fields = guest ? [...FIELDS, ['email', 'E-mail', 'email', 'asha@shop.example']] : FIELDS;
  const [values, setValues] = useState({ pincode });
  const example = () => setValues(Object.fromEntries(fields.map(([name, , , value]) => [name, value ?? pincode])));
  const submit = (event) => {
    event.preventDefault();
    const { line, ...address } = values;
    onAddress({ address: { ...address, lines: [line] } });
  };
  return (
    <form className="address" onSubmit={submit}>
      {fields.map(([name, label, autoComplete]) => (
        <label key={name}>
          {label}
          <input
            required
            type={name === 'email' ? 'email' : 'text'}
            pattern={name === 'pincode' ? '[1-9][0-9]{5}' : undefined}
            autoComplete={autoComplete}
            value={values[name] ?? ''}
            onChange={(event) => setValues({ ...values, [name]: event.target.value })}
          />
        </label>
      ))}
      <div className="row wide">
        <button className="primary" disabled={busy}>
          Get a quote
        </button>
        <button type="button" onClick={example}>
          Fill in an example
        </button>
      </div>
    </form>
  );
}

function Address({ addresses, guest, onAddress, busy }) {
  const [other, setOther] = useState(false);
  if (addresses.length === 0 || other) return <AddressForm guest={guest} onAddress={onAddress} busy={busy} />;
  return (
    <ul className="addresses">
      {addresses.map(({ id, recipient, lines, city, pincode }) => (
        <li key={id}>
          <button type="button" disabled={busy} onClick={() => onAddress({ addressId: id })}>
            <strong>{recipient}</strong> {[...lines, city, pincode].join(', ')}
          </button>
        </li>
      ))}
      <li>
        <button type="button" onClick={() => setOther(true)}>
          Another address
        </button>
      </li>
    </ul>
  );
}

function Quote({ quote, onOrder }) {
  const [chosen, setChosen] = useState('good');
  const [key, setKey] = useState(newKey);
  const [run, busy, problems] = useAction();
  const offered = PAYMENTS.filter(({ method = 'CARD' }) => quote.paymentMethods.includes(method));
  const { amount, currencyCode } = quote.total;
  const choose = (id) => {
    setChosen(id);
    // Another way to pay is another request; the same one may be sent twice with the same key.
    setKey(newKey());
  };
  const place = () =>
    run(async () => {
      const { payment } = PAYMENTS.find(({ id }) => id === chosen);
      const payload = await ask(PLACE, { input: { quoteId: quote.id, expectedTotal: { amount, currencyCode }, payment, idempotencyKey: key } });
      if (payload?.order) onOrder(payload.order);
      return payload;
    });
  return (
    <section className="box" aria-label="Quote">
      <h2>To pay</h2>
      <p className="soft">
        To {quote.address.recipient}, {quote.address.city} {quote.address.pincode}. These prices and promises hold for {until(quote.expiresAt)}.
      </p>
      <ul className="sums">
        {quote.lines.map(({ variant, quantity, promisedBy, total }) => (
          <li key={variant.id}>
            <span>
              {quantity} × {variant.title} <span className="soft">by {when(promisedBy)}</span>
            </span>
            {total.formatted}
          </li>
        ))}
        {quote.charges.map((charge) => (
          <li key={charge.key}>
            <span>{charge.label}</span> {charge.amount.formatted}
          </li>
        ))}
        <li className="total">
          <span>Total</span> {quote.total.formatted}
        </li>
      </ul>
      <fieldset>
        <legend>Pay with (a sandbox: no money moves)</legend>
        {offered.map(({ id, label }) => (
          <label key={id}>
            <input type="radio" name="payment" checked={chosen === id} onChange={() => choose(id)} /> {label}
          </label>
        ))}
      </fieldset>
      <button type="button" className="primary" disabled={busy} onClick={place}>
        Place the order for {quote.total.formatted}
      </button>
      <Problems list={problems} />
    </section>
  );
}

export function Cart() {
  const { viewer, cart, setCart, reloadViewer } = useShop();
  const session = useSession();
  const [quote, setQuote] = useState(null);
  const [run, busy, problems] = useAction();
  if (!cart?.lines.length) {
    return (
      <p>
        Your cart is empty. <a href="#/">Look around</a>.
      </p>
    );
  }
  const setQuantity = (line, quantity) =>
    run(async () => {
      setQuote(null);
      const payload = await ask(UPDATE, { input: { lines: [{ lineId: line.id, quantity }] } });
      setCart(payload?.cart);
      return payload;
    });
  const getQuote = (input) =>
    run(async () => {
      const payload = await ask(QUOTE, { input });
      setQuote(payload?.quote);
      return payload;
    });
  const follow = ({ id }) => {
    reloadViewer();
    location.hash = `#/order/${encodeURIComponent(id)}`;
  };
  return (
    <div className="checkout">
      <section>
        <h1>Your cart</h1>
        <Lines cart={cart} busy={busy} onQuantity={setQuantity} />
        <p className="row">
          <span>Without delivery</span> <strong>{cart.subtotal.formatted}</strong>
        </p>
        <h2>Deliver to</h2>
        <Address addresses={viewer?.addresses ?? []} guest={!session?.who} onAddress={getQuote} busy={busy} />
        <Problems list={problems} />
      </section>
      {quote && <Quote key={quote.id} quote={quote} onOrder={follow} />}
    </div>
  );
}
