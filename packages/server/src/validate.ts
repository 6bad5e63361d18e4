import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { Settings } from 'typebox/system';
import { faultsListedMax, invalidRequest, type ProblemFault } from './problem.ts';
import { findTextFault } from './text-fault.ts';

// Per check, and a batch is checked item by item: enough to fill a list, and a bound on what bad input costs.
Settings.Set({ maxErrors: faultsListedMax + 1 });

export type Check = (value: unknown) => readonly ProblemFault[];

/**
 * Every fault of a value against a schema: nothing is coerced, removed or defaulted. Compiled when it is first asked, since a
 * process starts with more than a hundred of them and may never be asked most.
 */
export function compileCheck(schema: TSchema): Check {
  let validator: ReturnType<typeof Compile> | undefined;
  return (value) => {
    validator ??= Compile(schema);
    if (validator.Check(value)) return [];
    const faults = validator.Errors(value).flatMap((error) => explainError(error));
    return faults.filter((fault, at) => faults.findIndex(({ pointer }) => pointer === fault.pointer) === at);
  };
}

/** Fastify's validator compiler. Bodies are taken as they are; numbers of a query or a path are read from text. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = compileCheck(schema);
  if (httpPart === 'body') {
    return (body) => {
      // A body may be left out where nothing in it is required.
      const value = body ?? {};
      const faults = check(value);
      return faults.length > 0 ? { error: invalidRequest(faults) } : { value };
    };
  }
  const integers = integerNames(schema);
  return (parameters: Readonly<Record<string, unknown>>) => {
    const value = { ...parameters };
    for (const name of integers) value[name] = readInteger(value[name]);
    const faults = [...textFaults(parameters), ...check(value)];
    return faults.length > 0 ? { error: invalidRequest(faults) } : { value };
  };
};

function integerNames(schema: TSchema): readonly string[] {
  const properties = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {};
  return Object.keys(properties).filter((name) => properties[name]?.type === 'integer');
}

function readInteger(text: unknown): unknown {
  return typeof text === 'string' && /^(?:0|-?[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

function textFaults(parameters: Readonly<Record<string, unknown>>): readonly ProblemFault[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const fault = [name, value]
      .flat()
      .map((text) => findTextFault(String(text)))
      .find(Boolean);
    return fault === undefined ? [] : [{ pointer: `/${name}`, field: name, ...fault }];
  });
}

function explainError(error: TLocalizedValidationError): readonly ProblemFault[] {
  const { instancePath, message } = error;
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) =>
        fault(`${instancePath}/${name}`, 'field-missing', 'is required'),
      );
    case 'additionalProperties':
      // Each of them is named by a 'boolean' error of its own.
      return [];
    case 'boolean':
      return [fault(instancePath, 'field-undeclared', 'is not a field of this call')];
    case 'type':
      return [fault(instancePath, typeCode(error.params.type), message)];
    case 'enum':
      return [
        fault(instancePath, 'field-not-allowed', `must be one of ${error.params.allowedValues.join(', ')}`),
      ];
    case 'minLength':
    case 'minProperties':
    case 'minItems':
      return [fault(instancePath, 'field-too-short', message)];
    case 'maxLength':
    case 'maxProperties':
    case 'maxItems':
      return [fault(instancePath, 'field-too-long', message)];
    default:
      return [fault(instancePath, 'field-not-allowed', message)];
  }
}

function typeCode(type: string | string[]): string {
  if (type === 'integer') return 'field-not-integer';
  return [type].flat().includes('string') ? 'field-not-text' : 'field-not-allowed';
}

/** The field is the last name of the pointer; the detail says it again, so that it can be read alone. */
export function fault(pointer: string, code: string, what: string): ProblemFault {
  const names = pointer.split('/').filter((token) => token !== '' && !/^\d+$/.test(token));
  const field = names.at(-1)?.replaceAll('~1', '/').replaceAll('~0', '~') ?? null;
  return { pointer, field, code, detail: `${field ?? 'The body'} ${what}.` };
}
