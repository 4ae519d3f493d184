"""People before browsers: each has a context of their own, signed in or not, in a language, on a screen of some size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from consult.web.identity import cookie_name
from tests.browser.serving import Served

EDITOR = "editor@example.org"
MODERATOR = "moderator@example.org"
ADMINISTRATOR = "administrator@example.org"
MEMBER = "wanjiru@haki.example.org"
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}


@dataclass(slots=True)
class Doors:
    """Opens browsers on one site and keeps what their consoles complain of."""

    chromium: Browser
    site: Served
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self, email: str = "", *, screen: ViewportSize = DESKTOP, script: bool = True, **options: Any
    ) -> Page:
        """A window of the person with that address, or of somebody who is not signed in."""
        context = self.context(email, screen=screen, script=script, **options)
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    def context(
        self, email: str = "", *, screen: ViewportSize = DESKTOP, script: bool = True, **options: Any
    ) -> BrowserContext:
        """A browser of its own."""
        context = self.chromium.new_context(
            base_url=self.site.base,
            viewport=screen,
            java_script_enabled=script,
            **options,
        )
        context.on("console", lambda message: self._note(message))
        context.on("weberror", lambda error: self.complaints.append(f"error: {error.error}"))
        self._contexts.append(context)
        if email:
            self.sign_in(context, email)
        return context

    def sign_in(self, context: BrowserContext, email: str) -> None:
        """Put the cookie of a new session into a browser."""
        settings = self.site.settings
        name = cookie_name(settings.secure_origin)
        token = self.site.session_of(email)
        # `__Host-` cookies need https; browsers then send them to loopback without it as well.
        secure = self.site.base.replace("http:", "https:")
        context.add_cookies([{"name": name, "value": token, "url": secure, "httpOnly": True, "secure": True}])

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.page.url if message.page else ''}: {message.text}")

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
