// What the shop's pages share: the address in the location bar, questions, the cart and the pincode.

import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react';
import { startGuest } from '../shared/account.js';
import { request } from '../shared/client.js';
import { getSession } from '../shared/session.js';
import { useSession } from '../shared/SessionBar.jsx';
import { DELIVER_TO, VIEWER_CART } from './queries.js';

/** `{ path: ['item', 'a-slug'], params }` of `#/item/a-slug?q=…`. */
export function useRoute() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const [path, query] = hash.replace(/^#\/?/, '').split('?');
  return { path: path.split('/').filter(Boolean).map(decodeURIComponent), params: new URLSearchParams(query) };
}

/**
 * Sends a document and gives its only root field's payload.
 * Throws what the protocol objected to; what the shop objects to is in the payload's `errors`.
 */
export async function ask(query, variables) {
  const { data, errors } = await request({ query, variables });
  const payload = data && Object.values(data)[0];
  if (!payload && errors?.length) throw new Error(errors[0].message);
  return payload ?? null;
}

/** Asks whenever document, variables or shopper change: `{ data, problem, loading, setData, reload }`. */
export function useAnswer(query, variables) {
  const session = useSession();
  const [state, setState] = useState({ data: null, problem: '', loading: true });
  const [round, setRound] = useState(0);
  const key = JSON.stringify(variables);
  useEffect(() => {
    let stale = false;
    setState((before) => ({ ...before, loading: true }));
    ask(query, variables).then(
      (data) => stale || setState({ data, problem: '', loading: false }),
      (error) => stale || setState({ data: null, problem: error.message, loading: false }),
    );
    return () => {
      stale = true;
    };
    // `variables` is compared by what it says, not by which object it is.
  }, [query, key, session?.id, round]);
  const setData = useCallback((change) => setState((before) => ({ ...before, data: change(before.data) })), []);
  return { ...state, setData, reload: () => setRound((n) => n + 1) };
}

/** Runs one action at a time and keeps what went wrong: `[run, busy, problems]`. */
export function useAction() {
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState([]);
  const running = useRef(false);
  const run = async (action) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblems([]);
    try {
      const payload = await action();
      setProblems(payload?.errors?.map(({ message }) => message) ?? []);
    } catch (error) {
      setProblems([error.message]);
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return [run, busy, problems];
}

const PINCODE = 'chowk.pincode';
const Shop = createContext(null);
export const ShopProvider = Shop.Provider;

/** `{ viewer, cart, setCart, pincode, setPincode }` for every page. */
export function useShop() {
  return useContext(Shop);
}

/** The value of the provider; used once, at the top. */
export function useShopState() {
  const { data: viewer, setData, reload } = useAnswer(VIEWER_CART);
  const [pincode, keepPincode] = useState(() => localStorage.getItem(PINCODE) ?? '560001');
  const session = useSession();
  useEffect(() => {
    localStorage.setItem(PINCODE, pincode);
    // The search takes the pincode as an argument; the cart's notes need it on the session.
    if (session && pincode) ask(DELIVER_TO, { input: { pincode } }).then(reload, () => {});
  }, [pincode, session?.id]);
  const setCart = useCallback((cart) => cart && setData((before) => ({ addresses: [], ...before, cart })), [setData]);
  return { viewer, cart: viewer?.cart, setCart, reloadViewer: reload, pincode, setPincode: keepPincode };
}

/** Whoever puts something into the cart has a session, a guest's if need be. */
export async function ensureSession() {
  if (!getSession()) await startGuest();
}
