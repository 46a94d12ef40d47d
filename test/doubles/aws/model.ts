import { type Input, ServiceError } from './service.ts';

/** A module of the SDK, with the schemas of its service in it. */
export type SdkModule = Readonly<Record<string, unknown>>;
type Schema = readonly unknown[];

const STRUCTURE = 3;
const LIST = 1;
const MAP = 2;
const LIST_OF = 64;
const MAP_OF = 128;

/**
 * Holds requests against the SDK's own published model of a service: members that it does not know, that are missing, or of the
 * wrong type are refused as the service does. What the model does not say (limits) is for the service's double to check.
 */
export function modelCheck(sdk: SdkModule, code = 'InvalidParameterException') {
  return (operation: string, input: Input): void => {
    const schema = sdk[`${operation}$`] as Schema | undefined;
    if (!schema) throw new ServiceError('UnknownOperationException', `There is no operation ${operation}`);
    check(resolve(schema[4]), input, operation);
  };

  function check(type: unknown, value: unknown, where: string): void {
    const schema = resolve(type);
    if (typeof schema === 'number') simple(schema, value, where);
    if (!Array.isArray(schema)) return;
    switch (schema[0]) {
      case STRUCTURE: {
        const [, , name, , members, types, required = 0] = schema as [
          0,
          0,
          string,
          0,
          string[],
          unknown[],
          number?,
        ];
        if (typeof value !== 'object' || value === null || Array.isArray(value))
          refuse(where, `a ${name}`, value);
        const given = value as Input;
        for (const key of Object.keys(given))
          if (!members.includes(key)) throw new ServiceError(code, `Unknown parameter in ${where}: "${key}"`);
        for (const [i, key] of members.entries()) {
          if (given[key] === undefined || given[key] === null) {
            if (i < required)
              throw new ServiceError(code, `Missing required parameter in ${where}: "${key}"`);
            continue;
          }
          check(types[i], given[key], `${where}.${key}`);
        }
        return;
      }
      case LIST:
        if (!Array.isArray(value)) refuse(where, 'a list', value);
        for (const [i, item] of (value as unknown[]).entries()) check(schema[4], item, `${where}[${i}]`);
        return;
      case MAP:
        if (typeof value !== 'object' || value === null || Array.isArray(value))
          refuse(where, 'a map', value);
        for (const [key, item] of Object.entries(value as Input)) check(schema[5], item, `${where}.${key}`);
        return;
      default:
        // A simple type with traits: [0, namespace, name, traits, type].
        if (typeof schema[0] === 'number') check(schema[4] ?? schema[0], value, where);
    }
  }

  function simple(type: number, value: unknown, where: string): void {
    if (type >= MAP_OF) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(where, 'a map', value);
      for (const [key, item] of Object.entries(value as Input))
        simple(type - MAP_OF, item, `${where}.${key}`);
    } else if (type >= LIST_OF) {
      if (!Array.isArray(value)) refuse(where, 'a list', value);
      for (const [i, item] of (value as unknown[]).entries()) simple(type - LIST_OF, item, `${where}[${i}]`);
    } else if (type === 0 && typeof value !== 'string') refuse(where, 'a text', value);
    else if (type === 1 && typeof value !== 'number') refuse(where, 'a number', value);
    else if (type === 2 && typeof value !== 'boolean') refuse(where, 'true or false', value);
  }

  function refuse(where: string, what: string, value: unknown): never {
    throw new ServiceError(code, `${where} must be ${what}, not ${JSON.stringify(value)?.slice(0, 80)}`);
  }
}

/** Schemas refer to others through functions, and to traits through pairs: `[() => Tags, 0]`. */
export function resolve(type: unknown): unknown {
  let found = type;
  for (;;) {
    if (typeof found === 'function') found = found();
    else if (Array.isArray(found) && (typeof found[0] === 'function' || found.length === 2)) found = found[0];
    else return found;
  }
}
