import type { ConformanceCaseResult } from '@doorbell/server/api';
import { zh } from '../../../i18n/zh.ts';
import acceptedTexts from './accepted-texts.zh.json' with { type: 'json' };
import caseTexts from './case-texts.zh.json' with { type: 'json' };

/** What a case is about, what was found, and how to mend it. */
export type CaseWords = Pick<ConformanceCaseResult, 'why' | 'sends' | 'accepts' | 'hint' | 'detail'>;

const cases: Readonly<Record<string, Pick<CaseWords, 'why' | 'sends' | 'hint'>>> = caseTexts;
const accepted: Readonly<Record<string, string>> = acceptedTexts;
const dictionary: Readonly<Record<string, string>> = zh;

/** Whatever a newer server says that is not known here stays as it was said. */
export function sayCaseInChinese(result: ConformanceCaseResult): CaseWords {
  const { why, sends, hint } = cases[result.id] ?? result;
  const accepts = accepted[result.accepts] ?? result.accepts;
  return { why, sends, hint, accepts, detail: result.detail && sayDetailInChinese(result.detail) };
}

/** What the kit says that it found, or why it did not judge: what it quotes stays as it came. */
export function sayDetailInChinese(detail: string): string {
  const [, code] = /^(envelope-[a-z0-9-]+): /.exec(detail) ?? [];
  const reason = code === undefined ? undefined : dictionary[`reason.${code}`];
  if (reason !== undefined) return reason;
  for (const [pattern, words] of sentences) {
    const found = pattern.exec(detail);
    if (found !== null) {
      return words.replace(/\$(\d)/g, (_, group: string) => sayDetailInChinese(found[Number(group)] ?? ''));
    }
  }
  return detail;
}

/** $1 and $2 are said in their turn. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/^expected success, but (.*)$/s, '应当成功，但$1'],
  [/^expected a refusal, but (.*)$/s, '应当拒绝，但$1'],
  [/^request (\d+) of (\d+): (.*)$/s, '第 $1 个请求（共 $2 个）：$3'],
  [/^the answer was HTTP (\d+) without a body$/, '答复为 HTTP $1，没有正文'],
  [/^the answer was HTTP (\d+) with (.*)$/s, '答复为 HTTP $1：$2'],
  [/^the answer was HTTP (\d+)$/, '答复为 HTTP $1'],
  [/^the answer took (\d+) ms$/, '答复用了 $1 毫秒'],
  [/^the Content-Type was none$/, '没有 Content-Type'],
  [/^the Content-Type was (.*)$/s, 'Content-Type 为 $1'],
  [/^there is no payload$/, '没有 payload'],
  [/^there was no answer$/, '没有答复'],
  [/^there was no answer within (\d+) ms$/, '$1 毫秒内没有答复'],
  [/^the connection was closed without an answer$/, '连接被关闭，没有答复'],
  [/^the connection failed: (.*)$/s, '连接失败：$1'],
  [/^the connection gave no answers$/, '连接上没有答复'],
  [/^nothing accepts connections: (.*)$/s, '无法建立连接：$1'],
  [/^nothing accepts connections any more$/, '已无法再建立连接'],
  [/^No connection within (\d+) ms: still (.*)\.$/s, '$1 毫秒内没有连上：$2'],
  [/^(\S+) has no address\.$/, '$1 没有地址'],
  [/^(\S+) is (\S+), which may not be called: it is (.*)\.$/, '$1 是 $2，不允许调用：$3'],
  [/^(\S+) may not be called: it is (.*)\.$/, '不允许调用 $1：$2'],
  [/^resolving the name$/, '仍在解析域名'],
  [/^connecting$/, '仍在连接'],
  [/^in the TLS handshake$/, '仍在 TLS 握手'],
  [/^the answer is larger than (\d+) bytes$/, '答复超过 $1 字节'],
  [/^the head of the answer does not end$/, '答复头没有结束'],
  [/^the answer ends in the middle of its head$/, '答复在头部中间就结束了'],
  [/^the answer starts with (.*)$/s, '答复以 $1 开头'],
  [/^the answer has the header line (.*)$/s, '答复有这样的头：$1'],
  [/^the content-length is (.*)$/s, 'Content-Length 为 $1'],
  [/^the answer ends before its content-length$/, '答复未达 Content-Length 就结束了'],
  [/^the answer ends in the middle of a chunk$/, '答复在分块中间就结束了'],
  [/^the answer has a malformed chunk$/, '答复的分块格式不对'],
  [/^the answer has the sign key in it$/, '答复里有签名密钥'],
  [/^the answer has the right sign in it$/, '答复里有正确的签名'],
  [/^none of the eight was accepted$/, '八个都没有被接受'],
  [/^expected (\d+) effects?, counted (\d+)$/, '应执行 $1 次，实际 $2 次'],
  [/^(\S+) does not answer \{"effects": n\}: (.*)$/s, '$1 没有答复 {"effects": n}：$2'],
  [/^the run was ended$/, '检测已结束'],
  [/^not judged, because the run was ended$/, '检测已结束，未判定'],
  [/^not judged, because (\S+) did not pass$/, '$1 未通过，因此未判定'],
  [/^the run was given no names of extra parameters$/, '本次检测没有给出额外参数的名字'],
  [
    /^this takes extra parameters that a locale sorts differently, such as (\S+) and (\S+)$/,
    '需要按语言环境排序会不同的额外参数，如 $1 和 $2',
  ],
  [/^revision seed always has userName after state$/, 'seed 版本中 state 之后总有 userName'],
  [/^the run is for revision seed, which has six fields$/, '本次检测按六个字段的版本（seed）进行'],
  [/^revision 2021-05 has this field optional$/, '2021-05 版本中此字段可以没有'],
  [/^the run keeps to the houseId that it was given$/, '本次检测只用给定的 houseId'],
  [/^the run was given no URL that counts effects$/, '本次检测没有给出统计执行次数的 URL'],
  [/^the run was given no webhook secret$/, '该端点没有 webhook 密钥'],
];
