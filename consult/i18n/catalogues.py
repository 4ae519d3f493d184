"""The interface's messages: gettext catalogues read straight from `locales/*/LC_MESSAGES/consult.po`.

Reading the .po (Babel's own parser, about 50 ms a language, once a process and only when first needed) leaves no
compiled file that could be older than its source.
"""

from collections.abc import Callable
from functools import cache
from gettext import NullTranslations, c2py

from babel.messages.pofile import read_po

from consult.kernel.errors import Message
from consult.kernel.messages import N_ as N_
from consult.settings import ROOT

DOMAIN = "consult"
LOCALES_DIR = ROOT / "locales"


class Catalogue(NullTranslations):
    """One language's messages; what is missing is shown in English."""

    def __init__(self, locale: str) -> None:
        super().__init__()
        self.locale = locale
        self._plural: Callable[[int], int] = lambda n: int(n != 1)
        self._messages: dict[tuple[str | None, str], tuple[str, ...]] = {}
        self._load()

    def _load(self) -> None:
        path = LOCALES_DIR / self.locale / "LC_MESSAGES" / f"{DOMAIN}.po"
        if not path.exists():
            return
        with path.open("rb") as source:
            catalogue = read_po(source, locale=self.locale)
        self._plural = c2py(catalogue.plural_expr)
        for message in catalogue:
            if message.id and message.string and not message.fuzzy:
                single = message.id if isinstance(message.id, str) else message.id[0]
                texts = (message.string,) if isinstance(message.string, str) else tuple(message.string)
                if all(texts):
                    self._messages[(message.context, single)] = texts

    def gettext(self, message: str) -> str:
        return self._messages.get((None, message), (message,))[0]

    def pgettext(self, context: str, message: str) -> str:
        return self._messages.get((context, message), (message,))[0]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._choose(None, msgid1, msgid2, n)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self._choose(context, msgid1, msgid2, n)

    def say(self, message: Message) -> str:
        """A Message in this language, its places filled; a place may hold a Message itself."""
        text = self.gettext(message.text)
        params = {
            name: self.say(value) if isinstance(value, Message) else value
            for name, value in message.params.items()
        }
        return text % params if params else text

    def _choose(self, context: str | None, one: str, many: str, n: int) -> str:
        texts = self._messages.get((context, one))
        if texts is None:
            return one if n == 1 else many
        return texts[min(self._plural(n), len(texts) - 1)]


@cache
def catalogue(locale: str) -> Catalogue:
    """The catalogue of one of LOCALES."""
    return Catalogue(locale)
