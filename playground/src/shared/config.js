// Where the server is and which demo accounts it offers.
//
// Everything stays on the page's own origin: an endpoint of another origin in the answer is refused.

const NOTHING = { demo: [], endpoints: {} };

/** An address of this server, from a path relative to the page. */
function here(path) {
  const url = new URL(path, document.baseURI);
  if (url.origin !== location.origin) throw new Error(`endpoint ${url.origin} is not on this page's origin`);
  return url;
}

async function fetchConfig() {
  try {
    const response = await fetch(here('playground/config.json'), { headers: { accept: 'application/json' } });
    if (!response.ok) return NOTHING;
    return { ...NOTHING, ...(await response.json()) };
  } catch {
    // A server without demo accounts has no such file, and the page works without it.
    return NOTHING;
  }
}

const loading = fetchConfig();

/** The demo accounts: `{ label, email, password }` each; none in production. */
export async function demoAccounts() {
  return (await loading).demo;
}

/** Address of GraphQL over HTTP. */
export async function httpUrl() {
  return here((await loading).endpoints.http ?? 'graphql').href;
}

/** Address of graphql-transport-ws. */
export async function webSocketUrl() {
  const url = here((await loading).endpoints.ws ?? 'graphql/ws');
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
