// node --import 'sabotage-hook.ts?edit={...}': takes one guard out of Doorbell while it is loaded.
import { registerHooks } from 'node:module';
import { applyEdit, type SourceEdit } from './sabotage.ts';

const edit = JSON.parse(new URL(import.meta.url).searchParams.get('edit') ?? '') as SourceEdit;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/packages/engine/dist/${edit.module}.js`)) return loaded;
    const source = applyEdit(Buffer.from(loaded.source as Uint8Array).toString('utf8'), edit);
    return { ...loaded, source };
  },
});
