import { notificationWebhook } from './notification-webhook.ts';

const description = `Doorbell notifies the customer when one of their house tasks changes state.

**Start.** Create a customer, give them an endpoint, post state changes; look at notifications to see what became of each.

**Keys.** Every call under \`/v1\` needs \`Authorization: Bearer dbk_...\` with a key of the scope that it names;
\`doorbell keys create\` makes one. Pages of this server have a session instead.

**Errors** are \`application/problem+json\`. \`errors\` names every offending field with a JSON Pointer and a stable code.

**Times** are ISO 8601 in UTC. **Lists** are \`{items, next}\`; pass \`next\` as \`cursor\` for the page after.

What a customer receives, and how to answer it, is described under Webhooks.`;

/** The part of the OpenAPI document that no route says. */
export const openApiDocument = {
  openapi: '3.1.0',
  info: { title: 'Doorbell', version: '0.1.0', description, license: { name: 'MIT', identifier: 'MIT' } },
  tags: [
    { name: 'customers', description: 'Who owns endpoints.' },
    { name: 'endpoints', description: 'Where a customer is notified: URL, keys, limits, policy.' },
    { name: 'state changes', description: 'Facts: this task entered that state.' },
    { name: 'notifications', description: 'One change for one endpoint, and every attempt to deliver it.' },
    { name: 'house tasks', description: 'Tasks, their state now and their history.' },
    {
      name: 'alerts',
      description: 'What a person should look at, and the webhooks and robots that are told.',
    },
    { name: 'overview', description: 'How delivery goes, over time.' },
    { name: 'access', description: 'Sessions, users, API keys, links for customers, and the audit log.' },
    { name: 'operation', description: 'For those who run it. No key needed.' },
  ],
  components: {
    securitySchemes: {
      apiKey: { type: 'http' as const, scheme: 'bearer', description: 'An API key: `dbk_<id>_<secret>`.' },
      session: {
        type: 'apiKey' as const,
        in: 'cookie' as const,
        name: '__Host-sid',
        description:
          'From `POST /v1/sessions`; with X-CSRF-Token for everything but GET. On plain http: `doorbell-sid`.',
      },
    },
  },
  security: [{ apiKey: [] }, { session: [] }],
  webhooks: { taskStateChange: notificationWebhook },
};
