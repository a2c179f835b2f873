// The bar on top of both pages: where one is, who one is, and the demo accounts.

import { useEffect, useState, useSyncExternalStore } from 'react';
import { signIn, signOut, startGuest } from './account.js';
import { demoAccounts } from './config.js';
import { getSession, onSession } from './session.js';
import './bar.css';

const PAGES = [
  { id: 'ide', href: './', label: 'GraphiQL' },
  { id: 'shop', href: './shop.html', label: 'Demo shop' },
];

/** The session, and a new render after each change of it. */
export function useSession() {
  return useSyncExternalStore(onSession, getSession);
}

function describe(session) {
  if (!session) return 'Not signed in';
  if (!session.who) return session.refreshToken ? 'Signed in' : 'Guest';
  const roles = session.who.roles.filter((role) => role !== 'SHOPPER').map((role) => role.toLowerCase());
  return roles.length ? `${session.who.name} (${roles.join(', ')})` : session.who.name;
}

/** `page` is the id of the page that is shown. */
export function SessionBar({ page }) {
  const session = useSession();
  const [accounts, setAccounts] = useState([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');

  useEffect(() => {
    demoAccounts().then(setAccounts);
  }, []);

  const run = (action) => async () => {
    setBusy(true);
    setProblem('');
    try {
      await action();
    } catch (error) {
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  };

  return (
    <header className="bar">
      <a className="bar-brand" href="./" aria-label="Chowk">
        <img src="./favicon.svg" alt="" width="24" height="24" />
        Chowk
      </a>
      <nav aria-label="Pages">
        {PAGES.map(({ id, href, label }) => (
          <a key={id} href={href} aria-current={id === page ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <div className="bar-session">
        {problem && (
          <span className="bar-problem" role="alert">
            {problem}
          </span>
        )}
        <span className="bar-who" role="status" data-testid="who" title={session?.who?.email}>
          {describe(session)}
        </span>
        {!session && (
          <button type="button" disabled={busy} onClick={run(startGuest)}>
            Guest
          </button>
        )}
        {accounts
          .filter(({ email }) => email !== session?.who?.email)
          .map(({ label, email, password }) => (
            <button key={email} type="button" disabled={busy} title={`Sign in as ${email}`} onClick={run(() => signIn(email, password))}>
              {label}
            </button>
          ))}
        {session && (
          <button type="button" className="bar-quiet" disabled={busy} onClick={run(signOut)}>
            Sign out
          </button>
        )}
      </div>
    </header>
  );
}
