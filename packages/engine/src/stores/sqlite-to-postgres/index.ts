export { ImportRefused } from './import-refused.ts';
export {
  type ImportedTable,
  type ImportOptions,
  type ImportProgress,
  importSqlite,
} from './import-sqlite.ts';
