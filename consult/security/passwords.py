"""Passwords: which are taken, and how they are kept (Argon2id, RFC 9106).

The work is done in threads of its own, so that the event loop goes on and memory has a bound: each takes 19 MiB
(OWASP Password Storage Cheat Sheet: m=19456, t=2, p=1).
"""

from __future__ import annotations

import asyncio
import os
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from consult.kernel.errors import Message
from consult.kernel.messages import N_
from consult.security.common_passwords import COMMON
from consult.security.tokens import new_token

LEAST, MOST = 8, 200
"""Characters of a password (OWASP ASVS 5.0, 6.2.1 and 6.2.9)."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_Result = TypeVar("_Result")

ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm",
        "zxcvbnm", "yxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "1qaz2wsx3edc4rfv")  # fmt: skip
LOOKALIKES = str.maketrans(
    {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)
EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
OWN_WORD = 4
"""From how many letters on a word of somebody's name counts; fewer than this must not be all that is left."""


async def hash_password(password: str) -> str:
    """What is kept of a password."""
    return await _in_thread(lambda: _hasher.hash(_prepared(password)))


async def verify_password(stored: str, password: str) -> bool:
    """Whether a password is the right one. Takes the same time where `stored` is no hash, as of somebody unknown."""
    return await _in_thread(lambda: _verify(stored, password))


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def weakness(password: str, *own: str) -> Message | None:
    """Why a new password is refused, None where it is taken. `own` is what belongs to the person: name, address."""
    if len(password) < LEAST:
        return Message(N_("Use at least %(least)d characters."), {"least": LEAST})
    if len(password) > MOST:
        return Message(N_("Use at most %(most)d characters."), {"most": MOST})
    folded = unicodedata.normalize("NFKC", password).casefold()
    if _is_pattern(folded):
        return Message(
            N_("This is a simple pattern that is guessed at once. Use several words, or a longer one.")
        )
    if _is_common(folded):
        return Message(
            N_("This password is known and tried first. Use several words that don't belong together.")
        )
    if _is_own(folded, own):
        return Message(N_("Don't use your name, your address or this site's name as your password."))
    return None


async def _in_thread(work: Callable[[], _Result]) -> _Result:
    return await asyncio.get_running_loop().run_in_executor(_threads(os.getpid()), work)


@cache
def _threads(pid: int) -> ThreadPoolExecutor:
    """One pool a process: a fork inherits its parent's without the threads, and what is put there waits for ever."""
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix=f"password-{pid}")


def _prepared(password: str) -> str:
    """One form for what keyboards write in several (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password[: 2 * MOST])


def _verify(stored: str, password: str) -> bool:
    is_hash = stored.startswith("$argon2")
    try:
        right = _hasher.verify(stored if is_hash else _hash_of_nobody(), _prepared(password))
    except (VerificationError, InvalidHashError):
        return False
    return is_hash and right


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(new_token())


def _is_pattern(folded: str) -> bool:
    if len(set(folded)) < 4 or re.fullmatch(r"(.{1,4})\1+", folded):
        return True
    steps = sum(abs(ord(a) - ord(b)) <= 1 for a, b in pairwise(folded))
    return steps >= 0.75 * (len(folded) - 1) or any(_runs_along(folded, row) for row in ROWS)


def _runs_along(folded: str, row: str) -> bool:
    core = EDGES.sub("", folded) or folded
    return len(core) >= OWN_WORD and (core in row or core in row[::-1])


def _is_common(folded: str) -> bool:
    cores = (folded, EDGES.sub("", folded))
    return any(each in COMMON or EDGES.sub("", each.translate(LOOKALIKES)) in COMMON for each in cores)


def _is_own(folded: str, own: tuple[str, ...]) -> bool:
    rest = folded
    for word in sorted(_own_words(own), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != folded and len(re.sub(r"[\W\d_]+", "", rest)) < OWN_WORD


def _own_words(own: tuple[str, ...]) -> set[str]:
    """Words of names and addresses, and each of these as one word."""
    parts = [re.findall(r"[^\W\d_]+", text.casefold()) for text in own]
    words = {word for each in parts for word in (*each, "".join(each))}
    return {word for word in words if len(word) >= OWN_WORD}
