import { access } from './zh/access.ts';
import { alerts } from './zh/alerts.ts';
import { conformance } from './zh/conformance.ts';
import { endpoints } from './zh/endpoints.ts';
import { notifications } from './zh/notifications.ts';
import { overview } from './zh/overview.ts';
import { resends } from './zh/resends.ts';
import { shell } from './zh/shell.ts';
import { tail } from './zh/tail.ts';
import { tasks } from './zh/tasks.ts';

/** Chinese comes first: its keys are the keys. */
export const zh = {
  ...shell,
  ...notifications,
  ...tasks,
  ...tail,
  ...overview,
  ...endpoints,
  ...conformance,
  ...access,
  ...alerts,
  ...resends,
} as const;

export type TextKey = keyof typeof zh;
