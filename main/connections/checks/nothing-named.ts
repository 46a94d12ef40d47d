import { AppError } from '../../platform/errors.ts';

/** A step had nothing to try. @throws AppError W_NOT_NAMED */
export function nothingNamed(what: string, flag: string): never {
  throw new AppError({
    code: 'W_NOT_NAMED',
    message: `The connection names no ${what}, so none was tried.`,
    hint: `Name it with ${flag}, or see to it that the manifest does.`,
  });
}
