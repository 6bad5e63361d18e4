export { type Fault, type ReasonCode, reasonCodes } from '@doorbell/contract';

export type { Answer } from './answer.ts';
export { createReceiver, type Receiver, type ReceiverOptions } from './create-receiver.ts';
export type { ReceivedChange } from './received-change.ts';
export type { ReceivedHeaders } from './received-headers.ts';
export type { Refusal } from './refusal.ts';
export { type RefusalState, Refuse, type RefuseConstructor, RefuseError } from './refuse.ts';
export type { VerifyOptions } from './verify-options.ts';
export { type ReceivedRequest, type Verified, verifyRequest } from './verify-request.ts';
