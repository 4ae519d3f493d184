"""Raised and lowered letters, for a dialect that has none of its own: as Unicode's where it has them."""

from __future__ import annotations

_SIGNS = "0123456789+-=()"
_UP = dict(
    zip(_SIGNS + "niabcdefghjklmoprstuvwxyz−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ⁻⁻", strict=True)
)
_DOWN = dict(zip(_SIGNS + "aehijklmnoprstuvx−–", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₋₋", strict=True))
# A search for “1st” or “2e” finds these only as plain letters, and they say the same on the line.
_ON_THE_LINE = frozenset(
    {"st", "nd", "rd", "th", "e", "er", "re", "ère", "ème", "o", "a", "os", "as", "™", "®", "©"}
)


def raised(text: str, *, up: bool) -> tuple[str, bool]:
    """The text as it stands on the line, and whether it still says the same."""
    if text.strip().lower() in _ON_THE_LINE or not text.strip():
        return text, True
    signs = _UP if up else _DOWN
    if all(letter in signs or letter == " " for letter in text):
        return "".join(signs.get(letter, letter) for letter in text), True
    return text, False
