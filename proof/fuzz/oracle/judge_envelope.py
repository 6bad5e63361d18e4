import json
import re

from strict_json import Number, Pairs, depth_of, loads

DEPTH_MAX = 32
INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,9})\Z")


def judge(parts):
    try:
        text = parts[0].decode("utf-8")
        if text.startswith("\ufeff"):
            text = text[1:]
        value = loads(text)
    except (ValueError, RecursionError):
        return "R"
    if not isinstance(value, Pairs) or depth_of(value) > DEPTH_MAX:
        return "R"
    members = dict(value)
    if len(members) != len(value):
        return "R"
    state = members.get("state")
    if not isinstance(state, Number) or not INTEGER.match(state):
        return "R"
    if not -(2**31) <= int(state) < 2**31:
        return "R"
    payload = members.get("payload")
    if payload is None:
        payload = ""
    if not isinstance(payload, str) or isinstance(payload, Number):
        return "R"
    return "A" + str(int(state)) + json.dumps(payload)
