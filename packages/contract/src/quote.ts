const quotedMax = 60;

/** Quotes untrusted text for a message: JSON-escaped, and cut after 60 characters. */
export function quote(text: string): string {
  return text.length <= quotedMax ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, quotedMax))}...`;
}
