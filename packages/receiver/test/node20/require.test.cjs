// CommonJS as Egg and Midway applications write it. Node 20 could load an ES module here, so what was loaded is looked at.
const assert = require('node:assert/strict');
const { join, posix, sep } = require('node:path');
const { test } = require('node:test');

const { createReceiver, Refuse, RefuseError, verifyRequest } = require('@doorbell/receiver');
const { exports: subpaths } = require('../../package.json');

test('every entry can be required, and none of it is an ES module', () => {
  const loaded = Object.keys(subpaths).map((subpath) => require(posix.join('@doorbell/receiver', subpath)));
  for (const entry of loaded) {
    assert.ok(Object.values(entry).some((exported) => typeof exported === 'function'));
  }
  const ours = Object.keys(require.cache).filter((path) => /packages.(contract|receiver)./.test(path));
  const modules = ours.filter((path) => path.includes(`${sep}dist${sep}`));
  assert.deepEqual(modules, []);
  assert.ok(ours.some((path) => path.includes(join('contract', 'cjs'))));
});

test('a receiver that was required receives', async () => {
  const receiver = createReceiver({
    signKeys: [],
    allowUnsigned: true,
    onChange() {
      throw Refuse(403, 'not ours');
    },
  });
  const body = Buffer.from('state=0&houseTaskId=t&houseId=h&packageId=p&userId=u&userName=');
  const answer = await receiver.receive({ method: 'POST', headers: {}, body });
  assert.equal(answer.body, '{"state":403,"payload":"not ours"}');
  assert.ok(answer.refusal.cause instanceof RefuseError);
  assert.equal(verifyRequest({ method: 'GET', headers: {}, body }, { signKeys: 'k' }).ok, false);
});

test('a refusal thrown by the imported copy is a refusal to the required one', async () => {
  const imported = await import('@doorbell/receiver');
  assert.notEqual(imported.RefuseError, RefuseError);
  const receiver = createReceiver({
    signKeys: [],
    allowUnsigned: true,
    onChange() {
      throw imported.Refuse(403, 'not ours');
    },
  });
  const body = Buffer.from('state=0&houseTaskId=t&houseId=h&packageId=p&userId=u&userName=');
  const answer = await receiver.receive({ method: 'POST', headers: {}, body });
  assert.equal(answer.body, '{"state":403,"payload":"not ours"}');
});
