import { type ProblemFault, pointerToken } from './problem.ts';

/** Deeper than any body of the API; it bounds the recursion of the scan. */
export const jsonDepthMax = 16;

/**
 * Reads the text once more, slowly, to say where it stops being strict JSON: which field holds the syntax
 * error, or which name is repeated. Returns undefined when it finds nothing. Called only for bad bodies.
 */
export function findJsonFault(text: string): ProblemFault | undefined {
  const scan = new JsonScan(text);
  try {
    scan.document();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof JsonFault) return thrown.fault;
    throw thrown;
  }
}

class JsonFault extends Error {
  readonly fault: ProblemFault;

  constructor(fault: ProblemFault) {
    super(fault.detail);
    this.fault = fault;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings.
const stringToken = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalarToken = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
/** Other languages' literals; nothing else of a bad body is quoted, because it may be a key. */
const foreignToken = /-?(?:NaN|Infinity|undefined|None|True|False)\b/y;

class JsonScan {
  readonly #text: string;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#syntax('there is more after the end of the JSON value');
  }

  #value(): void {
    if (this.#path.length > jsonDepthMax) this.#fail('json-too-deep', 'The body is nested too deeply.');
    this.#skipSpace();
    const char = this.#text[this.#at];
    if (char === '{') this.#object();
    else if (char === '[') this.#array();
    else if (char === '"') this.#string();
    else if (this.#take(scalarToken) === undefined) this.#unknownToken();
  }

  #object(): void {
    const names = new Set<string>();
    this.#at += 1;
    this.#skipSpace();
    if (this.#takeChar('}')) return;
    do {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') this.#syntax('a name in double quotes is expected');
      const name = JSON.parse(this.#string()) as string;
      this.#path.push(name);
      if (names.has(name)) this.#fail('json-repeated-name', 'The name is given more than once.');
      names.add(name);
      this.#skipSpace();
      if (!this.#takeChar(':')) this.#syntax('a colon is expected');
      this.#value();
      this.#skipSpace();
      if (!/[,}]/.test(this.#text[this.#at] ?? '')) this.#syntax('a comma or a closing brace is expected');
      this.#path.pop();
    } while (this.#takeChar(','));
    this.#at += 1;
  }

  #array(): void {
    this.#at += 1;
    this.#skipSpace();
    if (this.#takeChar(']')) return;
    let index = 0;
    do {
      this.#path.push(index);
      index += 1;
      this.#value();
      this.#skipSpace();
      if (!/[,\]]/.test(this.#text[this.#at] ?? '')) this.#syntax('a comma or a closing bracket is expected');
      this.#path.pop();
    } while (this.#takeChar(','));
    this.#at += 1;
  }

  #string(): string {
    return (
      this.#take(stringToken) ?? this.#syntax('a string is broken: an escape, a control character, or no end')
    );
  }

  #unknownToken(): never {
    if (this.#at >= this.#text.length) this.#syntax('the body ends too early');
    const foreign = this.#take(foreignToken);
    this.#syntax(foreign === undefined ? 'this is not a JSON value' : `${foreign} is not a JSON value`);
  }

  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#at;
    const taken = token.exec(this.#text)?.[0];
    this.#at += taken?.length ?? 0;
    return taken;
  }

  #takeChar(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    while (/[ \t\n\r]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #syntax(what: string): never {
    this.#fail('json-syntax', `The body is not JSON: at character ${this.#at}, ${what}.`);
  }

  #fail(code: string, detail: string): never {
    const pointer = this.#path.map((key) => `/${pointerToken(key)}`).join('');
    const field = this.#path.findLast((key) => typeof key === 'string') ?? null;
    throw new JsonFault({ pointer, field: field === null ? null : String(field), code, detail });
  }
}
