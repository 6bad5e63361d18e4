/** Names and values in the order in which they are sent; a name may occur twice. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** How the bytes are sent. `slow-*` pauses between small pieces; the others are what their names say in HTTP. */
export type Manner = 'whole' | 'slow-head' | 'slow-body' | 'chunked' | 'expect-continue' | 'http-1.0';

/** One request to the endpoint. Host, Connection and the body's length are added when it is sent. */
export interface WireRequest {
  readonly method: string;
  readonly headers: Pairs;
  readonly body: Uint8Array;
  readonly manner: Manner;
  /** Appended to the query of the endpoint's URL. */
  readonly query?: string;
}

/** The request's head in the bytes of HTTP/1, with the empty line that ends it. */
export function renderHead(request: WireRequest, url: URL, persistent: boolean): Buffer {
  const version = request.manner === 'http-1.0' ? '1.0' : '1.1';
  const query = [url.search.slice(1), request.query ?? ''].filter((part) => part !== '').join('&');
  const path = `${url.pathname}${query === '' ? '' : `?${query}`}`;
  const headers: Pairs = [
    ['host', url.host],
    ['connection', persistent ? 'keep-alive' : 'close'],
    ...request.headers,
    request.manner === 'chunked'
      ? ['transfer-encoding', 'chunked']
      : ['content-length', String(request.body.byteLength)],
    ...(request.manner === 'expect-continue' ? ([['expect', '100-continue']] as const) : []),
  ];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`${request.method} ${path} HTTP/${version}\r\n${lines}\r\n`, 'latin1');
}
