export * from './clocks/system.ts';
export * from './wakeups/in-process.ts';
