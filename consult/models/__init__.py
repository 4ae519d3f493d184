"""The tables. Importing the package knows them all, as migrations and tests need."""

from consult.models import (
    consultation,
    contribution,
    document,
    ledger,
    log,
    people,
    questionnaire,
    response,
    submission,
    team,
    translation,
    version,
)
from consult.models.base import Base

__all__ = [
    "Base",
    "consultation",
    "contribution",
    "document",
    "ledger",
    "log",
    "people",
    "questionnaire",
    "response",
    "submission",
    "team",
    "translation",
    "version",
]
