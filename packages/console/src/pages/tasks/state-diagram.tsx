import type { HouseTaskHistory } from '@doorbell/server/api';
import { useLanguage } from '../../i18n/language.tsx';
import { useStateName } from '../../parts/tags.tsx';
import {
  type DiagramEdge,
  diagramEdges,
  diagramNodes,
  diagramSize,
  edgeOf,
  nodeSize,
} from './diagram-geometry.ts';

interface Step {
  readonly edge: DiagramEdge;
  /** The sequence numbers of the changes that took it. */
  readonly sequences: readonly number[];
  readonly isLegal: boolean;
}

/** The published diagram of the states, with the way that this task has gone. The table beside it says the same. */
export function StateDiagram({ task }: { readonly task: HouseTaskHistory }) {
  const { t } = useLanguage();
  const nameOf = useStateName();
  const steps = stepsOf(task);
  const visited = new Set(task.changes.map(({ state }) => state));
  const label = t('task.diagramLabel', { way: task.changes.map(({ state }) => nameOf(state)).join(' → ') });
  return (
    <div className="diagram-scroll">
      <svg
        className="diagram"
        viewBox={`0 0 ${diagramSize.width} ${diagramSize.height}`}
        role="img"
        aria-label={label}
      >
        <defs>
          {['calm', 'taken', 'illegal'].map((kind) => (
            <marker
              key={kind}
              id={`arrow-${kind}`}
              viewBox="0 0 10 10"
              refX="8"
              refY="5"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0 10 5 0 10z" className={`arrow-${kind}`} />
            </marker>
          ))}
        </defs>
        {diagramEdges.map(({ from, to, path }) => (
          <path key={`${from}-${to}`} d={path} className="edge" markerEnd="url(#arrow-calm)" />
        ))}
        {steps.map(({ edge, isLegal }) => (
          <path
            key={`${edge.from}-${edge.to}`}
            d={edge.path}
            className={isLegal ? 'edge-taken' : 'edge-illegal'}
            markerEnd={`url(#arrow-${isLegal ? 'taken' : 'illegal'})`}
          />
        ))}
        {diagramNodes.map(({ code, x, y }) => (
          <g key={code} transform={`translate(${x} ${y})`} className={nodeClass(code, task.state, visited)}>
            <rect
              x={-nodeSize.width / 2}
              y={-nodeSize.height / 2}
              width={nodeSize.width}
              height={nodeSize.height}
              rx="8"
            />
            <text y="-4" className="node-code">
              {code}
            </text>
            <text y="14">{shortened(nameOf(code))}</text>
          </g>
        ))}
        {steps.map(({ edge, sequences }) => (
          <g
            key={`${edge.from}-${edge.to}`}
            transform={`translate(${edge.middle.x} ${edge.middle.y})`}
            className="step"
          >
            <rect
              x={-8 - sequences.length * 5}
              y="-10"
              width={16 + sequences.length * 10}
              height="20"
              rx="10"
            />
            <text y="4">{sequences.join(' ')}</text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function stepsOf({ changes }: HouseTaskHistory): readonly Step[] {
  const steps = new Map<string, Step>();
  changes.slice(1).forEach(({ state, sequence, transition }, index) => {
    const from = changes[index]?.state ?? state;
    const key = `${from}-${state}`;
    const sequences = [...(steps.get(key)?.sequences ?? []), sequence];
    steps.set(key, { edge: edgeOf(from, state), sequences, isLegal: transition !== 'illegal' });
  });
  return [...steps.values()];
}

function nodeClass(code: number, current: number, visited: ReadonlySet<number>): string {
  if (code === current) return 'node node-current';
  return visited.has(code) ? 'node node-visited' : 'node';
}

/** The English names of two states are longer than a box. */
function shortened(name: string): string {
  return name.length > 17 ? `${name.slice(0, 16)}…` : name;
}
