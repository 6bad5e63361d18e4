import type { Change } from '../../change.ts';
import type { Claim } from '../../lane.ts';

/** A claim as it crosses threads: values without their names, which take longer to clone than the values. */
export type PackedClaim = readonly [
  laneId: Claim['laneId'],
  sequence: Claim['sequence'],
  epoch: Claim['epoch'],
  attempt: Claim['attempt'],
  isResend: Claim['isResend'],
  firstTryAt: Claim['firstTryAt'],
  heldMs: Claim['heldMs'],
  // One object for all claims of an endpoint, and cloned once for all of them.
  endpoint: Claim['endpoint'],
  customerId: Change['customerId'],
  houseTaskId: Change['houseTaskId'],
  houseId: Change['houseId'],
  packageId: Change['packageId'],
  userId: Change['userId'],
  userName: Change['userName'],
  state: Change['state'],
  extra: Change['extra'] | null,
  eventId: Change['eventId'],
  changeSequence: Change['sequence'],
  transition: Change['transition'],
  createdAt: Change['createdAt'],
];

export function packClaim(claim: Claim): PackedClaim {
  const { change } = claim;
  return [
    claim.laneId,
    claim.sequence,
    claim.epoch,
    claim.attempt,
    claim.isResend,
    claim.firstTryAt,
    claim.heldMs,
    claim.endpoint,
    change.customerId,
    change.houseTaskId,
    change.houseId,
    change.packageId,
    change.userId,
    change.userName,
    change.state,
    hasNone(change.extra) ? null : change.extra,
    change.eventId,
    change.sequence,
    change.transition,
    change.createdAt,
  ];
}

export function unpackClaim(packed: PackedClaim): Claim {
  return {
    laneId: packed[0],
    sequence: packed[1],
    epoch: packed[2],
    attempt: packed[3],
    isResend: packed[4],
    firstTryAt: packed[5],
    heldMs: packed[6],
    endpoint: packed[7],
    change: {
      customerId: packed[8],
      houseTaskId: packed[9],
      houseId: packed[10],
      packageId: packed[11],
      userId: packed[12],
      userName: packed[13],
      state: packed[14],
      extra: packed[15] ?? {},
      eventId: packed[16],
      sequence: packed[17],
      transition: packed[18],
      createdAt: packed[19],
    },
  };
}

function hasNone(extra: Change['extra']): boolean {
  for (const _ in extra) return false;
  return true;
}
