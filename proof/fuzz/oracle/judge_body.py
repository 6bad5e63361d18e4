"""The body of POST /v1/state-changes: A and the changes it asks to record, or R."""

import json
import re

from strict_json import Number, Pairs, depth_of, loads

DEPTH_MAX = 16
CHANGES_MAX = 1000
STATES = frozenset(
    (0, 9000, 10000, 20000, 30000, 40000, 45000, 50000, 51000, 52000)
)
CUSTOMER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}\Z")
EXTRA_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}\Z")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
TEXTS = (
    ("houseTaskId", 1, 32),
    ("houseId", 1, 64),
    ("packageId", 1, 128),
    ("userId", 1, 32),
    ("userName", 0, 4096),
)
NAMES = frozenset(
    ["customerId", "state", "extra", "eventId", *(name for name, _, _ in TEXTS)]
)


class Refused(Exception):
    pass


def units(text):
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_text(text):
    if CONTROL.search(text):
        raise Refused
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Refused from None


def check_everywhere(value):
    if isinstance(value, Pairs):
        if len(dict(value)) != len(value):
            raise Refused
        for name, member in value:
            check_text(name)
            if name == "__proto__":
                raise Refused
            check_everywhere(member)
    elif isinstance(value, list):
        for item in value:
            check_everywhere(item)
    elif isinstance(value, str) and not isinstance(value, Number):
        check_text(value)


def text_of(value, shortest, longest):
    if not isinstance(value, str) or isinstance(value, Number):
        raise Refused
    if not shortest <= units(value) <= longest:
        raise Refused
    return value


def read_state(value):
    # A double that is whole counts as an integer, as JSON has one kind of number; minus zero does not.
    if not isinstance(value, Number):
        raise Refused
    number = float(value)
    if number not in STATES or str(number).startswith("-"):
        raise Refused
    return int(number)


def read_extra(value):
    if not isinstance(value, Pairs):
        raise Refused
    for name, text in value:
        if not EXTRA_NAME.match(name) or name == "state" or name in dict((t[0], 1) for t in TEXTS):
            raise Refused
        text_of(text, 0, 16384)
        if len(text.encode("utf-8")) > 16384:
            raise Refused
    return sorted(value)


def read_change(value):
    if not isinstance(value, Pairs):
        raise Refused
    given = dict(value)
    if not NAMES.issuperset(given):
        raise Refused
    customer = text_of(given.get("customerId"), 1, 64)
    if not CUSTOMER.match(customer):
        raise Refused
    texts = [text_of(given.get(name), low, high) for name, low, high in TEXTS]
    state = read_state(given.get("state"))
    extra = read_extra(given["extra"]) if "extra" in given else []
    event = text_of(given["eventId"], 1, 128) if "eventId" in given else None
    return [customer, *texts, state, [list(pair) for pair in extra], event]


def judge(parts):
    try:
        body = parts[0].decode("utf-8-sig")
        value = loads(body)
        if depth_of(value) > DEPTH_MAX:
            return "R"
        check_everywhere(value)
        changes = [value] if isinstance(value, Pairs) else value
        if not isinstance(changes, list) or not 1 <= len(changes) <= CHANGES_MAX:
            return "R"
        return "A" + json.dumps([read_change(c) for c in changes], separators=(",", ":"))
    except (Refused, ValueError, RecursionError):
        return "R"
