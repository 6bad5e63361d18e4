import { endpoints } from './zh/endpoints.ts';
import { notifications } from './zh/notifications.ts';
import { overview } from './zh/overview.ts';
import { shell } from './zh/shell.ts';
import { tasks } from './zh/tasks.ts';

/** Chinese comes first: its keys are the keys. */
export const zh = { ...shell, ...notifications, ...tasks, ...overview, ...endpoints } as const;

export type TextKey = keyof typeof zh;
