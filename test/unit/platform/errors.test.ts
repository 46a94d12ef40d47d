import { describe, expect, it } from 'vitest';
import { AppError, systemErrorCode, toErrorData } from '../../../main/platform/errors.ts';

describe('errors', () => {
  it('keep their code, sentence, hint and cause', () => {
    const cause = new Error('ENOSPC');
    const error = new AppError(
      { code: 'E_DISK_FULL', message: 'The disk is full.', hint: 'Make room.' },
      { cause },
    );
    expect(toErrorData(error)).toEqual({
      code: 'E_DISK_FULL',
      message: 'The disk is full.',
      hint: 'Make room.',
    });
    expect(error.cause).toBe(cause);
  });

  it('that nobody expected become a report with the stack', () => {
    const data = toErrorData(new TypeError('x is not a function'));
    expect(data.code).toBe('E_INTERNAL');
    expect(data.details?.stack).toContain('TypeError');
    expect(toErrorData('text').message).toContain('text');
  });

  it("of the operating system tell their code, others don't", () => {
    expect(systemErrorCode(Object.assign(new Error('full'), { code: 'ENOSPC' }))).toBe('ENOSPC');
    expect(systemErrorCode(new Error('x'))).toBeNull();
    expect(systemErrorCode(null)).toBeNull();
  });
});
