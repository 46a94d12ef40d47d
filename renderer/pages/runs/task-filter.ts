import type { InstanceState } from '../../../main/telemetry/events.ts';
import type { InstanceSort } from '../../../main/telemetry/views.ts';

/** What the task table shows, in the words of the API. */
export interface TaskFilter {
  readonly states?: InstanceState[];
  readonly task?: string;
  readonly search?: string;
  readonly sort: InstanceSort;
}

export const SORTS: readonly { readonly value: InstanceSort; readonly label: string }[] = [
  { value: 'attention', label: 'Needs attention first' },
  { value: 'memory', label: 'Most memory first' },
  { value: 'wall', label: 'Longest first' },
  { value: 'started', label: 'Latest started first' },
  { value: 'index', label: 'In order of the plan' },
];

export const STATE_CHOICES: readonly { readonly value: InstanceState; readonly label: string }[] = [
  { value: 'failed', label: 'Failed' },
  { value: 'running', label: 'Running' },
  { value: 'queued', label: 'Queued' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'cached', label: 'Cached' },
  { value: 'cancelled', label: 'Cancelled' },
  { value: 'skipped', label: 'Skipped' },
];
