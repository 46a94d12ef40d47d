import { type AnyPolicy, anyPolicy } from '../simulator/policy.ts';
import { daskPolicy } from './dask-adaptive.ts';
import { fixedPolicy } from './fixed.ts';
import { hpaPolicy } from './kubernetes-hpa.ts';
import { parslPolicy } from './parsl-simple.ts';
import { thresholdPolicy } from './threshold.ts';

/** What ours is compared with, each as its documentation or source publishes it. */
export const REFERENCE_POLICIES: readonly AnyPolicy[] = [
  anyPolicy(fixedPolicy),
  anyPolicy(thresholdPolicy()),
  anyPolicy(daskPolicy),
  anyPolicy(parslPolicy),
  anyPolicy(hpaPolicy),
];
