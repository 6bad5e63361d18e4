import { openGraphile } from './graphile.ts';
import { contendAsPeer } from './peer.ts';

contendAsPeer((url) => openGraphile(url, { batching: true }));
