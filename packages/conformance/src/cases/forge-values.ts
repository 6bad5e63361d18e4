import { changed, type ForgerySketch, fieldOf, forge } from '../forgery.ts';
import type { Probe } from '../probe.ts';

const notIn2021 = ({ settings }: Probe): string | null =>
  settings.revision === 'seed' ? null : 'revision 2021-05 has this field optional';
const onlyIn2021 = ({ settings }: Probe): string | null =>
  settings.revision === 'seed' ? 'revision seed always has userName after state' : null;

const digits = 'Match the timestamp against ^[1-9][0-9]{12}$ as text, before it becomes a number.';
const closedStates =
  'Match state against ^(0|[1-9][0-9]*)$ and look it up in the list of states; refuse what is not there.';
const allFields =
  'Require all six fields by name, none of the five ids and state empty, and refuse every other name.';

const ofTimestamp: readonly ForgerySketch[] = [
  {
    id: 'forge-digit-to-timestamp',
    why: 'A digit at the end of userName can become the first of the timestamp under the same sign.',
    sends: 'userName=room7 heard; userName=room and a timestamp of 14 digits sent',
    hint: digits,
    forge: (probe) => {
      const heard = probe.fields({ userName: 'room7' });
      const heardAt = String(probe.nowMs());
      return forge(probe, {
        heard,
        heardAt,
        forged: changed(heard, { userName: 'room' }),
        forgedAt: `7${heardAt}`,
      });
    },
  },
  {
    id: 'forge-zeros-to-timestamp',
    why: 'Zeros at the end of userName can become leading zeros of the timestamp, which a conversion to a number drops.',
    sends: 'userName=room00 heard; userName=room and a timestamp with 00 before it sent',
    hint: digits,
    forge: (probe) => {
      const heard = probe.fields({ userName: 'room00' });
      const heardAt = String(probe.nowMs());
      return forge(probe, {
        heard,
        heardAt,
        forged: changed(heard, { userName: 'room' }),
        forgedAt: `00${heardAt}`,
      });
    },
  },
  {
    id: 'forge-digit-from-timestamp',
    why: 'The first digit of the timestamp can become the last of userName.',
    sends: 'userName=room heard; userName=room1 and a timestamp of 12 digits sent',
    hint: digits,
    forge: (probe) => {
      const heard = probe.fields({ userName: 'room' });
      const heardAt = String(probe.nowMs());
      const forged = changed(heard, { userName: `room${heardAt.slice(0, 1)}` });
      return forge(probe, { heard, heardAt, forged, forgedAt: heardAt.slice(1) });
    },
  },
  {
    id: 'forge-state-to-timestamp',
    why: 'With four fields the state stands before the timestamp, and its zeros can become leading zeros there.',
    sends: 'state=50000 heard; state=5 and a timestamp with 0000 before it sent',
    hint: `${digits} ${closedStates}`,
    findLack: onlyIn2021,
    forge: (probe) => {
      const heard = probe.fields({ userId: null, userName: null });
      const heardAt = String(probe.nowMs());
      return forge(probe, {
        heard,
        heardAt,
        forged: changed(heard, { state: '5' }),
        forgedAt: `0000${heardAt}`,
      });
    },
  },
];

