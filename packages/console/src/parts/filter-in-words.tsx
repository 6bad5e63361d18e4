import { useLanguage } from '../i18n/language.tsx';
import type { TextKey } from '../i18n/zh.ts';
import { showLocal } from './moment.tsx';
import { type FilterName, filterNames, type NotificationFilter } from './notification-query.ts';
import { resultKeys, useStateName } from './tags.tsx';

const labels: Readonly<Record<FilterName, TextKey>> = {
  customerId: 'field.customer',
  endpointId: 'field.endpoint',
  houseTaskId: 'field.houseTaskId',
  houseId: 'field.houseId',
  result: 'field.result',
  state: 'field.state',
  from: 'filter.from',
  to: 'filter.to',
};

/** What a filter asks for, as the form would say it. */
export function FilterInWords({ filter }: { readonly filter: NotificationFilter }) {
  const { t } = useLanguage();
  const nameOf = useStateName();
  const show = (name: FilterName, value: string) => {
    const resultKey = resultKeys[Number(value)];
    if (name === 'result' && resultKey !== undefined) return t(resultKey);
    if (name === 'state') return `${value} ${nameOf(Number(value))}`;
    return name === 'from' || name === 'to' ? showLocal(value) : value;
  };
  return (
    <dl className="resend-filter">
      {filterNames.map((name) => {
        const value = filter[name];
        return value === undefined ? null : (
          <div key={name}>
            <dt>{t(labels[name])}</dt>
            <dd>{show(name, value)}</dd>
          </div>
        );
      })}
    </dl>
  );
}
