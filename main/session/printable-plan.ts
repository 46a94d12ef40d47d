import { formatMemory } from '../platform/units.ts';
import type { ResourceRequest, ScalePlan } from '../providers/provider.ts';

/** A scale plan that reads as text where it is printed: `analysis: 4 × (1 CPU, 1G)`, and how many at once
 * where components share them. */
export class PrintableScalePlan implements ScalePlan {
  readonly workers: Readonly<Record<string, number>>;
  readonly resources: Readonly<Record<string, ResourceRequest>>;
  readonly total?: number;

  constructor({ workers, resources, total }: ScalePlan) {
    this.workers = workers;
    this.resources = resources;
    if (total !== undefined) this.total = total;
  }

  toString(): string {
    const pools = Object.entries(this.workers).map(
      ([tag, count]) => `${tag}: ${count} × (${describe(this.resources[tag])})`,
    );
    const sum = Object.values(this.workers).reduce((all, count) => all + count, 0);
    const shared = this.total !== undefined && this.total < sum ? `, ${this.total} at once` : '';
    return pools.join(', ') + shared;
  }
}

function describe(request: ResourceRequest | undefined): string {
  if (!request) return 'no limits';
  const cpus = `${request.cpus} ${request.cpus === 1 ? 'CPU' : 'CPUs'}`;
  return request.memoryBytes === null ? cpus : `${cpus}, ${formatMemory(request.memoryBytes)}`;
}
