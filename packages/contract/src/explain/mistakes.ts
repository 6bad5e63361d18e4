/**
 * The mistakes that `explain` knows, each with what went wrong and how to put it right. "Signed" is said of
 * whoever made the sign. A code is stable like a reason code.
 */
export const mistakes = {
  'key-other': {
    sentence: 'The sign was made with another of the candidate keys.',
    fix: 'Agree on one key: the signer switches to the agreed key, or the receiver also accepts this one.',
  },
  'key-surrounded': {
    sentence: 'The signer used the key with extra characters around it: white space, a line end or quotes.',
    fix: 'Signer: trim the key where it is read from its file, environment or configuration.',
  },
  'key-not-trimmed': {
    sentence: 'The key given here has extra characters around it that the signer did not use.',
    fix: 'Receiver: trim the key where it is read from its file, environment or configuration.',
  },
  'key-escaped': {
    sentence: 'The signer used the key percent-encoded or percent-decoded.',
    fix: 'Both sides: use the characters of the key as they were agreed, without any encoding.',
  },
  'key-case': {
    sentence: 'The signer changed the key to upper or lower case.',
    fix: 'Signer: use the key letter by letter as it was agreed.',
  },
  'key-hashed': {
    sentence: 'The signer hashed the key first and used the digest in its place.',
    fix: 'Signer: put the key itself in front of the values.',
  },
  'key-left-out': {
    sentence: 'The key is not part of the signed text.',
    fix: 'Signer: put the key in front of the values.',
  },
  'key-misplaced': {
    sentence: 'The key stands behind the values instead of in front.',
    fix: 'Signer: the order is key, values, timestamp.',
  },
  'key-at-both-ends': {
    sentence: 'The key stands at both ends of the signed text.',
    fix: 'Signer: put the key in front only.',
  },
  'key-as-parameter': {
    sentence: 'The key is signed like a parameter, with a name.',
    fix: 'Signer: put the bare key in front of the values, without a name and without "&".',
  },

  'timestamp-not-signed': {
    sentence: 'The timestamp is not part of the signed text.',
    fix: 'Signer: append the text of the timestamp header to the values.',
  },
  'timestamp-signed-in-seconds': {
    sentence: 'The timestamp was signed in seconds, but the contract wants milliseconds.',
    fix: 'Signer: use one timestamp of 13 digits both in the header and in the signed text.',
  },
  'timestamp-signed-in-milliseconds': {
    sentence: 'The timestamp was signed in milliseconds, but the header has it in another form.',
    fix: 'Signer: send in the header exactly the 13 digits that were signed.',
  },
  'timestamp-signed-as-date': {
    sentence: 'The timestamp was signed as a date, not as milliseconds.',
    fix: 'Signer: append the 13 digits of the timestamp header, not a formatted date.',
  },
  'timestamp-taken-twice': {
    sentence: 'The signed timestamp is not the one in the header: the clock was read twice.',
    fix: 'Signer: read the clock once and use the same text for the header and for signing.',
  },
  'timestamp-misplaced': {
    sentence: 'The timestamp stands in front of the values instead of behind them.',
    fix: 'Signer: the order is key, values, timestamp.',
  },
  'timestamp-as-field': {
    sentence: 'The timestamp is signed like a field, with its name or sorted among the others.',
    fix: 'Signer: append the bare timestamp after the last value.',
  },

  'values-encoded': {
    sentence: 'The values were signed percent-encoded.',
    fix: 'Sign and verify the decoded values: sign before encoding, verify after decoding once.',
  },
  'values-decoded-twice': {
    sentence: 'The values were signed with one more decoding than the body needs.',
    fix: 'Encode each value once when sending and decode it once when receiving; frameworks have often done it already.',
  },
  'plus-not-space': {
    sentence: 'The plus signs of the body were signed as plus signs; in a form they are spaces.',
    fix: 'Sender: write a plus sign as %2B. Receiver: decode with a form decoder, which turns "+" into a space.',
  },
  'values-trimmed': {
    sentence: 'White space around the values was removed before signing.',
    fix: 'Sign and verify every value as it is, with its spaces.',
  },
  'values-misread': {
    sentence: 'The values were read in another charset than UTF-8 before signing.',
    fix: 'Decode the percent-encoded bytes as UTF-8 on both sides.',
  },
  'values-escaped': {
    sentence: 'The values were signed with characters escaped or unescaped, as HTML or JSON has them.',
    fix: 'Sign and verify the plain values; keep escaping filters away from the body.',
  },
  'values-case': {
    sentence: 'The values were changed to upper or lower case before signing.',
    fix: 'Sign and verify every value letter by letter as it is.',
  },
  'values-normalised': {
    sentence: 'The values were normalised (Unicode) before signing.',
    fix: 'Sign and verify every value as it is, composed or decomposed.',
  },
  'empties-as-null': {
    sentence: 'Empty values were signed as a word such as "null".',
    fix: 'Signer: an empty or missing value contributes nothing to the text.',
  },

  'names-included': {
    sentence: 'The names of the fields were signed too.',
    fix: 'Signer: join the values alone, without names and without "=".',
  },
  'separators-included': {
    sentence: 'Separators were signed between the parts.',
    fix: 'Signer: join key, values and timestamp with nothing between them.',
  },
  'json-signed': {
    sentence: 'The fields were signed as a JSON text.',
    fix: 'Signer: join the values alone, in ascending order of name.',
  },
  'body-signed-whole': {
    sentence: 'The body was signed as a whole.',
    fix: 'Signer: join the decoded values, in ascending order of name; the body is not signed as it stands.',
  },
  'rule-of-wechat-pay': {
    sentence: 'The sign follows the rule of WeChat Pay: name=value joined with "&", and "&key=" at the end.',
    fix: 'Signer: key, values in ascending order of name, timestamp; no names and no separators.',
  },
  'rule-of-taobao': {
    sentence: 'The sign follows the rule of Taobao and Pinduoduo: names and values between two keys.',
    fix: 'Signer: key, values in ascending order of name, timestamp; no names, and the key once.',
  },
  'empties-dropped': {
    sentence: 'Empty values were dropped before joining.',
    fix: 'Signer: without names and separators an empty value contributes nothing anyway.',
  },

  'order-descending': {
    sentence: 'The values are in descending order of name.',
    fix: 'Signer: sort the names in ascending order.',
  },
  'order-of-body': {
    sentence: 'The values are in the order of the body, not sorted by name.',
    fix: 'Signer: sort the names in ascending order before joining the values.',
  },
  'order-of-table': {
    sentence: 'The values are in the order of the interface table, not sorted by name.',
    fix: 'Signer: sort the names in ascending order before joining the values.',
  },
  'order-ignores-case': {
    sentence: 'The names were sorted without regard to case.',
    fix: 'Signer: sort by code unit (ordinal), so that upper case comes before lower case.',
  },
  'order-of-locale': {
    sentence: 'The names were sorted by the rules of a language.',
    fix: 'Signer: sort by code unit (StringComparer.Ordinal in .NET, plain compare elsewhere), not by culture.',
  },
  'order-by-value': {
    sentence: 'The values were sorted by value, not by name.',
    fix: 'Signer: sort the names in ascending order and take the values in that order.',
  },

  'extras-left-out': {
    sentence: 'Only the fields of the contract were signed, not the extra parameters.',
    fix: 'Signer: extra parameters are ordinary fields; sign all that are sent.',
  },
  'revision-signed': {
    sentence: 'Only the four fields of revision 2021-05 were signed, but userId and userName were sent too.',
    fix: 'Signer: sign all fields that are sent, or do not send these two.',
  },
  'field-left-out': {
    sentence: 'One field that was sent is missing from the signed text.',
    fix: 'Signer: sign all fields that are sent. If it was added or filled on the way, find out by whom.',
  },
  'state-other': {
    sentence: 'The sign belongs to another state of the task: the state was changed after signing.',
    fix: 'Sender: sign after the last change of the fields. If the sender did not change it, this is a forgery.',
  },
  'repeats-merged': {
    sentence: 'A repeated field was signed only once or joined with commas.',
    fix: 'Sender: send every field once.',
  },

  'text-case': {
    sentence: 'The whole text was changed to upper or lower case before hashing.',
    fix: 'Signer: hash the text as it is; only the hex digits of the sign may have either case.',
  },
  'text-charset': {
    sentence: 'The text was hashed in another charset than UTF-8.',
    fix: 'Signer: name the charset when turning text into bytes: UTF-8, not the default of the platform.',
  },
  'digest-hmac': {
    sentence: 'The sign is an HMAC.',
    fix: 'Signer: the rule is a plain MD5 with the key as the beginning of the text.',
  },
  'digest-other': {
    sentence: 'The sign has the length of another hash than MD5.',
    fix: 'Signer: use MD5.',
  },
  'digest-twice': {
    sentence: 'The text was hashed twice.',
    fix: 'Signer: take the MD5 of the text once.',
  },
  'sign-base64': {
    sentence: 'The sign is written in Base64.',
    fix: 'Signer: write the digest as 32 lower-case hexadecimal digits.',
  },
  'sign-halved': {
    sentence: 'The sign is the 16 digits from the middle of an MD5.',
    fix: 'Signer: send all 32 hexadecimal digits.',
  },
  'sign-zeros-lost': {
    sentence: 'The sign lost zeros: some bytes were written without their leading zero.',
    fix: 'Signer: write every byte with two digits ("x2" in .NET, "%032x" in Java).',
  },
  'sign-decorated': {
    sentence: 'The sign has other characters around or between its hexadecimal digits.',
    fix: 'Signer: send the 32 hexadecimal digits alone, without quotes, dashes or prefix.',
  },
  'sign-placeholder': {
    sentence: 'The sign is e10adc39..., the placeholder of the published page: MD5 of "123456".',
    fix: 'Signer: compute the sign; the example of the page was never one.',
  },
  'sign-of-nothing': {
    sentence: 'The sign is the MD5 of an empty text.',
    fix: 'Signer: the text was empty when it was hashed; build it first.',
  },

  'body-json': {
    sentence: 'The body is JSON, not a form.',
    fix: 'Sender: send application/x-www-form-urlencoded.',
  },
  'body-multipart': {
    sentence: 'The body is multipart/form-data, not an urlencoded form.',
    fix: 'Sender: send application/x-www-form-urlencoded (URLSearchParams, not FormData).',
  },
  'body-gbk': {
    sentence: 'The body is encoded in GBK, not in UTF-8.',
    fix: 'Sender: percent-encode the bytes of UTF-8.',
  },
  'body-empty': {
    sentence: 'The body is empty.',
    fix: 'Sender: send the fields in the body. Receiver: read the body before anything else consumes it.',
  },
} as const;

/** A member of the catalogue. */
export type MistakeCode = keyof typeof mistakes;
