/** What a contender of a drain reports: notifications a second, and its own CPU time for each. */
export interface DrainFigures {
  readonly perSecond: number;
  readonly cpuMicros: number;
}
