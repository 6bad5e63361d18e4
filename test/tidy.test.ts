import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { longest } from './longest-first.ts';

// The repository's rules as a test: what a reviewer would otherwise have to remember. Reads every tracked file once.
const root = resolve(import.meta.dirname, '..');
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
const paths = listed.split('\n').filter((path) => path !== '' && !path.endsWith('package-lock.json'));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const files = paths
  .filter((path) => /\.(tsx?|js|mjs|md)$/.test(path))
  .map((path) => ({ path, text: read(path) }));
const code = files.filter(({ path }) => /\.(tsx?|js|mjs)$/.test(path));
const sources = code.filter(({ path }) => /^packages\/[^/]+\/src\//.test(path));

/** Which packages a package may import: the arrows of docs/ARCHITECTURE.md. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  receiver: ['contract'],
  conformance: ['contract'],
  engine: ['contract'],
  server: ['contract', 'conformance', 'engine'],
  cli: ['contract', 'receiver', 'conformance', 'engine', 'server'],
  // Of the server the types of its API alone; the next test sees to that.
  console: ['contract', 'server'],
};

describe('import arrows', () => {
  it('each package imports only the packages that the architecture allows', () => {
    const broken = sources.flatMap(({ path, text }) => {
      const own = path.split('/')[1] ?? '';
      return [...text.matchAll(/from '@doorbell\/([a-z]+)/g)]
        .map(([, imported]) => imported ?? '')
        .filter((imported) => !arrows[own]?.includes(imported))
        .map((imported) => `${path} imports ${imported}`);
    });
    expect(broken).toEqual([]);
  });

  it('the console takes nothing but types from the server', () => {
    const lines = linesThat(
      /from '@doorbell\/server/,
      sources.filter(({ path }) => path.startsWith('packages/console/')),
    );
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !/: import type .* from '@doorbell\/server\/api';$/.test(line))).toEqual(
      [],
    );
  });

  it('no package reaches into the folders of another', () => {
    const broken = sources.flatMap(({ path, text }) =>
      relativeImports(path, text)
        .filter((target) => !target.startsWith(path.split('/').slice(0, 2).join('/')))
        .map((target) => `${path} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('the core of the engine never imports an adapter', () => {
    const isCore = (path: string) =>
      /^packages\/engine\/src\/[^/]+\.ts$/.test(path) && !path.endsWith('/system.ts');
    const broken = sources
      .filter(({ path }) => isCore(path))
      .flatMap(({ path, text }) =>
        relativeImports(path, text)
          .filter((target) => !isCore(target))
          .map((target) => `${path} -> ${target}`),
      );
    expect(broken).toEqual([]);
  });

  it('the adapters of the engine are joined in the composition roots and tests only', () => {
    const adapters = /from '@doorbell\/engine\/(sqlite|postgres|http|system|testing)'/;
    const allowed = /^packages\/(server\/src\/(start-server|open-[a-z-]+)\.ts|cli\/src\/)/;
    expect(
      sources.filter(({ path, text }) => adapters.test(text) && !allowed.test(path)).map((file) => file.path),
    ).toEqual([]);
  });

  it('contract and receiver use nothing of Node but its crypto and http', () => {
    const broken = sources
      .filter(({ path }) => /^packages\/(contract|receiver)\//.test(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/from 'node:([a-z/_]+)'/g)]
          .filter(([, module]) => !['crypto', 'http'].includes(module ?? ''))
          .map(([line]) => `${path}: ${line}`),
      );
    expect(broken).toEqual([]);
  });
});

describe('time and chance', () => {
  it('come in as arguments: nothing but the adapters reads a clock, sets a timer or rolls dice', () => {
    const banned =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bsetTimeout\(|\bsetInterval\(|\bperformance\.now\(|\brandomUUID\(|\bAbortSignal\.timeout\(/;
    const allowed =
      /^packages\/(engine\/src\/(clocks\/|transports\/)|receiver\/src\/system-clock\.ts|console\/src\/clock\.ts)/;
    expect(
      linesThat(
        banned,
        sources.filter(({ path }) => !allowed.test(path)),
      ),
    ).toEqual([]);
  });

  it('setImmediate is for what is done for all at once: group commits, and answers of a receiver', () => {
    const allowed = /^packages\/(engine\/src\/stores\/|receiver\/src\/adapters\/read-node-body\.ts)/;
    const elsewhere = sources.filter(({ path }) => !allowed.test(path));
    expect(linesThat(/\bsetImmediate\(/, elsewhere)).toEqual([]);
  });
});

describe('files', () => {
  it('have names that say what is inside', () => {
    const banned =
      /(^|\/)(utils?|helpers?|common|misc|manager|service|processor|types|interfaces|constants|data|info)\.[a-z]+$/;
    expect(paths.filter((path) => banned.test(path))).toEqual([]);
  });

  it('stay short enough to be one thing: 300 lines, tests 500', () => {
    const long = code.filter(({ path, text }) => {
      const linesMax = /(^|\/)test\/|\/testing\//.test(path) ? 500 : 300;
      return text.split('\n').length > linesMax + 1;
    });
    expect(long.map(({ path, text }) => `${path}: ${text.split('\n').length - 1}`)).toEqual([]);
  });

  it('examples are short enough to copy: under 120 lines', () => {
    const sourcesOfExamples = paths.filter((path) => /^examples\/.*\.(ts|py|java|go|php)$/.test(path));
    expect(sourcesOfExamples.length).toBeGreaterThanOrEqual(6);
    expect(sourcesOfExamples.filter((path) => read(path).split('\n').length > 120)).toEqual([]);
  });

  it('an index only re-exports', () => {
    const indexes = sources.filter(({ path }) => path.endsWith('/index.ts'));
    const broken = indexes.filter(({ text }) =>
      text
        .split('\n')
        .some((line) => line !== '' && !/^(export |\/\/|\/\*\*| \*|} from |\s+(type )?\w+,$)/.test(line)),
    );
    expect(broken.map(({ path }) => path)).toEqual([]);
  });

  it('leave no marks of unfinished work', () => {
    const marks = /\b(TODO|FIXME|XXX|HACK)\b|@ts-ignore|@ts-nocheck|\b(it|test|describe)\.(only|todo)\b/;
    expect(
      linesThat(
        marks,
        code.filter(({ path }) => path !== 'test/tidy.test.ts'),
      ),
    ).toEqual([]);
  });

  it('name no path of the machine they were written on', () => {
    const machine = /\/(work|home|root|tmp)\/[a-z]/;
    const text = files.filter(({ path }) => path !== 'test/tidy.test.ts');
    expect(linesThat(machine, text)).toEqual([]);
  });
});

describe('tests', () => {
  it('have unique names within a file', () => {
    const repeated = code
      .filter(({ path }) => path.endsWith('.test.ts'))
      .flatMap(({ path, text }) => {
        const names = [...text.matchAll(/^\s*(?:it|test)\(\s*(['"`])(.+?)\1,/gm)].map(
          ([, , name]) => name ?? '',
        );
        return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${path}: ${name}`);
      });
    expect(repeated).toEqual([]);
  });

  it('that are begun first are there', () => {
    expect(longest.filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('are never skipped', () => {
    const tests = code.filter(({ path }) => path.endsWith('.test.ts') && path !== 'test/tidy.test.ts');
    // A behaviour of one platform is the only reason that needs no words.
    const skipped = /\b(it|test|describe)\.(skip\b|skipIf\b|runIf\((?!process\.platform))/;
    expect(linesThat(skipped, tests)).toEqual([]);
  });
});

describe('the lock file', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };

  it('holds every optional package of every platform, or "npm ci" refuses it on the others', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter(
          (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
        )
        .map((name) => `${path} wants ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('holds no package that needs a script when it is installed, and none would be run', () => {
    // Comes prebuilt for every platform; its script would only compile what is there.
    const prebuilt = ['node_modules/msgpackr-extract'];
    const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripted.map(([path]) => path).filter((path) => !prebuilt.includes(path))).toEqual([]);
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  });

  it('names no registry', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/);
  });
});

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: boolean;
}

describe('documents', () => {
  const documents = files.filter(({ path }) => path.endsWith('.md'));

  it('have one title', () => {
    const broken = documents.filter(({ text }) => withoutCode(text).match(/^# /gm)?.length !== 1);
    expect(broken.map(({ path }) => path)).toEqual([]);
  });

  it('link to files that exist', () => {
    const broken = documents.flatMap(({ path, text }) =>
      [...withoutCode(text).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map(([, link]) => relative(root, resolve(root, dirname(path), link ?? '')))
        .filter((target) => !paths.some((known) => known === target || known.startsWith(`${target}/`)))
        .map((target) => `${path} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it.each([
    ['README.md', 'README.zh-CN.md'],
    ['docs/CONSOLE.md', 'docs/CONSOLE.zh-CN.md'],
    ['docs/RECEIVING.md', 'docs/RECEIVING.zh-CN.md'],
    ['docs/PRODUCERS.md', 'docs/PRODUCERS.zh-CN.md'],
    ['docs/RELIABILITY.md', 'docs/RELIABILITY.zh-CN.md'],
  ])('%s is the same page as %s', (english, chinese) => {
    const outline = (path: string) => withoutCode(read(path)).match(/^#+ /gm);
    const commands = (path: string) => read(path).match(/^(npm|npx|curl|git|node) .*$/gm);
    expect(outline(chinese)).toEqual(outline(english));
    expect(commands(chinese)).toEqual(commands(english));
  });

  it('every decision is listed', () => {
    const index = read('docs/decisions/README.md');
    const pages = paths
      .filter((path) => /^docs\/decisions\/\d{4}-/.test(path))
      .map((path) => path.split('/')[2] ?? '');
    expect(pages.filter((page) => !index.includes(page))).toEqual([]);
  });
});

function relativeImports(path: string, text: string): readonly string[] {
  return [...text.matchAll(/(?:from|import) '(\.[^']+)'/g)].map(([, target]) =>
    relative(root, resolve(root, dirname(path), target ?? '')),
  );
}

function linesThat(pattern: RegExp, among: readonly { path: string; text: string }[]): readonly string[] {
  return among.flatMap(({ path, text }) =>
    text
      .split('\n')
      .map((line, index) => ({ line, at: `${path}:${index + 1}` }))
      .filter(({ line }) => pattern.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line))
      .map(({ line, at }) => `${at}: ${line.trim()}`),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '');
}
