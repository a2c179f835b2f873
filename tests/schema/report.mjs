// Runs the parts and tells them as lines of the table of `tests/conformance/run`.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, parse, print, validate, visit } from 'graphql';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { changes } from './changes.mjs';
import { federation } from './federation.mjs';
import { RULES } from './rules.mjs';

const HERE = import.meta.dirname;
const SCHEMA = join(HERE, '../../schema');
const sdl = readFileSync(join(SCHEMA, 'schema.graphql'), 'utf8');
const schema = buildSchema(sdl);
const released = buildSchema(readFileSync(join(SCHEMA, 'released.graphql'), 'utf8'));
const documents = readdirSync(join(SCHEMA, 'operations')).filter((f) => f.endsWith('.graphql')).sort()
  .map((file) => ({ file, ast: parse(readFileSync(join(SCHEMA, 'operations', file), 'utf8')) }));

const folder = mkdtempSync(join(tmpdir(), 'chowk-schema-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A part answers its findings, how much it looked at, and a note. */
const PARTS = {
  lint: ['schema lint', () => {
    const found = Object.entries(RULES).map(([name, rule]) => rule(schema).map((f) => `${name}: ${f}`));
    return { checks: found.length, failed: found.filter((f) => f.length).length, told: found.flat(), note: Object.keys(RULES).join(', ') };
  }],
  changes: ['breaking changes', () => {
    const { breaking, dangerous } = changes(released, schema);
    dangerous.forEach((d) => console.log(`to look at: ${d}`));
    return { checks: 1, failed: breaking.length ? 1 : 0, told: breaking, note: `since schema/released.graphql; ${dangerous.length} to look at` };
  }],
  relay: ['relay-compiler', () => {
    const sources = join(folder, 'src');
    [sources, join(folder, 'made')].forEach((f) => mkdirSync(f));
    writeFileSync(join(folder, 'schema.graphql'), sdl);
    let operations = 0;
    // Relay wants an operation to be called by its module and its kind; ours are called by what they do.
    for (const { file, ast } of documents) {
      const base = file.replace('.graphql', '');
      const module = `${base[0].toLowerCase()}${base.slice(1)}`;
      const renamed = visit(ast, {
        OperationDefinition(node) {
          operations += 1;
          const kind = node.operation[0].toUpperCase() + node.operation.slice(1);
          return { ...node, name: { ...node.name, value: `${module}${node.name.value}${kind}` } };
        },
        FragmentDefinition: (node) => ({ ...node, name: { ...node.name, value: `${module}_${node.name.value}` } }),
        FragmentSpread: (node) => ({ ...node, name: { ...node.name, value: `${module}_${node.name.value}` } }),
      });
      const tags = renamed.definitions.map((d) => `graphql\`${print(d).replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\`;`);
      writeFileSync(join(sources, `${module}.js`), `import { graphql } from 'react-relay';\n${tags.join('\n')}\n`);
    }
    writeFileSync(join(folder, 'relay.config.json'), JSON.stringify({ src: 'src', schema: 'schema.graphql', language: 'javascript', artifactDirectory: 'made' }));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    try {
      execFileSync(process.execPath, [join(HERE, 'node_modules/relay-compiler/cli.js'), 'relay.config.json'], { cwd: folder, stdio: 'pipe' });
    } catch (error) {
      return { checks: operations, failed: operations, told: [`${error.stdout}${error.stderr}`], note: 'does not compile' };
    }
    const made = readdirSync(join(folder, 'made')).filter((f) => /(Query|Mutation|Subscription)\.graphql\.js$/.test(f)).length;
    return { checks: operations, failed: operations - made, told: made < operations ? [`${made} of ${operations} made`] : [], note: 'every saved operation' };
  }],
  codegen: ['graphql-codegen', async () => {
    const invalid = documents.flatMap(({ file, ast }) => validate(schema, ast).map((e) => `${file}: ${e.message}`));
    const output = await codegen({
      filename: 'chowk.ts', schema: parse(sdl), config: { scalars: { DateTime: 'string', Pincode: 'string', Long: 'number', CurrencyCode: 'string' }, strictScalars: true },
      documents: documents.map(({ file, ast }) => ({ location: file, document: ast })),
      plugins: [{ typescript: {} }, { operations: {} }], pluginMap: { typescript, operations },
    });
    writeFileSync(join(folder, 'chowk.ts'), output);
    const told = [...invalid];
    try {
      const tsc = join(HERE, 'node_modules/typescript/bin/tsc');
      execFileSync(process.execPath, [tsc, '--strict', '--noEmit', '--target', 'es2022', join(folder, 'chowk.ts')], { stdio: 'pipe' });
    } catch (error) {
      told.push(`${error.stdout}`);
    }
    return { checks: documents.length, failed: told.length ? documents.length : 0, told, note: `every saved document; tsc --strict takes the ${output.split('\n').length} lines` };
  }],
  federation: ['federation', federation],
};

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
const unknown = chosen.filter((name) => !PARTS[name]);
if (unknown.length) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
let bad = false;
for (const name of chosen) {
  const [title, part] = PARTS[name];
  const { checks, failed, told, note } = await part();
  told.forEach((t) => console.log(`FAILED  ${t}`));
  console.log(`${failed ? 'FAILED' : 'ok    '}  ${title}: ${checks - failed} of ${checks}, ${note}`);
  if (process.env.CONFORMANCE_RESULTS) appendFileSync(process.env.CONFORMANCE_RESULTS, `${title}\t${checks - failed}\t${checks}\t${note}\n`);
  bad ||= failed > 0 || checks === 0;
}
process.exitCode = bad ? 1 : 0;
