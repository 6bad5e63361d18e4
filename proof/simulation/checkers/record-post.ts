import type { FactOf } from '../fact.ts';
import type { Book } from './book.ts';
import { claimOf, type PostState } from './lane-state.ts';
import type { Moment } from './moment.ts';

export function recordPost(fact: FactOf<'posted'>, book: Book): void {
  const { endpointId, headers } = fact.request;
  const lane = book.laneOf(endpointId, fact.houseTaskId);
  const [sequence, attempt] = [Number(headers['doorbell-sequence']), Number(headers['doorbell-attempt'])];
  const claim = lane && claimOf(lane, fact.worker, sequence, attempt);
  if (claim === undefined) return;
  const post: PostState = {
    post: fact.post,
    claim,
    startedWallMs: fact.wallMs,
    request: fact.request,
    arrived: null,
    reply: null,
  };
  claim.posts.push(post);
  book.posts.set(fact.post, post);
  const out = book.endpoints.get(endpointId)?.out;
  out?.set(fact.worker, (out.get(fact.worker) ?? 0) + 1);
}

export function recordReply(fact: FactOf<'replied'>, book: Book, at: Moment): void {
  const post = book.posts.get(fact.post);
  if (post === undefined) return;
  const { reply, wallMs, means } = fact;
  const { retryAfter, httpStatus } =
    reply.kind === 'response' ? reply : { retryAfter: null, httpStatus: null };
  post.reply = { at, wallMs, means, retryAfter, httpStatus };
  const out = book.endpoints.get(post.request.endpointId)?.out;
  out?.set(fact.worker, (out.get(fact.worker) ?? 0) - 1);
}
