export * from './scripted-transport.ts';
export * from './seeded-random.ts';
export * from './shared-virtual-clock.ts';
export * from './virtual-clock.ts';
