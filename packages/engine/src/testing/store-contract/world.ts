import { expect } from 'vitest';
import type { AttemptRecord, NoticeDraft } from '../../attempt.ts';
import type { Appended, NewChange } from '../../change.ts';
import type { Customer } from '../../customer.ts';
import { type Endpoint, type EndpointDraft, endpointPolicyDefaults } from '../../endpoint.ts';
import type { Claim, Settlement, Step, Verdict } from '../../lane.ts';
import type { Notification, NotificationFilter } from '../../notification.ts';
import type { Store, StoreAdmin } from '../../ports.ts';
import type { VirtualClock } from '../virtual-clock.ts';

export interface StoreUnderTest {
  readonly store: Store & StoreAdmin;
  readonly clock: VirtualClock;
  close(): Promise<void>;
}

export const leaseMs = 45_000;

export const delivered: Step = { kind: 'advance', result: 1 };
export const refused: Step = { kind: 'advance', result: 2 };
export const failed: Step = { kind: 'advance', result: 3 };
export const retryIn = (delayMs: number): Step => ({ kind: 'retry', delayMs });

/** A store and the few things that the cases do with it again and again. Defaults: customer c1, endpoint e1, task t1. */
export class World {
  readonly store: Store & StoreAdmin;
  readonly clock: VirtualClock;

  constructor(subject: StoreUnderTest) {
    this.store = subject.store;
    this.clock = subject.clock;
  }

  customer(id = 'c1', policy: Partial<Customer> = {}): Promise<Customer> {
    return this.store.putCustomer({ id, name: `Customer ${id}`, onIllegalTransition: 'flag', ...policy });
  }

  endpoint(id = 'e1', draft: Partial<EndpointDraft> = {}): Promise<Endpoint> {
    return this.store.putEndpoint({
      ...endpointPolicyDefaults,
      id,
      customerId: 'c1',
      url: `https://${id}.example/notify`,
      signKey: `sign-key-of-${id}`,
      webhookSecret: null,
      ...draft,
    });
  }

  /** Customer c1 with endpoint e1. */
  async setUp(draft: Partial<EndpointDraft> = {}): Promise<void> {
    await this.customer();
    await this.endpoint('e1', draft);
  }

  change(houseTaskId: string, state: number, more: Partial<NewChange> = {}): NewChange {
    return {
      customerId: 'c1',
      houseTaskId,
      houseId: `house-${houseTaskId}`,
      packageId: `package-${houseTaskId}`,
      userId: 'u1',
      userName: '王小明',
      state,
      extra: {},
      eventId: null,
      ...more,
    };
  }

  async append(houseTaskId: string, state: number, more: Partial<NewChange> = {}): Promise<Appended> {
    const [appended] = await this.store.append([this.change(houseTaskId, state, more)]);
    if (appended === undefined) throw new Error('append answered with nothing');
    return appended;
  }

  /** Changes 10000, 20000, 30000, ... of one task. */
  async appendMany(houseTaskId: string, count: number, more: Partial<NewChange> = {}): Promise<void> {
    const states = [10_000, 20_000, 30_000, 40_000, 45_000, 40_000, 45_000, 50_000];
    for (let index = 0; index < count; index += 1) {
      await this.append(houseTaskId, states[index] ?? 51_000, more);
    }
  }

  claim(endpointId = 'e1', quota = 100): Promise<readonly Claim[]> {
    return this.store.claim({ quotas: [{ endpointId, quota }], leaseMs });
  }

  /** Expects exactly one lane to be due. */
  async claimOne(endpointId = 'e1'): Promise<Claim> {
    const claims = await this.claim(endpointId);
    expect(claims).toHaveLength(1);
    const [claim] = claims;
    if (claim === undefined) throw new Error('nothing to claim');
    return claim;
  }

  attempt(claim: Claim, more: Partial<AttemptRecord> = {}): AttemptRecord {
    return {
      sequence: claim.sequence,
      epoch: claim.epoch,
      post: 1,
      attempt: claim.attempt,
      at: this.clock.now(),
      durationMs: 12,
      outcome: 'accepted',
      reason: 'envelope-200',
      detail: 'The endpoint accepted it.',
      url: claim.endpoint.url,
      sign: 'd5680a902dd2de08cf2bf9df819ffb9d',
      key: 'current',
      requestHeaders: { 'webhook-id': `${claim.change.houseTaskId}.${claim.sequence}` },
      requestBody: `state=${claim.change.state}`,
      httpStatus: 200,
      responseState: 200,
      responseBody: '{"state":200,"payload":"Success"}',
      remoteAddress: '203.0.113.7',
      timings: ',812,1500,,20400,96',
      fenced: false,
      ...more,
    };
  }

  settlement(claim: Claim, step: Step, more: Partial<Settlement> = {}): Settlement {
    return {
      laneId: claim.laneId,
      endpointId: claim.endpoint.id,
      sequence: claim.sequence,
      epoch: claim.epoch,
      attempts: [this.attempt(claim)],
      step,
      notice: null,
      ...more,
    };
  }

  async settle(claim: Claim, step: Step, notice: NoticeDraft | null = null): Promise<Verdict | undefined> {
    const [verdict] = await this.store.settle([this.settlement(claim, step, { notice })]);
    return verdict;
  }

  /** Claims the one lane that is due and settles it. */
  async deliver(step: Step = delivered, endpointId = 'e1'): Promise<Claim> {
    const claim = await this.claimOne(endpointId);
    expect(await this.settle(claim, step)).toBe('applied');
    return claim;
  }

  /** Claims and accepts until nothing is due; returns what was delivered, in order. */
  async drain(endpointId = 'e1'): Promise<readonly string[]> {
    const sent: string[] = [];
    for (
      let claims = await this.claim(endpointId);
      claims.length > 0;
      claims = await this.claim(endpointId)
    ) {
      for (const claim of claims) {
        sent.push(nameOf(claim));
        await this.settle(claim, delivered);
      }
    }
    return sent;
  }

  async list(filter: NotificationFilter = {}, limit = 100): Promise<readonly Notification[]> {
    const page = await this.store.listNotifications(filter, { limit });
    return page.items;
  }

  /** `task.sequence` of everything that the filter finds, over all pages. */
  async listNames(filter: NotificationFilter = {}, limit = 100): Promise<readonly string[]> {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.store.listNotifications(filter, { limit, cursor });
      names.push(...page.items.map((item) => `${item.houseTaskId}.${item.sequence}`));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return names;
  }

  async notification(houseTaskId: string, sequence: number, endpointId = 'e1'): Promise<Notification> {
    const found = (await this.list({ houseTaskId, endpointId })).find((each) => each.sequence === sequence);
    if (found === undefined) throw new Error(`There is no notification ${houseTaskId}.${sequence}.`);
    return found;
  }

  async dueIn(endpointId = 'e1'): Promise<number | undefined> {
    return (await this.store.upcoming()).find((each) => each.endpointId === endpointId)?.dueInMs;
  }

  async getEndpoint(endpointId = 'e1'): Promise<Endpoint> {
    const endpoint = await this.store.findEndpoint(endpointId);
    if (endpoint === undefined) throw new Error(`There is no endpoint ${endpointId}.`);
    return endpoint;
  }
}

export function nameOf(claim: Claim): string {
  return `${claim.change.houseTaskId}.${claim.sequence}`;
}
