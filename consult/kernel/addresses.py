"""Making addresses."""

from urllib.parse import quote, urlencode


def with_query(address: str, **params: object) -> str:
    """An address with a query of the params that are not empty."""
    query = urlencode({name: str(value) for name, value in params.items() if value not in ("", None)})
    return f"{address}?{query}" if query else address


def in_path(text: str) -> str:
    """A path segment."""
    return quote(text, safe="")
