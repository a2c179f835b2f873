// A small demo storefront: what a shopper would see, on the same schema as everyone else's.

import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { SessionBar } from '../shared/SessionBar.jsx';
import { Cart } from './Cart.jsx';
import { ShopProvider, useRoute, useShop, useShopState } from './hooks.js';
import { Item } from './Item.jsx';
import { Order, Orders } from './Orders.jsx';
import { Search } from './Search.jsx';
import './shop.css';

const PINCODE = /^[1-9][0-9]{5}$/;

function Head({ text }) {
  const { cart, pincode, setPincode } = useShop();
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const search = (event) => {
    event.preventDefault();
    location.hash = `#/?q=${encodeURIComponent(typed.trim())}`;
  };
  return (
    <div className="head">
      <form role="search" onSubmit={search}>
        <label className="hidden" htmlFor="query">
          Search
        </label>
        <input id="query" type="search" placeholder="Search the shop" value={typed} onChange={(event) => setTyped(event.target.value)} />
        <button className="primary">Search</button>
      </form>
      <label className="pincode">
        Deliver to{' '}
        <input
          key={pincode}
          inputMode="numeric"
          maxLength={6}
          pattern={PINCODE.source}
          placeholder="Pincode"
          defaultValue={pincode}
          onChange={({ target }) => (PINCODE.test(target.value) || target.value === '') && setPincode(target.value)}
        />
      </label>
      <nav aria-label="Shop">
        <a href="#/">Browse</a>
        <a href="#/orders">Orders</a>
        <a href="#/cart" data-testid="cart-link">
          Cart <span className="count">{cart?.totalQuantity ?? 0}</span>
        </a>
      </nav>
    </div>
  );
}

function Page({ path: [name, id], text }) {
  if (name === 'item') return <Item slug={id} />;
  if (name === 'cart') return <Cart />;
  if (name === 'orders') return <Orders />;
  if (name === 'order') return <Order key={id} id={id} />;
  return <Search text={text} />;
}

function Shop() {
  const { path, params } = useRoute();
  const text = params.get('q') ?? '';
  const state = useShopState();
  const place = path.join('/');
  useEffect(() => {
    scrollTo(0, 0);
  }, [place]);
  return (
    <ShopProvider value={state}>
      <SessionBar page="shop" />
      <Head text={text} />
      <main>
        <Page path={path} text={text} />
      </main>
    </ShopProvider>
  );
}

createRoot(document.getElementById('root')).render(<Shop />);
