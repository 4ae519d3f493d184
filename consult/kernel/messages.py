"""Marks English sentences for translation where they are written down but not yet shown."""


def N_(message: str) -> str:  # noqa: N802 - the name gettext gives it
    """The message itself; Babel collects what stands inside."""
    return message
