import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { setQuery } from '../shell/place.ts';
import { type TextKey, zh } from './zh.ts';

export type Language = 'zh' | 'en';
export type Translate = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string;

interface Spoken {
  readonly language: Language;
  readonly t: Translate;
  readonly speak: (language: Language) => void;
}

/** English joins when somebody asks for it. */
const dictionaries: Partial<Record<Language, Readonly<Record<TextKey, string>>>> & { zh: typeof zh } = { zh };
const storageKey = 'doorbell.language';
const LanguageContext = createContext<Spoken | null>(null);

/** Resolves when the texts of the language that was chosen are here. */
export async function loadChosenLanguage(): Promise<void> {
  await load(chosenLanguage());
}

async function load(language: Language): Promise<void> {
  if (language === 'en') dictionaries.en ??= (await import('./en.ts')).en;
}

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(chosenLanguage);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const spoken = useMemo(
    (): Spoken => ({
      language,
      t: translatorOf(language),
      speak: (next) => {
        window.localStorage.setItem(storageKey, next);
        setQuery({ lang: next }, 'replace');
        void load(next).then(() => setLanguage(next));
      },
    }),
    [language],
  );
  return <LanguageContext value={spoken}>{children}</LanguageContext>;
}

export function useLanguage(): Spoken {
  const spoken = useContext(LanguageContext);
  if (spoken === null) throw new Error('There is no LanguageProvider above.');
  return spoken;
}

/** For what speaks outside of any component: the language that the page is in now. */
export function pageLanguage(): Language {
  return document.documentElement.lang === 'en' ? 'en' : 'zh';
}

export function translatorOf(language: Language): Translate {
  const dictionary = dictionaries[language] ?? zh;
  return (key, values = {}) =>
    dictionary[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** A text whose key is put together from a code of the server, or the code itself where there is none. */
export function textOfCode(language: Language, prefix: string, code: string): string {
  const dictionary: Readonly<Record<string, string>> = dictionaries[language] ?? zh;
  return dictionary[`${prefix}.${code}`] ?? code;
}

/** Chinese, unless the address or an earlier choice says otherwise. */
function chosenLanguage(): Language {
  const asked = new URLSearchParams(window.location.search).get('lang');
  if (asked === 'zh' || asked === 'en') {
    window.localStorage.setItem(storageKey, asked);
    return asked;
  }
  return window.localStorage.getItem(storageKey) === 'en' ? 'en' : 'zh';
}
