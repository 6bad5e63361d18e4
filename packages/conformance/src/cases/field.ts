import { refuses } from '../case-shapes.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Probe } from '../probe.ts';
import { formOf } from '../signed-request.ts';

const required = ['state', 'houseTaskId', 'houseId', 'packageId', 'userId', 'userName'];
const neverEmpty = ['state', 'houseTaskId', 'houseId', 'packageId', 'userId'];
const dropped = ['userId', 'userName'];

const notIn2021 = ({ settings }: Probe): string | null =>
  settings.revision === 'seed' ? null : 'revision 2021-05 has this field optional';

const withLack = (name: string): { findLack?: typeof notIn2021 } =>
  dropped.includes(name) ? { findLack: notIn2021 } : {};

const requireAll =
  'Require each of the six fields by name before you verify: an attacker can drop one and give its text to its neighbour without changing the sign.';

const missing = required.map((name) =>
  refuses(
    {
      id: `field-missing-${name}`,
      why: `${name} is required; names are not signed, so a form without it can have the same sign.`,
      sends: `the other five fields, rightly signed`,
      hint: requireAll,
      ...withLack(name),
    },
    (probe) => probe.sign(probe.fields({ [name]: null })),
  ),
);

const empty = neverEmpty.map((name) =>
  refuses(
    {
      id: `field-empty-${name}`,
      why: `${name} is never empty: an empty one means that its text was moved to a neighbour${name === 'state' ? ', and converting functions make 0 of it, upload failed' : ''}.`,
      sends: `${name}= (empty), rightly signed`,
      hint: `Refuse an empty ${name}.`,
      ...withLack(name),
    },
    (probe) => probe.sign(probe.fields({ [name]: '' })),
  ),
);

const lengths: readonly (readonly [name: string, unitsMax: number])[] = [
  ['houseTaskId', 32],
  ['houseId', 64],
  ['packageId', 128],
  ['userId', 32],
];

const tooLong = lengths.map(([name, unitsMax]) =>
  refuses(
    {
      id: `field-too-long-${name}`,
      level: 'should',
      why: `${name} has at most ${unitsMax} characters; a longer one took text from a neighbour.`,
      sends: `a ${name} of ${unitsMax + 1} characters, rightly signed`,
      hint: `Refuse a ${name} of more than ${unitsMax} characters.`,
    },
    (probe) => probe.sign(probe.fields({ [name]: `c${name[0]}-${'f'.repeat(unitsMax - 3)}X` })),
  ),
);

const canonical =
  'Match the text of state against ^(0|[1-9][0-9]*)$ and look the number up in the list of states before you use it.';

const states: readonly (readonly [id: string, state: string, sends: string, why: string])[] = [
  [
    'unknown',
    '12345',
    'state=12345',
    'A state that is not in the table is no state; a digit that was moved makes such numbers.',
  ],
  [
    'shortened',
    '5000',
    'state=5000',
    '50000 with a digit moved to the next field is 5000, which is no state.',
  ],
  [
    'leading-zeros',
    '050000',
    'state=050000',
    'Leading zeros come from a neighbour: the integer of the contract has none.',
  ],
  [
    'many-zeros',
    '0000',
    'state=0000',
    '0000 is what 50000 leaves when its 5 is moved away; it is not the state 0.',
  ],
  ['minus-zero', '-0', 'state=-0', '-0 equals 0, but is not how an integer is written.'],
  ['plus-sign', '+50000', 'state=+50000', 'Converting functions read a plus sign; the contract does not.'],
  ['fraction', '50000.0', 'state=50000.0', 'The state is an integer; a fraction is none.'],
  ['exponent', '5e4', 'state=5e4', 'The state is written in decimal digits.'],
  ['hexadecimal', '0xC350', 'state=0xC350', 'The state is written in decimal digits.'],
  ['spaces', ' 50000 ', 'state with spaces around it', 'Spaces around a number come from a neighbour.'],
  [
    'full-width',
    '５００００',
    'state in full-width digits',
    'Integer.parseInt of Java and int of Python read digits of every script.',
  ],
  [
    'followed-by-text',
    '50000abc',
    'state=50000abc',
    'parseInt of JavaScript and (int) of PHP read the digits and drop the rest.',
  ],
  ['name', 'done', 'state=done', 'The state is a number, not its name.'],
  ['overflow', '4295017296', 'state=4295017296', 'This number is 50000 after an overflow of 32 bits.'],
];

const badStates = states.map(([id, state, sends, why]) =>
  refuses({ id: `field-state-${id}`, why, sends: `${sends}, rightly signed`, hint: canonical }, (probe) =>
    probe.sign(probe.fields({ state })),
  ),
);

const undeclaredHint =
  'Have a list of the fields that you agreed on, and refuse a form with any other, be it empty: names are not signed, so an undeclared field can carry a piece of a declared one.';

const undeclared: readonly ConformanceCase[] = [
  refuses(
    {
      id: 'field-undeclared',
      why: 'A field that nobody declared can carry a piece of another one under the same sign.',
      sends: 'a further field that nobody declared, rightly signed',
      hint: undeclaredHint,
    },
    (probe) => probe.sign(probe.fields({ zoneOfConformance: 'north' })),
  ),
  refuses(
    {
      id: 'field-undeclared-prototype',
      why: 'Parsers that build objects lose names such as __proto__, so that they are neither signed nor refused.',
      sends: 'a further field __proto__, empty, which leaves the sign as it is',
      hint: 'Parse the bytes of the body into a list or a Map, not into an object.',
    },
    (probe) => probe.sign([...probe.fields(), ['__proto__', '']]),
  ),
  refuses(
    {
      id: 'field-undeclared-brackets',
      why: 'Parsers that read brackets as lists make another field of userName[].',
      sends: 'userName[]=Lee in the place of userName, rightly signed',
      hint: 'Parse the form with a decoder in which brackets have no meaning.',
    },
    (probe) => probe.sign(probe.fields({ userName: null, 'userName[]': 'Lee' })),
  ),
  refuses(
    {
      id: 'field-name-case',
      why: 'Names of fields have case: STATE is not state, and sorts differently.',
      sends: 'STATE in the place of state, signed as if it were state',
      hint: 'Compare names of fields exactly.',
    },
    (probe) => {
      const fields = probe.fields();
      const body = formOf(fields).replace('state=', 'STATE=');
      return probe.sign(fields, { body });
    },
  ),
];

const nameTooLong = refuses(
  {
    id: 'field-too-long-userName',
    level: 'should',
    why: 'userName has a limit of 4096 characters, so that no other text can hide in it.',
    sends: 'a userName of 4097 characters, rightly signed',
    hint: 'Refuse a userName of more than 4096 characters.',
  },
  (probe) => probe.sign(probe.fields({ userName: 'f'.repeat(4097) })),
);

export const fieldCases: readonly ConformanceCase[] = [
  ...missing,
  ...empty,
  ...tooLong,
  nameTooLong,
  ...badStates,
  ...undeclared,
];
