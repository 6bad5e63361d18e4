/** YYYY-MM-DD HH:mm:ss in the viewer's zone. */
export function showLocal(at: string | number, withMs = false): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMs ? `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')}` : `${day} ${time}`;
}

interface MomentProps {
  readonly at: string | null | undefined;
  readonly withMs?: boolean;
}

/** A time in the viewer's zone; the same in UTC on hover. */
export function Moment({ at, withMs = false }: MomentProps) {
  if (at === null || at === undefined) return <span className="dim">–</span>;
  const utc = `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
  return (
    <time dateTime={at} title={utc} className="moment">
      {showLocal(at, withMs)}
    </time>
  );
}
