import { parser } from '@prometheus-io/lezer-promql';

export interface PromqlNames {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
}

/** What an expression reads. Throws where it is not PromQL. */
export function namesIn(expression: string): PromqlNames {
  const metrics: string[] = [];
  const labels: string[] = [];
  parser.parse(expression).iterate({
    enter(node) {
      const text = expression.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`Not PromQL near ${JSON.stringify(text)}: ${expression}`);
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') metrics.push(text);
      if (node.name === 'LabelName') labels.push(text);
    },
  });
  return { metrics, labels };
}