const ofNeighbours: readonly ForgerySketch[] = [
  {
    id: 'forge-state-digit-to-user-id',
    why: 'The last digit of state can become the first of userId.',
    sends: 'state=50000 heard; state=5000 and 0 before the userId sent',
    hint: closedStates,
    forge: (probe) => {
      const heard = probe.fields();
      return forge(probe, {
        heard,
        forged: changed(heard, { state: '5000', userId: `0${fieldOf(heard, 'userId')}` }),
      });
    },
  },
  {
    id: 'forge-state-zeros',
    why: 'The 5 of 50000 can become the last character of packageId; 0000 is 0 to a conversion, upload failed.',
    sends: 'state=50000 heard; state=0000 and 5 after the packageId sent',
    hint: closedStates,
    forge: (probe) => {
      const heard = probe.fields();
      const packageId = `${fieldOf(heard, 'packageId')}5`;
      return forge(probe, { heard, forged: changed(heard, { state: '0000', packageId }) });
    },
  },
  {
    id: 'forge-state-emptied',
    why: 'All of the state can become the end of packageId; an empty text is 0 to a conversion, upload failed.',
    sends: 'state=50000 heard; state= and 50000 after the packageId sent',
    hint: closedStates,
    forge: (probe) => {
      const heard = probe.fields();
      const packageId = `${fieldOf(heard, 'packageId')}50000`;
      return forge(probe, { heard, forged: changed(heard, { state: '', packageId }) });
    },
  },
  {
    id: 'forge-state-dropped',
    why: 'All of the state can become the end of packageId; a missing number is 0 in many languages.',
    sends: 'state=50000 heard; no state and 50000 after the packageId sent',
    hint: allFields,
    forge: (probe) => {
      const heard = probe.fields();
      const packageId = `${fieldOf(heard, 'packageId')}50000`;
      return forge(probe, { heard, forged: changed(heard, { state: null, packageId }) });
    },
  },
  ...(['', null] as const).map(
    (userId): ForgerySketch => ({
      id: userId === null ? 'forge-user-id-dropped' : 'forge-user-id-emptied',
      why: 'The userId can become the beginning of userName under the same sign.',
      sends: `${userId === null ? 'no userId' : 'userId='}, its text before the userName`,
      hint: allFields,
      findLack: notIn2021,
      forge: (probe) => {
        const heard = probe.fields();
        const userName = fieldOf(heard, 'userId') + fieldOf(heard, 'userName');
        return forge(probe, { heard, forged: changed(heard, { userId, userName }) });
      },
    }),
  ),
  ...(['', null] as const).map(
    (houseId): ForgerySketch => ({
      id: houseId === null ? 'forge-house-id-dropped' : 'forge-house-id-emptied',
      why: 'The houseId can become the beginning of houseTaskId, within its length.',
      sends: `${houseId === null ? 'no houseId' : 'houseId='}, its text before the houseTaskId`,
      hint: allFields,
      forge: (probe) => {
        const heard = probe.fields();
        const houseTaskId = fieldOf(heard, 'houseId') + fieldOf(heard, 'houseTaskId');
        return forge(probe, { heard, forged: changed(heard, { houseId, houseTaskId }) });
      },
    }),
  ),
  {
    id: 'forge-ids-folded',
    why: 'packageId is long enough to hold houseId and houseTaskId as well.',
    sends: 'houseId= and houseTaskId=, their texts before the packageId',
    hint: allFields,
    forge: (probe) => {
      const heard = probe.fields();
      const packageId = ['houseId', 'houseTaskId', 'packageId'].map((name) => fieldOf(heard, name)).join('');
      return forge(probe, { heard, forged: changed(heard, { houseId: '', houseTaskId: '', packageId }) });
    },
  },
  {
    id: 'forge-task-id-overlong',
    why: 'Text moved into houseTaskId makes it longer than 32 characters, which only a limit notices.',
    sends: 'the end of a long houseId before the houseTaskId, 49 characters',
    hint: 'Refuse a houseTaskId of more than 32 characters, a houseId of more than 64, a packageId of more than 128, a userId of more than 32.',
    forge: (probe) => {
      const long = `ch-${'f'.repeat(60)}X`;
      const heard = probe.fields({ houseId: long });
      const houseTaskId = long.slice(-33) + fieldOf(heard, 'houseTaskId');
      return forge(probe, { heard, forged: changed(heard, { houseId: long.slice(0, -33), houseTaskId }) });
    },
  },
];

/** Pieces of values moved to a neighbour, where that leaves a trace. */
export const valueForgeries: readonly ForgerySketch[] = [...ofTimestamp, ...ofNeighbours];
