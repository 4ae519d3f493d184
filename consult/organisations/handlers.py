"""All addresses of this domain, below `/{locale}`."""

from consult.organisations import claim_pages, desk, invitation_pages, pages, team_pages

HANDLERS = (
    *pages.HANDLERS,
    *claim_pages.HANDLERS,
    *team_pages.HANDLERS,
    *invitation_pages.HANDLERS,
    *desk.HANDLERS,
)
