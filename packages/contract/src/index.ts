export { checkValues, type SendOptions } from './check-values.ts';
export { type Envelope, parseEnvelope, renderEnvelope } from './envelope.ts';
export type { Finding } from './explain/finding.ts';
export { type MistakeCode, mistakes } from './explain/mistakes.ts';
export { type ExplainInput, type Explanation, explain } from './explain.ts';
export { type IntegerField, integer, type Revision, type TextField, text } from './field-rule.ts';
export { decodeForm, encodeForm, type FormFields, formLimits } from './form.ts';
export { type FieldsRead, fromFields, type ReceiveOptions } from './from-fields.ts';
export {
  defineNotification,
  type Field,
  type FieldSet,
  type NotificationType,
  type ValuesOf,
} from './notification-type.ts';
export { deliveryFailed } from './notifications/delivery-failed.ts';
export { fangPush } from './notifications/fang-push.ts';
export { packageDownload } from './notifications/package-download.ts';
export { taskStateChange } from './notifications/task-state-change.ts';
export { type Fault, type ReasonCode, reasonCodes } from './reason-codes.ts';
export { type NamedCode, responseStates, results } from './response-state.ts';
export { sign, signedText, verify, weakSeams } from './signature.ts';
export {
  findTaskState,
  isLegalTransition,
  type TaskState,
  type Transition,
  taskStates,
  transitions,
} from './task-state.ts';
export { parseTimestamp } from './timestamp.ts';
export { toFields } from './to-fields.ts';
export { isWebhookSecret, signWebhook, verifyWebhook } from './webhook-signature.ts';
