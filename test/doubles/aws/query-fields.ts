import { modelCheck, resolve, type SdkModule } from './model.ts';
import { type Input, ServiceError } from './service.ts';

const STRUCTURE = 3;
const LIST = 1;

/**
 * The fields of a query as the input that the SDK was given, by its own published model of the service. Fields that the model does
 * not know, members that are missing and values of a wrong type are refused, as the service does.
 */
export function queryInput(
  sdk: SdkModule,
  operation: string,
  fields: URLSearchParams,
  isEc2: boolean,
): Input {
  const schema = sdk[`${operation}$`] as readonly unknown[] | undefined;
  if (!schema) throw new ServiceError('InvalidAction', `There is no operation ${operation}`);
  const left = new Set([...fields.keys()].filter((key) => key !== 'Action' && key !== 'Version'));
  const input = (read(schema[4], '') ?? {}) as Input;
  const unknown = [...left][0];
  if (unknown !== undefined)
    throw new ServiceError('UnknownParameter', `The parameter ${unknown} is not recognized`);
  modelCheck(sdk, 'InvalidParameterValue')(operation, input);
  return input;

  /** Undefined: nothing of it was said. */
  function read(type: unknown, at: string): unknown {
    const found = resolve(type);
    if (Array.isArray(found) && found[0] === STRUCTURE) return structure(found, at);
    if (Array.isArray(found) && found[0] === LIST) return list(found[4], at);
    if (typeof found === 'number' && found >= 64) return list(found - 64, at);
    const text = fields.get(at);
    if (text === null) return undefined;
    left.delete(at);
    const simple = Array.isArray(found) ? found[4] : found;
    if (simple === 1) return Number(text);
    if (simple === 2) return text === 'true' ? true : text === 'false' ? false : text;
    return text;
  }

  function structure(type: readonly unknown[], at: string): Input | undefined {
    const members = type[4] as readonly string[];
    const types = type[5] as readonly unknown[];
    const said = members.flatMap((member, i) => {
      const name = isEc2 ? ec2Name(member, types[i]) : member;
      const value = read(types[i], at === '' ? name : `${at}.${name}`);
      return value === undefined ? [] : [[member, value] as const];
    });
    return said.length > 0 ? Object.fromEntries(said) : undefined;
  }

  function list(item: unknown, at: string): unknown[] | undefined {
    const found: unknown[] = [];
    for (let n = 1; ; n++) {
      const value = read(item, isEc2 ? `${at}.${n}` : `${at}.member.${n}`);
      if (value === undefined) return found.length > 0 ? found : undefined;
      found.push(value);
    }
  }
}

/** EC2 has names of its own on the wire, which the model's traits tell. */
function ec2Name(member: string, type: unknown): string {
  const traits = Array.isArray(type) && type.length === 2 ? (type[1] as Record<string, string>) : {};
  const name = traits.ec2QueryName ?? traits.xmlName ?? member;
  return name.charAt(0).toUpperCase() + name.slice(1);
}
