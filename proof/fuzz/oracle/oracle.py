"""Answers, for each input on standard input, what a strict reading of docs/CONTRACT.md makes of it: one line each.

Usage: oracle.py TARGET. A batch is its length in 4 bytes, then inputs; an input is the number of its parts in 2 bytes,
then for each part its length in 4 bytes and its bytes. All numbers are big-endian. Written apart from the product, in
another language, so that a mistake would have to be made twice.
"""

import importlib
import struct
import sys

TARGETS = ("form", "envelope", "signature", "receiver", "address", "body")


def parts_of(batch, at):
    (count,) = struct.unpack_from(">H", batch, at)
    at += 2
    parts = []
    for _ in range(count):
        (length,) = struct.unpack_from(">I", batch, at)
        at += 4
        parts.append(batch[at : at + length])
        at += length
    return parts, at


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in TARGETS:
        sys.exit("usage: oracle.py " + "|".join(TARGETS))
    judge = importlib.import_module("judge_" + sys.argv[1]).judge
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        head = given.read(4)
        if len(head) < 4:
            return
        batch = given.read(struct.unpack(">I", head)[0])
        lines = []
        at = 0
        while at < len(batch):
            parts, at = parts_of(batch, at)
            try:
                lines.append(judge(parts))
            except Exception as error:  # A broken oracle is a finding as well, and must not end the run.
                lines.append("E" + repr(error).replace("\n", " "))
        answers.write(("\n".join(lines) + "\n").encode("utf-8"))
        answers.flush()


main()
