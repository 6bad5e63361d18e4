import json

from strict_form import Refused, decode_form


def judge(parts):
    try:
        fields = decode_form(parts[0])
    except Refused:
        return "R"
    return "A" + json.dumps(list(fields.items()), separators=(",", ":"))
