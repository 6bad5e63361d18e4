"""The strict form decoder: application/x-www-form-urlencoded, UTF-8, nothing repeated, nothing hidden."""

BODY_BYTES_MAX = 65536
FIELDS_MAX = 64
NAME_BYTES_MAX = 128
VALUE_BYTES_MAX = 16384

CONTROL = frozenset(list(range(0x20)) + [0x7F])
HEX = frozenset(b"0123456789abcdefABCDEF")


class Refused(Exception):
    pass


def decode_component(raw, bytes_max):
    if b"%" in raw or b"+" in raw:
        pieces = raw.replace(b"+", b" ").split(b"%")
        decoded = [pieces[0]]
        for piece in pieces[1:]:
            if len(piece) < 2 or piece[0] not in HEX or piece[1] not in HEX:
                raise Refused
            decoded.append(bytes((int(piece[:2], 16),)))
            decoded.append(piece[2:])
        raw = b"".join(decoded)
    if len(raw) > bytes_max or not CONTROL.isdisjoint(raw):
        raise Refused
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused from None


def decode_form(body):
    """Pairs in the order of the body. Raises Refused."""
    if len(body) > BODY_BYTES_MAX:
        raise Refused
    try:
        # Also before percent-decoding: a character may not be written half in bytes and half in percents.
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused from None
    fields = {}
    sent = 0
    for segment in body.split(b"&"):
        if segment == b"":
            continue
        sent += 1
        if sent > FIELDS_MAX:
            raise Refused
        name, _, value = segment.partition(b"=")
        decoded = decode_component(name, NAME_BYTES_MAX)
        if decoded == "" or decoded in fields:
            raise Refused
        fields[decoded] = decode_component(value, VALUE_BYTES_MAX)
    return fields
