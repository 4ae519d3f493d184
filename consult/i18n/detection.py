"""Which language a contribution is written in: a guess that its author can correct."""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

HAN = re.compile(r"[\u3400-\u9fff]")
KANA = re.compile(r"[\u3040-\u30ff]")
ENOUGH = 12


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str, fallback: str) -> str:
    """The BCP 47 primary language of `text`; `fallback` where there is too little to tell.

    Scripts decide before statistics: where most letters are Han or kana, kana tell Japanese from Chinese.
    """
    sample = text[:3000]
    letters = sum(character.isalpha() for character in sample)
    han, kana = len(HAN.findall(sample)), len(KANA.findall(sample))
    if (han + kana) * 2 > letters > 0:
        return "ja" if kana * 10 > han else "zh"
    if letters < ENOUGH:
        return fallback
    lang, confidence = _identifier().classify(sample)
    return str(lang) if confidence > 0.6 else fallback
