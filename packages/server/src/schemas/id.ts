import { type TString, Type } from 'typebox';

function id(description: string, example: string): TString {
  // No dot first: clients take the segments `.` and `..` out of a path before they send it.
  return Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$', description, examples: [example] });
}

const idForm = '1 to 64 of A-Z a-z 0-9 . _ -, the first one a letter, a digit or _';
export const customerId = id(idForm, 'acme');
export const endpointId = id(idForm, 'acme-main');

// The lengths of the contract, in UTF-16 units.
export const houseTaskId = Type.String({ minLength: 1, maxLength: 32, examples: ['task-0001'] });
export const houseId = Type.String({ minLength: 1, maxLength: 64, examples: ['house-17'] });
export const packageId = Type.String({ minLength: 1, maxLength: 128, examples: ['package-9f2c'] });

export const customerParams = Type.Object({ customerId });
export const endpointParams = Type.Object({ endpointId });
