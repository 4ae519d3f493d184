"""Every permission that a route can name."""

from enum import StrEnum


class Permission(StrEnum):
    """What may be done. Which people may do it is in `map.py`."""

    READ = "read"
    SIGN_IN = "sign-in"
    OWN_ACCOUNT = "own-account"
    COMMENT = "comment"
    RESPOND = "respond"
    DESK = "desk"
    MODERATE = "moderate"
    EDIT = "edit"
    ANSWER = "answer"
    ADMINISTER = "administer"
    METRICS = "metrics"
    DEMO = "demo"
