"""Settings, read once: environment `CONSULT_*` before `consult.toml`, with an embedded site in `./data` as default."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent


class SettingsError(ValueError):
    """A setting is missing or has no sense; the message says which and what is expected."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All that can be set. Documented for operators in docs/operate.md, one row a field."""

    data_dir: Path = Path("data")
    database_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    secret_key: str = ""
    smtp_url: str = ""
    mail_from: str = "Consult <consult@localhost>"
    contact: str = "consult@localhost"
    hosts: tuple[str, ...] = ()
    metrics_from: tuple[str, ...] = ("127.0.0.1", "::1")
    demo: bool = False
    log_level: str = "info"
    workers: int = 1
    session_days: int = 30
    site_name: str = "Consult"
    receipt_key: str = ""
    former_receipt_keys: tuple[str, ...] = ()
    file_store: str = ""
    clamav: str = ""
    dns_server: str = ""
    verify_at: str = "https://{domain}"
    verify_networks: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The database's address with the driver that the site uses."""
        address = self.database_url or f"sqlite:///{(self.data_dir / 'consult.sqlite3').resolve()}"
        scheme, _, rest = address.partition("://")
        drivers = {
            "sqlite": "sqlite+aiosqlite",
            "postgresql": "postgresql+psycopg",
            "postgres": "postgresql+psycopg",
        }
        return f"{drivers.get(scheme, scheme)}://{rest}"

    @property
    def index_dir(self) -> Path:
        """Where the search index lives; may be deleted at any time."""
        return self.data_dir / "index"

    @property
    def known_hosts(self) -> frozenset[str]:
        """Host names this site answers to; requests for others are refused."""
        own = urlsplit(self.base_url).hostname or ""
        loopback = {"127.0.0.1", "localhost", "[::1]", "::1"}
        return frozenset({own, *self.hosts, *(loopback if own in loopback else ())})

    @property
    def secure_origin(self) -> bool:
        """Whether browsers accept `__Host-` cookies here: https, or loopback (W3C Secure Contexts, 3.1)."""
        parts = urlsplit(self.base_url)
        return parts.scheme == "https" or parts.hostname in {"127.0.0.1", "localhost", "::1"}


def load_settings(environ: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Settings from `file` (default `consult.toml` here, or `CONSULT_CONFIG`), the environment winning.

    Raises SettingsError for unknown names in the file and for values of the wrong form.
    """
    env = os.environ if environ is None else environ
    path = file or Path(env.get("CONSULT_CONFIG", "consult.toml"))
    values: dict[str, object] = _read_file(path) if path.exists() else {}
    for name in Settings.__struct_fields__:
        if (raw := env.get(f"CONSULT_{name.upper()}")) is not None:
            values[name] = _from_text(name, raw)
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise SettingsError(str(error)) from None
    return _with_secret(_without_trailing_slash(settings))


def _read_file(path: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None
    unknown = sorted(set(values) - set(Settings.__struct_fields__))
    if unknown:
        raise SettingsError(f"{path}: unknown setting {', '.join(unknown)}")
    return values


def _from_text(name: str, raw: str) -> object:
    if name in ("hosts", "metrics_from", "former_receipt_keys", "verify_networks"):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if name == "demo":
        return raw.strip().lower() in ("1", "true", "yes", "on")
    return raw


def _decode(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(kind)


def _without_trailing_slash(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, base_url=settings.base_url.rstrip("/"))


def _with_secret(settings: Settings) -> Settings:
    """An embedded site makes its own secret once and keeps it beside its data, readable by its owner alone."""
    if settings.secret_key:
        return settings
    path = settings.data_dir / "secret_key"
    if not path.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(os.urandom(32).hex())
    return msgspec.structs.replace(settings, secret_key=path.read_text().strip())
