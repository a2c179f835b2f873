// The storefront's saved operations, taken into the page when it is built.

import { toOperations } from './operations.js';

const documents = import.meta.glob('../../../schema/operations/*.graphql', { query: '?raw', import: 'default', eager: true });
const variables = import.meta.glob('../../../schema/operations/*.variables.json', { query: '?raw', import: 'default', eager: true });

/** See `toOperations`; empty when the folder is. */
export const OPERATIONS = toOperations(documents, variables);
