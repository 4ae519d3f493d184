"""What is said once after a redirect: the name in the address, the level, the sentence."""

from consult.kernel.messages import N_

NOTICES: dict[str, tuple[str, str]] = {
    "begun": (
        "success",
        N_(
            "Your response is begun. What you write is saved as you type; nothing is sent before you send it."
        ),
    ),
    "response-saved": ("success", N_("Saved.")),
    "response-conflict": (
        "warning",
        N_("Somebody else, or another tab, has changed an answer. Both texts are kept: choose below."),
    ),
    "form-kept": (
        "success",
        N_(
            "The answers of your file are kept. Where one was changed meanwhile, both texts are kept: see below."
        ),
    ),
    "response-settled": ("success", N_("Settled. The answer below is the one that is saved.")),
    "response-link": ("info", N_("A mail is on its way. It leads back to this response, on any device.")),
    "response-sent": ("success", N_("Your response was received. Keep the receipt.")),
    "response-corrected": (
        "success",
        N_("Your correction was received. It counts from now on. Keep the new receipt."),
    ),
    "response-again": ("info", N_("This had been received already, and it counts. Nothing was sent twice.")),
    "response-withdrawn": ("success", N_("Your response was withdrawn. What you wrote stays here, unsent.")),
    "response-went-back": ("success", N_("This is again what you sent.")),
    "response-deleted": ("info", N_("The unsent response was deleted.")),
    "response-yours": ("success", N_("The response belongs to your account now.")),
    "posted": ("success", N_("Your comment was posted.")),
    "waiting": ("info", N_("Your comment was received. It will be public when a moderator has read it.")),
    "edited": ("success", N_("Your change was saved. The earlier text can be read in the history.")),
    "withdrawn": ("success", N_("Your comment was withdrawn.")),
    "supported": ("success", N_("You support this comment.")),
    "unsupported": ("info", N_("You no longer support this comment.")),
    "reported": ("success", N_("Thank you. A moderator will look at this comment.")),
    "signed-in": ("success", N_("You are signed in.")),
    "signed-out": ("info", N_("You are signed out.")),
    "signed-out-everywhere": ("info", N_("You are signed out on every device.")),
    "confirmed": ("success", N_("Your address is confirmed. You are signed in.")),
    "password-changed": ("success", N_("Your password was changed. Other devices were signed out.")),
    "link-sent": ("info", N_("A mail with a link is on its way. The link works once.")),
    "address-changed": ("success", N_("Your email address was changed.")),
    "account-closed": ("info", N_("Your account is closed and you are signed out.")),
    "token-revoked": ("success", N_("The token no longer works.")),
    "kept": ("info", N_("What you wrote is kept. Read it through and send it.")),
    "saved": ("success", N_("Saved.")),
    "followed": ("success", N_("You will be told by mail.")),
    "unfollowed": ("info", N_("You will no longer be told by mail.")),
    "created": ("success", N_("The consultation was created.")),
    "published": ("success", N_("Published.")),
    "unpublished": ("info", N_("The consultation is no longer public.")),
    "round-opened": ("success", N_("The comment period is set.")),
    "extended": ("success", N_("The comment period was extended.")),
    "imported": ("success", N_("The draft was brought in.")),
    "hidden": ("success", N_("The comment is hidden. Its author is told why.")),
    "restored": ("success", N_("The comment is public again.")),
    "dismissed": ("success", N_("The report is settled. The comment stays.")),
    "answered": ("success", N_("The answer is public.")),
    "removed": ("success", N_("Removed.")),
    "discarded": ("info", N_("The unsent text was deleted.")),
    "role-changed": ("success", N_("The role was changed.")),
    "token-made": ("success", N_("The token was made. It is shown only now.")),
    "mail-retried": ("success", N_("The mail will be sent again.")),
    "events-retried": ("success", N_("It will be tried again.")),
}
