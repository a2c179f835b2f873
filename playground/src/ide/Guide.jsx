// The panel beside the editor: the steps of a shopper, and what is remembered between them.

import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { getValues, onValues, setValues } from './memory.js';
import { NAMES } from './remembered.js';
import { OPERATIONS } from './saved.js';
import { isStep } from './way.js';

/** Goes to the tab of an operation; a closed one is opened anew. */
function useOpen() {
  const tabs = useGraphiQL((state) => state.tabs);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const { addTab, changeTab } = useGraphiQLActions();
  const [opening, setOpening] = useState(null);

  // The editors belong to the new tab only after the render that made it.
  useEffect(() => {
    if (!opening) return;
    queryEditor?.setValue(opening.query);
    variableEditor?.setValue(opening.variables ?? '');
    setOpening(null);
  }, [opening, queryEditor, variableEditor]);

  return (operation) => {
    const index = tabs.findIndex(({ title }) => title === operation.name);
    if (index >= 0) return changeTab(index);
    addTab();
    setOpening(operation);
  };
}

function Remembered() {
  const values = useSyncExternalStore(onValues, getValues);
  const names = NAMES.filter((name) => name in values);
  return (
    <section className="guide-values">
      <h3>Remembered</h3>
      <p>
        Each answer leaves values for the steps after it. A variable <code>"@variant"</code> takes the last one seen, <code>"@key"</code> a new idempotency key.
      </p>
      {names.length > 0 && (
        <>
          <dl>
            {names.map((name) => (
              <div key={name}>
                <dt>@{name}</dt>
                <dd>{values[name].formatted ?? values[name].amount ?? String(values[name])}</dd>
              </div>
            ))}
          </dl>
          <button type="button" className="graphiql-button" onClick={() => setValues({})}>
            Forget
          </button>
        </>
      )}
    </section>
  );
}

function Steps({ operations }) {
  const open = useOpen();
  const active = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.title);
  return (
    <ol>
      {operations.map((operation) => (
        <li key={operation.name}>
          <button type="button" aria-current={operation.name === active ? 'step' : undefined} onClick={() => open(operation)}>
            <span>{operation.title}</span>
            <small>
              <em className={`guide-${operation.kind}`}>{operation.kind}</em> {operation.name}
            </small>
          </button>
        </li>
      ))}
    </ol>
  );
}

function Guide() {
  const steps = OPERATIONS.filter(({ name }) => isStep(name));
  const others = OPERATIONS.filter(({ name }) => !isStep(name));
  return (
    <div className="guide">
      <h2>A shopper’s way</h2>
      <p>Every step is a saved operation in its own tab. Open one, then press the run button.</p>
      {OPERATIONS.length === 0 && <p>This build has no saved operations.</p>}
      <Steps operations={steps} />
      {others.length > 0 && (
        <>
          <h3>And besides</h3>
          <Steps operations={others} />
        </>
      )}
      <Remembered />
    </div>
  );
}

function GuideIcon(props) {
  return (
    <svg viewBox="0 0 24 24" height="1em" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" {...props}>
      <circle cx="6" cy="5" r="2.5" />
      <circle cx="18" cy="19" r="2.5" />
      <path d="M8.5 5H15a3.5 3.5 0 0 1 0 7H9a3.5 3.5 0 0 0 0 7h6.5" />
    </svg>
  );
}

/** GraphiQL's plugin with the steps. */
export const GUIDE = { title: 'A shopper’s way', icon: GuideIcon, content: Guide };
