import { extendSign } from '../extension-forgery.ts';
import { changed, type ForgerySketch, forge } from '../forgery.ts';
import type { Pairs } from '../wire-request.ts';

const allFields =
  'Require all six fields by name, none of the five ids and state empty, and refuse every other name.';
const onceOnly = 'Refuse a form in which a name occurs twice, before you build a map of it.';
const strictUtf8 =
  'Decode strictly as UTF-8 and refuse control characters: the padding of MD5 begins with the byte 80, which is no UTF-8 there.';
const ownUrl =
  'Refuse every field that this notification does not have; give each type of notification a URL and a key of its own.';

const ofNames: readonly ForgerySketch[] = [
  {
    id: 'forge-empty-unknown',
    why: 'An empty field changes nothing in the signed text, so anybody can add one.',
    sends: 'a further isTest= under the heard sign',
    hint: allFields,
    forge: (probe) => {
      const heard = probe.fields();
      return forge(probe, { heard, forged: [...heard, ['isTest', '']] });
    },
  },
  {
    id: 'forge-value-to-unknown',
    why: 'A piece of a value can move into a field that nobody declared.',
    sends: 'userName=alice heard; userName=al and zone=ice sent',
    hint: allFields,
    forge: (probe) => {
      const heard = probe.fields({ userName: 'alice' });
      return forge(probe, { heard, forged: [...changed(heard, { userName: 'al' }), ['zone', 'ice']] });
    },
  },
  {
    id: 'forge-repeated-state',
    why: 'A second, empty state leaves the signed text as it is; whoever reads the last one reads 0.',
    sends: 'state=50000 heard; state=50000&state= sent',
    hint: onceOnly,
    forge: (probe) => {
      const heard = probe.fields();
      return forge(probe, { heard, forged: [...heard, ['state', '']] });
    },
  },
  {
    id: 'forge-repeated-state-split',
    why: 'The state can be cut into two of the same name; whoever reads the last one reads 0.',
    sends: 'state=50000 heard; state=5000&state=0 sent',
    hint: onceOnly,
    forge: (probe) => {
      const heard = probe.fields();
      return forge(probe, { heard, forged: [...changed(heard, { state: '5000' }), ['state', '0']] });
    },
  },
  {
    id: 'forge-renamed',
    why: 'Names are not signed: a renamed field keeps the sign as long as the order stays.',
    sends: 'houseCode in the place of houseId under the heard sign',
    hint: allFields,
    forge: (probe) => {
      const heard = probe.fields();
      const forged = heard.map(([name, value]) => [name === 'houseId' ? 'houseCode' : name, value] as const);
      return forge(probe, { heard, forged });
    },
  },
];

const ofBytes: readonly ForgerySketch[] = [
  {
    id: 'forge-extension-escaped',
    why: 'MD5 can be extended: whoever heard a notification yesterday signs it anew with a timestamp of now.',
    sends: 'an extended sign, the padding percent-encoded at the end of userName',
    hint: strictUtf8,
    forge: (probe) => extendSign(probe, { escaped: true }),
  },
  {
    id: 'forge-extension-raw',
    why: 'MD5 can be extended: whoever heard a notification yesterday signs it anew with a timestamp of now.',
    sends: 'an extended sign, the padding as raw bytes at the end of userName',
    hint: strictUtf8,
    forge: (probe) => extendSign(probe, { escaped: false }),
  },
  {
    id: 'forge-extension-gbk',
    why: 'GBK maps the padding of MD5 to characters and back, so that the extended sign verifies.',
    sends: 'an extended sign under charset=gbk',
    hint: `Refuse every charset but UTF-8. ${strictUtf8}`,
    forge: (probe) =>
      extendSign(probe, { escaped: true, contentType: 'application/x-www-form-urlencoded; charset=gbk' }),
  },
];

const ofOtherTypes: readonly ForgerySketch[] = [
  {
    id: 'forge-package-download',
    why: 'One key usually signs all types of notifications, and the type is not signed.',
    sends: 'a true package-download notice',
    hint: ownUrl,
    forge: (probe) => {
      const { houseId, packageId } = probe.newIds();
      const heard: Pairs = [
        ['state', 'Finished'],
        ['houseId', houseId],
        ['packageId', packageId],
        ['notifyId', 'n-1'],
        ['fileHash', 'd41d8cd98f00b204e9800998ecf8427e'],
      ];
      return forge(probe, { heard, forged: heard });
    },
  },
  {
    id: 'forge-delivery-failed',
    why: 'A delivery-failed notice has a state of a task in it, but is none of its changes.',
    sends: 'a true delivery-failed notice',
    hint: ownUrl,
    forge: (probe) => {
      const { houseId, packageId } = probe.newIds();
      const heard: Pairs = [
        ['notifyId', 'n-1'],
        ['notifyConfigId', 'c-1'],
        ['notifyType', 'TaskStateChange'],
        ['notifyResult', '3'],
        ['packageId', packageId],
        ['houseId', houseId],
        ['state', '50000'],
      ];
      return forge(probe, { heard, forged: heard });
    },
  },
  {
    id: 'forge-own-request',
    why: "The customer's own signed requests use the same key, and can be sent back to him.",
    sends: 'a signed request of the customer to the platform',
    hint: ownUrl,
    forge: (probe) => {
      const { packageId, userId } = probe.newIds();
      const heard: Pairs = [
        ['agentId', 'a-1'],
        ['packageId', packageId],
        ['phoneNum', '13800000000'],
        ['userId', userId],
        ['userName', 'Lee'],
      ];
      return forge(probe, { heard, forged: heard });
    },
  },
];

/** Names added, repeated and changed; the hash extended; other signed texts sent here. */
export const nameForgeries: readonly ForgerySketch[] = [...ofNames, ...ofBytes, ...ofOtherTypes];
