export { type Fault, type ReasonCode, reasonCodes } from '@doorbell/contract';

export type { Answer } from './answer.ts';
export { createMemory } from './create-memory.ts';
export { createReceiver, type Receiver, type ReceiverOptions } from './create-receiver.ts';
export {
  type Begun,
  type Claim,
  type Memory,
  type MemoryEntry,
  type MemoryKey,
  type NotNew,
  RepeatedNotification,
  type TaskPlace,
} from './memory.ts';
export type { ReceivedChange } from './received-change.ts';
export type { ReceivedHeaders } from './received-headers.ts';
export type { Refusal } from './refusal.ts';
export { type RefusalState, Refuse, type RefuseConstructor, RefuseError } from './refuse.ts';
export type { IdName, SignaturePolicy, VerifyOptions } from './verify-options.ts';
export { type ReceivedRequest, type Verified, verifyRequest } from './verify-request.ts';
