import { InvalidCursor } from '../notification.ts';

/** A place in the order in which notifications and tasks are listed. Tasks have lane 0. */
export interface Place {
  readonly createdAt: number;
  readonly taskId: number;
  readonly sequence: number;
  readonly laneId: number;
}

export function encodeCursor(place: Place): string {
  const numbers = [place.createdAt, place.taskId, place.sequence, place.laneId];
  return Buffer.from(numbers.join('.'), 'latin1').toString('base64url');
}

/** Throws `InvalidCursor`. */
export function decodeCursor(cursor: string): Place {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!/^\d{1,15}(\.\d{1,15}){3}$/.test(text)) throw new InvalidCursor();
  const [createdAt = 0, taskId = 0, sequence = 0, laneId = 0] = text.split('.').map(Number);
  return { createdAt, taskId, sequence, laneId };
}

export function comparePlaces(a: Place, b: Place): number {
  return a.createdAt - b.createdAt || a.taskId - b.taskId || a.sequence - b.sequence || a.laneId - b.laneId;
}
