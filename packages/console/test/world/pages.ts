/** Every page of the console, by the name of its screenshots. */
export const pages = [
  { name: 'overview', path: '/' },
  { name: 'notifications', path: '/notifications' },
  { name: 'notification', path: '/notifications?customerId=haitang&result=3', opens: '.cell-button' },
  { name: 'tasks', path: '/tasks' },
  { name: 'task', path: '/tasks?customerId=haitang&houseTaskId=HT20261124014' },
  { name: 'endpoints', path: '/endpoints' },
  { name: 'endpoint', path: '/endpoints/riverside-main' },
  { name: 'endpoint-conformance', path: '/endpoints/hillside-main?tab=conformance', judges: 'hillside-main' },
  { name: 'endpoint-settings', path: '/endpoints/yunqi-main?tab=settings' },
  { name: 'tail', path: '/tail', streams: true },
  { name: 'alerts', path: '/alerts' },
  { name: 'alert-channels', path: '/alerts?tab=channels' },
  { name: 'alert-thresholds', path: '/alerts?tab=thresholds' },
  { name: 'resends', path: '/resends' },
  { name: 'access', path: '/access' },
  { name: 'audit', path: '/audit' },
] as const;

export type ConsolePage = (typeof pages)[number];
