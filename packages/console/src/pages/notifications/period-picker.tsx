import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { useLanguage } from '../../i18n/language.tsx';

export interface Period {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

interface PeriodPickerProps {
  readonly id?: string;
  readonly value?: Period | null;
  readonly onChange?: (period: Period | null) => void;
}

/** In a file of its own, which is loaded after the form is there: calendars are heavy. */
export default function PeriodPicker({ id = 'period', value, onChange }: PeriodPickerProps) {
  const { t } = useLanguage();
  return (
    <DatePicker.RangePicker
      id={{ start: id, end: `${id}-end` }}
      showTime
      allowEmpty={[true, true]}
      placeholder={[t('filter.from'), t('filter.to')]}
      format="YYYY-MM-DD HH:mm:ss"
      value={[toDay(value?.from), toDay(value?.to)]}
      onChange={(range) => onChange?.({ from: range?.[0]?.toISOString(), to: range?.[1]?.toISOString() })}
    />
  );
}

/** The address bar takes what the API takes: ISO 8601, or milliseconds since 1970. */
function toDay(text: string | undefined): dayjs.Dayjs | null {
  if (text === undefined) return null;
  return dayjs(/^\d+$/.test(text) ? Number(text) : text);
}
