// GraphiQL for Chowk: the saved operations as tabs, the session on top.

import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { useGraphiQL } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { SessionBar } from '../shared/SessionBar.jsx';
import { fetcher } from './fetcher.js';
import { GUIDE } from './Guide.jsx';
import './ide.css';
import { OPERATIONS } from './saved.js';
import { fingerprint, scopedStorage, seed } from './storage.js';

const WELCOME = `# Chowk: write an operation and press the run button.
# The book on the left explains every field.
query Welcome {
  __typename
}
`;

const tabs = OPERATIONS.length ? OPERATIONS.map(({ query, variables }) => ({ query, variables })) : [{ query: WELCOME }];
const storage = scopedStorage(localStorage, fingerprint(JSON.stringify(OPERATIONS)));
seed(storage, tabs[0]);
const plugins = [GUIDE, HISTORY_PLUGIN];

/** A tab that was opened from the panel may lie outside the row of tabs that is in view. */
function ActiveTabInView() {
  const active = useGraphiQL(({ activeTabIndex }) => activeTabIndex);
  useEffect(() => {
    document.getElementById(`graphiql-session-tab-${active}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active]);
  return null;
}

function Ide() {
  return (
    <div className="ide">
      <SessionBar page="ide" />
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        plugins={plugins}
        visiblePlugin={GUIDE}
        defaultQuery={WELCOME}
        defaultTabs={tabs}
        defaultEditorToolsVisibility="variables"
        schemaDescription
        inputValueDeprecation
        shouldPersistHeaders={false}
      >
        <GraphiQL.Logo>
          <a className="ide-docs" href="./schema.graphql">
            schema.graphql
          </a>
        </GraphiQL.Logo>
        <ActiveTabInView />
      </GraphiQL>
    </div>
  );
}

createRoot(document.getElementById('root')).render(<Ide />);
