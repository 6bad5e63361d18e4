import { changed, type ForgerySketch, fieldOf, forge } from '../forgery.ts';
import type { Pairs } from '../wire-request.ts';

const patterns =
  "Every field is legal, so the contract cannot tell. Check each id against the form that your ids have (the forms of the sample ids are in the kit's page), or require the HMAC of the webhook-signature header.";

/** The text of two neighbours, cut elsewhere. */
function recut(
  id: string,
  words: { why: string; sends: string },
  names: readonly [left: string, right: string],
  movedUnits: number,
): ForgerySketch {
  return {
    id,
    level: 'hardened',
    ...words,
    hint: patterns,
    forge: (probe) => {
      const heard = probe.fields({ userName: 'alice' });
      const left = fieldOf(heard, names[0]);
      const text = left + fieldOf(heard, names[1]);
      const cut = left.length + movedUnits;
      const forged = changed(heard, { [names[0]]: text.slice(0, cut), [names[1]]: text.slice(cut) });
      return forge(probe, { heard, forged });
    },
  };
}

/** Forgeries in which every field keeps to the contract: no receiver of MD5 alone can tell them from the truth. */
export const legalForgeries: readonly ForgerySketch[] = [
  recut(
    'forge-state-0',
    {
      why: 'Any state that ends in 0 becomes 0, upload failed, when its other digits move to the end of packageId.',
      sends: 'state=50000 heard; state=0 and 5000 after the packageId sent',
    },
    ['packageId', 'state'],
    4,
  ),
  recut(
    'forge-house-id-to-task-id',
    {
      why: 'The end of houseId can become the beginning of houseTaskId: another house, another task.',
      sends: 'the last 4 characters of houseId before the houseTaskId',
    },
    ['houseId', 'houseTaskId'],
    -4,
  ),
  recut(
    'forge-task-id-to-package-id',
    {
      why: 'The end of houseTaskId can become the beginning of packageId: another task, another package.',
      sends: 'the last 4 characters of houseTaskId before the packageId',
    },
    ['houseTaskId', 'packageId'],
    -4,
  ),
  recut(
    'forge-user-id-to-name',
    {
      why: 'The end of userId can become the beginning of userName: another user.',
      sends: 'the last 4 characters of userId before the userName',
    },
    ['userId', 'userName'],
    -4,
  ),
  recut(
    'forge-name-to-user-id',
    {
      why: 'The beginning of userName can become the end of userId: another user.',
      sends: 'the first 3 characters of userName after the userId',
    },
    ['userId', 'userName'],
    3,
  ),
  {
    id: 'forge-typed-by-visitor',
    level: 'hardened',
    why: "A visitor who types all six values into the name field of one of the customer's own signed requests has a notification signed.",
    sends: 'a sign of a request whose only field was typed by a visitor, sent as six fields',
    hint: 'Agree on a key for notifications that signs nothing else, or require the HMAC of the webhook-signature header.',
    forge: (probe) => {
      const forged = probe.fields({ userName: 'visitor' });
      const names = ['houseId', 'houseTaskId', 'packageId', 'state', 'userId', 'userName'];
      const typed = names.map((name) => fieldOf(forged, name)).join('');
      const heard: Pairs = [['visitorName', typed]];
      return forge(probe, { heard, forged });
    },
  },
];
