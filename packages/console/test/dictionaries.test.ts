import { describe, expect, it } from 'vitest';
import { en } from '../src/i18n/en.ts';
import { zh } from '../src/i18n/zh.ts';

const keys = Object.keys(zh) as (keyof typeof zh)[];
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();

describe('the two dictionaries', () => {
  it('hold the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });

  it('leave no text empty', () => {
    expect(keys.filter((key) => zh[key].trim() === '' || en[key].trim() === '')).toEqual([]);
  });

  it('fill the same values into each text', () => {
    const different = keys.filter(
      (key) => JSON.stringify(placeholders(zh[key])) !== JSON.stringify(placeholders(en[key])),
    );
    expect(different).toEqual([]);
  });

  it('are really in their languages: no Chinese in English', () => {
    expect(keys.filter((key) => /\p{Script=Han}/u.test(en[key]))).toEqual([]);
  });
});
