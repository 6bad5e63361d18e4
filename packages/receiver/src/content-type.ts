import type { Fault } from '@doorbell/contract';

import { quote } from './quote.ts';

const FORM = /^(?:application\/)?x-www-form-urlencoded$/i;
const CHARSET = /^charset\s*=\s*(.*)$/i;
const UTF8 = /^(?:"utf-?8"|utf-?8)$/i;

/**
 * Senders write the type bare, with a charset, or not at all, and mean the same form.
 * GBK is not offered: it can carry the padding of an MD5 length extension, which strict UTF-8 cannot.
 */
export function findContentTypeFault(sent: string | readonly string[] = ''): Fault | undefined {
  const text = (typeof sent === 'string' ? sent : sent.join(', ')).trim();
  if (text === '' || FORM.test(text)) return undefined;

  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  if (!FORM.test(type)) {
    const detail = `expected application/x-www-form-urlencoded, got ${quote(text)}`;
    return { code: 'content-type-unsupported', field: null, detail };
  }
  for (const parameter of parameters) {
    const charset = CHARSET.exec(parameter)?.[1];
    if (charset === undefined || UTF8.test(charset)) continue;
    return { code: 'charset-unsupported', field: null, detail: `expected UTF-8, got ${quote(charset)}` };
  }
  return undefined;
}
