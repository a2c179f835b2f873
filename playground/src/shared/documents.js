// The documents around a session. Pure text, so that a test can hold them against the schema.

const SESSION = 'session { accessToken expiresAt refreshToken guestToken } errors { code message }';

export const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${SESSION} } }`;
export const START_GUEST = `mutation StartGuestSession { startGuestSession(input: {}) { ${SESSION} } }`;
export const REFRESH = `mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ${SESSION} } }`;
export const SIGN_OUT = 'mutation SignOut($input: SignOutInput!) { signOut(input: $input) { errors { code message } } }';
export const WHO = 'query WhoAmI { viewer { shopper { name email roles } } }';
