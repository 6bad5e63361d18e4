import { alone, type Mistake, mistake } from './mistake.ts';

/** What signers do to a timestamp, and where they put it. `header` is empty when it was not sent. */
export function mistakesOfTimestamp(header: string): readonly Mistake[] {
  const absent = mistake('timestamp-not-signed', { timestampPlace: 'absent' });
  if (header === '') return [absent];
  const epochMs = readMilliseconds(header);
  return [
    absent,
    ...epochMs.flatMap((ms) => otherForms(ms)).filter(({ change }) => change.timestamp !== header),
    mistake(
      'timestamp-misplaced',
      { timestampPlace: 'after-key' },
      'It stands between the key and the values.',
    ),
    mistake('timestamp-misplaced', { timestampPlace: 'front' }, 'It stands in front of the key.'),
    mistake(
      'timestamp-as-field',
      { timestampPlace: 'field' },
      'As a field timestamp, sorted among the others.',
    ),
    mistake('timestamp-as-field', { timestampPlace: 'parameter' }, 'As "&timestamp=" after the values.'),
  ];
}

const chinaMs = 8 * 3_600_000;

/** The moments that a timestamp header can mean: one, or two where a date lacks its time zone. */
export function readMilliseconds(header: string): readonly number[] {
  if (/^[1-9]\d{9}$/.test(header)) return [Number(header) * 1000];
  if (/^[1-9]\d{12}(?:\d{3}|\d{6})?$/.test(header)) return [Number(header.slice(0, 13))];
  if (/^[1-9]\d{9}\.\d{1,9}$/.test(header)) return [Math.floor(Number(header) * 1000)];
  const date = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,7})?)(Z|[+-]\d\d:?\d\d)?$/.exec(header);
  if (date === null) return [];
  const [, day, time, zone] = date;
  const epochMs = Date.parse(`${day}T${time}${zone ?? 'Z'}`);
  if (Number.isNaN(epochMs)) return [];
  return zone === undefined ? [epochMs, epochMs - chinaMs] : [epochMs];
}

function otherForms(epochMs: number): readonly Mistake[] {
  const seconds = new Set([Math.floor(epochMs / 1000), Math.round(epochMs / 1000)]);
  const utc = new Date(epochMs).toISOString();
  const china = new Date(epochMs + chinaMs).toISOString();
  const dates = [
    utc,
    utc.replace(/\.\d+Z/, 'Z'),
    ...[utc, china].flatMap((iso) => {
      const [day = '', time = ''] = iso.slice(0, 19).split('T');
      return [`${day} ${time}`, `${day}T${time}`, `${day}${time}`.replace(/[-:]/g, ''), day];
    }),
  ];
  return [
    ...[...seconds].map((value) => mistake('timestamp-signed-in-seconds', { timestamp: String(value) })),
    mistake('timestamp-signed-in-milliseconds', { timestamp: String(epochMs) }),
    ...[...new Set(dates)].map((timestamp) =>
      alone(mistake('timestamp-signed-as-date', { timestamp }, `Signed as "${timestamp}".`)),
    ),
  ];
}
