import { taskStates } from '@doorbell/contract';
import { type Appended, changesPerAppendMax, type NewChange } from '@doorbell/engine';
import { type Static, Type } from 'typebox';
import { customerId, houseTaskId } from './id.ts';
import { showTime, time } from './time.ts';

const notifiedStates = taskStates.filter(({ notified }) => notified);

export const state = Type.Integer({
  description: notifiedStates.map(({ code, en, zh }) => `${code} ${en} (${zh})`).join(' · '),
  examples: [30000],
});

/** In a query a state that no task can have is a slip, which an empty list would hide. */
export const stateFilter = Type.Unsafe<number>({ ...state, enum: notifiedStates.map(({ code }) => code) });

/** Types and names only; what the values may be is the contract's, and `Engine.append` asks it. */
export const stateChange = Type.Object(
  {
    customerId,
    houseTaskId: Type.String({ description: '1 to 32 characters.', examples: ['task-0001'] }),
    houseId: Type.String({ description: '1 to 64 characters.', examples: ['house-17'] }),
    packageId: Type.String({ description: '1 to 128 characters.', examples: ['package-9f2c'] }),
    userId: Type.String({ description: '1 to 32 characters.', examples: ['u-42'] }),
    userName: Type.String({ description: 'Up to 4,096 characters.', examples: ['李雷'] }),
    state,
    extra: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Extra parameters agreed with the customer; sent and signed like the others.',
        examples: [{ cityId: '110000' }],
      }),
    ),
    eventId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'Your own id of the event, 1 to 128 characters; a repeat is answered as the first time.',
        examples: ['evt-000123'],
      }),
    ),
  },
  { additionalProperties: false, title: 'StateChange' },
);

export type StateChange = Static<typeof stateChange>;

export const stateChangesBody = Type.Unsafe<StateChange | readonly StateChange[]>({
  oneOf: [stateChange, { type: 'array', items: stateChange, minItems: 1, maxItems: changesPerAppendMax }],
});

export const appended = Type.Object(
  {
    customerId,
    houseTaskId,
    sequence: Type.Integer({ description: 'Dense per task, from 1.' }),
    state,
    transition: Type.Enum(['first', 'legal', 'illegal'], {
      description: 'Whether the transition table knows the step from the state before.',
    }),
    createdAt: time,
    endpoints: Type.Integer({ description: 'How many endpoints will be notified.' }),
    warnings: Type.Array(Type.Object({ code: Type.String(), field: Type.String(), detail: Type.String() }), {
      description:
        'Values that make the MD5 signed text ambiguous; a webhookSecret does not have that weakness.',
    }),
  },
  { title: 'Appended' },
);

export const appendedAnswer = Type.Unsafe<ShownAppended | readonly ShownAppended[]>({
  oneOf: [appended, { type: 'array', items: appended }],
});

export type ShownAppended = Static<typeof appended>;

export function readChange(body: StateChange): NewChange {
  const { customerId, houseTaskId, houseId, packageId, userId, userName, state } = body;
  const extra = body.extra ?? {};
  const eventId = body.eventId ?? null;
  return { customerId, houseTaskId, houseId, packageId, userId, userName, state, extra, eventId };
}

export function showAppended(stored: Appended, warnings: ShownAppended['warnings']): ShownAppended {
  return {
    customerId: stored.customerId,
    houseTaskId: stored.houseTaskId,
    sequence: stored.sequence,
    state: stored.state,
    transition: stored.transition,
    createdAt: showTime(stored.createdAt),
    endpoints: stored.endpoints,
    warnings,
  };
}
