import { describe, expect, test } from 'vitest';
import {
  checkValues,
  deliveryFailed,
  fangPush,
  fromFields,
  packageDownload,
  toFields,
} from '../src/index.ts';

const notice = {
  notifyId: 'n1-7',
  notifyConfigId: 'endpoint-1',
  notifyType: 'task-state-change',
  notifyResult: 3,
  packageId: 'p1',
};
const download = { state: 'Finished', fileHash: '', houseId: 'h1', packageId: 'p1', notifyId: 'n1' };
const push = { packageId: 'p1', status: 1, payload: '' };

describe('the sibling notifications', () => {
  test('go through a form and back', () => {
    const full = { ...notice, param: 'a=1', response: '超时', cityId: '1', houseId: 'h1', state: 50000 };
    for (const values of [notice, full]) {
      expect(fromFields(deliveryFailed, toFields(deliveryFailed, values))).toEqual({
        ok: true,
        values,
        extra: {},
      });
    }
    expect(fromFields(packageDownload, toFields(packageDownload, download))).toMatchObject({
      values: download,
    });
    expect(fromFields(fangPush, toFields(fangPush, push))).toMatchObject({ values: push });
  });

  test.each([
    [deliveryFailed, notice, { response: 'x'.repeat(1025) }, 'response', 'field-too-long'],
    [deliveryFailed, notice, { notifyResult: 4 }, 'notifyResult', 'field-not-allowed'],
    [deliveryFailed, notice, { state: 11000 }, 'state', 'state-unknown'],
    [packageDownload, download, { state: 'finished' }, 'state', 'field-not-allowed'],
    [packageDownload, download, { state: 'Finished1' }, 'state', 'field-not-allowed'],
    [packageDownload, download, { fileHash: 'x'.repeat(33) }, 'fileHash', 'field-too-long'],
    [packageDownload, download, { panoramaPackage: 'x'.repeat(4001) }, 'panoramaPackage', 'field-too-long'],
    [packageDownload, download, { comments: 'x'.repeat(256) }, 'comments', 'field-too-long'],
    [fangPush, push, { status: 0 }, 'status', 'field-not-allowed'],
  ])('keep their limits: $name', (type, values, changed, field, code) => {
    expect(checkValues(type, values)).toEqual([]);
    expect(checkValues(type, { ...values, ...changed })).toMatchObject([{ code, field }]);
  });
});
