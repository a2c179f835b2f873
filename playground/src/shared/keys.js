// Idempotency keys, one for each intention of a person.

/** A fresh key: 128 random bits, in hex. Works outside secure contexts too, unlike `crypto.randomUUID`. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
