// A socket of graphql-transport-ws without a client library's help: messages go out as given, what comes in is kept.
import http from 'node:http';
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { SHOP, SOCKET, sleep, until, within } from './group.mjs';

const WAIT_MS = 5_000;
export const PROTOCOL = 'graphql-transport-ws';

export class Raw {
  constructor(protocols = [PROTOCOL], options = {}) {
    this.heard = [];
    this.read = 0;
    this.ws = new WebSocket(SOCKET, protocols, options);
    this.opened = new Promise((done, fail) => {
      this.ws.once('open', done);
      this.ws.once('error', fail);
    });
    this.refused = new Promise((done) => this.ws.once('unexpected-response', (_, response) => done(response)));
    this.closed = new Promise((done) => {
      this.ws.once('close', (code, reason) => done({ code, reason: reason.toString(), bytes: reason.length }));
    });
    this.opened.catch(() => {});
    this.ws.on('error', () => {});
    this.ws.on('message', (data) => this.heard.push(JSON.parse(data)));
  }

  static async open(protocols, options) {
    const socket = new Raw(protocols, options);
    await within(WAIT_MS, 'the handshake', socket.opened);
    return socket;
  }

  /** Open and acknowledged. */
  static async ready(payload, options) {
    const socket = await Raw.open(undefined, options);
    socket.send({ type: 'connection_init', ...(payload && { payload }) });
    const { type } = await socket.next();
    if (type !== 'connection_ack') throw new Error(`${type} instead of connection_ack`);
    return socket;
  }

  send(message) {
    this.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  subscribe(id, query, rest = {}) {
    this.send({ id, type: 'subscribe', payload: { query, ...rest } });
  }

  /** The next message that nobody has read yet. */
  async next(ms = WAIT_MS) {
    let over;
    this.closed.then((close) => { over = close; });
    await until(ms, 'a message', () => this.read < this.heard.length || over);
    if (this.read < this.heard.length) return this.heard[this.read++];
    throw new Error(`closed with ${over.code} ${over.reason} instead of a message`);
  }

  /** Nothing comes for a while, and the socket stays open. */
  async silent(ms = 300) {
    await sleep(ms);
    if (this.read < this.heard.length) throw new Error(`came unasked: ${JSON.stringify(this.heard[this.read])}`);
    if (this.ws.readyState !== WebSocket.OPEN) throw new Error('the socket was closed');
  }

  /** The close frame of the server. */
  end(ms = WAIT_MS) {
    return within(ms, 'the close', this.closed);
  }

  async leave() {
    this.ws.close(1000);
    return this.end();
  }
}

/** A handshake by hand, for what the library would refuse to send: the answer, the TCP socket and its bytes so far. */
export function handshake(headers) {
  return within(WAIT_MS, 'the handshake', new Promise((done, fail) => {
    const request = http.request(`${SHOP}/graphql/ws`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        ...headers,
      },
    });
    request.on('upgrade', (response, tcp, head) => {
      tcp.on('error', () => {});
      done({ response, tcp, head });
    });
    request.on('response', (response) => done({ response }));
    request.on('error', fail);
    request.end();
  }));
}

/** The code and reason of a close frame, read from the bytes of a socket opened by `handshake`. */
export async function closeFrame({ tcp, head }) {
  let bytes = head;
  tcp.on('data', (more) => { bytes = Buffer.concat([bytes, more]); });
  await until(WAIT_MS, 'a close frame', () => bytes.length >= 4 && bytes.length >= 2 + (bytes[1] & 0x7f));
  tcp.destroy();
  if (bytes[0] !== 0x88) throw new Error(`no close frame: ${bytes.toString('hex')}`);
  return { code: bytes.readUInt16BE(2), reason: bytes.subarray(4, 2 + bytes[1]).toString() };
}
