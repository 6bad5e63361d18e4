import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { admitByTable } from './admit.ts';
import type { AppPorts } from './app-ports.ts';
import { finishOpenApi } from './finish-openapi.ts';
import { parseJsonBody } from './json-body.ts';
import { replyToUnknownRoutes } from './not-found.ts';
import { openApiDocument } from './openapi-document.ts';
import { Problem } from './problem.ts';
import { replyWithProblems, sendProblem, unsupportedMediaType } from './problem-reply.ts';
import { parseQueryString } from './query-string.ts';
import { refuseMalformedHttp } from './refuse-malformed-http.ts';
import { alertChannelRoutes } from './routes/alert-channels.ts';
import { alertRoutes } from './routes/alerts.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { auditLogRoutes } from './routes/audit-log.ts';
import { conformanceRoutes } from './routes/conformance.ts';
import { consoleRoutes } from './routes/console.ts';
import { customerRoutes } from './routes/customers.ts';
import { docsRoutes } from './routes/docs.ts';
import { endpointRoutes } from './routes/endpoints.ts';
import { healthRoutes } from './routes/health.ts';
import { houseTaskRoutes } from './routes/house-tasks.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { endpointHealthRoutes, overviewRoutes } from './routes/overview.ts';
import { portalLinkRoutes } from './routes/portal-links.ts';
import { resendJobRoutes } from './routes/resends.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { stateChangeRoutes } from './routes/state-changes.ts';
import { tailRoutes } from './routes/tail.ts';
import { userRoutes } from './routes/users.ts';
import { schemaController } from './schema-controller.ts';
import { headersOfAnyAnswer, securityHeaders } from './security-headers.ts';

/** For the whole request to arrive: a client that dribbles holds no connection for longer. */
const requestTimeoutMs = 60_000;
const bodyBytesMax = 4 * 1_024 * 1_024;

/** The HTTP API, not listening yet. Everything under /v1 needs a bearer key or a session; the rest tells nothing of customers.
 * A process that only delivers answers health and metrics. */
export async function createApp(ports: AppPorts): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: ports.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request, only to hold its id, costs more than its line.
    childLoggerFactory: (logger) => logger,
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    // Only these may say for whom they ask, as a proxy in front does: nobody else can forge an address.
    trustProxy: ['loopback', ...ports.trustedProxies],
    // Over-long ids are to reach the schema, which names them, instead of ending as 404.
    routerOptions: { maxParamLength: 2_048, querystringParser: parseQueryString },
    frameworkErrors: (_error, _request, reply) => {
      // No hook runs for what has no route.
      reply.headers(headersOfAnyAnswer);
      sendProblem(reply, new Problem('invalid-request', 'The path holds malformed percent-encoding.'));
    },
    clientErrorHandler: refuseMalformedHttp,
    schemaController,
    // Clients that keep connections open must not keep the server from stopping.
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>();

  acceptStrictJsonOnly(app);
  replyWithProblems(app);
  replyToUnknownRoutes(app);
  observeRequests(app, ports);
  securityHeaders(app);
  endConnectionsWhileClosing(app);

  const isApi = ports.roles.includes('api');
  if (isApi) await registerDocs(app);
  await app.register(healthRoutes(ports));
  await app.register(metricsRoutes(ports));
  if (isApi) {
    await registerV1(app, ports);
    await app.register(consoleRoutes(ports.consoleDirectory));
  }
  return app;
}

async function registerDocs(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: openApiDocument,
    transformObject: (document) =>
      'openapiObject' in document ? finishOpenApi(document.openapiObject) : document.swaggerObject,
  });
  await app.register(openApiRoutes);
  await app.register(docsRoutes);
}

async function registerV1(app: FastifyInstance, ports: AppPorts): Promise<void> {
  await app.register(
    async (v1) => {
      // Answers hold keys and links that are shown once, and what only one customer may see: none is for a cache to keep.
      v1.addHook('onRequest', (_request, reply, done) => {
        reply.header('cache-control', 'no-store');
        done();
      });
      await admitByTable(v1, ports);
      await v1.register(customerRoutes(ports));
      await v1.register(endpointRoutes(ports));
      await v1.register(conformanceRoutes(ports));
      await v1.register(endpointHealthRoutes(ports));
      await v1.register(overviewRoutes(ports));
      await v1.register(stateChangeRoutes(ports));
      await v1.register(notificationRoutes(ports));
      await v1.register(houseTaskRoutes());
      await v1.register(sessionRoutes(ports));
      await v1.register(userRoutes(ports));
      await v1.register(apiKeyRoutes(ports));
      await v1.register(portalLinkRoutes(ports));
      await v1.register(auditLogRoutes(ports));
      await v1.register(tailRoutes(ports));
      await v1.register(resendJobRoutes(ports));
      await v1.register(alertRoutes(ports));
      await v1.register(alertChannelRoutes(ports));
    },
    { prefix: '/v1' },
  );
}

function acceptStrictJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    ({ headers }: FastifyRequest, body: Buffer, done: (error: Error | null, body?: unknown) => void) => {
      const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1];
      const encoding = headers['content-encoding'] ?? 'identity';
      if ((charset ?? 'utf-8').toLowerCase() !== 'utf-8' || encoding !== 'identity') {
        done(unsupportedMediaType());
      } else {
        done(null, parseJsonBody(body));
      }
    },
  );
}

/** Fastify ends the idle ones; one that was answered meanwhile would stay open as long as its client likes. */
function endConnectionsWhileClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onResponse', (request, _reply, done) => {
    if (isClosing) request.raw.socket.end();
    done();
  });
}

/** One line and one count for each request; never a body, a header or a query. */
function observeRequests(app: FastifyInstance, { metrics, logger }: AppPorts): void {
  // None of these fields can hold a key, and to look for one costs more than to write the line.
  const lines = logger.child({}, { redact: [] });
  app.addHook('onResponse', (request, reply, done) => {
    const { id: reqId, method } = request;
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    const path = request.url.split('?', 1)[0]?.slice(0, 256);
    metrics.requestAnswered(method, route, status);
    lines.info({ reqId, method, path, status, durationMs: Math.round(reply.elapsedTime) }, 'request');
    done();
  });
}
