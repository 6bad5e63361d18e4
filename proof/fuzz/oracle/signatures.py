"""The MD5 sign of the contract, and Standard Webhooks v1."""

import base64
import hashlib
import hmac
import re

SIGN = re.compile(r"[0-9A-Fa-f]{32}\Z")
WEBHOOK_ID = re.compile(r"[A-Za-z0-9._~!*'()%:-]{1,512}\Z")
SECONDS = re.compile(r"[1-9][0-9]{9}\Z")
ENTRY = re.compile(r"v1,[A-Za-z0-9+/]{43}=\Z")
SIGNATURES_MAX = 16



def sort_key(name):
    return name.encode("utf-16-be")


def values_in_order(fields):
    names = [name for name, _ in fields]
    if all(name.isascii() for name in names):
        ordered = sorted(fields, key=lambda field: field[0])
    else:
        ordered = sorted(fields, key=lambda field: sort_key(field[0]))
    return "".join(value for _, value in ordered)


def find_md5_key(fields, timestamp, sign, keys):
    """The index of the key that signed, or None."""
    if not SIGN.match(sign):
        return None
    claimed = sign.lower()
    values = values_in_order(fields)
    for index, key in enumerate(keys):
        text = (key + values + timestamp).encode("utf-8")
        if hashlib.md5(text).hexdigest() == claimed:
            return index
    return None


def is_webhook(webhook_id, timestamp, signature, body, secrets):
    if not WEBHOOK_ID.match(webhook_id) or not SECONDS.match(timestamp):
        return False
    claimed = [e[3:] for e in signature.split(" ")[:SIGNATURES_MAX] if ENTRY.match(e)]
    if not claimed:
        return False
    raw = [base64.b64decode(entry) for entry in claimed]
    text = (webhook_id + "." + timestamp + ".").encode("utf-8") + body
    for secret in secrets:
        base = secret[len("whsec_") :]
        key = base64.b64decode(base + "=" * (-len(base) % 4))
        if hmac.new(key, text, hashlib.sha256).digest() in raw:
            return True
    return False
