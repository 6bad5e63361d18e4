/**
 * Every reason for which something is refused, with one sentence on what it means. A code is stable: it is
 * never renamed and never used again for something else.
 */
export const reasonCodes = {
  'method-not-post': 'A notification is an HTTP POST.',
  'body-consumed': 'Something read and parsed the body before the receiver; the bytes themselves are needed.',
  'body-aborted': 'The sender went away before the body was complete.',
  'header-repeated': 'A header that may occur once was sent more than once.',
  'content-type-unsupported': 'The body must be application/x-www-form-urlencoded.',
  'charset-unsupported': 'The charset parameter of Content-Type must be utf-8 when it is given.',

  'form-too-large': 'The form body is larger than 65536 bytes.',
  'form-too-many-fields': 'The form has more than 64 fields.',
  'form-name-too-long': 'A field name is longer than 128 bytes of UTF-8.',
  'form-value-too-long': 'A field value is longer than 16384 bytes of UTF-8.',
  'form-empty-name': 'A field has no name.',
  'form-repeated-name': 'A field name occurs more than once.',
  'form-malformed-percent': 'A percent sign is not followed by two hexadecimal digits.',
  'form-invalid-utf8': 'A name or value is not valid UTF-8.',
  'form-control-character': 'A name or value has a control character (U+0000 to U+001F, or U+007F).',

  'timestamp-missing': 'The timestamp header is missing.',
  'timestamp-malformed': 'The timestamp must be 13 decimal digits: Unix time in milliseconds.',
  'timestamp-seconds': 'The timestamp is in seconds; the contract wants milliseconds.',
  'timestamp-stale':
    'The timestamp lies further back than the window allows: a late request, or clocks that differ.',
  'timestamp-future': 'The timestamp lies further ahead than the window allows: the clocks differ.',

  'sign-missing': 'The sign header is missing.',
  'sign-malformed': 'The sign must be 32 hexadecimal digits.',
  'sign-mismatch': 'The sign does not belong to these fields, this timestamp and any of the keys.',

  'webhook-id-malformed': 'The webhook-id must be 1 to 512 letters, digits and characters of ".-_~!*()%:\'".',
  'webhook-timestamp-malformed': 'The webhook-timestamp must be Unix time in seconds: 10 decimal digits.',
  'webhook-signature-malformed': 'The webhook-signature header holds no v1 signature.',
  'webhook-signature-mismatch': 'No v1 signature belongs to this id, timestamp, body and any of the secrets.',
  'webhook-signature-missing': 'The webhook-signature header is missing, and the policy requires it.',
  'webhook-id-mismatch': 'The signed webhook-id does not name this task and a sequence.',

  'field-missing': 'A required field is absent.',
  'field-undeclared': 'A field is neither part of the notification type nor declared as an extra parameter.',
  'field-not-integer': 'The value must be a whole number in plain decimal notation, without leading zeros.',
  'field-not-text': 'The value must be a string.',
  'field-too-short': 'The value is shorter than the field allows; most often it is empty.',
  'field-too-long': 'The value is longer than the field allows, counted in UTF-16 code units.',
  'field-not-allowed': 'The value is not one of those that the field allows.',
  'field-control-character': 'The value has a control character (U+0000 to U+001F, or U+007F).',
  'field-lone-surrogate': 'The value has half of a surrogate pair, so it cannot be written as UTF-8.',

  'state-unknown': 'The number is not a task state of the contract.',
  'state-never-notified': 'The state answers queries only and is never notified.',

  'extra-name-malformed':
    'An extra parameter is named by a letter and up to 63 letters, digits, "_", "." or "-".',
  'extra-name-taken': 'An extra parameter has the name of a field of the notification type.',

  'sign-reused': 'The sign has come before over the same text cut into other fields: a forgery.',
  'notification-in-progress': 'The same notification is being handled elsewhere at this moment.',
  'memory-failed': 'What the receiver has handled before could not be looked up or written down.',

  'envelope-empty': 'The response has no body.',
  'envelope-invalid-utf8': 'The response is not valid UTF-8.',
  'envelope-not-json': 'The response is not JSON.',
  'envelope-too-deep': 'The response nests arrays or objects deeper than 32 levels.',
  'envelope-not-object': 'The response is JSON, but not an object.',
  'envelope-duplicate-key': 'The response object has a key twice.',
  'envelope-state-missing': 'The response object has no state.',
  'envelope-state-not-integer':
    'The state must be a JSON integer of 32 bits, written without fraction or exponent.',
  'envelope-payload-not-string': 'The payload must be a string; absent and null count as empty.',

  'handler-refused': "The receiver's own code refused the notification.",
  'handler-failed': "The receiver's own code failed.",
} as const;

/** A member of the catalogue. */
export type ReasonCode = keyof typeof reasonCodes;

/** One thing that is wrong. */
export interface Fault {
  readonly code: ReasonCode;
  /** The field it is about, or null when it is about the whole. */
  readonly field: string | null;
  /** For people. Quotes at most 60 characters of the input, escaped, and never a key. */
  readonly detail: string;
}
