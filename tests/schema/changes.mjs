// What a change of the SDL does to clients, by graphql-js. A deprecated member may go when its day has come.
import { findBreakingChanges, findDangerousChanges, BreakingChangeType } from 'graphql';
import { removable } from './rules.mjs';

const REMOVALS = new Set([
  BreakingChangeType.FIELD_REMOVED, BreakingChangeType.VALUE_REMOVED_FROM_ENUM, BreakingChangeType.ARG_REMOVED,
]);

/** The deprecation's reason of what a change removed. */
function reasonOf(released, { description }) {
  const [type, member] = description.match(/\b([A-Z]\w*)\.(\w+)\b/)?.slice(1) ?? description.match(/^(\w+) was removed from enum type (\w+)/)?.slice(1).reverse() ?? [];
  const old = type && released.getType(type);
  return (old?.getFields?.()[member] ?? old?.getValue?.(member))?.deprecationReason;
}

/** Changes that break clients today, and those that may surprise them. */
export function changes(released, current, today = new Date().toISOString().slice(0, 10)) {
  const due = (change) => {
    const day = REMOVALS.has(change.type) ? removable(reasonOf(released, change)) : null;
    return day !== null && day <= today;
  };
  return {
    breaking: findBreakingChanges(released, current).filter((c) => !due(c)).map((c) => c.description),
    dangerous: findDangerousChanges(released, current).map((c) => c.description),
  };
}
