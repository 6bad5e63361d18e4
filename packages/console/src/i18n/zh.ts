import { notifications } from './zh/notifications.ts';
import { shell } from './zh/shell.ts';

/** Chinese comes first: its keys are the keys. */
export const zh = { ...shell, ...notifications } as const;

export type TextKey = keyof typeof zh;
