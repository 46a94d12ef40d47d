import { initial } from './0001-initial.ts';
import { advice } from './0002-advice.ts';
import { engineJobs } from './0003-engine-jobs.ts';
import { scaling } from './0004-scaling.ts';
import { bills } from './0005-bills.ts';
import { places } from './0006-places.ts';
import { ioClass } from './0007-io-class.ts';
import { memoryRates } from './0008-memory-rates.ts';

/** One step of the schema, from the version before it. Once released it is never edited: a change is a new step. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** In order, without gaps; the last one's version is what this app writes. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'initial', sql: initial },
  { version: 2, name: 'advice', sql: advice },
  { version: 3, name: 'engine-jobs', sql: engineJobs },
  { version: 4, name: 'scaling', sql: scaling },
  { version: 5, name: 'bills', sql: bills },
  { version: 6, name: 'places', sql: places },
  { version: 7, name: 'io-class', sql: ioClass },
  { version: 8, name: 'memory-rates', sql: memoryRates },
];

export const SCHEMA_VERSION = MIGRATIONS.length;
