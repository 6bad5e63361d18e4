export * from '../../../test/describe-on-postgres.ts';
export * from '../../../test/postgres-server.ts';
