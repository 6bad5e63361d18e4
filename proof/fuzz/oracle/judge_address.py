"""Where a URL or an address leads: A to the public internet, R to somewhere that may not be called, ? for no opinion."""

import ipaddress
import re
import unicodedata
import urllib.parse

DENIED = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24"
        " 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15"
        " 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
        " 2001::/23 2001:db8::/32 2002::/16 3fff::/20"
    ).split()
]
PUBLIC6 = ipaddress.ip_network("2000::/3")
NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)\Z")
ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")


def is_public(address):
    if address.version == 4:
        return not any(address in network for network in DENIED if network.version == 4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address not in PUBLIC6 or any(address in n for n in DENIED if n.version == 6):
        return False
    if address.packed[8:12] in ISATAP:
        return is_public(ipaddress.IPv4Address(address.packed[12:]))
    return True


def judge_address(text):
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        # Python refuses what it may not: leading zeros, and names of zones that it does not know.
        return "R"
    if address.version == 6 and address.scope_id is not None:
        address = ipaddress.IPv6Address(text.partition("%")[0])
    return "A" if is_public(address) else "R"


def number_of(text):
    if text == "":
        return None
    if text[:2] in ("0x", "0X"):
        return int(text[2:], 16) if text[2:] else 0
    if len(text) > 1 and text[0] == "0":
        return int(text, 8)
    return int(text)


def v4_of(host):
    """The address that the WHATWG host parser makes of a host that ends in a number. Raises ValueError."""
    parts = host.split(".")
    if parts[-1] == "" and len(parts) > 1:
        parts.pop()
    if len(parts) > 4 or not all(NUMBER.match(part) for part in parts):
        raise ValueError(host)
    numbers = [number_of(part) for part in parts]
    if any(number > 255 for number in numbers[:-1]):
        raise ValueError(host)
    if numbers[-1] >= 256 ** (5 - len(numbers)):
        raise ValueError(host)
    value = numbers[-1]
    for place, number in enumerate(numbers[:-1]):
        value += number << (8 * (3 - place))
    return ipaddress.IPv4Address(value)


def ends_in_number(host):
    parts = host.split(".")
    if parts[-1] == "":
        if len(parts) == 1:
            return False
        parts.pop()
    last = parts[-1]
    return bool(last) and (last.isascii() and last.isdigit() or bool(re.match(r"0[xX][0-9a-fA-F]*\Z", last)))


def judge_host(host):
    if host.startswith("["):
        if not host.endswith("]") or "%" in host:
            return "R"
        try:
            return "A" if is_public(ipaddress.IPv6Address(host[1:-1])) else "R"
        except ValueError:
            return "R"
    try:
        host = urllib.parse.unquote(host, errors="strict")
    except UnicodeDecodeError:
        return "R"
    host = unicodedata.normalize("NFKC", host).lower().replace("\u3002", ".")
    host = host.replace("\u00ad", "")
    if not host.isascii() or host.startswith("xn--") or ".xn--" in host:
        return "?"
    if not re.match(r"[a-z0-9_.-]+\Z", host):
        return "?"
    if ends_in_number(host):
        try:
            return "A" if is_public(v4_of(host)) else "R"
        except ValueError:
            return "R"
    name = host[:-1] if host.endswith(".") else host
    if name == "localhost" or name.endswith(".localhost"):
        return "R"
    return "?"


def judge(parts):
    kind = parts[0]
    text = parts[1].decode("utf-8")
    if kind == b"a":
        return judge_address(text)
    match = re.match(r"https?://([^/?#\\@:\[\]]*|\[[^\]]*\])(?::([0-9]{1,5}))?(/[A-Za-z0-9/_.-]*)?\Z", text)
    if not match or "@" in text:
        return "?"
    if any(ord(c) <= 0x20 or ord(c) == 0x7F for c in text):
        return "R"
    verdict = judge_host(match.group(1))
    if verdict == "A" and match.group(2) is not None and match.group(2) not in ("80", "443", "8080"):
        return "?"
    return verdict
