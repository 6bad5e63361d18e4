import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listDeployFiles, parseYaml, readText, root, type TextFile, walk } from './deploy-files.ts';

// biome-ignore lint/suspicious/noExplicitAny: manifests have many shapes, and a wrong one fails the test.
type Tree = Readonly<Record<string, any>>;

const files = listDeployFiles();
const yamlFiles = files.filter(({ path }) => /\.ya?ml$/.test(path));
const manifests = yamlFiles
  .filter(({ path }) => path.startsWith('deploy/kubernetes/'))
  .flatMap((file) => parseYaml(file) as readonly Tree[]);
const ofKind = (kind: string): readonly Tree[] => manifests.filter((one) => one.kind === kind);
const named = (kind: string, name: string): Tree | undefined =>
  ofKind(kind).find(({ metadata }) => metadata.name === name);
const workloads = [...ofKind('Deployment'), ...ofKind('Job')];
const containersOf = ({ spec }: Tree): readonly Tree[] => spec.template.spec.containers;
const compose = parseYaml(readText('deploy/compose.yaml'))[0] as Tree;
const dockerfile = readText('deploy/Dockerfile').text;
const sources = (folder: string): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readText(join(folder, path)).text)
    .join('\n');
const server = sources('packages/server/src');
const commands = readdirSync(join(root, 'packages/cli/src/commands')).map((file) => file.replace('.ts', ''));

