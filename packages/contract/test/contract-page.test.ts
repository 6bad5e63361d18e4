import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  decodeForm,
  deliveryFailed,
  fangPush,
  type NotificationType,
  packageDownload,
  parseEnvelope,
  responseStates,
  results,
  taskStateChange,
  taskStates,
  transitions,
  verify,
} from '../src/index.ts';

const page = readFileSync(new URL('../../../docs/CONTRACT.md', import.meta.url), 'utf8');

function rowsOf(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^##+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

function blocksOf(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, block]) => block ?? '',
  );
}

describe('docs/CONTRACT.md', () => {
  test('has one title', () => {
    const prose = page.replace(/^```.*?^```$/gms, '');
    expect(prose.match(/^# /gm)).toHaveLength(1);
  });

  test('shows a request that verifies under the published key', () => {
    const [request = ''] = blocksOf('http');
    const [head = '', body = ''] = request.trimEnd().split('\n\n');
    const header = (name: string) => head.match(new RegExp(`^${name}: (.*)$`, 'm'))?.[1] ?? '';
    const form = decodeForm(body);
    expect(form.ok).toBe(true);
    const fields = form.ok ? form.fields : new Map<string, string>();
    const keys = ['CdLvNRRQvy0xjORPNvuVaA'];
    const verified = verify({ fields, timestamp: header('timestamp'), sign: header('sign'), keys });
    expect(verified).toEqual({ ok: true, keyIndex: 0 });
  });

  test('shows envelopes that can be read', () => {
    const states = blocksOf('json').map((block) => parseEnvelope(block));
    expect(states).toMatchObject([{ envelope: { state: 200 } }, { envelope: { state: 401 } }]);
  });

  test('lists the fields with their limits', () => {
    const expected = Object.entries(taskStateChange.fields).map(([name, field]) =>
      field.kind === 'integer'
        ? [`\`${name}\``, 'integer', '']
        : [`\`${name}\``, 'text', `${field.min} to ${field.max}`],
    );
    expect(
      rowsOf('Fields')
        .slice(1)
        .map((row) => row.slice(0, 3)),
    ).toEqual(expected);
  });

  test('lists the task states', () => {
    const rows = rowsOf('Task states')
      .slice(1)
      .map((row) => row.slice(0, 3));
    expect(rows).toEqual(taskStates.map(({ code, zh, en }) => [String(code), zh, en]));
  });

  test('draws the transitions', () => {
    const [diagram = ''] = blocksOf('mermaid');
    const drawn = [...diagram.matchAll(/s(\d+) --> s(\d+): (.+)/g)].map(
      ([, from, to, en]) => `${from} ${to} ${en}`,
    );
    const known = [...transitions].flatMap(([from, steps]) =>
      steps.map(({ to, en }) => `${from} ${to} ${en}`),
    );
    expect(drawn.sort()).toEqual(known.sort());
  });

  test('lists response states and results', () => {
    const rows = (named: typeof results) => named.map(({ code, zh, en }) => [String(code), zh, en]);
    expect(rowsOf('Response').slice(1)).toEqual(rows(responseStates));
    expect(rowsOf('What a reply means').filter(([first]) => /^\d$/.test(first ?? ''))).toEqual(rows(results));
  });

  test.each(Object.entries({ deliveryFailed, packageDownload, fangPush }))(
    'lists the fields of %s',
    (name, type) => {
      const row = rowsOf('Sibling notifications').find(([first]) => first === `\`${name}\``);
      const listed = (row?.[1] ?? '')
        .split(/, (?=[a-z])/)
        .map((entry) => entry.replace(/^(\w+\??)(?: ≤ (\d+).*)?.*$/, '$1 $2').trim());
      expect(listed).toEqual(
        Object.entries((type as NotificationType).fields).map(([field, rule]) => {
          const shownMax = rule.kind === 'text' && rule.pattern === undefined ? ` ${rule.max}` : '';
          return `${field}${rule.optional ? '?' : ''}${shownMax}`;
        }),
      );
    },
  );
});
