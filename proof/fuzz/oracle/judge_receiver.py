"""A whole request, as a receiver judges it: A and what it read, or R and the state of the answer."""

import json
import re
import urllib.parse

from signatures import find_md5_key, is_webhook
from strict_form import Refused, decode_form

FORM = re.compile(r"(?:application/)?x-www-form-urlencoded\Z", re.I | re.A)
CHARSET = re.compile(r"charset[\s\ufeff]*=[\s\ufeff]*(.*)\Z", re.I)
UTF8 = re.compile(r'(?:"utf-?8"|utf-?8)\Z', re.I | re.A)
MILLISECONDS = re.compile(r"[1-9][0-9]{12}\Z")
COUNT = re.compile(r"[1-9][0-9]{0,14}\Z")
HINTED_ID = re.compile(r"[\x21-\x7e]{1,512}\Z")
INTEGER = re.compile(r"(?:0|-?[1-9][0-9]*)\Z")
STATES = frozenset(
    (0, 9000, 10000, 20000, 30000, 40000, 45000, 50000, 51000, 52000)
)
WHITE = " \t\n\x0b\x0c\r\xa0\ufeff\u2028\u2029"
TEXTS = (
    ("houseTaskId", 1, 32),
    ("houseId", 1, 64),
    ("packageId", 1, 128),
    ("userId", 1, 32),
    ("userName", 0, 4096),
)
READ = frozenset(
    (
        "content-type timestamp sign webhook-id webhook-timestamp webhook-signature"
        " doorbell-sequence doorbell-attempt"
    ).split()
)


class Unauthenticated(Exception):
    pass


class NotUnderstood(Exception):
    pass


def is_form(values):
    text = ", ".join(values).strip(WHITE)
    if text == "":
        return True
    kind, *parameters = [piece.strip(WHITE) for piece in text.split(";")]
    if not FORM.match(kind):
        return False
    for parameter in parameters:
        charset = CHARSET.match(parameter)
        if charset and not UTF8.match(charset.group(1)):
            return False
    return True


def collect(pairs):
    headers = {}
    for name, value in pairs:
        name = name.lower()
        if name in READ:
            headers.setdefault(name, []).extend(value.split(", "))
    return headers


def only(headers, name):
    values = headers.get(name, [""])
    if len(values) > 1:
        raise Unauthenticated
    return values[0]


def is_in_window(now, earliest, latest, tolerance):
    return now - latest <= tolerance and earliest - now <= tolerance


def prove_hmac(headers, body, rules):
    signature = only(headers, "webhook-signature")
    webhook_id = only(headers, "webhook-id")
    timestamp = only(headers, "webhook-timestamp")
    if signature == "":
        return None
    if not is_webhook(webhook_id, timestamp, signature, body, rules["secrets"]):
        raise Unauthenticated
    at = int(timestamp) * 1000
    if not is_in_window(rules["now"], at, at + 999, rules["tolerance"]):
        raise Unauthenticated
    return {"timestamp": at, "id": webhook_id}


def prove_md5(headers, fields, rules):
    timestamp = only(headers, "timestamp")
    sign = only(headers, "sign")
    if sign == "":
        return None
    if not MILLISECONDS.match(timestamp):
        raise Unauthenticated
    at = int(timestamp)
    if not is_in_window(rules["now"], at, at, rules["tolerance"]):
        raise Unauthenticated
    index = find_md5_key(list(fields.items()), timestamp, sign, rules["keys"])
    if index is None:
        raise Unauthenticated
    return {"timestamp": at, "index": index}


def authenticate(headers, body, fields, rules):
    proven = None if rules["policy"] == "md5" else prove_hmac(headers, body, rules)
    if proven is None and rules["policy"] == "require-hmac":
        raise Unauthenticated
    sign = None
    if proven is None or rules["keys"]:
        sign = prove_md5(headers, fields, rules)
    if proven is None and sign is None:
        if not rules["unsigned"]:
            raise Unauthenticated
        return None, None, None, None
    timestamp = (sign or proven)["timestamp"]
    index = sign["index"] if sign else None
    if proven:
        return "hmac", timestamp, index, proven["id"]
    return "md5", timestamp, index, None


def units(text):
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def read_fields(fields, rules):
    values = {}
    state = fields.get("state", "")
    if not INTEGER.match(state) or len(state) > 15 or int(state) not in STATES:
        raise NotUnderstood
    values["state"] = int(state)
    for name, shortest, longest in TEXTS:
        value = fields.get(name)
        may_be_absent = rules["revision"] == "2021-05" and name in ("userId", "userName")
        if may_be_absent and (value is None or (value == "" and shortest > 0)):
            values[name] = None
            continue
        if value is None or not shortest <= units(value) <= longest:
            raise NotUnderstood
        values[name] = value
    extra = {n: v for n, v in fields.items() if n not in values}
    for name, value in extra.items():
        if name not in rules["extra"] or units(value) > 16384:
            raise NotUnderstood
    return values, extra


def hint(headers, name, pattern):
    values = headers.get(name, [])
    return values[0] if len(values) == 1 and pattern.match(values[0]) else None


def count(text):
    return None if text is None else int(text)


def read(method, headers, body, rules):
    if method != "POST" or not is_form(headers.get("content-type", [""])):
        raise NotUnderstood
    fields = decode_form(body)
    by, timestamp, index, proven_id = authenticate(headers, body, fields, rules)
    values, extra = read_fields(fields, rules)
    sequence = count(hint(headers, "doorbell-sequence", COUNT))
    if proven_id is not None:
        start = urllib.parse.quote(values["houseTaskId"], safe="-_.!~*'()") + "."
        number = proven_id[len(start) :]
        if not proven_id.startswith(start) or not COUNT.match(number):
            raise NotUnderstood
        sequence = int(number)
    hinted = hint(headers, "webhook-id", HINTED_ID)
    return [
        values["state"],
        *(values[name] for name, _, _ in TEXTS),
        sorted(extra.items(), key=lambda pair: pair[0].encode("utf-16-be")),
        timestamp,
        by,
        index,
        hinted if proven_id is None else proven_id,
        sequence,
        count(hint(headers, "doorbell-attempt", COUNT)),
    ]


_rules = {}


def judge(parts):
    rules = _rules.get(parts[0])
    if rules is None:
        rules = _rules[parts[0]] = json.loads(parts[0])
    method = parts[1].decode("utf-8")
    body = parts[2]
    texts = [part.decode("latin-1") for part in parts[3:]]
    headers = collect(zip(texts[0::2], texts[1::2]))
    try:
        found = read(method, headers, body, rules)
    except Unauthenticated:
        return "R401"
    except (NotUnderstood, Refused):
        return "R500"
    return "A" + json.dumps(found, separators=(",", ":"))
