// Small pieces that several pages show.

import { until, when, whyNot } from './words.js';

/** What went wrong, read out when it appears. */
export function Problems({ list }) {
  const shown = list.filter(Boolean);
  if (shown.length === 0) return null;
  return (
    <ul className="problems" role="alert">
      {shown.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

/** Whether and when it comes; `long` also says until when to order. */
export function Promised({ delivery, long = false }) {
  if (!delivery) return <p className="promise">Enter a pincode to see when it comes</p>;
  if (delivery.__typename === 'NotDeliverable') return <p className="promise promise-no">{whyNot(delivery)}</p>;
  return (
    <p className="promise promise-yes">
      By <strong>{when(delivery.promisedBy)}</strong>
      {long && (
        <>
          {' '}
          if ordered within {until(delivery.orderWithin)} · delivery {delivery.charge.formatted}
        </>
      )}
    </p>
  );
}

function Stars({ rating }) {
  if (!rating) return null;
  return (
    <p className="stars">
      <span aria-hidden="true">★</span> {rating.average.toFixed(1)} <span className="soft">({rating.count})</span>
      <span className="hidden"> out of 5</span>
    </p>
  );
}

/** A picture, or its words while there is none. */
export function Picture({ image, ...rest }) {
  return image ? <img src={image.url} alt={image.alt} loading="lazy" {...rest} /> : <span className="no-picture" aria-hidden="true" />;
}

/** An item in a list. */
export function Card({ item, delivery }) {
  const { min, max } = item.priceRange;
  return (
    <li className="card">
      <a href={`#/item/${encodeURIComponent(item.slug)}`}>
        <Picture image={item.images[0]} />
        <h3>{item.title}</h3>
      </a>
      <p className="soft">{item.brand}</p>
      <Stars rating={item.rating} />
      <p className="price">
        {min.formatted}
        {max.amount > min.amount && <span className="soft"> to {max.formatted}</span>}
      </p>
      {delivery !== undefined && <Promised delivery={delivery} />}
    </li>
  );
}
