import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTurn } from '../../../renderer/charts/in-turn.ts';

const FRAME_MS = 16;

describe('pictures that change at once', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('requestAnimationFrame', (then: () => void) => setTimeout(then, FRAME_MS));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('are drawn one a frame, in order', async () => {
    const drawn: string[] = [];
    for (const name of ['load', 'lanes', 'usage']) inTurn(() => drawn.push(name));
    await vi.advanceTimersByTimeAsync(FRAME_MS + 1);
    expect(drawn).toEqual(['load']);
    await vi.advanceTimersByTimeAsync(10 * FRAME_MS);
    expect(drawn).toEqual(['load', 'lanes', 'usage']);
  });
  it('are not drawn when they were called off, and one that fails holds up no other', async () => {
    const drawn: string[] = [];
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    inTurn(() => drawn.push('gone'))();
    inTurn(() => {
      throw new Error('bad picture');
    });
    inTurn(() => drawn.push('kept'));
    await vi.advanceTimersByTimeAsync(10 * FRAME_MS);
    expect(drawn).toEqual(['kept']);
    expect(reported).toHaveBeenCalledOnce();
  });
  it('are drawn in a page that gets no frames', async () => {
    vi.stubGlobal('requestAnimationFrame', () => 0);
    const draw = vi.fn();
    inTurn(draw);
    await vi.advanceTimersByTimeAsync(300);
    expect(draw).toHaveBeenCalledOnce();
  });
});
