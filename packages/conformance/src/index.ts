export type { Clock } from './clock.ts';
export type { ConformanceCase, Level } from './conformance-case.ts';
export type { Connect } from './connection.ts';
export { groupOf, listCases } from './list-cases.ts';
export { renderJunit } from './render-junit.ts';
export type { CaseResult, ConformanceReport, Grade, LevelCounts, ShownExchange } from './report.ts';
export { type ConformanceOptions, runConformance } from './run-conformance.ts';
export { idPatterns } from './sample-ids.ts';
