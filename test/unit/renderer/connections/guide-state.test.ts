import { describe, expect, it } from 'vitest';
import type { CheckEvent, CheckName } from '../../../../main/api/connection-views.ts';
import { applyCheck, BEGUN_GUIDE, IDLE_GUIDE, stopGuide } from '../../../../renderer/app/guide-state.ts';

const result = (name: CheckName, ok: boolean): CheckEvent => ({
  kind: 'result',
  result: { name, ok, required: true, detail: `${name} was tried.`, hint: null, code: null },
});
const guideOf = (...events: CheckEvent[]) =>
  events.reduce((guide, event) => applyCheck(guide, event, 1000), BEGUN_GUIDE);

describe('the guide', () => {
  it('shows each step as it goes, with how far a long one is', () => {
    const guide = guideOf(
      { kind: 'started', name: 'reach' },
      result('reach', true),
      { kind: 'started', name: 'test_job' },
      { kind: 'progress', name: 'test_job', detail: 'Job 4711 waits: Priority.' },
    );
    expect(guide.steps.reach).toMatchObject({ kind: 'ended', result: { ok: true } });
    expect(guide.steps.test_job).toEqual({ kind: 'running', detail: 'Job 4711 waits: Priority.' });
    expect(guide).toMatchObject({ phase: 'running', ok: null, endedAt: null });
  });

  it('ends with a verdict, and marks what was not tried after a failure', () => {
    const guide = guideOf(result('reach', false), { kind: 'done', ok: false, notTried: ['login', 'slurm'] });
    expect(guide).toMatchObject({ phase: 'done', ok: false, endedAt: 1000 });
    expect(guide.steps.login).toEqual({ kind: 'not_reached' });
    expect(guide.steps.reach).toMatchObject({ kind: 'ended' });
  });

  it('claims nothing of the step at which it was stopped', () => {
    const guide = stopGuide(guideOf(result('reach', true), { kind: 'started', name: 'login' }), null, 2000);
    expect(guide).toMatchObject({ phase: 'stopped', ok: null, endedAt: 2000 });
    expect(guide.steps.login).toEqual({ kind: 'untried' });
    expect(guide.steps.reach).toMatchObject({ kind: 'ended' });
  });

  it('keeps its verdict when its stream ends afterwards', () => {
    const done = guideOf({ kind: 'done', ok: true, notTried: [] });
    expect(stopGuide(done, new Error('closed'), 3000)).toBe(done);
    expect(stopGuide(IDLE_GUIDE, null, 3000)).toBe(IDLE_GUIDE);
  });
});
