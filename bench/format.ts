/** `12,345`: three figures that count, the rest is noise. */
export function formatCount(value: number): string {
  return toThreeFigures(value).toLocaleString('en-US', { maximumFractionDigits: 2 });
}

export function toThreeFigures(value: number): number {
  return Number(value.toPrecision(3));
}
