import { createMetrics } from '@doorbell/server';
import { beforeAll, describe, expect, it } from 'vitest';
import { listDeployFiles, parseYaml, readText, walk } from './deploy-files.ts';
import { namesIn } from './promql.ts';

/** Of other programs: Prometheus itself, and postgres_exporter. */
const foreign: ReadonlySet<string> = new Set([
  'up',
  'pg_stat_user_tables_n_dead_tup',
  'pg_stat_user_tables_n_live_tup',
  'pg_stat_activity_max_tx_duration',
]);
const labels: ReadonlySet<string> = new Set(
  'job namespace instance le channel outcome reason result verdict doing verb ok kind method route status schemaname relname'.split(
    ' ',
  ),
);

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const alerts = parseYaml(readText('deploy/prometheus/alerts.yml'))
  .flatMap((document) => [...walk(document)])
  .filter((object) => 'alert' in object) as unknown as readonly Alert[];
const panels = [...walk(JSON.parse(readText('deploy/grafana/doorbell.json').text))].filter(
  ({ expr }) => typeof expr === 'string',
) as unknown as readonly { readonly expr: string }[];
const scaling = parseYaml(readText('deploy/kubernetes/autoscale.yaml'))
  .flatMap((document) => [...walk(document)])
  .flatMap(({ query }) => (typeof query === 'string' ? [query] : []));

const expressions = [
  ...alerts.map(({ expr }) => expr),
  ...panels.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m')),
  ...scaling,
];

/** Every series name that a server exposes. */
const exported = new Set<string>();
/** What a server exposes before anything has happened. */
let atFirst = '';

beforeAll(async () => {
  const metrics = createMetrics();
  const health = () => ({ lastRoundAt: 0, lastSettledAt: 0, inFlight: 0 });
  const away = () => Promise.reject(new Error('away'));
  metrics.watch({ readings: { backlog: away }, admin: { listUnclearedAlerts: away }, engine: { health } });
  atFirst = await metrics.render();
  for (const [, name = '', type] of atFirst.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    exported.add(name);
    if (type !== 'histogram') continue;
    for (const part of ['bucket', 'sum', 'count']) exported.add(`${name}_${part}`);
  }
});

describe('monitoring', () => {
  it('asks in PromQL that parses, of metrics and labels that there are', () => {
    expect(expressions.length).toBeGreaterThan(40);
    for (const expression of expressions) {
      const names = namesIn(expression);
      expect(names.metrics.length, expression).toBeGreaterThan(0);
      expect(names.metrics.filter((name) => !exported.has(name) && !foreign.has(name))).toEqual([]);
      expect(names.labels.filter((name) => !labels.has(name))).toEqual([]);
    }
  });

  it('would notice a fault of syntax and an unknown name', () => {
    expect(() => namesIn('sum(rate(doorbell_attempts_total[5m])')).toThrow('Not PromQL');
    expect(namesIn('max(no_such_metric{job="x"})')).toEqual({ metrics: ['no_such_metric'], labels: ['job'] });
  });

  it('shows on the dashboard every metric that the documents tell people to watch', () => {
    const shown = new Set(
      panels.flatMap(({ expr }) => namesIn(expr.replaceAll('$__rate_interval', '5m')).metrics),
    );
    const watched = [...readText('docs/OPERATIONS.md').text.matchAll(/^\| (`(?:doorbell|nodejs)_.+?) \|/gm)]
      .flatMap(([, cell = '']) => cell.match(/[a-z0-9_]+/g) ?? [])
      .filter((name) => !shown.has(name) && !shown.has(`${name}_bucket`));
    expect(watched).toEqual([]);
  });

  it('names in the documents no metric that there is not', () => {
    const named = listDeployFiles()
      .filter(({ path }) => path.endsWith('.md'))
      .flatMap(({ text }) => [...text.matchAll(/\b(?:doorbell|nodejs|process)_[a-z0-9_]+\b/g)].map(String));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !exported.has(name))).toEqual([]);
  });

  it('counts from 0 what an alarm takes the increase of, so that the first one is an increase', () => {
    const series = alerts.flatMap(({ expr }) =>
      [...expr.matchAll(/increase\((\w+\{[^}]*\})/g)].map(([, one = '']) => one),
    );
    expect(series).toContain('doorbell_notifications_settled_total{result="failed"}');
    for (const one of series) expect(atFirst).toContain(`${one} 0\n`);
  });

  it('takes what never happened for long ago', () => {
    const ages = alerts.filter(({ expr }) => /_timestamp_seconds/.test(expr));
    expect(ages.map(({ alert }) => alert)).toEqual([
      'DoorbellWorkerAsksForNothing',
      'DoorbellRetiresNothing',
    ]);
    for (const { expr } of ages) expect(expr).not.toContain('> 0');
  });

  it('finds the API and the workers in a cluster by the jobs that the alarms ask for', () => {
    const [scraping] = parseYaml(readText('deploy/prometheus/kubernetes.yml')).flatMap((document) =>
      [...walk(document)].filter((object) => 'relabel_configs' in object),
    );
    const relabelings = scraping?.relabel_configs as readonly Record<string, unknown>[];
    const job = relabelings.find(({ target_label: target }) => target === 'job');
    expect(job).toMatchObject({
      source_labels: ['__meta_kubernetes_pod_label_app_kubernetes_io_component'],
      replacement: 'doorbell-$1',
    });
    const components = ['api', 'worker'].flatMap((name) =>
      [...walk(parseYaml(readText(`deploy/kubernetes/${name}.yaml`)))].flatMap(({ template }) => {
        const { metadata } = (template ?? {}) as { metadata?: { labels: Record<string, string> } };
        return metadata === undefined ? [] : [`doorbell-${metadata.labels['app.kubernetes.io/component']}`];
      }),
    );
    expect(components).toEqual(['doorbell-api', 'doorbell-worker']);
    const asked = alerts.flatMap(({ expr }) =>
      [...expr.matchAll(/job="([^"]+)"/g)].map(([, one = '']) => one),
    );
    expect(new Set(asked)).toEqual(new Set(['doorbell-worker']));
    expect(relabelings.map(({ target_label: target }) => target)).toContain('namespace');
  });

  it('has a runbook for each alarm, in both languages', () => {
    const headings = [...readText('docs/OPERATIONS.md').text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const anchors = alerts.map(({ annotations }) => annotations.runbook.split('#')[1] ?? '');
    expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([]);
    const count = (path: string) => readText(path).text.match(/^#+ /gm)?.length;
    expect(count('docs/OPERATIONS.zh-CN.md')).toBe(count('docs/OPERATIONS.md'));
    const inChinese = readText('docs/OPERATIONS.zh-CN.md').text;
    expect(alerts.filter(({ alert }) => !inChinese.includes(alert)).map(({ alert }) => alert)).toEqual([]);
  });
});
