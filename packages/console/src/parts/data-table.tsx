import { memo, type ReactNode } from 'react';

export interface Column<T> {
  readonly key: string;
  readonly title: ReactNode;
  readonly render: (row: T) => ReactNode;
  readonly width?: number;
  readonly isNumber?: boolean;
}

interface DataTableProps<T> {
  readonly caption: string;
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly columns: readonly Column<T>[];
  /** The row whose detail is open. */
  readonly openKey?: string | null;
  readonly onOpen?: (row: T) => void;
  readonly isStale?: boolean;
}

/**
 * A plain table. Ant Design's own brings trees, menus and pagination along, 90 KB by gzip that the first load would
 * have to carry, and marks its cells less well for those who hear them.
 */
export function DataTable<T>({
  caption,
  rows,
  rowKey,
  columns,
  openKey,
  onOpen,
  isStale,
}: DataTableProps<T>) {
  return (
    // A region that scrolls must be reachable by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: that is what this one is for.
    <section className="table-scroll" aria-label={caption} aria-busy={isStale} tabIndex={0}>
      <table className={isStale ? 'table stale' : 'table'}>
        <thead>
          <tr>
            {columns.map(({ key, title, width, isNumber }) => (
              <th key={key} scope="col" style={{ minWidth: width }} className={isNumber ? 'end' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={rowKey(row)}
              row={row}
              columns={columns}
              isOpen={rowKey(row) === openKey}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps<T> extends Pick<DataTableProps<T>, 'columns'> {
  readonly row: T;
  readonly onOpen: ((row: T) => void) | undefined;
  readonly isOpen: boolean;
}

/** Drawn again only for other columns: of the live tail, four times a second, only what is new. */
const Row = memo(function Row<T>({ row, columns, isOpen, onOpen }: RowProps<T>) {
  return (
    // The first button of a row does the same for the keyboard.
    <tr className={rowClass(isOpen, onOpen !== undefined)} onClick={() => onOpen?.(row)}>
      {columns.map(({ key, render, isNumber }) => (
        <td key={key} className={isNumber ? 'end' : undefined}>
          {render(row)}
        </td>
      ))}
    </tr>
  );
}) as <T>(props: RowProps<T>) => ReactNode;

function rowClass(isOpen: boolean, opens: boolean): string | undefined {
  if (isOpen) return 'row row-open';
  return opens ? 'row' : undefined;
}
