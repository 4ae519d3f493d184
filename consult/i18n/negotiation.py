"""Which interface language a reader gets: the address says; `/` and citable addresses ask Accept-Language."""

from babel.core import negotiate_locale

from consult.i18n.locales import CODES, DEFAULT


def accepted_languages(header: str) -> list[str]:
    """Language tags of an Accept-Language header (RFC 9110, 12.5.4), best first; nonsense is passed over."""
    weighted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:1000].split(",")):
        tag, _, quality = (piece.strip() for piece in part.partition(";"))
        try:
            weight = float(quality.lower().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        if tag and tag != "*" and weight > 0:
            weighted.append((-weight, place, tag))
    return [tag for _, _, tag in sorted(weighted)]


def negotiate(header: str) -> str:
    """The interface language for an Accept-Language header."""
    wanted = [tag.replace("-", "_") for tag in accepted_languages(header)]
    primary = [tag.split("_")[0].lower() for tag in wanted]
    return negotiate_locale(primary, list(CODES)) or DEFAULT
