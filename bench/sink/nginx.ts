import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { cpuSecondsOf } from '../machine.ts';

/** An endpoint that answers every POST with the same envelope, faster than any Node process can ask. */
export interface Sink {
  readonly url: string;
  /** Requests answered so far. */
  requests(): Promise<number>;
  /** CPU time used so far by the process that answers. */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

const envelope = '{"state":200,"payload":"Success"}';

/** Throws, with a sentence for people, where nginx is not installed. */
export async function startNginx(folder: string): Promise<Sink> {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const configFile = join(folder, 'nginx.conf');
  await writeFile(configFile, configuration(folder, port));
  const nginx = spawn('nginx', ['-p', folder, '-c', configFile], { stdio: ['ignore', 'ignore', 'inherit'] });
  nginx.on('error', () => undefined);
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(nginx, url);
  return {
    url,
    async requests() {
      const status = await (await fetch(`${url}/requests`)).text();
      // "accepts handled requests", then the three numbers; each look at them is a request, too.
      return Number(/^\s*\d+ \d+ (\d+)/m.exec(status)?.[1]);
    },
    cpuSeconds: () => cpuSecondsOf(nginx.pid ?? 0),
    async stop() {
      if (nginx.exitCode !== null) return;
      const ended = once(nginx, 'exit');
      nginx.kill('SIGTERM');
      await ended;
    },
  };
}

/** One process without a master, no log, connections that live as long as the bench. */
function configuration(folder: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${join(folder, kind)};`)
    .join('\n');
  return `daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')} error;
events { worker_connections 4096; }
http {
${temporary}
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    default_type application/json;
    location / { return 200 '${envelope}'; }
    location = /requests { stub_status; }
  }
}
`;
}

async function untilItAnswers(nginx: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (nginx.pid === undefined)
      throw new Error('The bench needs nginx as its sink: apt-get install nginx-light.');
    if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}.`);
    const answered = await fetch(url, { method: 'POST' }).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await sleep(50);
  }
  throw new Error('nginx does not answer.');
}
