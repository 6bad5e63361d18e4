import type { AttemptRecord } from '../../attempt.ts';
import type { Settlement, Step } from '../../lane.ts';
import { type AttemptValues, attemptValues } from '../attempt-row.ts';

/** A settlement as it crosses threads: values without their names, as `PackedClaim`. */
export type PackedSettlement = readonly [
  laneId: Settlement['laneId'],
  endpointId: Settlement['endpointId'],
  sequence: Settlement['sequence'],
  epoch: Settlement['epoch'],
  /** The result alone where the lane advances, as nearly always. */
  step: Step | 1 | 2 | 3,
  notice: Settlement['notice'],
  attempts: readonly PackedAttempt[],
];

type PackedAttempt = readonly [...values: AttemptValues, fenced: AttemptRecord['fenced']];

export function packSettlement(settlement: Settlement): PackedSettlement {
  const { step } = settlement;
  return [
    settlement.laneId,
    settlement.endpointId,
    settlement.sequence,
    settlement.epoch,
    step.kind === 'advance' ? step.result : step,
    settlement.notice,
    settlement.attempts.map(packAttempt),
  ];
}

export function unpackSettlement(packed: PackedSettlement): Settlement {
  const step = packed[4];
  return {
    laneId: packed[0],
    endpointId: packed[1],
    sequence: packed[2],
    epoch: packed[3],
    step: typeof step === 'number' ? { kind: 'advance', result: step } : step,
    notice: packed[5],
    attempts: packed[6].map(unpackAttempt),
  };
}

function packAttempt(attempt: AttemptRecord): PackedAttempt {
  return [...attemptValues(attempt), attempt.fenced];
}

function unpackAttempt(packed: PackedAttempt): AttemptRecord {
  return {
    sequence: packed[0],
    epoch: packed[1],
    post: packed[2],
    attempt: packed[3],
    at: packed[4],
    durationMs: packed[5],
    outcome: packed[6],
    reason: packed[7],
    detail: packed[8],
    url: packed[9],
    sign: packed[10],
    key: packed[11],
    requestHeaders: JSON.parse(packed[12]) as AttemptRecord['requestHeaders'],
    requestBody: packed[13],
    httpStatus: packed[14],
    responseState: packed[15],
    responseBody: packed[16],
    remoteAddress: packed[17],
    timings: packed[18],
    fenced: packed[19],
  };
}
