"""Which passwords are taken."""

from __future__ import annotations

import asyncio
import time
from multiprocessing import get_context

import pytest

from consult.security.passwords import hash_password, verify_password, weakness

OWN = ("Amina Haddad", "amina.haddad@example.org", "Voces por la Red", "Consult")


@pytest.mark.parametrize(
    "password",
    ["lantern tidal orchard", "k7#Qp2!vX9", "صندوق البرتقال الأزرق", "正确的马电池订书钉啊", "correct horse battery",
     "x" * 3 + "yzabcq19 other", "a" + "bq7 zk!" * 28],
)  # fmt: skip
def test_a_password_of_ones_own_is_taken(password: str) -> None:
    assert weakness(password, *OWN) is None


@pytest.mark.parametrize(
    "password",
    ["", "seven77", "x" * 201, "aaaaaaaa", "abababab", "abcabcabc", "12345678", "87654321", "abcdefgh", "qwertyuiop",
     "poiuytrewq", "asdfghjkl1", "password", "Password1", "P@ssw0rd!", "passw0rd2026", "letmein123", "Welcome2026!",
     "iloveyou99", "motdepasse", "контрольпароль"[8:] + "1234", "aminahaddad", "Amina.Haddad1", "haddad2026!",
     "consult2026", "Consult!!", "vocesporlared"],
)  # fmt: skip
def test_a_password_that_is_guessed_is_refused(password: str) -> None:
    assert weakness(password, *OWN) is not None


async def test_the_same_letters_typed_on_another_keyboard_are_the_same_password() -> None:
    stored = await hash_password("caf\u00e9 au lait tiède")
    assert stored.startswith("$argon2id$")
    assert await verify_password(stored, "cafe\u0301 au lait tiède")
    assert not await verify_password(stored, "cafe au lait tiède")


async def test_other_readers_are_served_while_a_password_is_checked() -> None:
    turns, done = 0, asyncio.Event()

    async def count() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await hash_password("lantern tidal orchard")
    done.set()
    await counting
    assert turns > 20


async def test_an_unknown_person_takes_as_much_work_as_a_wrong_password() -> None:
    stored = await hash_password("lantern tidal orchard")
    await verify_password("!", "warm up")
    took = {"known": 9.9, "unknown": 9.9}
    for _ in range(5):
        for who, kept in (("known", stored), ("unknown", "!")):
            began = time.process_time()
            await verify_password(kept, "something wrong")
            took[who] = min(took[who], time.process_time() - began)
    assert 0.5 < took["known"] / took["unknown"] < 2


def test_a_process_that_was_forked_from_one_that_made_passwords_checks_them() -> None:
    stored = asyncio.run(hash_password("a good long one"))
    child = get_context("fork").Process(target=_signs_in, args=(stored,))
    child.start()
    child.join(20)
    waits = child.is_alive()
    child.kill()
    assert not waits
    assert child.exitcode == 0


def _signs_in(stored: str) -> None:
    assert asyncio.run(verify_password(stored, "a good long one"))
