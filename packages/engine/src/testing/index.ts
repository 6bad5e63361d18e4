export * from './scripted-transport.ts';
export * from './seeded-random.ts';
export * from './virtual-clock.ts';
