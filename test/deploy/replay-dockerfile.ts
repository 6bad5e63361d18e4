// node test/deploy/replay-dockerfile.ts: does what deploy/Dockerfile says, in a temporary folder instead of an image, starts what
// came out of it and asks its health check. It shows that the steps work and that what they leave is enough to run; it shows
// nothing of the base image, its user or its read-only filesystem, for which an engine for containers would be needed.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../free-port.ts';
import { readText, root } from './deploy-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'doorbell-image-'));
const stages: Readonly<Record<string, string>> = { build: join(folder, 'build'), run: join(folder, 'run') };
/** Without the variables that npm gives to scripts. */
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_/i.test(name)));

try {
  replay(readText('deploy/Dockerfile').text);
  await startAndProbe();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function replay(dockerfile: string): void {
  let stage = '';
  for (const line of dockerfile.split('\n')) {
    const [step, ...words] = line.split(' ');
    const rest = words.join(' ');
    if (step === 'FROM') stage = stages[words[2] ?? 'run'] ?? '';
    if (step === 'FROM') mkdirSync(stage);
    if (step === 'COPY') copy(words, stage);
    // What concerns the system, and not the application, is left to the image.
    if (step === 'RUN' && !/chown|^mkdir \//.test(rest)) {
      console.log(`RUN ${rest}`);
      execFileSync('sh', ['-ec', rest], { cwd: stage, env: clean, stdio: ['ignore', 'inherit', 'inherit'] });
    }
  }
}

function copy(words: readonly string[], stage: string): void {
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const [source = '', target = ''] = words.filter((word) => !word.startsWith('--'));
  console.log(`COPY ${words.join(' ')}`);
  if (from === undefined) {
    // What git holds is what a clean context holds.
    for (const path of execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
      .trim()
      .split('\n')) {
      mkdirSync(dirname(join(stage, path)), { recursive: true });
      cpSync(join(root, path), join(stage, path));
    }
    return;
  }
  const path = source.replace('/app/', '');
  cpSync(join(stages[from] ?? '', path), join(stage, target.endsWith('/') ? path : target), {
    recursive: true,
    verbatimSymlinks: true,
  });
}

async function startAndProbe(): Promise<void> {
  // So that nothing is found there that the image would not have.
  rmSync(stages.build ?? '', { recursive: true });
  const dockerfile = readText('deploy/Dockerfile').text;
  const entry = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
  const check = JSON.parse(/^HEALTHCHECK .*? CMD (.+)$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
  const script = (entry[1] ?? '').replace('/app', stages.run ?? '');
  const port = String(await freePort());
  const env = {
    ...clean,
    DOORBELL_DATA: join(folder, 'data'),
    DOORBELL_PORT: port,
    DOORBELL_HOST: '127.0.0.1',
  };
  const server = spawn(process.execPath, [script, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    console.log(line);
    execFileSync(process.execPath, check.slice(1), { env });
    console.log('HEALTHCHECK passed');
  } finally {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    console.log(`ended with ${(await ended)[0]} on SIGTERM`);
  }
}
