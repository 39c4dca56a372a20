import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic' } },
  test: {
    include: [
      '{organism,db,server,components,lab,scripts,bench,torture}/**/*.test.{ts,tsx}',
      '*.test.ts',
    ],
    environment: 'node',
    setupFiles: ['scripts/fix-test-seed.ts'],
    css: { include: /tokens\.css/ },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    // As with the journeys: a shared CI machine may stall for seconds; what fails twice is broken.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
});
