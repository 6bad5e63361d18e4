import { transitions } from '@doorbell/contract';

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface DiagramNode extends Point {
  readonly code: number;
}

export interface DiagramEdge {
  readonly from: number;
  readonly to: number;
  /** Path data from the border of one node to that of the other. */
  readonly path: string;
  readonly middle: Point;
}

export const nodeSize = { width: 116, height: 46 } as const;
export const diagramSize = { width: 1200, height: 505 } as const;

/** The usual way from left to right; what fails above and below it. */
export const diagramNodes: readonly DiagramNode[] = [
  { code: 9000, x: 78, y: 210 },
  { code: 10000, x: 236, y: 210 },
  { code: 20000, x: 394, y: 210 },
  { code: 30000, x: 552, y: 210 },
  { code: 40000, x: 710, y: 210 },
  { code: 45000, x: 868, y: 210 },
  { code: 50000, x: 1022, y: 210 },
  { code: 0, x: 256, y: 285 },
  { code: 51000, x: 1130, y: 345 },
  { code: 52000, x: 710, y: 48 },
];

/** How far an edge bows to its left, where it would otherwise run through a node or over its opposite. */
const bows: Readonly<Record<string, number>> = {
  '9000-51000': -430,
  '10000-0': 22,
  '0-10000': 22,
  '0-51000': 20,
  '20000-50000': -190,
  '20000-52000': 30,
  '30000-52000': 14,
  '52000-30000': 24,
  '40000-50000': -120,
  '40000-45000': 16,
  '45000-40000': 16,
  '40000-52000': 16,
  '52000-40000': 16,
  '45000-52000': -14,
  '52000-51000': 300,
  '52000-10000': -70,
};

export const diagramEdges: readonly DiagramEdge[] = [...transitions].flatMap(([from, steps]) =>
  steps.map(({ to }) => edgeOf(from, to)),
);

/** Also for a step that the diagram does not have, but a task took. */
export function edgeOf(from: number, to: number): DiagramEdge {
  const start = nodeOf(from);
  const end = nodeOf(to);
  const bow = bows[`${from}-${to}`] ?? 0;
  const curve = samplesOf(start, end, bow).filter(
    (point) => !isInside(point, start) && !isInside(point, end),
  );
  const path = curve.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`);
  return { from, to, path: path.join(''), middle: curve[Math.floor(curve.length / 2)] ?? start };
}

function nodeOf(code: number): DiagramNode {
  return diagramNodes.find((node) => node.code === code) ?? { code, x: 78, y: 48 };
}

/** Along a quadratic curve between the two centres. */
function samplesOf(start: Point, end: Point, bow: number): readonly Point[] {
  const length = Math.hypot(end.x - start.x, end.y - start.y) || 1;
  const control = {
    x: (start.x + end.x) / 2 + ((end.y - start.y) / length) * bow,
    y: (start.y + end.y) / 2 - ((end.x - start.x) / length) * bow,
  };
  const count = 120;
  return Array.from({ length: count + 1 }, (_, index) => {
    const t = index / count;
    const at = (a: number, b: number, c: number) => (1 - t) ** 2 * a + 2 * (1 - t) * t * b + t ** 2 * c;
    return { x: at(start.x, control.x, end.x), y: at(start.y, control.y, end.y) };
  });
}

function isInside({ x, y }: Point, node: Point): boolean {
  return Math.abs(x - node.x) < nodeSize.width / 2 + 3 && Math.abs(y - node.y) < nodeSize.height / 2 + 3;
}
