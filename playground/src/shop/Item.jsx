// One item: its variants with price, stock and promise, and the way into the cart.

import { useState } from 'react';
import { newKey } from '../shared/keys.js';
import { ask, ensureSession, useAction, useAnswer, useShop } from './hooks.js';
import { Picture, Problems, Promised } from './parts.jsx';
import { ADD, ITEM } from './queries.js';

const STOCK = { IN_STOCK: 'In stock', LOW_STOCK: 'Nearly gone', SOLD_OUT: 'Sold out' };

const chosenOf = (variant) => Object.fromEntries(variant.options.map(({ name, value }) => [name, value]));
const matches = (variant, choice) => variant.options.every(({ name, value }) => choice[name] === value);
const canBeBought = ({ availability, delivery }) => availability !== 'SOLD_OUT' && delivery?.__typename !== 'NotDeliverable';

function Choices({ options, choice, onChoose }) {
  return options.map(({ name, values }) => (
    <fieldset key={name} className="choice">
      <legend>{name}</legend>
      {values.map((value) => (
        <label key={value}>
          <input type="radio" name={name} checked={choice[name] === value} onChange={() => onChoose({ ...choice, [name]: value })} />
          <span>{value}</span>
        </label>
      ))}
    </fieldset>
  ));
}

function attributeText({ text, number, unit, holds, values }) {
  if (text !== undefined) return text;
  if (number !== undefined) return unit ? `${number} ${unit}` : String(number);
  return values ? values.join(', ') : holds ? 'Yes' : 'No';
}

function Buy({ variant }) {
  const { setCart } = useShop();
  const [run, busy, problems] = useAction();
  const [added, setAdded] = useState(null);
  const add = () =>
    run(async () => {
      setAdded(null);
      await ensureSession();
      const payload = await ask(ADD, { input: { lines: [{ variantId: variant.id, quantity: 1 }], idempotencyKey: newKey() } });
      setCart(payload?.cart);
      if (payload?.errors.length === 0) setAdded(variant.id);
      return payload;
    });
  return (
    <>
      <p className="price big">
        {variant.price.formatted} {variant.listPrice && <s className="soft">{variant.listPrice.formatted}</s>}
      </p>
      <Promised delivery={variant.delivery} long />
      {variant.availability && <p className="soft">{STOCK[variant.availability]}</p>}
      <button type="button" className="primary" disabled={busy || !canBeBought(variant)} onClick={add}>
        Put into the cart
      </button>
      <p role="status">
        {added === variant.id && (
          <>
            It is in <a href="#/cart">your cart</a>.
          </>
        )}
      </p>
      <Problems list={problems} />
    </>
  );
}

function Page({ item }) {
  const variants = item.variants.nodes;
  const [choice, setChoice] = useState(() => chosenOf(variants.find(canBeBought) ?? variants[0]));
  const variant = variants.find((candidate) => matches(candidate, choice));
  return (
    <article className="item">
      <Picture image={variant?.image ?? item.images[0]} />
      <div>
        <nav aria-label="Category" className="soft">
          {item.category.path.map(({ name }) => name).join(' › ')}
        </nav>
        <h1>{item.title}</h1>
        <p className="soft">{item.brand}</p>
        <Choices options={item.options} choice={choice} onChoose={setChoice} />
        {variant ? <Buy key={variant.id} variant={variant} /> : <p>This combination does not exist.</p>}
        <p>{item.description}</p>
        <dl className="attributes">
          {item.attributes.map((attribute) => (
            <div key={attribute.key}>
              <dt>{attribute.label}</dt>
              <dd>{attributeText(attribute)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </article>
  );
}

export function Item({ slug }) {
  const { pincode } = useShop();
  const { data: item, problem, loading } = useAnswer(ITEM, { slug, deliverTo: pincode || null });
  if (problem) return <Problems list={[problem]} />;
  if (item) return <Page key={item.id} item={item} />;
  return <p role="status">{loading ? 'Loading…' : 'There is no such item.'}</p>;
}
