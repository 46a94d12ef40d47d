import { useEffect, useRef, useState } from 'react';
import {
  REPLAY_RULES,
  type Replay,
  type ReplayConditions,
  type ReplayStep,
} from '../../../main/api/scaling-views.ts';
import { useApiClient } from '../../app/api.ts';

type ReplayState =
  | { readonly kind: 'idle' | 'stopped' }
  | Extract<ReplayStep, { kind: 'going' }>
  | { readonly kind: 'failed'; readonly error: unknown };

interface UsedReplay {
  readonly state: ReplayState;
  /** The last one that came to its end; stays while the next goes on. */
  readonly replay: Replay | null;
  /** One at a time: what still goes on is given up. */
  start(conditions: ReplayConditions): void;
  stop(): void;
}

/** Replays a run under every policy, with its progress; leaving the page gives it up. */
export function useReplay(projectId: string, runId: string): UsedReplay {
  const client = useApiClient();
  const [state, setState] = useState<ReplayState>({ kind: 'idle' });
  const [replay, setReplay] = useState<Replay | null>(null);
  const giveUp = useRef<() => void>(() => undefined);
  useEffect(() => () => giveUp.current(), []);
  const start = (conditions: ReplayConditions) => {
    giveUp.current();
    setState({ kind: 'going', fraction: 0, step: 'Beginning' });
    const subscription = client.scaling.whatIf.subscribe(
      { projectId, runId, policies: [...REPLAY_RULES], conditions },
      {
        onData: (step) => {
          if (step.kind === 'going') return setState(step);
          setReplay(step.result);
          setState({ kind: 'idle' });
        },
        onError: (error) => setState({ kind: 'failed', error }),
      },
    );
    giveUp.current = () => subscription.unsubscribe();
  };
  const stop = () => {
    giveUp.current();
    setState({ kind: 'stopped' });
  };
  return { state, replay, start, stop };
}
