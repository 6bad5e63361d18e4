import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/**
 * One run for each vector of the published files. Plain JavaScript, because Node 20 runs it against the build
 * and Vitest runs it against the source.
 */
export function listVectorRuns(contract) {
  const runs = [];
  for (const [file, suites] of Object.entries(suitesOf(contract))) {
    const vectors = JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8'));
    assert.equal(vectors.format, 1);
    assert.deepEqual(Object.keys(vectors), ['format', 'description', ...Object.keys(suites)]);
    for (const [suite, check] of Object.entries(suites)) {
      for (const vector of vectors[suite]) {
        runs.push({ file, name: `${suite}: ${vector.name}`, run: () => check(vector) });
      }
    }
  }
  return runs;
}

function suitesOf(contract) {
  return {
    'signature.json': signatureSuites(contract),
    'form.json': formSuites(contract),
    'envelope.json': envelopeSuites(contract),
    'webhook-signature.json': webhookSignatureSuites(contract),
  };
}

function signatureSuites({ sign, verify }) {
  return {
    sign({ fields, key, timestamp, expected }) {
      assert.equal(sign(fields, key, timestamp), expected.sign);
      const verified = verify({ fields, timestamp, sign: expected.sign, keys: [key] });
      assert.deepEqual(verified, { ok: true, keyIndex: 0 });
    },
    verify({ fields, keys, timestamp, sign: claimed, expected }) {
      assert.deepEqual(withoutDetail(verify({ fields, timestamp, sign: claimed, keys })), expected);
    },
  };
}

function formSuites({ decodeForm, encodeForm }) {
  return {
    decode(vector) {
      for (const body of bodiesOf(vector)) {
        const decoded = decodeForm(body);
        const { fields, fieldCount, faults } = vector.expected;
        if (faults) {
          assert.equal(decoded.ok, false);
          assert.deepEqual(
            decoded.faults.map(({ code, field }) => ({ code, field })),
            faults,
          );
        } else {
          assert.ok(decoded.ok, JSON.stringify(decoded));
          if (fields) assert.deepEqual([...decoded.fields], fields);
          else assert.equal(decoded.fields.size, fieldCount);
        }
      }
    },
    encode({ fields, expected }) {
      if (expected.refused) assert.throws(() => encodeForm(fields), RangeError);
      else assert.equal(encodeForm(fields), expected.body);
    },
  };
}

function envelopeSuites({ parseEnvelope, renderEnvelope }) {
  return {
    parse(vector) {
      for (const body of bodiesOf(vector)) {
        const parsed = parseEnvelope(body);
        assert.deepEqual(parsed.ok ? parsed.envelope : { code: parsed.fault.code }, vector.expected);
      }
    },
    render({ envelope, expected }) {
      assert.equal(renderEnvelope(envelope), expected.body);
    },
  };
}

function webhookSignatureSuites({ signWebhook, verifyWebhook }) {
  return {
    sign({ id, timestampSeconds, body, secret, expected }) {
      assert.equal(signWebhook({ id, timestampSeconds, body, secret }), expected.signature);
      const header = { id, timestamp: String(timestampSeconds), signature: expected.signature };
      assert.deepEqual(verifyWebhook({ ...header, body, secrets: [secret] }), { ok: true });
      assert.deepEqual(verifyWebhook({ ...header, body: Buffer.from(body), secrets: [secret] }), {
        ok: true,
      });
    },
    verify({ id, timestamp, signature, body, secrets, expected }) {
      assert.deepEqual(withoutDetail(verifyWebhook({ id, timestamp, signature, body, secrets })), expected);
    },
  };
}

function withoutDetail({ detail, ...rest }) {
  return rest;
}

// Bytes are what arrives; where the vector is text, the text itself must come out the same.
function bodiesOf({ body, bodyHex, bodyParts }) {
  if (bodyHex !== undefined) return [Buffer.from(bodyHex, 'hex')];
  const text = body ?? bodyParts.map((part) => part.text.repeat(part.times)).join('');
  return [Buffer.from(text), text];
}
