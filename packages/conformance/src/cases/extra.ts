import { delivers } from '../case-shapes.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Probe } from '../probe.ts';

const declared = ({ settings }: Probe): string | null =>
  settings.extra.length === 0 ? 'the run was given no names of extra parameters' : null;

const byCodeUnit = (names: readonly string[]): string => [...names].sort().join();
const byLocale = (names: readonly string[]): string =>
  [...names].sort((left, right) => left.localeCompare(right, 'en')).join();

const seedNames = ['state', 'houseTaskId', 'houseId', 'packageId', 'userId', 'userName'];

const ordered = ({ settings }: Probe): string | null => {
  const names = [...seedNames, ...settings.extra];
  return settings.extra.length > 0 && byCodeUnit(names) !== byLocale(names)
    ? null
    : 'this takes extra parameters that a locale sorts differently, such as CityId and city_id';
};

const valuesOf = (probe: Probe, value: (name: string) => string): Record<string, string> =>
  Object.fromEntries(probe.settings.extra.map((name) => [name, value(name)]));

const only2021 = ({ settings }: Probe): string | null =>
  settings.revision === '2021-05' ? null : 'the run is for revision seed, which has six fields';

export const extraCases: readonly ConformanceCase[] = [
  delivers(
    {
      id: 'extra-sent',
      why: 'Extra parameters that were agreed on are ordinary fields: signed like the others.',
      sends: 'every declared extra parameter',
      hint: 'Declare the extra parameters to the endpoint, and have all fields of the form in the signed text.',
      findLack: declared,
    },
    (probe) => probe.sign(probe.fields(valuesOf(probe, () => '北京'))),
  ),
  delivers(
    {
      id: 'extra-order',
      why: 'Names are sorted by code unit: CityId before city_id before houseId, where a locale mixes upper and lower case.',
      sends: 'every declared extra parameter, each with a value of its own',
      hint: 'Sort by code unit: plain sort() in JavaScript, sorted() in Python, StringComparer.Ordinal in .NET; no localeCompare, no culture, no ignoring of case.',
      findLack: ordered,
    },
    (probe) => probe.sign(probe.fields(valuesOf(probe, (name) => `value of ${name}`))),
  ),
  delivers(
    {
      id: 'extra-empty',
      why: 'The platform writes null as an empty value, also in extra parameters.',
      sends: 'every declared extra parameter, empty',
      hint: 'Accept declared extra parameters with an empty value.',
      findLack: declared,
    },
    (probe) => probe.sign(probe.fields(valuesOf(probe, () => ''))),
  ),
  delivers(
    {
      id: 'extra-one-of-several',
      why: 'Extra parameters may be absent.',
      sends: 'the first declared extra parameter alone',
      hint: 'Do not require extra parameters.',
      findLack: declared,
    },
    (probe) => probe.sign(probe.fields({ [probe.settings.extra[0] ?? '']: '1' })),
  ),
  delivers(
    {
      id: 'extra-four-fields',
      why: 'Revision 2021-05 has neither userId nor userName.',
      sends: 'state, houseTaskId, houseId and packageId alone',
      hint: 'Make userId and userName optional.',
      findLack: only2021,
    },
    (probe) => probe.sign(probe.fields({ userId: null, userName: null })),
  ),
  delivers(
    {
      id: 'extra-user-id-empty',
      level: 'should',
      why: 'The platform writes null as an empty value, so an empty userId counts as absent in revision 2021-05.',
      sends: 'userId= and userName=',
      hint: 'Take an empty userId as absent.',
      findLack: only2021,
    },
    (probe) => probe.sign(probe.fields({ userId: '', userName: '' })),
  ),
];
