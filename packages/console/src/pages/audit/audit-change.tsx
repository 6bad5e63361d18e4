import { useLanguage } from '../../i18n/language.tsx';

interface AuditChangeProps {
  readonly before: unknown;
  readonly after: unknown;
}

/** More of them are folded away: a new endpoint has eighteen. */
const changesShownMax = 4;

/** The fields that an edit changed, before and after; the whole where there is nothing to compare. */
export function AuditChange({ before, after }: AuditChangeProps) {
  const { t } = useLanguage();
  const old = isRecord(before) ? before : {};
  const now = isRecord(after) ? after : {};
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  const changed = names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]));
  if (changed.length === 0) return <span className="dim">–</span>;
  const list = (
    <dl className="audit-change">
      {changed.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {name in old && <del title={t('audit.before')}>{show(old[name])}</del>}
            {name in now && <ins title={t('audit.after')}>{show(now[name])}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  );
  if (changed.length <= changesShownMax) return list;
  return (
    <details>
      <summary>{t('audit.fields', { count: changed.length })}</summary>
      {list}
    </details>
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
