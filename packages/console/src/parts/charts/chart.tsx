import type { EChartsOption } from 'echarts';
import type { EChartsType } from 'echarts/core';
import { useEffect, useRef } from 'react';

interface ChartProps {
  readonly option: EChartsOption;
  /** For those who do not see it. */
  readonly label: string;
  /** The names of the series and of the place on the axis. */
  readonly onPick?: (series: string, at: number) => void;
}

/** A chart of ECharts, which is loaded when the first one is shown. */
export function Chart({ option, label, onPick }: ChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const latest = useRef({ option, onPick });
  latest.current = { option, onPick };
  const chart = useRef<EChartsType | null>(null);

  useEffect(() => {
    let isGone = false;
    const observer = new ResizeObserver(() => chart.current?.resize());
    void import('./echarts.ts').then(({ init }) => {
      if (isGone || element.current === null) return;
      const drawn = init(element.current);
      chart.current = drawn;
      drawn.setOption(latest.current.option);
      drawn.on('click', ({ seriesId, dataIndex }) => latest.current.onPick?.(String(seriesId), dataIndex));
      observer.observe(element.current);
    });
    return () => {
      isGone = true;
      observer.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(option);
  }, [option]);

  return <div ref={element} className="chart" role="img" aria-label={label} />;
}
