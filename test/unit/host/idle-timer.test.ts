import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IdleTimer } from '../../../main/host/idle-timer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a host nobody looks at', () => {
  it('ends after its time, counted from the last page that left', () => {
    const onIdle = vi.fn();
    const timer = new IdleTimer({ seconds: 10, isBusy: () => false, onIdle });
    vi.advanceTimersByTime(9_000);
    timer.pageCame();
    timer.pageCame();
    timer.pageLeft();
    vi.advanceTimersByTime(60_000);
    expect(onIdle).not.toHaveBeenCalled();
    timer.pageLeft();
    vi.advanceTimersByTime(9_999);
    expect(onIdle).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onIdle).toHaveBeenCalledOnce();
  });
  it('stays while a run goes on', () => {
    const onIdle = vi.fn();
    let busy = true;
    new IdleTimer({ seconds: 10, isBusy: () => busy, onIdle });
    vi.advanceTimersByTime(35_000);
    expect(onIdle).not.toHaveBeenCalled();
    busy = false;
    vi.advanceTimersByTime(10_000);
    expect(onIdle).toHaveBeenCalledOnce();
  });
});
