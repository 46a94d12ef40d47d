import { defineConfig } from 'vitest/config';

/** A busy machine may take its time; what never comes is found all the same. */
const patient = { expect: { poll: { timeout: 20_000 } } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          // They do not wait: every processor has one. The runner itself needs little.
          maxWorkers: '100%',
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          ...patient,
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Real processes and real clocks: files one after the other, so that they do not measure each other.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'clouds',
          ...patient,
          include: ['test/clouds/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          // Each runs whole campaigns as processes of this machine.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'slurm',
          ...patient,
          include: ['test/slurm/**/*.test.ts'],
          globalSetup: ['test/slurm/global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // One cluster for all, and some files stop its daemons.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'electron',
          ...patient,
          include: ['test/electron/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          ...patient,
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 480_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
