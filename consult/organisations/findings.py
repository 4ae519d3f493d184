"""What to do about what was found at a domain, in words."""

from __future__ import annotations

from consult.kernel.messages import N_
from consult.organisations.proofs import Finding

FINDINGS: dict[str, dict[Finding, str]] = {
    "dns": {
        Finding.OTHER: N_("There is a record for another verification. Put this page's own words in it."),
        Finding.NOTHING: N_(
            "There is no such record yet. New records can take some hours until they are seen everywhere."
        ),
        Finding.SILENT: N_("Nobody answers for this domain in DNS just now. Try again in a few minutes."),
    },
    "file": {
        Finding.OTHER: N_(
            "There is a file, but it does not hold this page's own words on a line of its own."
        ),
        Finding.NOTHING: N_("There is no such file yet."),
        Finding.SILENT: N_("The website does not answer, or not with a valid certificate. Try again later."),
        Finding.PRIVATE: N_("The website's address is not a public one, so we don't look there."),
        Finding.MOVED: N_(
            "The website sends us on to another address. Put the file where we look, without a redirect."
        ),
    },
}
"""What to do about what was found."""
