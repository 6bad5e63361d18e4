// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const controlCharacter = /[\u0000-\u001f\u007f]/;

export interface TextFault {
  readonly code: 'field-control-character' | 'field-lone-surrogate';
  readonly detail: string;
}

/** What keeps a text out of every field, id and query of the API; undefined when it is fine. */
export function findTextFault(text: string): TextFault | undefined {
  const control = controlCharacter.exec(text)?.[0];
  if (control !== undefined) {
    const codePoint = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return { code: 'field-control-character', detail: `It holds the control character U+${codePoint}.` };
  }
  if (!text.isWellFormed()) {
    return {
      code: 'field-lone-surrogate',
      detail: 'It is not Unicode text: a lone surrogate, or bytes that are not UTF-8.',
    };
  }
  return undefined;
}