describe('deploy', () => {
  it('is YAML without faults', () => {
    expect(yamlFiles.length).toBeGreaterThan(10);
    for (const file of yamlFiles) expect(parseYaml(file).length, file.path).toBeGreaterThan(0);
    const twice: TextFile = { path: 'twice.yaml', text: 'a: 1\na: 2\n' };
    expect(() => parseYaml(twice)).toThrow('twice.yaml: Map keys must be unique');
  });

  it('sets no variable that Doorbell does not read', () => {
    const set = files.flatMap(({ text }) => text.match(/\b(?:DOORBELL_[A-Z_]+|DATABASE_URL)\b/g) ?? []);
    expect(set.length).toBeGreaterThan(20);
    expect([...new Set(set)].filter((name) => !server.includes(name))).toEqual([]);
  });

  it('asks for every value that compose needs', () => {
    const asked = [...readText('deploy/compose.yaml').text.matchAll(/\$\{([A-Z_]+)/g)].map(
      ([, name]) => name,
    );
    const secrets = Object.values(compose.secrets as Tree).map(({ environment }) => environment);
    const given = [...readText('deploy/env.example').text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(new Set([...asked, ...secrets])).toEqual(new Set(given));
  });

  it('runs commands that there are', () => {
    const run = [
      ...workloads.flatMap(containersOf).map(({ args }) => args),
      ...['migrate', 'api', 'worker'].map((name) => compose.services[name].command),
      JSON.parse(/^CMD (.+)$/m.exec(dockerfile)?.[1] ?? 'null'),
    ] as string[][];
    expect(run.filter(([command = '']) => !commands.includes(command))).toEqual([]);
    expect(dockerfile).toContain('ENTRYPOINT ["node", "/app/packages/cli/bin/doorbell.js"]');
  });

  it('probes paths that the server answers, at the port where it listens', () => {
    const probes = [...walk(manifests)].flatMap(({ httpGet }) =>
      httpGet === undefined ? [] : [httpGet as Tree],
    );
    expect(probes.length).toBe(6);
    for (const { path, port } of probes) {
      expect(server).toContain(`'${path}'`);
      expect(port).toBe('http');
    }
    const listens = Number(named('ConfigMap', 'doorbell')?.data.DOORBELL_PORT);
    for (const { ports } of ofKind('Deployment').flatMap(containersOf)) {
      expect(ports).toEqual([{ name: 'http', containerPort: listens }]);
    }
    expect(dockerfile).toContain(`DOORBELL_PORT=${listens}`);
    expect(dockerfile).toContain(`EXPOSE ${listens}`);
    expect(dockerfile).toMatch(/HEALTHCHECK .*\/healthz/);
  });

  it('refers to secrets, settings, labels and targets that there are', () => {
    const secret = named('Secret', 'doorbell')?.stringData as Tree;
    for (const object of walk(manifests)) {
      const { secretKeyRef, configMapRef, scaleTargetRef } = object as Tree;
      if (secretKeyRef) expect(Object.keys(secret)).toContain(secretKeyRef.key);
      if (configMapRef) expect(named('ConfigMap', configMapRef.name)).toBeDefined();
      if (scaleTargetRef) expect(named('Deployment', scaleTargetRef.name)).toBeDefined();
    }
    for (const { spec } of ofKind('Deployment')) {
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    }
    for (const { spec } of [...ofKind('PodDisruptionBudget'), ...ofKind('Service')]) {
      const selector = spec.selector.matchLabels ?? spec.selector;
      const selected = ofKind('Deployment').filter(({ spec: { template } }) =>
        Object.entries(selector).every(([key, value]) => template.metadata.labels[key] === value),
      );
      expect(selected).toHaveLength(1);
    }
    const [kustomization] = ofKind('Kustomization');
    expect(kustomization?.resources).toHaveLength(7);
    const listed = files.map(({ path }) => path);
    for (const resource of kustomization?.resources ?? [])
      expect(listed).toContain(`deploy/kubernetes/${resource}`);
  });

  it('has the documents make what the migration refers to before it runs', () => {
    const [job] = ofKind('Job');
    const pod = job?.spec.template.spec as Tree;
    const needed = [
      ['Namespace', job?.metadata.namespace],
      ['ServiceAccount', pod.serviceAccountName],
      ...pod.containers[0].envFrom.map(({ configMapRef }: Tree) => ['ConfigMap', configMapRef.name]),
    ] as [string, string][];
    const definedIn = needed.map(
      ([kind, name]) =>
        yamlFiles.find((file) =>
          (parseYaml(file) as readonly Tree[]).some((one) => one.kind === kind && one.metadata.name === name),
        )?.path ?? `${kind} ${name}`,
    );
    expect(definedIn).toHaveLength(3);
    for (const document of ['docs/OPERATIONS.md', 'docs/OPERATIONS.zh-CN.md']) {
      const [, before = ''] = /^1\. ([\s\S]*?)^2\. .*migrate-job/m.exec(readText(document).text) ?? [];
      for (const path of definedIn) expect(before).toContain(path.replace('deploy/kubernetes/', ''));
    }
  });

  it('keeps the secrets of compose out of the image', () => {
    const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).toContain('deploy/.env');
  });

  it('gives no process more than it needs', () => {
    expect(workloads).toHaveLength(3);
    for (const workload of workloads) {
      const pod = workload.spec.template.spec;
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.automountServiceAccountToken).toBe(false);
      for (const { securityContext, resources } of containersOf(workload)) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources.requests).toHaveProperty('cpu');
        expect(resources.limits).toHaveProperty('memory');
      }
    }
    for (const name of ['migrate', 'api', 'worker']) {
      expect(compose.services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    }
    expect(
      dockerfile
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('USER ')),
    ).toEqual(['USER node']);
  });

  it('gives a process the time to stop that the documents ask for', () => {
    const [, seconds] = /ends: give it (\d+) s/.exec(readText('docs/OPERATIONS.md').text) ?? [];
    for (const { spec } of ofKind('Deployment')) {
      expect(spec.template.spec.terminationGracePeriodSeconds).toBe(Number(seconds));
    }
    for (const name of ['api', 'worker']) {
      expect(compose.services[name].stop_grace_period).toBe(`${seconds}s`);
    }
  });

  it('scrapes services of the compose file', () => {
    const [prometheus] = parseYaml(readText('deploy/prometheus/prometheus.yml')) as readonly Tree[];
    const hosts = prometheus?.scrape_configs.flatMap((job: Tree) => [
      ...(job.static_configs ?? []).flatMap(({ targets }: Tree) => targets),
      ...(job.dns_sd_configs ?? []).flatMap(({ names, port }: Tree) =>
        names.map((name: string) => `${name}:${port}`),
      ),
    ]) as string[];
    expect(hosts).toEqual(['api:8787', 'worker:8787']);
    for (const host of hosts) expect(compose.services).toHaveProperty(host.split(':')[0] ?? '');
  });
});
