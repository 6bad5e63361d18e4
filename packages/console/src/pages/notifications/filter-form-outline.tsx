import { useLanguage } from '../../i18n/language.tsx';
import type { TextKey } from '../../i18n/zh.ts';

const labels: readonly TextKey[] = [
  'field.customer',
  'field.endpoint',
  'field.houseId',
  'field.houseTaskId',
  'field.result',
  'field.state',
  'field.period',
];

/** Where the query form is going to be, in its size, so that the list beneath does not move when it comes. */
export function FilterFormOutline() {
  const { t } = useLanguage();
  return (
    <div className="query-form query-form-outline" aria-hidden>
      {labels.map((label) => (
        <div key={label} className={label === 'field.period' ? 'query-form-wide' : undefined}>
          <span>{t(label)}</span>
          <span className="box" />
        </div>
      ))}
      <div className="query-form-end" />
    </div>
  );
}
