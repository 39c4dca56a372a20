import path from 'node:path';

import type { Child } from '../child.ts';
import { startChild } from '../child.ts';
import type { DashboardsCommand, DashboardsReport } from './dashboards-messages.ts';

const CHILD = path.join(import.meta.dirname, 'dashboards-child.ts');

export type Dashboards = Child<DashboardsCommand, DashboardsReport>;

/** Dashboards in one process of their own, idle until they are told to start. */
export function startDashboards(): Promise<Dashboards> {
  return startChild(CHILD);
}
