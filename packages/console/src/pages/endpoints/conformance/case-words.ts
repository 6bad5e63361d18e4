import type { ConformanceCaseResult } from '@doorbell/server/api';
import { useQuery } from '@tanstack/react-query';
import { useLanguage } from '../../../i18n/language.tsx';
import type { CaseWords } from './say-in-chinese.ts';

/** The kit speaks English; its words in Chinese are 20 KB by gzip, and come when they are needed. */
export function useCaseWords(): (result: ConformanceCaseResult) => CaseWords {
  const say = useChinese();
  return (result) => say?.sayCaseInChinese(result) ?? result;
}

/** The same for a sentence about the whole run. */
export function useDetailWords(): (detail: string) => string {
  const say = useChinese();
  return (detail) => say?.sayDetailInChinese(detail) ?? detail;
}

/** Null where English was chosen; undefined as well while it is on its way. */
function useChinese() {
  const { language } = useLanguage();
  const { data } = useQuery({
    queryKey: ['case-words', language],
    queryFn: async () => (language === 'zh' ? await import('./say-in-chinese.ts') : null),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data;
}
