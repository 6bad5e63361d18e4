/** Whether the text has one of U+0000 to U+001F, or U+007F. */
export function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (isControlCharacter(text.charCodeAt(index))) return true;
  }
  return false;
}

export function isControlCharacter(unit: number): boolean {
  return unit < 0x20 || unit === 0x7f;
}
