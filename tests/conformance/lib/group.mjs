// A group of checks: each is run and told, their number is written to the table of `run`, and the process fails when
// one failed. A check is a function that throws (`node:assert`) when its rule does not hold.
import { appendFileSync } from 'node:fs';

const CHECK_WAIT_MS = 60_000;

/** Where the shop listens, as `run` tells. */
export const SHOP = process.env.CHOWK_URL ?? process.argv[2];
if (!SHOP) {
  console.error('usage: CHOWK_URL=http://127.0.0.1:4000 node THIS (or let tests/conformance/run start a shop)');
  process.exit(2);
}
export const GRAPHQL = `${SHOP}/graphql`;
export const SOCKET = `${SHOP.replace('http', 'ws')}/graphql/ws`;

/** Rejects when `promise` takes longer. */
export function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits until `condition()` holds. */
export async function until(ms, what, condition) {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what} did not come within ${ms} ms`);
    await sleep(20);
  }
}

export class Group {
  constructor(name) {
    this.name = name;
    this.passed = 0;
    this.total = 0;
    this.slow = [];
  }

  /** Runs one check now. */
  async check(what, holds) {
    this.total += 1;
    try {
      const note = await within(CHECK_WAIT_MS, 'the end of the check', Promise.resolve().then(holds));
      this.passed += 1;
      console.log(`ok      ${what}${typeof note === 'string' ? ` (${note})` : ''}`);
    } catch (error) {
      console.log(`FAILED  ${what}: ${error.stack ?? error}`);
    }
  }

  /** Starts a check that mostly waits, beside the others; `finish` awaits it. */
  beside(what, holds) {
    this.slow.push(this.check(what, holds));
  }

  /** Writes the group's line and ends the process. */
  async finish(note = '') {
    await Promise.all(this.slow);
    const line = [this.name, this.passed, this.total, note].join('\t');
    if (process.env.CONFORMANCE_RESULTS) appendFileSync(process.env.CONFORMANCE_RESULTS, `${line}\n`);
    console.log(`${this.name}: ${this.passed} of ${this.total} ${note}`);
    // Clients keep sockets and timers; the checks are done.
    process.exit(this.total > 0 && this.passed === this.total ? 0 : 1);
  }
}
