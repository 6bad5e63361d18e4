import { append, type NewChange } from '@doorbell/engine';
import { contend } from '../contend.ts';
import { type PutInFigures, type PutInTask, putInBy } from '../put-in.ts';
import { openStore, type StorePlace } from './open-store.ts';

/** Each append is a call of its own, and is answered after the commit is on the disk. Nothing is delivered meanwhile. */
async function putIn(task: PutInTask & { readonly place: StorePlace }): Promise<PutInFigures> {
  const store = await openStore(task.place, 'http://127.0.0.1:9');
  const ports = { store, wakeup: { hint() {}, wait: () => Promise.resolve() } };
  const figures = await putInBy(task, (change: NewChange) => append([change], ports));
  const { pending } = await store.backlog();
  if (pending !== task.count + task.warmUp) throw new Error(`only ${pending} changes were recorded`);
  await store.close();
  return figures;
}

contend({ putIn });
