"""An endpoint for task-state-change notifications. Python 3.10 or later, standard library only."""
import hashlib, hmac, json, logging, os, re, sys, threading, time
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_to_bytes

SIGN_KEY = os.environ.get('SIGN_KEY') or sys.exit('SIGN_KEY is not set: with an empty key anybody could sign')
WINDOW_MS, BODY_BYTES_MAX, BODY_SECONDS_MAX, SEEN_MAX = 300_000, 65_536, 10, 10_000
STATES = set('0 9000 10000 20000 30000 40000 45000 50000 51000 52000'.split())  # as text: '050000' is none of them
LENGTHS_MAX = {'state': 5, 'houseTaskId': 32, 'houseId': 64, 'packageId': 128, 'userId': 32, 'userName': 4096}
CONTENT_TYPE = re.compile(r'(application/)?x-www-form-urlencoded *(; *charset *= *("utf-?8"|utf-?8) *)?;?', re.I)
seen, lock = OrderedDict(), threading.Lock()

class Refused(Exception): """401: not the platform's. 500: not as agreed, try again. 403: never again, for on_change."""

def on_change(change):
    """Your part. A retry is signed anew, so a change can come twice: setting a state again does no harm."""
    print(f"task {change['houseTaskId']} of house {change['houseId']} is now {change['state']}", flush=True)

def receive(headers, body):
    """Answers one POST with state and payload. Needs nothing of the server, so it moves to any framework."""
    try:
        if not CONTENT_TYPE.fullmatch(', '.join(headers.get_all('content-type', ['x-www-form-urlencoded']))):
            raise Refused(500, 'content-type-unsupported')
        fields = decode_form(body)
        sign = authenticate(headers, fields)
        check_fields(fields)
        handle_once(sign, fields)
        return 200, 'Success'
    except Refused as refused:
        state, reason = refused.args
        logging.warning('refused: %s', reason)
        return state, 'authentication failed' if state == 401 else reason  # a forger learns nothing
    except Exception:
        logging.exception('failed')
        return 500, 'internal error'

def decode_form(body):
    if re.search(rb'%(?![0-9A-Fa-f]{2})', body):  # strict throughout: forgeries are made of what lenient decoders pass
        raise Refused(500, 'form-malformed-percent')
    fields = {}
    for pair in filter(None, body.replace(b'+', b' ').split(b'&')):
        # With surrogateescape each byte that is not UTF-8 becomes a lone surrogate, and nothing else does.
        name, _, value = (unquote_to_bytes(part).decode('utf-8', 'surrogateescape') for part in pair.partition(b'='))
        if name in fields or re.search(r'[\x00-\x1f\x7f\ud800-\udfff]', name + value):
            raise Refused(500, 'form-repeated-name, form-invalid-utf8 or form-control-character')
        fields[name] = value
    return fields

def authenticate(headers, fields):
    # Text first: int() also reads '01532059200000'. A header that came twice is joined and fits neither pattern.
    timestamp, sign = (', '.join(headers.get_all(name, [])) for name in ('timestamp', 'sign'))
    if not re.fullmatch('[1-9][0-9]{12}', timestamp) or not re.fullmatch('[0-9A-Fa-f]{32}', sign):
        raise Refused(401, 'timestamp or sign missing or malformed')
    if abs(time.time() * 1000 - int(timestamp)) > WINDOW_MS:
        raise Refused(401, 'timestamp outside the window')
    text = SIGN_KEY + ''.join(fields[name] for name in sorted(fields)) + timestamp
    digest = hashlib.md5(text.encode('utf-8')).digest()
    if not hmac.compare_digest(digest, bytes.fromhex(sign)):
        raise Refused(401, 'sign-mismatch')
    return digest

def check_fields(fields):
    # Exactly these: names are not signed, so an undeclared field can carry a piece of another.
    if fields.keys() != LENGTHS_MAX.keys():
        raise Refused(500, 'field-missing or field-undeclared')
    for name, value in fields.items():
        length = len(value.encode('utf-16-le')) // 2  # UTF-16 code units, as .NET counts; len() counts code points
        if length > LENGTHS_MAX[name] or (length == 0 and name != 'userName'):
            raise Refused(500, f'length: {name}')
    if fields['state'] not in STATES:
        raise Refused(500, 'state-unknown')

def handle_once(sign, fields):
    """A replay must not set an older state again. In production keep the sign in your database, under a unique key
    and in the transaction of the change itself; then this lock, which lets one change through at a time, can go."""
    with lock:
        if sign in seen and seen[sign] != fields:
            raise Refused(401, 'the same sign with other fields')
        if sign not in seen:
            on_change(fields | {'state': int(fields['state'])})
            seen[sign] = fields  # only now: when on_change fails, the repeat has to run
            if len(seen) > SEEN_MAX:
                seen.popitem(last=False)

class Handler(BaseHTTPRequestHandler):
    protocol_version, timeout, disable_nagle_algorithm = 'HTTP/1.1', 10, True  # seconds of silence; no wait of 40 ms
    def do_POST(self):
        length = ','.join(self.headers.get_all('content-length', ['0']))
        if 'transfer-encoding' in self.headers or not re.fullmatch('[0-9]{1,9}', length):
            return self.send_error(411)
        # Read on beyond the limit, up to 1 MiB: closing with bytes unread would lose the answer.
        body, size, deadline = b'', min(int(length), 1 << 20), time.monotonic() + BODY_SECONDS_MAX
        while len(body) < size:
            self.connection.settimeout(max(0.01, deadline - time.monotonic()))
            piece = self.rfile.read1(size - len(body))
            if not piece:
                return self.send_error(400)
            body += piece
        if int(length) > BODY_BYTES_MAX:
            return self.send_error(413)
        self.connection.settimeout(self.timeout)
        self.answer(200, *receive(self.headers, body))

    def send_error(self, code, *_):  # whatever the server refuses; 501 for a method without a do_ function
        self.close_connection = True
        self.answer(405 if code == 501 else code, 500, 'POST only' if code == 501 else 'bad request')

    def answer(self, status, state, payload):
        body = json.dumps({'state': state, 'payload': payload}).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json; charset=utf-8')
        self.send_header('Content-Length', str(len(body)))
        self.send_header('Connection', 'close' if self.close_connection else 'keep-alive')
        self.end_headers()
        self.wfile.write(b'' if self.command == 'HEAD' else body)

ThreadingHTTPServer.request_queue_size = 128  # the default of 5 drops connections in a burst
ThreadingHTTPServer(('127.0.0.1', int(os.environ.get('PORT', '9000'))), Handler).serve_forever()
