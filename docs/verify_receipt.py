#!/usr/bin/env python3
"""Check a receipt of a consultation response without the site that gave it.

    python3 verify_receipt.py receipt.json --key FINGERPRINT
    python3 verify_receipt.py receipt.json --key keys.json --head head.json --log entries.jsonl

It needs Python 3.9 or newer and nothing else: no network, no installed package. RECEIPT is the file that the site gave you,
or a mail or text with the lines from BEGIN CONSULT RECEIPT to END CONSULT RECEIPT in it.

  --key   what to trust: the key's fingerprint (64 hexadecimal digits) as you noted it or as others published it, or a
          saved copy of the site's /log/keys.json. Without it, the key inside the receipt is used, and you have to compare
          its fingerprint yourself.
  --head  a signed head of the log that you or others saved (/log/head.json). It has to be one that covers the entry; then
          --log is needed too, to follow the way from the entry to that head.
  --log   a saved copy of the log (/log/entries.jsonl): the tree is made anew from all of its entries.

It ends with 0 where everything is right, with 1 where something is not, with 2 where it was used wrongly.

Ed25519: RFC 8032, 5.1.7. Canonical JSON: RFC 8785. Tree and proofs: RFC 9162, 2.1.
"""

import argparse
import base64
import hashlib
import json
import re
import sys

RECEIPT, FILE, HEAD = "consult-receipt-1", "consult-receipt-file-1", "consult-log-head-1"
RECEIVED, ENDED = "consult-received-1", "consult-ended-1"
BEGIN, END = "-----BEGIN CONSULT RECEIPT-----", "-----END CONSULT RECEIPT-----"


class Wrong(Exception):
    """Something is not as it should be; the message says what."""


