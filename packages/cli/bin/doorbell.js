#!/usr/bin/env -S node --max-semi-space-size=4
// New objects get 4 MB before they are sorted out: the default takes 60 MB more while much is delivered, and is no faster.
// Plain JavaScript that any Node can parse, so that an old one gets a sentence instead of a stack trace.
import { readdirSync, statSync } from 'node:fs';

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `doorbell needs Node 24 or later; this is ${process.version}. In a clone of the repository run it through npm ` +
      '("npm start", "npx doorbell ..."): the right Node is installed with it.',
  );
  process.exitCode = 69;
} else {
  import(isBundled() ? '../bundle/main.js' : '../dist/main.js').then(
    ({ main }) => main(process.argv),
    (error) => {
      if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      console.error(`doorbell is not built yet: run "npm run build" first. (${error.message})`);
      process.exitCode = 70;
    },
  );
}

/** Whether there is a bundle, which starts in half the time, and nothing of this repository was compiled after it. */
function isBundled() {
  const bundledAt = modifiedAt(new URL('../bundle/main.js', import.meta.url));
  const packages = new URL('../../', import.meta.url);
  return (
    bundledAt > 0 &&
    readdirSync(packages).every(
      (name) => modifiedAt(new URL(`${name}/dist/.tsbuildinfo`, packages)) <= bundledAt,
    )
  );
}

function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
