import { describe, it } from 'vitest';
import { accessCases } from './store-contract/access-cases.ts';
import { alertCases } from './store-contract/alert-cases.ts';
import { alertChannelCases } from './store-contract/alert-channel-cases.ts';
import { alertMessageCases } from './store-contract/alert-message-cases.ts';
import { alertSignCases } from './store-contract/alert-sign-cases.ts';
import { appendCases } from './store-contract/append-cases.ts';
import { auditCases } from './store-contract/audit-cases.ts';
import { breakerCases } from './store-contract/breaker-cases.ts';
import { claimCases } from './store-contract/claim-cases.ts';
import { coalesceCases } from './store-contract/coalesce-cases.ts';
import { endpointCases } from './store-contract/endpoint-cases.ts';
import { listingCases } from './store-contract/listing-cases.ts';
import { noticeCases } from './store-contract/notice-cases.ts';
import { pauseCases } from './store-contract/pause-cases.ts';
import { resendCases } from './store-contract/resend-cases.ts';
import { resendJobCases } from './store-contract/resend-job-cases.ts';
import { retireCases } from './store-contract/retire-cases.ts';
import { rollupCases } from './store-contract/rollup-cases.ts';
import { settleCases } from './store-contract/settle-cases.ts';
import { taskCases } from './store-contract/task-cases.ts';
import { waitingCases } from './store-contract/waiting-cases.ts';
import { type StoreUnderTest, World } from './store-contract/world.ts';

export type { StoreUnderTest } from './store-contract/world.ts';

/** What every store must do, as sentences. */
export type Cases = Readonly<Record<string, (world: World) => Promise<void>>>;

const chapters: Readonly<Record<string, Cases>> = {
  append: appendCases,
  claim: claimCases,
  settle: settleCases,
  breaker: breakerCases,
  pause: pauseCases,
  coalesce: coalesceCases,
  resend: resendCases,
  notices: noticeCases,
  'customers and endpoints': endpointCases,
  access: accessCases,
  audit: auditCases,
  retire: retireCases,
  'lists of notifications': listingCases,
  'why a notification waits': waitingCases,
  'tasks and backlog': taskCases,
  'rollups and events': rollupCases,
  'resend jobs': resendJobCases,
  alerts: alertCases,
  'alert channels': alertChannelCases,
  'alert messages': alertMessageCases,
  'signs of alerts': alertSignCases,
};

/** The suite that every store must pass; `openStore` gives an empty store with a clock of its own for each case. */
export function storeContract(name: string, openStore: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    for (const [chapter, cases] of Object.entries(chapters)) {
      describe(chapter, () => {
        for (const [sentence, check] of Object.entries(cases)) {
          it(sentence, async () => {
            const subject = await openStore();
            try {
              await check(new World(subject));
            } finally {
              await subject.close();
            }
          });
        }
      });
    }
  });
}
