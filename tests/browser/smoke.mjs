// Looks at the playground as a person would: a headless Chromium against a running server.
//
//   node smoke.mjs --url http://127.0.0.1:4000 [--screenshots DIR] [--chromium PATH]
//
// Checks that GraphiQL renders with its tabs, that a query and a subscription answer, that one can sign in, that the
// saved operations can be run one after the other from search to a followed order, that the demo shop does the same,
// and that no request leaves the loopback interface.
// The server needs its demo data. Ends with `N passed, N failed`.

import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { WAY } from '../../playground/src/ide/way.js';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Whatever tried to leave would find no host; it is recorded and fails the run all the same.
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
];
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const WAIT_MS = 30_000;
const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url));

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    screenshots: { type: 'string', default: fromHere('../../target/browser') },
    chromium: { type: 'string', default: process.env.CHROMIUM || '/usr/bin/chromium' },
  },
});
if (!options.url || !LOOPBACK.has(new URL(options.url).hostname)) {
  console.error('usage: node smoke.mjs --url http://127.0.0.1:PORT (loopback only)');
  process.exit(2);
}

const requested = [];
const complaints = [];
let passed = 0;
let failed = 0;
let current = '';

function expect(holds, message) {
  if (!holds) throw new Error(message);
}

/** The pictures are numbered in the order of the checks. */
let pictures = 0;
async function picture(page, name) {
  pictures += 1;
  await page.screenshot({ path: join(options.screenshots, `${String(pictures).padStart(2, '0')}-${name}.png`) });
}

