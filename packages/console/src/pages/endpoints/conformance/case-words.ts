import type { ConformanceCaseResult } from '@doorbell/server/api';
import { useQuery } from '@tanstack/react-query';
import { type Language, useLanguage } from '../../../i18n/language.tsx';

/** What a case is about, and how to mend what it found. */
type CaseWords = Pick<ConformanceCaseResult, 'why' | 'hint'>;

type Dictionary = Readonly<Record<string, CaseWords>>;

/** The kit speaks English; the words of its cases in Chinese are 15 KB by gzip, and come when they are needed. */
export function useCaseWords(): (result: ConformanceCaseResult) => CaseWords {
  const { language } = useLanguage();
  const { data } = useQuery({
    queryKey: ['case-words', language],
    queryFn: () => loadWords(language),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (result) => data?.[result.id] ?? result;
}

async function loadWords(language: Language): Promise<Dictionary> {
  return language === 'zh' ? (await import('./case-texts.zh.json')).default : {};
}
