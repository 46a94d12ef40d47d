import { describe, expect, it, vi } from 'vitest';
import { type QuitActions, type QuitChoice, QuitGuard } from '../../../main/app/quit-guard.ts';

function guardWith(options: { busy: boolean; choice?: QuitChoice; close?: () => Promise<void> }) {
  const runs = Promise.withResolvers<void>();
  const actions = {
    isBusy: () => options.busy,
    ask: vi.fn(async () => options.choice ?? 'stay'),
    runsEnded: () => runs.promise,
    close: vi.fn(options.close ?? (async () => undefined)),
    hideWindows: vi.fn(),
    showWindow: vi.fn(),
    quit: vi.fn(),
    onFailure: vi.fn(),
  } satisfies QuitActions;
  return { guard: new QuitGuard(actions), actions, runs };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('quitting', () => {
  it('without a run asks nothing, saves, then ends', async () => {
    const { guard, actions } = guardWith({ busy: false });
    expect(guard.mayQuit()).toBe(false);
    await settle();
    expect(actions.ask).not.toHaveBeenCalled();
    expect(actions.close).toHaveBeenCalledOnce();
    expect(actions.quit).toHaveBeenCalledOnce();
    expect(guard.mayQuit()).toBe(true);
  });
  it('during a run stays when the person says so', async () => {
    const { guard, actions } = guardWith({ busy: true, choice: 'stay' });
    guard.mayQuit();
    await settle();
    expect(actions.close).not.toHaveBeenCalled();
    expect(actions.showWindow).toHaveBeenCalledOnce();
    expect(guard.mayQuit()).toBe(false);
  });
  it('can let a run finish without a window, and ends after it', async () => {
    const { guard, actions, runs } = guardWith({ busy: true, choice: 'keep-running' });
    guard.mayQuit();
    await settle();
    expect(actions.hideWindows).toHaveBeenCalledOnce();
    expect(actions.quit).not.toHaveBeenCalled();
    runs.resolve();
    await settle();
    expect(actions.close).toHaveBeenCalledOnce();
    expect(actions.quit).toHaveBeenCalledOnce();
  });
  it('is taken back by opening the window again', async () => {
    const { guard, actions, runs } = guardWith({ busy: true, choice: 'keep-running' });
    guard.mayQuit();
    await settle();
    guard.reopened();
    runs.resolve();
    await settle();
    expect(actions.quit).not.toHaveBeenCalled();
  });
  it('asks once, however often it is wished', async () => {
    const { guard, actions } = guardWith({ busy: true, choice: 'stop' });
    guard.mayQuit();
    guard.mayQuit();
    await settle();
    expect(actions.ask).toHaveBeenCalledOnce();
    expect(actions.close).toHaveBeenCalledOnce();
  });
  it('is possible even when saving fails, and the failure is told', async () => {
    const failure = new Error('disk');
    const { guard, actions } = guardWith({ busy: false, close: () => Promise.reject(failure) });
    guard.mayQuit();
    await settle();
    expect(actions.onFailure).toHaveBeenCalledWith(failure);
    expect(guard.mayQuit()).toBe(true);
  });
});
