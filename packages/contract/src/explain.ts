import { correctText } from './explain/correct-text.ts';
import { type Finding, mistakeFound } from './explain/finding.ts';
import { judgeSign } from './explain/judge-sign.ts';
import { createKeyMask, keyPlaceholder } from './explain/mask-keys.ts';
import type { Mistake } from './explain/mistake.ts';
import { readBody } from './explain/read-body.ts';
import { createTextOf } from './explain/recipe.ts';
import { listContentTypeFaults, listTimestampFaults } from './explain/request-faults.ts';

/** A request to explain, as it was received. */
export interface ExplainInput {
  readonly body: Uint8Array | string;
  /** The header Content-Type; left out or null when it is not known. */
  readonly contentType?: string | null;
  /** The header; null when it was not sent. */
  readonly timestamp: string | null;
  /** The header; null when it was not sent. */
  readonly sign: string | null;
  /** The agreed key. */
  readonly signKey: string;
  /** Keys that the signer may have taken by mistake; 16 at most. */
  readonly otherKeys?: readonly string[];
  /** When it was received, in epoch milliseconds; left out, the age of the timestamp is not judged. */
  readonly now?: number;
  /** Age allowed when `now` is given; by default 300000. */
  readonly toleranceMs?: number;
  /** Gives the correct sign too. It makes the request valid: keep it from those who must not sign. */
  readonly revealSign?: boolean;
}

interface Shown {
  /** The text whose MD5 is the correct sign, with the key covered; null when the body is too large to read. */
  readonly textToSign: string | null;
  /** null unless asked for, and when there is no timestamp to sign. */
  readonly correctSign: string | null;
  /** How many ways of signing were tried. */
  readonly tried: number;
}

/** What `explain` makes of a request. */
export type Explanation =
  | (Shown & { readonly verdict: 'verifies'; readonly findings: readonly [] })
  | (Shown & {
      readonly verdict: 'explained';
      /** All that is wrong: put right together, they make the request verify. The most telling one comes first. */
      readonly findings: readonly [Finding, ...Finding[]];
      /** Single mistakes other than the first that lead to the same sign, but are less likely. */
      readonly alternatives: readonly Finding[];
      /** The text that was signed instead, with the key covered; null when none was, or a key stands in the body. */
      readonly textSigned: string | null;
    })
  | (Shown & {
      readonly verdict: 'unexplained';
      /** What is wrong in any case, but does not account for the sign. */
      readonly findings: readonly Finding[];
      /** Whether every pair of the commoner mistakes was tried; a large body may not allow it. */
      readonly exhaustive: boolean;
    });

const otherKeysMax = 16;

/**
 * Finds out why a request does not verify: signs it in all the wrong ways that are known, one mistake at a time and
 * two together. Bounded to about a second. Throws RangeError for an empty key and for too many other keys.
 */
export function explain(input: ExplainInput): Explanation {
  const { signKey, otherKeys = [] } = input;
  if (signKey === '' || otherKeys.includes('')) throw new RangeError('A sign key is empty.');
  if (otherKeys.length > otherKeysMax)
    throw new RangeError(`There are more than ${otherKeysMax} other keys.`);
  const mask = createKeyMask([signKey, ...otherKeys]);
  const body = readBody(input.body);
  const isOtherKind = body.findings.some(({ code }) => code === 'body-json' || code === 'body-multipart');
  const faults = [
    ...body.findings,
    ...(isOtherKind ? [] : listContentTypeFaults(input.contentType ?? '')),
    ...listTimestampFaults(input),
  ];
  if (body.fields === null) {
    return conclude(faults.map(mask.coverFinding), { textToSign: null, correctSign: null, tried: 0 });
  }
  const judgement = judgeSign({ ...input, otherKeys, fields: body.fields, bodyText: body.text });
  const { search } = judgement;
  const findings = [...(search?.found?.mistakes ?? []).map(asFinding), ...judgement.findings, ...faults].map(
    mask.coverFinding,
  );
  const shown = { ...correctText(body.fields, input, mask), tried: search?.tried ?? 0 };
  if (search === null) return conclude(findings, shown);
  if (search.found === undefined) {
    return { verdict: 'unexplained', findings, exhaustive: search.exhaustive, ...shown };
  }
  const alternatives = search.alternatives.map(asFinding).map(mask.coverFinding);
  const { recipe } = search.found;
  const text = createTextOf(body.fields)({ ...recipe, key: keyPlaceholder });
  const textSigned = mask.isHeldBy(body.text) ? null : mask.cover(text, recipe.key.length);
  return conclude(findings, shown, { alternatives, textSigned });
}

function asFinding({ code, detail }: Mistake): Finding {
  return mistakeFound(code, detail);
}

function conclude(
  findings: readonly Finding[],
  shown: Shown,
  signed: { alternatives: readonly Finding[]; textSigned: string | null } = {
    alternatives: [],
    textSigned: null,
  },
): Explanation {
  const [first, ...rest] = findings;
  if (first === undefined) return { verdict: 'verifies', findings: [], ...shown };
  return { verdict: 'explained', findings: [first, ...rest], ...signed, ...shown };
}
