"""A page as PDF, made in a process of its own: WeasyPrint takes half a second and much memory, and none of it shall be
the web server's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar

from consult.kernel.apart import run_apart, turns_of
from consult.kernel.errors import ConsultError

TIME_LIMIT = 60.0
_TURNS: RunVar[CapacityLimiter] = RunVar("papers")


class Order(msgspec.Struct, frozen=True):
    """A page's HTML, whole, and files to attach to its PDF by name."""

    html: str
    attached: dict[str, bytes] = {}


async def print_pdf(html: str, attached: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF/UA-1 of a page, set as papers of this site are. Raises ConsultError where it can't be made.

    One at a time in each server process: at a deadline many want theirs at once, and the pages go first.
    """
    styled = html.replace("</head>", f"<style>{_style()}</style></head>", 1)
    async with turns_of(_TURNS, 1):
        return await _in_process(Order(styled, dict(attached or {})))


@cache
def _style() -> str:
    return Path(__file__).with_name("paper.css").read_text("utf-8")


async def _in_process(order: Order) -> bytes:
    body = await run_apart("consult.paper.process", given=msgspec.msgpack.encode(order), within=TIME_LIMIT)
    if body is None:
        raise ConsultError
    return body
