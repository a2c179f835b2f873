// The part of `sockets.mjs` about what one socket, or one address, may ask of the shop; the numbers are those of
// `Limits::standard()` in src/edge/limits.rs.
import assert from 'node:assert/strict';
import { SHOP, sleep, until } from './group.mjs';
import { Raw } from './socket.mjs';
import { run } from './shop.mjs';

const MESSAGE_BYTES = 64 * 1024;
const BURST = 100;
const PER_SECOND = 50;
const OPERATIONS = 50;
const SOCKETS = 256;
// An answer of some hundred kB that costs less than the limit.
const LARGE = `{ search(first: 100) { nodes { id title description slug brand images(first: 3) { url alt }
  attributes { key label } variants(first: 3) { nodes { id sku title price { formatted amount } } } } } }`;

/** A ping of exactly so many bytes. */
const ping = (bytes) => {
  const empty = JSON.stringify({ type: 'ping', payload: { pad: '' } });
  return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`);
};

/** The sockets that were closed with this code, by the shop's own count. */
async function counted(code) {
  const text = await (await fetch(`${SHOP}/metrics`)).text();
  const line = text.split('\n').find((l) => l.includes(`"${code}"`) && l.includes('socket'));
  return line ? Number(line.split(' ').at(-1)) : 0;
}

export async function harden(group, { closes, QUIET, shopper }) {
  await group.check('a message of 64 KiB is taken', async () => {
    const socket = await Raw.ready();
    socket.send(ping(MESSAGE_BYTES));
    assert.equal((await socket.next()).type, 'pong');
  });
  await group.check('one byte more: 1009', async () => {
    const socket = await Raw.ready();
    socket.send(ping(MESSAGE_BYTES + 1));
    await closes(socket, 1009, /too large/);
  });
  await group.check('too large in small frames: 1009', async () => {
    const socket = await Raw.ready();
    for (let part = 0; part < 9; part += 1) socket.ws.send('x'.repeat(MESSAGE_BYTES / 8), { fin: part === 8 });
    await closes(socket, 1009, /too large/);
  });
  await group.check('a burst of messages is taken, what goes on too long is not: 4429', async () => {
    const socket = await Raw.ready();
    for (let n = 0; n < BURST - 1; n += 1) socket.send({ type: 'ping' });
    await until(5_000, 'all pongs', () => socket.heard.length === BURST);
    for (let n = 0; n < 2 * BURST; n += 1) socket.send({ type: 'ping' });
    await closes(socket, 4429, /^Too many messages$/);
    assert.ok(socket.heard.length < 2 * BURST + PER_SECOND, `${socket.heard.length} were answered`);
  });
  await group.check('so are frames that carry no message: 4429', async () => {
    const socket = await Raw.ready();
    for (let n = 0; n < 2 * BURST; n += 1) socket.ws.ping();
    await closes(socket, 4429, /^Too many messages$/);
  });
  await group.check(`the ${OPERATIONS + 1}st operation on one socket: error with RATE_LIMITED; one that ends makes room`, async () => {
    const socket = await Raw.ready({ accessToken: shopper });
    for (let n = 1; n <= OPERATIONS; n += 1) socket.subscribe(`s${n}`, QUIET);
    await socket.silent();
    socket.subscribe('more', QUIET);
    const error = await socket.next();
    assert.deepEqual([error.id, error.type, error.payload[0].extensions.code], ['more', 'error', 'RATE_LIMITED']);
    socket.send({ id: 's1', type: 'complete' });
    socket.subscribe('more', QUIET);
    await socket.silent();
  });
  await group.check(`the ${SOCKETS + 1}st socket of one address: 429, another address may, and a place comes back`, async () => {
    const there = { localAddress: '127.0.0.3' };
    const all = await Promise.all(Array.from({ length: SOCKETS }, () => Raw.open(undefined, there)));
    const refused = await new Raw(undefined, there).refused;
    assert.equal(refused.statusCode, 429);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    await (await Raw.ready(undefined, { localAddress: '127.0.0.4' })).leave();
    await all[0].leave();
    await until(5_000, 'a free place', () => Raw.open(undefined, there).then(() => true, () => false));
    all.forEach((socket) => socket.ws.terminate());
  });
  await group.check('who takes nothing is cut off after 10 seconds, and harms nobody meanwhile', async () => {
    const before = await counted(1013);
    const socket = await Raw.ready();
    socket.ws.pause();
    for (let n = 0; n < BURST - 2; n += 1) socket.subscribe(`q${n}`, LARGE);
    const begun = performance.now();
    let slowest = 0;
    while ((await counted(1013)) === before) {
      const asked = performance.now();
      assert.equal((await run('{ __typename }')).__typename, 'Query');
      slowest = Math.max(slowest, performance.now() - asked);
      assert.ok(asked - begun < 40_000, 'it was never cut off');
      await sleep(100);
    }
    socket.ws.resume();
    assert.ok([1006, 1013].includes((await socket.end(10_000)).code));
    assert.ok(slowest < 2_000, `others waited for ${slowest} ms`);
    return `others waited for ${slowest.toFixed(0)} ms at most`;
  });
}
