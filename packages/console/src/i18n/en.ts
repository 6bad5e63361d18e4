import { notifications } from './en/notifications.ts';
import { shell } from './en/shell.ts';
import type { TextKey } from './zh.ts';

export const en: Readonly<Record<TextKey, string>> = { ...shell, ...notifications };
