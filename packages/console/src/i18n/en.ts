import { access } from './en/access.ts';
import { alerts } from './en/alerts.ts';
import { conformance } from './en/conformance.ts';
import { endpoints } from './en/endpoints.ts';
import { notifications } from './en/notifications.ts';
import { overview } from './en/overview.ts';
import { resends } from './en/resends.ts';
import { shell } from './en/shell.ts';
import { tail } from './en/tail.ts';
import { tasks } from './en/tasks.ts';
import type { TextKey } from './zh.ts';

export const en: Readonly<Record<TextKey, string>> = {
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
};
