import { type Finding, faultFound, mistakeFound } from './finding.ts';
import type { Mistake } from './mistake.ts';
import { mistakesOfChoice, mistakesOfOrder } from './mistakes-of-fields.ts';
import { mistakesOfKey } from './mistakes-of-key.ts';
import { mistakesOfDigest, mistakesOfJoining } from './mistakes-of-text.ts';
import { mistakesOfTimestamp } from './mistakes-of-timestamp.ts';
import { mistakesOfValues } from './mistakes-of-values.ts';
import { readSign } from './read-sign.ts';
import { contractRecipe, type SentField } from './recipe.ts';
import { type SearchResult, search } from './search.ts';

/** What came of looking at the sign: findings about how it is written, and of the search where it made sense. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** null when the sign accounts for itself: it is missing, no digest, or a known one. */
  readonly search: SearchResult | null;
}

const knownSigns: Readonly<Record<string, 'sign-placeholder' | 'sign-of-nothing'>> = {
  e10adc3949ba59abbe56e057f20f883e: 'sign-placeholder',
  d41d8cd98f00b204e9800998ecf8427e: 'sign-of-nothing',
};

export function judgeSign(request: {
  sign: string | null;
  timestamp: string | null;
  signKey: string;
  otherKeys: readonly string[];
  fields: readonly SentField[];
  bodyText: string;
}): Judgement {
  const { sign, signKey, fields } = request;
  if (sign === null) return { findings: [faultFound({ code: 'sign-missing', detail: null })], search: null };
  const known = knownSigns[sign.toLowerCase()];
  if (known !== undefined) return { findings: [mistakeFound(known)], search: null };
  const read = readSign(sign);
  if (read === undefined) {
    const detail = `It has ${sign.length} characters and is neither hex nor Base64 of a digest.`;
    return { findings: [faultFound({ code: 'sign-malformed', detail })], search: null };
  }
  const timestamp = request.timestamp ?? '';
  const isAscii = fields.every(({ name, value }) => /^[\0-\x7f]*$/.test(name + value));
  const mistakes: readonly Mistake[] = [
    ...mistakesOfKey(signKey, request.otherKeys),
    ...mistakesOfTimestamp(timestamp),
    ...mistakesOfValues(fields),
    ...mistakesOfOrder(fields),
    ...mistakesOfJoining(request.bodyText),
    ...mistakesOfChoice(fields),
  ];
  const results = read.algorithms.map((algorithm) =>
    search({
      fields,
      recipe: contractRecipe(signKey, timestamp, algorithm),
      mistakes: [...mistakes, ...mistakesOfDigest(algorithm, isAscii)],
      fits: read.fits,
    }),
  );
  const found = results.findIndex((result) => result.found !== undefined);
  const algorithms = found === -1 ? read.algorithms : read.algorithms.slice(found, found + 1);
  const isOther = read.algorithms[0] !== 'md5';
  const detail = `${algorithms.map((name) => name.toUpperCase()).join(' or ')}.`;
  return {
    findings: [...(isOther ? [mistakeFound('digest-other', detail)] : []), ...read.findings],
    search: results[Math.max(found, 0)] ?? null,
  };
}
