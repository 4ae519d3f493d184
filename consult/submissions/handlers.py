"""All addresses of formal responses for their own people, below `/{locale}`."""

from consult.submissions import (
    autosave,
    overview,
    resuming,
    section_pages,
    sending_pages,
    starting,
    undoing_pages,
    who_pages,
)
from consult.teams import pages as team_pages

HANDLERS = (
    *starting.HANDLERS,
    *resuming.HANDLERS,
    *overview.HANDLERS,
    *who_pages.HANDLERS,
    *section_pages.HANDLERS,
    *autosave.HANDLERS,
    *sending_pages.HANDLERS,
    *undoing_pages.HANDLERS,
    *team_pages.HANDLERS,
)
