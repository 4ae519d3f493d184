"""All addresses of this domain, below `/{locale}`."""

from consult.accounts import demo, desk, link_pages, mine, mine_paper, pages, profile, saving, token_pages

HANDLERS = (
    *pages.HANDLERS,
    *link_pages.HANDLERS,
    *profile.HANDLERS,
    *token_pages.HANDLERS,
    *mine.HANDLERS,
    *mine_paper.HANDLERS,
    *saving.HANDLERS,
    *desk.HANDLERS,
    *demo.HANDLERS,
)
