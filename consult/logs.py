"""One line of JSON an event, of named fields only: no body, cookie, token or address can slip in."""

from __future__ import annotations

import logging
import sys
from functools import cache

import structlog
from structlog.typing import FilteringBoundLogger

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "method",
        "route",
        "status",
        "ms",
        "error",
        "where",
        "kind",
        "count",
        "detail",
    }
)


def _allowed_only(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return {name: value for name, value in event.items() if name in ALLOWED}


def set_up_logs(level: str) -> None:
    """Write to standard error from `level` on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _allowed_only,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    bound_logger.cache_clear()


@cache
def bound_logger() -> FilteringBoundLogger:
    """A logger for lines that are written often, as it was last set up: finding one takes longer than not to write."""
    logger: FilteringBoundLogger = structlog.get_logger().bind()
    return logger


def log_crash(error: BaseException, route: str) -> None:
    """Note what nobody foresaw: its kind and the line it came from, nothing of the input."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    structlog.get_logger().error("crash", error=type(error).__name__, where=where, route=route)