/** One check; a failure is told, pictured, and does not stop the others. */
async function check(page, name, body) {
  current = name;
  try {
    await body();
    passed += 1;
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}: ${error.message.split('\n').slice(0, 6).join('\n      ')}`);
    await picture(page, 'failed').catch(() => {});
  }
}

/** Names of the saved operations, as the repository has them. */
async function savedOperations() {
  const folder = fromHere('../../schema/operations/');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.graphql'));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/^(?:query|mutation|subscription)\s+(\w+)/gm)].map(([, name]) => name));
}

function watch(context) {
  context.on('request', (request) => requested.push(request.url()));
  context.on('page', (page) => {
    page.on('websocket', (socket) => requested.push(socket.url()));
    page.on('pageerror', (error) => complaints.push(`${current}: ${error.message}`));
    page.on('console', (message) => {
      // A refused policy shows only here.
      if (/Content Security Policy/i.test(message.text())) complaints.push(`${current}: ${message.text()}`);
    });
  });
}

/** The text of GraphiQL's answer pane. Monaco draws blanks as no-break spaces and only the lines in view. */
async function answer(page) {
  const lines = await page.locator('.result-window .view-lines').innerText({ timeout: 1000 }).catch(() => '');
  return lines.replaceAll('\u00a0', ' ');
}

async function answered(page, pattern) {
  const until = Date.now() + WAIT_MS;
  let last = '';
  while (Date.now() < until) {
    last = await answer(page);
    if (pattern.test(last)) return last;
    await page.waitForTimeout(50);
  }
  throw new Error(`no answer like ${pattern}; the pane says: ${last.slice(0, 300)}`);
}

/** A new tab with this document, whose operation has this name, run. */
async function runDocument(page, name, document) {
  await page.getByRole('button', { name: 'New tab' }).click();
  await page.locator('.graphiql-query-editor .monaco-editor').first().click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(document);
  await page.keyboard.press('Escape');
  // GraphiQL reads the document a moment after the typing, and names the tab then.
  await page.locator('.graphiql-tab-active', { hasText: name }).waitFor();
  await page.getByRole('button', { name: /^Execute query/ }).click();
}

async function graphiql(page) {
  await check(page, 'GraphiQL renders', async () => {
    await page.goto(options.url);
    await page.locator('.graphiql-query-editor .monaco-editor .view-line').first().waitFor();
    expect(/Chowk/.test(await page.title()), 'the title does not name Chowk');
  });

  await check(page, 'the saved operations are tabs, one each', async () => {
    const names = await savedOperations();
    const tabs = await page.locator('.graphiql-tab-button').allInnerTexts();
    expect(tabs.length === Math.max(names.length, 1), `${tabs.length} tabs for ${names.length} operations`);
    const missing = names.filter((name) => !tabs.includes(name));
    expect(missing.length === 0, `no tab for ${missing.join(', ')}`);
    await picture(page, 'graphiql');
  });

  await check(page, 'the schema arrives', async () => {
    await page.getByRole('button', { name: /Documentation Explorer/ }).click();
    await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).first().waitFor();
    await picture(page, 'schema');
    await page.getByRole('button', { name: /Show A shopper/ }).click();
  });

  await check(page, 'a query answers', async () => {
    await runDocument(page, 'SmokeQuery', 'query SmokeQuery { search(first: 3) { totalCount nodes { id title } } }');
    const text = await answered(page, /"totalCount": [1-9]/);
    expect(!/"errors"/.test(text), text);
    await picture(page, 'query');
  });

  await check(page, 'the demo shopper signs in', async () => {
    await page.getByRole('button', { name: /shopper/i }).first().click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await runDocument(page, 'SmokeWho', 'query SmokeWho { viewer { shopper { email roles } } }');
    await answered(page, /shopper@demo\.chowk\.example/);
    await picture(page, 'signed-in');
  });
}

/** Runs the open tab and gives the answer to that operation as it came over HTTP. */
async function runTab(page, name) {
  const [response] = await Promise.all([
    page.waitForResponse((candidate) => candidate.request().postDataJSON()?.operationName === name),
    page.getByRole('button', { name: /^Execute query/ }).click(),
  ]);
  return response.json();
}

/** The saved operations, one after the other as the panel lists them, with nothing typed. */
async function way(context) {
  const saved = await savedOperations();
  const names = WAY.map(([name]) => name).filter((name) => saved.includes(name));
  const steps = names.slice(0, names.indexOf('FollowOrder') + 1);
  if (steps.length === 0) return;
  const page = await context.newPage();
  await check(page, 'the saved operations lead from search to a followed order', async () => {
    await page.goto(options.url);
    await page.locator('.graphiql-query-editor .monaco-editor .view-line').first().waitFor();
    for (const name of steps) {
      await page.locator('.guide').getByRole('button', { name: new RegExp(` ${name}$`) }).click();
      await page.locator('.graphiql-tab-active', { hasText: name }).waitFor();
      if (name === 'FollowOrder') break;
      const { data, errors } = await runTab(page, name);
      const problems = errors ?? Object.values(data).flatMap((payload) => payload?.errors ?? []);
      expect(problems.length === 0, `${name}: ${JSON.stringify(problems)}`);
    }
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await answered(page, /"cursor": "/);
    await picture(page, 'way');
  });
  await page.close();
}

async function shop(page) {
  await check(page, 'the shop lists what can be delivered', async () => {
    await page.goto(new URL('shop.html', `${options.url}/`).href);
    await page.getByTestId('found').waitFor();
    await page.locator('.card .promise').first().waitFor();
    await picture(page, 'shop');
  });

  await check(page, 'an item goes into the cart', async () => {
    await page.locator('.card a').first().click();
    await page.getByRole('button', { name: 'Put into the cart' }).click();
    await page.getByRole('link', { name: 'your cart' }).waitFor();
    await picture(page, 'item');
  });

  await check(page, 'a quote is given and the order is placed', async () => {
    await page.getByTestId('cart-link').click();
    await page.locator('.address, .addresses').first().waitFor();
    const saved = page.locator('.addresses button').first();
    if (await saved.isVisible()) {
      await saved.click();
    } else {
      await page.getByRole('button', { name: 'Fill in an example' }).click();
      await page.getByRole('button', { name: 'Get a quote' }).click();
    }
    const place = page.getByRole('button', { name: /^Place the order/ });
    await place.waitFor();
    await picture(page, 'quote');
    await place.click();
    await page.waitForURL(/#\/order\//);
  });

  await check(page, 'the order is followed until it is paid', async () => {
    const state = page.locator('[data-testid=order-state]', { hasNotText: 'Created' });
    await state.waitFor();
    const text = await state.innerText();
    expect(!/Failed|Expired|Cancelled/.test(text), `the order is ${text}`);
    await page.locator('[data-testid=timeline] li').first().waitFor();
    await picture(page, 'order');
  });
}

async function subscription(page) {
  await check(page, 'a subscription answers in GraphiQL', async () => {
    const order = decodeURIComponent(new URL(page.url()).hash.split('/')[2] ?? '');
    expect(order, 'there is no order to follow');
    await page.goto(options.url);
    await page.locator('.graphiql-query-editor .monaco-editor .view-line').first().waitFor();
    await runDocument(page, 'SmokeFollow', `subscription SmokeFollow { orderEvents(orderId: ${JSON.stringify(order)}) { cursor state message } }`);
    const text = await answered(page, /"cursor": "/);
    expect(!/"errors"/.test(text), text);
    expect(requested.some((url) => new URL(url).protocol === 'ws:'), 'no WebSocket was opened');
    await picture(page, 'subscription');
  });
}

async function narrow(context) {
  const page = await context.newPage();
  await check(page, 'the shop fits a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(new URL('shop.html', `${options.url}/`).href);
    await page.getByTestId('found').waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide <= 0, `the page is ${wide} pixels too wide`);
    await picture(page, 'telephone');
  });
}

async function main() {
  await mkdir(options.screenshots, { recursive: true });
  const profile = await mkdtemp(join(tmpdir(), 'chowk-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: options.chromium,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
  });
  try {
    context.setDefaultTimeout(WAIT_MS);
    watch(context);
    const page = await context.newPage();
    await graphiql(page);
    await way(context);
    await shop(page);
    await subscription(page);
    await narrow(context);
    await check(page, 'no request left the loopback interface', async () => {
      const outside = requested.filter((url) => /^(https?|wss?):/.test(url) && !LOOPBACK.has(new URL(url).hostname));
      expect(requested.length > 0, 'no request was seen at all');
      expect(outside.length === 0, [...new Set(outside)].join(', '));
    });
    await check(page, 'no script failed and no policy was broken', async () => {
      expect(complaints.length === 0, [...new Set(complaints)].join('\n'));
    });
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
  console.log(`${requested.length} requests; pictures in ${options.screenshots}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
