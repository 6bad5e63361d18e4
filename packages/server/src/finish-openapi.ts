type Node = Readonly<Record<string, unknown>>;

/**
 * What the generator leaves to be done: schemas with a title become components that are referred to, bodies in which
 * nothing is required are optional, and a success says so.
 */
export function finishOpenApi<T extends object>(document: T): T {
  const schemas: Record<string, unknown> = {};
  const { paths, components } = document as { paths?: unknown; components?: Node };
  return { ...document, paths: finish(paths, schemas), components: { ...components, schemas } };
}

function finish(node: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(node)) return node.map((item) => finish(item, schemas));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([name, member]) => [name, finish(member, schemas)] as const);
  const finished: Record<string, unknown> = Object.fromEntries(entries);

  if (typeof finished.type === 'string' && typeof finished.title === 'string') {
    schemas[finished.title] = finished;
    return { $ref: `#/components/schemas/${finished.title}` };
  }
  if (finished.description === 'Default Response') finished.description = 'Success.';
  if (isRequestBody(node)) finished.required = needsBody(node.content['application/json'].schema);
  return finished;
}

interface RequestBody {
  readonly content: { readonly 'application/json': { readonly schema: Node } };
}

function isRequestBody(node: object): node is RequestBody {
  return 'required' in node && 'content' in node;
}

function needsBody(schema: Node): boolean {
  if ('oneOf' in schema || Number(schema.minProperties ?? 0) > 0) return true;
  return Array.isArray(schema.required) && schema.required.length > 0;
}