# Ed25519 ------------------------------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    """The x of a point on the curve, None where there is none."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def point_of(data):
    """A point from its 32 bytes, as extended coordinates; None where these are not a point."""
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def add(one, other):
    """The sum of two points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(number, point):
    """A point added to itself so many times."""
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point = add(point, point)
        number >>= 1
    return found


def same(one, other):
    """Whether two points are the same."""
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (
        one[1] * other[2] - other[1] * one[2]
    ) % P == 0


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signature(public, message, signature):
    """Whether a signature (64 bytes) of a message is that of a public key (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, first = point_of(public), point_of(signature[:32])
    number = int.from_bytes(signature[32:], "little")
    if key is None or first is None or number >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    return same(multiply(number, BASE), add(first, multiply(challenge, key)))


# The tree ------------------------------------------------------------------------------------------------------------


def hash_leaf(entry):
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_pair(left, right):
    """The hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_by_path(entry, number, size, path):
    """The root that a path leads to (RFC 9162, 2.1.3.2), None where the path does not fit."""
    if not 0 <= number < size:
        return None
    place, last, found = number, size - 1, hash_leaf(entry)
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = hash_pair(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = hash_pair(found, sibling)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def root_of(entries):
    """The root over entries, from the first on."""
    waiting = []
    for number, entry in enumerate(entries):
        found = hash_leaf(entry)
        while number & 1:
            found = hash_pair(waiting.pop(), found)
            number >>= 1
        waiting.append(found)
    if not waiting:
        return hashlib.sha256(b"").digest()
    found = waiting.pop()
    while waiting:
        found = hash_pair(waiting.pop(), found)
    return found


# Reading -------------------------------------------------------------------------------------------------------------


def canonical(value):
    """The bytes that are hashed and signed: members sorted, nothing between tokens, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def once(pairs):
    """An object; a name that occurs twice could be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def whole_numbers_only(text):
    """No fractions: how they are written is not settled."""
    raise ValueError("not a whole number: " + text)


def read_json(text):
    """An object from its text."""
    try:
        found = json.loads(text, object_pairs_hook=once, parse_float=whole_numbers_only)
    except (ValueError, RecursionError) as error:
        raise Wrong("this can't be read: " + str(error)) from None
    if not isinstance(found, dict):
        raise Wrong("this is not a receipt")
    return found


def read_receipt(text):
    """The receipt, its proof and its head; the last two are None where only the receipt itself was given."""
    armoured, ended, _ = text.partition(BEGIN)[2].partition(END)
    if ended:
        letters = re.sub("[^A-Za-z0-9+/=]", "", armoured)
        try:
            text = base64.b64decode(letters, validate=True).decode()
        except ValueError:
            raise Wrong("the receipt is damaged: characters are missing or changed") from None
    else:
        text = text[text.find("{") : text.rfind("}") + 1]
    content = read_json(text)
    if content.get("format") == RECEIPT:
        return content, None, None
    parts = [content.get(name) for name in ("receipt", "proof", "head")]
    if content.get("format") != FILE or not all(isinstance(part, dict) for part in parts):
        raise Wrong("this is not a receipt")
    return parts


def hash_in(value, what):
    """A SHA-256 from its hexadecimal digits."""
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
        raise Wrong(what + " is not a SHA-256")
    return bytes.fromhex(value)


def count_in(value, what):
    """A whole number."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Wrong(what + " is not a number")
    return value


# Checking ------------------------------------------------------------------------------------------------------------


def check_signature(statement, format_, trusted, what):
    """That a statement is signed by the key that it names, and that this key is trusted. The key's fingerprint."""
    if statement.get("format") != format_:
        raise Wrong(what + " has another format than this program knows")
    try:
        public = base64.b64decode(str(statement.get("public_key")), validate=True)
        signature = base64.b64decode(str(statement.get("signature")), validate=True)
    except ValueError:
        raise Wrong(what + ": its key or its signature is damaged") from None
    for data, name in ((public, "public_key"), (signature, "signature")):
        if base64.b64encode(data).decode() != statement.get(name):
            raise Wrong(what + ": its " + name + " is written in an unusual way")
    fingerprint = hashlib.sha256(public).hexdigest()
    if fingerprint != statement.get("key"):
        raise Wrong(what + " names another key than it holds")
    if trusted and fingerprint not in trusted:
        raise Wrong(what + " is signed by a key that you don't trust: " + fingerprint)
    unsigned = {name: value for name, value in statement.items() if name != "signature"}
    if not is_signature(public, canonical(unsigned), signature):
        raise Wrong(what + " was changed after it was signed, or the signature is false")
    return fingerprint


def check_statement(receipt):
    """That the entry is the hash of what the receipt states."""
    received = receipt.get("received")
    if not isinstance(received, dict) or received.get("format") != RECEIVED:
        raise Wrong("the receipt states nothing")
    entry = hash_in(receipt.get("entry"), "the entry")
    if hashlib.sha256(canonical(received)).digest() != entry:
        raise Wrong("the entry is not the hash of what the receipt states")
    return entry, count_in(receipt.get("number"), "the entry's number")


def check_proof(entry, number, proof, head):
    """That the path leads from the entry to the head."""
    size = count_in(proof.get("size"), "the proof's size")
    if size != head.get("size"):
        raise Wrong("the proof is for a log of another length than the head")
    path = proof.get("path")
    if not isinstance(path, list):
        raise Wrong("the proof has no path")
    hashes = [hash_in(each, "a hash of the proof") for each in path]
    if root_by_path(entry, number, size, hashes) != hash_in(head.get("root"), "the head's root"):
        raise Wrong("the proof does not lead to the head: the entry is not in that log")


def check_log(entry, number, log, heads):
    """That a copy of the log holds the entry, fits the heads, and what it says about the entry since."""
    entries = [hash_in(each.get("entry"), "entry %d of the log" % at) for at, each in enumerate(log)]
    for at, each in enumerate(log):
        if each.get("number") != at:
            raise Wrong("entry %d is missing in this copy of the log" % at)
        if "of" in each:
            statement = {"format": ENDED, **{name: each.get(name) for name in ("kind", "of", "note", "at")}}
            if hashlib.sha256(canonical(statement)).digest() != entries[at]:
                raise Wrong("entry %d of the log is not the hash of what it says" % at)
    if number >= len(log) or entries[number] != entry:
        raise Wrong("entry %d of this copy of the log is another one than the receipt's" % number)
    for head in heads:
        size = count_in(head.get("size"), "the head's size")
        if size > len(entries):
            raise Wrong(
                "this copy of the log ends before the head: it has %d entries of %d" % (len(entries), size)
            )
        if root_of(entries[:size]) != hash_in(head.get("root"), "the head's root"):
            raise Wrong("the head of %d entries is not that of this copy: the log was rewritten" % size)
    return [each for each in log if each.get("of") == number]


def read_trusted(text):
    """Fingerprints to trust, from --key."""
    if text is None:
        return set()
    if re.fullmatch("[0-9a-fA-F: ]+", text):
        digits = re.sub("[: ]", "", text).lower()
        if len(digits) != 64:
            raise Wrong("a fingerprint has 64 hexadecimal digits")
        return {digits}
    with open(text, encoding="utf-8") as file:
        keys = read_json(file.read()).get("keys")
    if not isinstance(keys, list):
        raise Wrong(text + " holds no keys")
    return {str(each.get("key")) for each in keys if isinstance(each, dict)}


def check(receipt_text, trusted=frozenset(), head_text=None, log_lines=None):
    """Check it all. What was found, as lines; raises Wrong."""
    receipt, proof, head = read_receipt(receipt_text)
    fingerprint = check_signature(receipt, RECEIPT, trusted, "the receipt")
    said = ["signature: right, by the key " + fingerprint]
    entry, number = check_statement(receipt)
    said.append("statement: its hash is entry %d" % number)
    heads = []
    if head is not None:
        check_signature(head, HEAD, trusted or {fingerprint}, "the head")
        check_proof(entry, number, proof, head)
        heads.append(head)
        said.append(
            "proof: the entry is in the log of %d entries signed on %s" % (head["size"], head.get("at"))
        )
    if head_text is not None:
        heads.append(read_json(head_text))
        check_signature(heads[-1], HEAD, trusted or {fingerprint}, "the saved head")
        if log_lines is None:
            raise Wrong("with --head give --log as well: the way from the entry to that head is in the log")
    if log_lines is not None:
        log = [read_json(line) for line in log_lines if line.strip()]
        ended = check_log(entry, number, log, heads)
        said.append("log: the copy of %d entries holds the entry and fits %d heads" % (len(log), len(heads)))
        said += ["since then: " + ending(each) for each in ended]
    elif head is None:
        said.append("proof: there is none in what you gave; use the receipt's file, or --log and --head")
    return said, receipt["received"]


def ending(each):
    """What was said about an entry later."""
    note = (each.get("note") or {}).get("text", "no reason given")
    return "%s on %s (entry %s): %s" % (each.get("kind"), each.get("at"), each.get("number"), note)


def show(received):
    """What the receipt states, in lines."""
    yield "received by %s" % received.get("site")
    yield "  %s, round %s, sending %s" % (
        received.get("reference"),
        received.get("round"),
        received.get("sending"),
    )
    yield "  at %s (%s; the round closed at %s)" % (
        received.get("sent_at"),
        received.get("rule"),
        received.get("closes_at"),
    )
    yield "  SHA-256 of the response %s" % received.get("sha256")
    for each in received.get("files") or []:
        yield "  file %s, %s bytes, SHA-256 %s" % (each.get("name"), each.get("size"), each.get("sha256"))


def read_file(path):
    """A file's text, None for none."""
    if path is None:
        return None
    with open(path, encoding="utf-8") as file:
        return file.read()


def main(arguments=None):
    """Check what was named on the command line."""
    parser = argparse.ArgumentParser(description="Check a receipt without the site that gave it.")
    parser.add_argument("receipt")
    parser.add_argument("--key", help="the fingerprint to trust, or a saved keys.json")
    parser.add_argument("--head", help="a saved head.json")
    parser.add_argument("--log", help="a saved entries.jsonl")
    asked = parser.parse_args(arguments)
    try:
        log = read_file(asked.log)
        said, received = check(
            read_file(asked.receipt),
            read_trusted(asked.key),
            read_file(asked.head),
            None if log is None else log.split("\n"),
        )
    except Wrong as error:
        print("NOT RIGHT: %s" % error)
        return 1
    except (OSError, UnicodeDecodeError) as error:
        print("can't read: %s" % error, file=sys.stderr)
        return 2
    for line in (*show(received), *said):
        print(line)
    if not asked.key:
        print("Compare the key's fingerprint with the one that you noted, or that others published.")
    print("RIGHT")
    return 0


if __name__ == "__main__":
    sys.exit(main())
