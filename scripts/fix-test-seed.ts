/** Property tests run on one seed, so that every run tries the same cases; `FC_SEED` explores others. */
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20_261_121) });
