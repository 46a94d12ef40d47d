import type { ScalingView } from '../../../main/api/scaling-views.ts';
import { assertNever } from '../../../main/platform/errors.ts';

/** `paused`: the scaler goes on predicting, and every tag keeps the workers it has. */
export type ScalingMode = 'automatic' | 'paused' | 'manual';

export function modeOf({ adaptive, byHand }: ScalingView, tags: readonly string[]): ScalingMode {
  if (!adaptive) return 'manual';
  return tags.length > 0 && tags.every((tag) => byHand[tag] !== undefined) ? 'paused' : 'automatic';
}

export function modeSentence(mode: ScalingMode, { settings, byHand }: ScalingView): string {
  switch (mode) {
    case 'automatic': {
      const held = Object.keys(byHand);
      const others = held.length > 0 ? ` You hold ${held.join(', ')} by hand.` : '';
      return `Every ${settings.intervalSeconds} s the scaler decides how many workers the work ahead needs.${others}`;
    }
    case 'paused':
      return 'Every tag keeps the workers it has. The scaler goes on predicting and changes nothing.';
    case 'manual':
      return 'The workers stay as the plan or you set them. The scaler is off and predicts nothing.';
    default:
      return assertNever(mode);
  }
}
