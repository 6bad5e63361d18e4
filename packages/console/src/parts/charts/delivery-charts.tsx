import type { Bucket } from '@doorbell/server/api';
import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useLanguage } from '../../i18n/language.tsx';
import { goTo } from '../../shell/place.ts';
import { useTheme } from '../../shell/theme.tsx';
import { showLocal } from '../moment.tsx';
import { showDuration, showLatency } from '../time-span.ts';
import { Chart } from './chart.tsx';

interface DeliveryChartsProps {
  readonly buckets: readonly Bucket[];
  readonly bucketMs: number;
  /** What the list is filtered by beside time and result when a bar is picked. */
  readonly scope: Readonly<Record<string, string>>;
}

const shown = ['delivered', 'refused', 'failed', 'retried'] as const;
const results: Readonly<Record<(typeof shown)[number], string | null>> = {
  delivered: '1',
  refused: '2',
  failed: '3',
  retried: null,
};
const percentiles = ['p50', 'p95', 'p99'] as const;

/** How deliveries ended over time, and how long they took; for all, a customer or an endpoint. */
export function DeliveryCharts({ buckets, bucketMs, scope }: DeliveryChartsProps) {
  const { t } = useLanguage();
  const resultOption = useResultOption(buckets);
  const latencyOption = useLatencyOption(buckets);
  const pick = (series: string, index: number) => {
    const bucket = buckets[index];
    if (bucket !== undefined) goTo(listHref(series, bucket.at, bucketMs, scope));
  };
  return (
    <div className="charts">
      <figure className="card">
        <figcaption>
          <h2>{t('overview.results')}</h2>
          <span className="dim small">{t('overview.resultsHint', { span: showDuration(bucketMs, t) })}</span>
        </figcaption>
        <Chart option={resultOption} label={t('overview.results')} onPick={pick} />
      </figure>
      <figure className="card">
        <figcaption>
          <h2>{t('overview.latencies')}</h2>
          <span className="dim small">{t('overview.latenciesHint')}</span>
        </figcaption>
        <Chart
          option={latencyOption}
          label={t('overview.latencies')}
          onPick={(_, index) => pick('delivered', index)}
        />
      </figure>
    </div>
  );
}

/** What settled in a bucket was recorded before its end; what was delivered at once, within it. */
function listHref(series: string, at: string, bucketMs: number, scope: DeliveryChartsProps['scope']): string {
  const start = Date.parse(at);
  const query = new URLSearchParams({ ...scope, to: new Date(start + bucketMs).toISOString() });
  const result = results[series as keyof typeof results];
  if (result) query.set('result', result);
  if (series === 'delivered') query.set('from', new Date(start - bucketMs).toISOString());
  return `/notifications?${query}`;
}

function useResultOption(buckets: readonly Bucket[]): EChartsOption {
  const { t } = useLanguage();
  const colors = useColors();
  return useMemo(
    () => ({
      ...frameOf(buckets, colors),
      color: [colors.good, colors.refused, colors.bad, colors.warn],
      series: shown.map((id) => ({
        id,
        name: t(`overview.${id}`),
        type: 'bar' as const,
        stack: 'results',
        barMaxWidth: 14,
        cursor: 'pointer',
        data: buckets.map((bucket) => bucket[id]),
      })),
    }),
    [buckets, colors, t],
  );
}

function useLatencyOption(buckets: readonly Bucket[]): EChartsOption {
  const { t } = useLanguage();
  const colors = useColors();
  return useMemo(() => {
    const { tooltip, ...frame } = frameOf(buckets, colors);
    const axis = valueAxis(colors);
    const show = (ms: unknown) => (typeof ms === 'number' ? showLatency(ms, t) : '–');
    return {
      ...frame,
      tooltip: { ...tooltip, valueFormatter: show },
      // A retry that succeeds after an hour must not flatten what took milliseconds.
      yAxis: { ...axis, axisLabel: { ...axis.axisLabel, formatter: show }, type: 'log' as const, min: 1 },
      color: [colors.good, colors.busy, colors.refused],
      series: percentiles.map((id) => ({
        id,
        name: id.toUpperCase(),
        type: 'line' as const,
        // Where nothing was delivered there is no line, so that a single point must show.
        showSymbol: true,
        showAllSymbol: true,
        symbolSize: 5,
        data: buckets.map(({ latencyMs }) => latencyMs?.[id] ?? null),
      })),
    };
  }, [buckets, colors, t]);
}

type Colors = ReturnType<typeof useColors>;

function useColors() {
  const { shade } = useTheme();
  return useMemo(
    () =>
      shade === 'dark'
        ? {
            good: '#4cb96b',
            refused: '#c58af9',
            bad: '#f0706c',
            warn: '#e0a03e',
            busy: '#69a9f5',
            text: '#b6bfcc',
            line: '#272e39',
            ground: '#1c222b',
          }
        : {
            good: '#3fa55b',
            refused: '#8a4fd0',
            bad: '#d4380d',
            warn: '#e0a03e',
            busy: '#1677ff',
            text: '#4a5261',
            line: '#e4e7ec',
            ground: '#ffffff',
          },
    [shade],
  );
}

/** The tooltip is drawn on the canvas: as markup it would need what the page's policy forbids. */
function frameOf(buckets: readonly Bucket[], { text, line, ground }: Colors) {
  return {
    animation: false,
    grid: { left: 46, right: 12, top: 14, bottom: 52 },
    legend: { bottom: 0, textStyle: { color: text }, itemWidth: 12, itemHeight: 10 },
    tooltip: {
      trigger: 'axis' as const,
      renderMode: 'richText' as const,
      backgroundColor: ground,
      borderColor: line,
      textStyle: { color: text, fontSize: 12 },
    },
    xAxis: {
      type: 'category' as const,
      data: buckets.map(({ at }) => showLocal(at).slice(5, 16)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      axisLabel: { color: text },
    },
    yAxis: { ...valueAxis({ text, line }), type: 'value' as const, minInterval: 1 },
  };
}

function valueAxis({ text, line }: Pick<Colors, 'text' | 'line'>) {
  return { axisLabel: { color: text }, splitLine: { lineStyle: { color: line } } };
}
