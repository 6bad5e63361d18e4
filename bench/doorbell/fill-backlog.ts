import { contend } from '../contend.ts';
import { fillBacklog } from './backlog.ts';
import type { StorePlace } from './open-store.ts';

contend({
  fill: ({ place, lanes }: { readonly place: StorePlace; readonly lanes: number }) =>
    fillBacklog(place, lanes),
});
