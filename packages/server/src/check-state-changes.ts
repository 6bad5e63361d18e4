import { checkValues, taskStateChange } from '@doorbell/contract';
import { changesPerAppendMax } from '@doorbell/engine';
import { faultsListedMax, type ProblemFault } from './problem.ts';
import { fieldPointer } from './problem-reply.ts';
import { stateChange } from './schemas/state-change.ts';
import { compileCheck, fault } from './validate.ts';

const checkShape = compileCheck(stateChange);

/**
 * Faults of one change or a batch: shape first. Values are judged by `Engine.append`; only when the shape of any
 * change is wrong they are judged here too, so that one answer names everything.
 */
export function checkStateChanges(body: unknown): readonly ProblemFault[] {
  if (body === undefined || body === null)
    return [fault('', 'field-missing', 'is empty: send a change or an array of them')];
  if (!Array.isArray(body)) return listFaults([body], () => '');
  if (body.length === 0) return [fault('', 'field-too-short', 'must hold at least one change')];
  if (body.length > changesPerAppendMax) {
    return [
      fault('', 'field-too-long', `holds ${body.length} changes; at most ${changesPerAppendMax} go at once`),
    ];
  }
  return listFaults(body, (index) => `/${index}`);
}

function listFaults(changes: readonly unknown[], prefix: (index: number) => string): readonly ProblemFault[] {
  const shapes: (readonly ProblemFault[])[] = [];
  let found = 0;
  for (const change of changes) {
    const shape = checkShape(change);
    shapes.push(shape);
    found += shape.length;
    if (found > faultsListedMax) break;
  }
  if (found === 0) return [];
  return changes
    .slice(0, shapes.length)
    .flatMap((change, index) => merge(valueFaults(change), shapes[index] ?? []).map(under(prefix(index))));
}

/** The contract's code is kept where both find fault with a field. */
function merge(values: readonly ProblemFault[], shapes: readonly ProblemFault[]): readonly ProblemFault[] {
  const known = new Set(values.map(({ pointer }) => pointer));
  return [...values, ...shapes.filter(({ pointer }) => !known.has(pointer))];
}

function under(prefix: string): (found: ProblemFault) => ProblemFault {
  return (found) => ({ ...found, pointer: `${prefix}${found.pointer}` });
}

function valueFaults(change: unknown): readonly ProblemFault[] {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return [];
  const given = change as Readonly<Record<string, unknown>>;
  const fields = Object.keys(taskStateChange.fields);
  const values = Object.fromEntries(fields.map((name) => [name, given[name]]));
  return checkValues(taskStateChange, values, { extra: readExtra(given.extra) }).map(
    ({ field, code, detail }) => {
      return { pointer: field === null ? '' : fieldPointer(field, code), field, code, detail };
    },
  );
}

function readExtra(extra: unknown): Readonly<Record<string, string>> {
  const isObject = typeof extra === 'object' && extra !== null && !Array.isArray(extra);
  return isObject ? (extra as Readonly<Record<string, string>>) : {};
}
