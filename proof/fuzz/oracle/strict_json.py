"""JSON by RFC 8259 and nothing more, with what json.loads would hide: numbers as written, and repeated names."""

import json


class Number(str):
    """A number, as it was written."""


class Pairs(list):
    """An object, as its pairs in order."""


def refuse(text):
    raise ValueError(text)


_decoder = json.JSONDecoder(
    parse_int=Number, parse_float=Number, parse_constant=refuse, object_pairs_hook=Pairs
)


def loads(text):
    """Raises ValueError or RecursionError for what is not JSON, or nests without end."""
    start = 0
    while start < len(text) and text[start] in " \t\r\n":
        start += 1
    value, end = _decoder.raw_decode(text, start)
    while end < len(text) and text[end] in " \t\r\n":
        end += 1
    if end != len(text):
        raise ValueError("more after the end")
    return value


def depth_of(value):
    depth = 0
    level = [value]
    while True:
        level = [v for v in level if isinstance(v, list)]
        if not level:
            return depth
        depth += 1
        level = [
            child[1] if isinstance(v, Pairs) else child for v in level for child in v
        ]
