import type { Prediction, ScaleSettings } from '../../scaling/state.ts';

/** How a live run is being scaled, for whoever shows or changes it. */
export interface ScalingView {
  /** Whether the scaler decides; otherwise the workers stay as the plan or a person set them. */
  readonly adaptive: boolean;
  readonly settings: ScaleSettings;
  /** Workers set by hand, by tag; they win until released. */
  readonly byHand: Readonly<Record<string, number>>;
  /** The newest decision, also one that changed nothing; null before the first. */
  readonly latest: LatestDecision | null;
}

export interface LatestDecision {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly workers: Readonly<Record<string, number>>;
  readonly reasoning: string;
  /** Probability that the prediction is right within 15 %. */
  readonly confidence: number | null;
  /** Seconds from `at`. */
  readonly predictedCompletion: Prediction | null;
}

/** The part of a run's handle that scales it. */
export interface ScalingControl {
  view(): ScalingView;
  /** Switches the scaler on or off, and changes what it holds to. Takes effect at once. */
  change(wishes: { readonly adaptive?: boolean; readonly settings?: Partial<ScaleSettings> }): Promise<void>;
  /** Gives tags that were set by hand back to the scaler. */
  release(tags: readonly string[]): Promise<void>;
}
