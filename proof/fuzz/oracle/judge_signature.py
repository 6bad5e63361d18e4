from signatures import find_md5_key, is_webhook


def judge(parts):
    kind, *rest = parts
    if kind == b"h":
        body = rest[3]
        webhook_id, timestamp, signature = (part.decode("utf-8") for part in rest[:3])
        secrets = [part.decode("utf-8") for part in rest[4:]]
        return "A" if is_webhook(webhook_id, timestamp, signature, body, secrets) else "R"
    timestamp, sign, count, *texts = (part.decode("utf-8") for part in rest)
    keys, given = texts[: int(count)], texts[int(count) :]
    fields = list(zip(given[0::2], given[1::2]))
    index = find_md5_key(fields, timestamp, sign, keys)
    return "R" if index is None else "A" + str(index)
