import {
  breakerClosed,
  type Change,
  type Claim,
  type Endpoint,
  endpointPolicyDefaults,
} from '../src/index.ts';

export const anEndpoint: Endpoint = {
  ...endpointPolicyDefaults,
  id: 'acme-main',
  customerId: 'acme',
  url: 'http://127.0.0.1:9/hook',
  signKey: 'CdLvNRRQvy0xjORPNvuVaA',
  previousSignKey: null,
  previousSignKeyUntil: null,
  webhookSecret: null,
  pause: null,
  breaker: breakerClosed,
  heldMs: 0,
  createdAt: 0,
  updatedAt: 0,
};

export const aChange: Change = {
  customerId: 'acme',
  houseTaskId: 'T1',
  houseId: 'H1',
  packageId: 'P1',
  userId: 'U1',
  userName: '张三',
  state: 50000,
  extra: {},
  eventId: null,
  sequence: 3,
  transition: 'legal',
  createdAt: 0,
};

export function aClaim(changes: Partial<Claim> = {}): Claim {
  const claim = { laneId: 7, sequence: 3, epoch: 5, attempt: 1, isResend: false, firstTryAt: 0, heldMs: 0 };
  return { ...claim, endpoint: anEndpoint, change: aChange, ...changes };
}
