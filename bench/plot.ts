import { init } from 'echarts';
import type { Row } from './measure.ts';
import type { Results } from './results.ts';

interface Bar {
  readonly label: string;
  readonly row: Row;
  readonly isOurs: boolean;
}

const width = 880;
const barHeight = 34;
const colours = { ours: '#1565c0', theirs: '#9aa5b1', text: '#24292f', grid: '#d0d7de', card: '#ffffff' };

/** Ratios side by side with the peers, as SVG on a card of its own, which reads on light pages and on dark ones. */
export function renderPlot(results: Results): string {
  const panels = [
    {
      title: 'Delivered a second, as a share of undici.dispatch with nothing behind it (red: the goal)',
      bars: barsOf(results, 'drain'),
    },
    {
      title: 'Put in a second by 64 callers, as a share of BullMQ, not synced (red: the goal)',
      bars: barsOf(results, 'put in, library'),
    },
  ].filter(({ bars }) => bars.length > 0);
  const tops = panels.map(
    (_, index) => 48 + panels.slice(0, index).reduce((sum, { bars }) => sum + heightOf(bars), 0),
  );
  const height = panels.reduce((sum, { bars }) => sum + heightOf(bars), 0) + 12;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    backgroundColor: colours.card,
    textStyle: { color: colours.text, fontFamily: 'system-ui, sans-serif' },
    title: panels.map(({ title }, index) => ({
      text: title,
      left: 16,
      top: (tops[index] ?? 0) - 34,
      textStyle: { color: colours.text, fontSize: 14 },
    })),
    grid: panels.map(({ bars }, index) => ({
      left: 250,
      right: 60,
      top: tops[index],
      height: bars.length * barHeight,
    })),
    xAxis: panels.map((_, index) => ({
      type: 'value',
      gridIndex: index,
      min: 0,
      axisLabel: { color: colours.text },
      splitLine: { lineStyle: { color: colours.grid } },
    })),
    yAxis: panels.map(({ bars }, index) => ({
      type: 'category',
      gridIndex: index,
      inverse: true,
      data: bars.map(({ label }) => label),
      axisLabel: { color: colours.text, width: 230, overflow: 'break' },
      axisTick: { show: false },
    })),
    series: panels.flatMap(({ bars }, index) => seriesOf(bars, index)),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  // Nothing in a picture of a page follows the mouse; and who cannot see it is told what it is.
  const still = svg.replace(/<style[\s\S]*?<\/style>\s*/, '');
  return `${still.replace('>', ' role="img" aria-label="Doorbell beside raw dispatch and its peers">')}\n`;
}

function heightOf(bars: readonly Bar[]): number {
  return bars.length * barHeight + 84;
}

function barsOf({ measures }: Results, prefix: string): readonly Bar[] {
  return measures
    .flatMap(({ rows }) => rows)
    .filter(({ what, unit }) => what.startsWith(prefix) && unit === 'ratio')
    .map((row) => {
      const rest = row.what.slice(prefix.length).replace(/^, /, '');
      const isOurs = !/BullMQ|pg-boss|graphile/.test(rest);
      return { label: isOurs ? `Doorbell${rest === '' ? '' : `, ${rest}`}` : rest, row, isOurs };
    })
    .sort((left, right) => right.row.figure.median - left.row.figure.median);
}

/** The medians as bars, and the goals as marks where there are any. */
function seriesOf(bars: readonly Bar[], index: number): readonly object[] {
  const goals = bars.map(({ row: { goal } }) => (goal !== null && 'atLeast' in goal ? goal.atLeast : null));
  return [
    {
      type: 'bar',
      xAxisIndex: index,
      yAxisIndex: index,
      barWidth: 18,
      data: bars.map(({ row, isOurs }) => ({
        value: Number(row.figure.median.toFixed(3)),
        itemStyle: { color: isOurs ? colours.ours : colours.theirs },
      })),
      label: {
        show: true,
        position: 'right',
        color: colours.text,
        formatter: ({ value }: { value: number }) => value.toFixed(2),
      },
    },
    {
      type: 'scatter',
      xAxisIndex: index,
      yAxisIndex: index,
      symbol: 'rect',
      symbolSize: [3, 26],
      itemStyle: { color: '#d1242f' },
      data: goals.map((goal, bar) => (goal === null ? null : [goal, bar])).filter((point) => point !== null),
    },
  ];
}
