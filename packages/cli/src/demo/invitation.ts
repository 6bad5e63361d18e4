import { paint, print } from '../print.ts';
import type { DemoAdmin } from './demo-admin.ts';
import { sampleTasks } from './sample-tasks.ts';

/** Where it goes on serving and what to try: a step that the first task may still take. */
export function printInvitation(baseUrl: string, apiKey: string, admin: DemoAdmin): void {
  const change = JSON.stringify({ ...sampleTasks[0]?.ids, state: 51_000 });
  print();
  print('Doorbell keeps serving; Ctrl-C ends it.');
  print(`  console  ${baseUrl}/`);
  print(`  API      ${baseUrl}/v1`);
  print(`  docs     ${baseUrl}/docs`);
  print(`  API key  ${apiKey}`);
  print(`  sign in  ${admin.name}, password ${admin.password}`);
  print();
  print(paint('dim', 'Cancel a house task and watch it arrive here:'));
  print(`curl -X POST ${baseUrl}/v1/state-changes -H 'Authorization: Bearer ${apiKey}' \\`);
  print(`  -H 'Content-Type: application/json' -d '${change}'`);
  print(paint('dim', 'Ask what became of its notifications:'));
  print(
    `curl '${baseUrl}/v1/notifications?houseTaskId=${sampleTasks[0]?.ids.houseTaskId}' -H 'Authorization: Bearer ${apiKey}'`,
  );
}
