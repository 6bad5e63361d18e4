import fc from 'fast-check';

/** Every run of the properties draws the same cases. */
export const propertyRun: { readonly seed: number; readonly numRuns: number } = {
  seed: 20210526,
  numRuns: 500,
};

/** Text that may stand in a form: no control characters, no lone surrogates. */
export const plainText: fc.Arbitrary<string> = fc
  .string({ unit: 'binary', maxLength: 40 })
  .map((text) => [...text].filter((char) => char > '\u001f' && char !== '\u007f').join(''));

const name = fc.oneof(
  fc.constantFrom('state', 'houseTaskId', 'CityId', 'city_id', '__proto__', 'constructor', '房源'),
  plainText.map((text) => text.slice(0, 30).toWellFormed()).filter((text) => text !== ''),
);

/** Fields with unique names. */
export const fields: fc.Arbitrary<[string, string][]> = fc.uniqueArray(fc.tuple(name, plainText), {
  maxLength: 12,
  selector: ([fieldName]) => fieldName,
});
