import type { Explanation, Finding } from '@doorbell/contract';
import { paint, printable } from './print.ts';

/** What `doorbell explain` found, for people. */
export function renderExplanation(explanation: Explanation): string {
  const { textToSign, correctSign } = explanation;
  const texts = [
    ['text signed', explanation.verdict === 'explained' ? explanation.textSigned : null],
    ['text to sign', textToSign],
    ['correct sign', correctSign],
  ] as const;
  return [
    ...headline(explanation),
    ...texts.flatMap(([label, text]) =>
      text === null ? [] : [`  ${paint('dim', label.padEnd(12))}  ${printable(text)}`],
    ),
    ...alternatives(explanation),
  ].join('\n');
}

function headline(explanation: Explanation): readonly string[] {
  if (explanation.verdict === 'verifies') {
    return [`${paint('green', 'verifies')}: the sign belongs to this key, this body and this timestamp`];
  }
  if (explanation.verdict === 'explained') {
    return explanation.findings.flatMap((finding, index) =>
      lines(finding, paint('yellow', index === 0 ? 'explained' : 'and')),
    );
  }
  const more = explanation.exhaustive ? '' : ' (the body is too large to try all)';
  return [
    `${paint('red', 'unexplained')}: none of ${explanation.tried} ways of signing leads to this sign${more}`,
    '  The key is another one, or a value was changed after signing. Compare the text to sign, character by',
    '  character, with the one that the signer hashed.',
    ...explanation.findings.flatMap((finding) => lines(finding, paint('yellow', 'wrong in any case'))),
  ];
}

function lines({ code, sentence, fix, detail }: Finding, label: string): readonly string[] {
  const particulars = detail === null ? '' : ` ${printable(detail)}`;
  return [`${label}: ${code}`, `  ${sentence}${particulars}`, `  ${paint('dim', 'fix')}  ${fix}`];
}

function alternatives(explanation: Explanation): readonly string[] {
  if (explanation.verdict !== 'explained') return [];
  return explanation.alternatives.map(
    ({ code, sentence }) => `  ${paint('dim', 'or else')}  ${code}: ${sentence}`,
  );
}
