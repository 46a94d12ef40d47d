import type { AnyPolicy } from '../../scaling/simulator/policy.ts';
import type { ScalingState } from '../../scaling/state.ts';

type Workers = Readonly<Record<string, number>>;

/**
 * The same policy with somebody looking on, at least every `seconds`. What it is asked, and when, stays as it is. Where
 * its tags may only have so many workers together and it wishes for more, they share them as the work comes, as they do
 * in a run: a rule that knows nothing of a total would else leave the last tags without any.
 */
export function watched(policy: AnyPolicy, seconds: number, look: (state: ScalingState) => void): AnyPolicy {
  const looks = Math.max(1, Math.ceil(policy.intervalSeconds / seconds));
  return {
    name: policy.name,
    intervalSeconds: policy.intervalSeconds / looks,
    begin: (limits) => {
      const decide = policy.begin(limits);
      let asked = 0;
      let wish: Workers = {};
      return (state) => {
        look(state);
        const answer = asked++ % looks === 0 ? decide(state) : { workers: {} };
        wish = { ...wish, ...answer.workers };
        if (limits.maxTotal === null || sum(wish) <= limits.maxTotal) return answer;
        return { ...answer, workers: shared(wish, busyOf(state), readyOf(state), limits.maxTotal) };
      };
    },
  };
}

/**
 * Workers that are busy stay, for nobody ends them; the others go to tags with ready work in proportion to it, and what
 * is left over to whoever wishes for it.
 */
export function shared(wish: Workers, busy: Workers, ready: Workers, total: number): Workers {
  const tags = Object.keys(wish);
  const byTag = (value: (tag: string) => number) => Object.fromEntries(tags.map((tag) => [tag, value(tag)]));
  const held = byTag((tag) => Math.min(wish[tag] ?? 0, busy[tag] ?? 0));
  const wanting = byTag((tag) => Math.min((wish[tag] ?? 0) - (held[tag] ?? 0), ready[tag] ?? 0));
  const room = Math.max(0, total - sum(held));
  const scale = Math.min(1, room / Math.max(1, sum(wanting)));
  const given = byTag((tag) => (held[tag] ?? 0) + Math.floor((wanting[tag] ?? 0) * scale));
  let left = total - sum(given);
  const fill = (upTo: (tag: string) => number) => {
    for (const tag of tags) {
      const more = Math.max(0, Math.min(left, upTo(tag) - (given[tag] ?? 0)));
      given[tag] = (given[tag] ?? 0) + more;
      left -= more;
    }
  };
  fill((tag) => Math.min((held[tag] ?? 0) + (wanting[tag] ?? 0), (given[tag] ?? 0) + 1));
  fill((tag) => (held[tag] ?? 0) + (wanting[tag] ?? 0));
  fill((tag) => wish[tag] ?? 0);
  return given;
}

function readyOf({ stages }: ScalingState): Workers {
  const ready: Record<string, number> = {};
  for (const stage of stages)
    ready[stage.tag] = (ready[stage.tag] ?? 0) + stage.ready.reduce((all, { count }) => all + count, 0);
  return ready;
}

function busyOf({ pools }: ScalingState): Workers {
  return Object.fromEntries(pools.map(({ tag, busy }) => [tag, busy]));
}

const sum = (workers: Workers) => Object.values(workers).reduce((all, count) => all + count, 0);
