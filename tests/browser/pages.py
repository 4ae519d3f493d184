"""Every page in every state that it has, as a table: the audits walk along it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.browser.asking import COMPOSED, REWORDED
from tests.browser.furnishing import NEWCOMER, OPEN, UNCONFIRMED, Places
from tests.browser.people import ADMINISTRATOR, EDITOR, MEMBER, MODERATOR

C = f"/consultations/{OPEN}"
D = f"{C}/drafts/charter"
N = "/consultations/responsible-disclosure/drafts/disclosure"
PLACES = "/desk/consultations/responsible-disclosure/drafts/disclosure/versions/2/places"
CHANGED = "/consultations/civil-society-and-academia/drafts/participation"
COMPARE = f"{CHANGED}/compare"
ONE = "/contributions"
WORKED = "/desk/consultations/responsible-disclosure/drafts/disclosure/versions/3"
DESK = "/desk/consultations"
ASKS = f"{DESK}/{COMPOSED}/rounds/1/questions"
SHEET = f"{DESK}/{{to_translate}}/drafts/plain/versions/2/translate"
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as somebody sees it.

    `address` without locale, `{places}` from furnishing. `press`: the button (CSS) that sends the page's form as it
    stands, for what comes after it; `then` (CSS): what shows that it has come. `status` of the answer; `error`: whether
    it says that something is wrong.
    """

    name: str
    address: str
    who: str = NOBODY
    press: str = ""
    then: str = ".error-summary"
    error: bool = False
    status: int = 200

    def at(self, locale: str, places: Places) -> str:
        """The address in a language."""
        return f"/{locale}{self.address.format(**places)}"


def wrong(
    name: str, address: str, who: str = NOBODY, press: str = "main form[novalidate] [type=submit]"
) -> Shown:
    """A form sent empty: the page that says what is missing."""
    return Shown(name, address, who, press=press, error=True)


READERS = (
    Shown("home", ""),
    Shown("list", "/consultations"),
    *(
        Shown(f"consultation, {state}", f"/consultations/{slug}")
        for state, slug in (
            ("open", OPEN),
            ("closing today", "responsible-disclosure"),
            ("in grace", "frontier-model-definition"),
            ("closed", "membership-criteria"),
            ("answered", "civil-society-and-academia"),
            ("scheduled", "research-questions"),
        )
    ),
    Shown("response, start", f"{C}/respond"),
    wrong("response, start, empty", f"{C}/respond", press="button[value=guest]"),
    Shown("response, go on elsewhere", "/respond/resume"),
    Shown("draft", D),
    Shown("draft, some comments", f"{D}?kind=civil-society"),
    Shown("draft, no comment fits", f"{D}?kind=industry&lang=ar&answered=yes"),
    Shown("draft in another language", f"{D}?text=ru"),
    Shown("draft, whole text", f"{D}?whole=1"),
    Shown("draft, in grace", "/consultations/frontier-model-definition/drafts/frontier-model"),
    Shown("draft, answered", CHANGED),
    Shown("draft, what changed", f"{CHANGED}?text=en"),
    Shown("draft, what changed, whole text", f"{CHANGED}?whole=1"),
    Shown("draft, what changed, the version before", f"{CHANGED}?version=1"),
    Shown("compare", f"{COMPARE}/1/2"),
    Shown("compare, side by side", f"{COMPARE}/1/2?view=side&text=fr"),
    Shown("file to ask for", "/versions/FMF-2026-01-D1-V2/files/FMF-2026-01-D1-V2.en.redline-1.docx"),
    Shown("block, full", f"{D}/blocks/{{busy}}"),
    Shown("block, empty", f"{D}/blocks/{{bare}}"),
    Shown("block, heading", f"{D}/blocks/{{heading}}"),
    Shown("block, table row", f"{D}/blocks/{{row}}"),
    Shown("draft, carried over", N),
    Shown("draft, the version before", f"{N}?version=1"),
    Shown("comments whose passage is gone", f"{N}/gone"),
    Shown("no comment lost its passage", f"{N}/gone?version=1"),
    Shown("discussion", f"{C}/comments"),
    Shown("discussion, empty", "/consultations/research-questions/comments"),
    Shown("contribution", f"{ONE}/{{normal}}"),
    Shown("contribution, hidden", f"{ONE}/{{hidden}}"),
    Shown("contribution, withdrawn", f"{ONE}/{{withdrawn}}"),
    Shown("responses", "/consultations/membership-criteria/responses"),
    Shown("response", f"{ONE}/{{response}}"),
    Shown("response without name", f"{ONE}/{{response_unnamed}}"),
    Shown("response, confidential", f"{ONE}/{{response_confidential}}"),
    Shown("response, withdrawn", f"{ONE}/{{response_withdrawn}}"),
    Shown("history", f"{ONE}/{{edited}}/history"),
    Shown("history, hidden", f"{ONE}/{{hidden}}/history"),
    Shown("reply", f"{ONE}/{{normal}}/reply"),
    Shown("report", f"{ONE}/{{normal}}/report"),
    Shown(
        "report, signed out",
        f"{ONE}/{{normal}}/report",
        press="main form[novalidate] [type=submit]",
        then="#email",
    ),
    Shown("outcome", "/consultations/civil-society-and-academia/outcome"),
    Shown("organisation", "/organisations/{organisation}"),
    Shown("organisation, those that only name it", "/organisations/{organisation}?named=yes"),
    Shown("organisation, not verified", "/organisations/{named}"),
    Shown("questions with the history of their wording", f"/consultations/{REWORDED}/questions"),
    Shown("version record", "/versions/{version}"),
    Shown("file to ask for", "/versions/{version}/files/{version}.en.annotated.docx"),
    Shown("file that failed", "/versions/{version}/files/{version}.en.annotated.pdf"),
    Shown("search", "/search"),
    Shown("search, results", "/search?q=board"),
    Shown("search, filtered", "/search?q=forum&kind=academia"),
    Shown("search, nothing", "/search?q=zzxqy"),
    Shown("log", "/log"),
    Shown("receipts", "/receipts"),
    wrong("receipts, empty", "/receipts"),
    Shown("log of receipts", "/receipts/log"),
    *(Shown(name, f"/{name}") for name in ("about", "help", "accessibility", "privacy", "terms")),
    Shown("sign-in", "/sign-in"),
    wrong("sign-in, empty", "/sign-in"),
    Shown("register", "/register"),
    wrong("register, empty", "/register"),
    Shown("reset", "/reset"),
    wrong("reset, empty", "/reset"),
    Shown("new password", "/reset/{reset}"),
    wrong("new password, empty", "/reset/{reset}"),
    Shown("confirm", "/confirm/{confirm}"),
    Shown("link ended", "/reset/nothing", status=410),
    Shown("demo mail", "/demo/mail"),
    Shown("demo mail, one", "/demo/mail/{mail}"),
    Shown("no such page", "/nowhere", status=404),
    Shown("sign-in needed", "/mine", status=401),
    Shown(
        "discussion, comment while signed out",
        f"{C}/comments",
        press="form.compose [type=submit]",
        then="#email",
    ),
)

MEMBERS = (
    Shown("home, signed in", "", MEMBER),
    Shown("draft, signed in", D, MEMBER),
    Shown("block, signed in", f"{D}/blocks/{{busy}}", MEMBER),
    wrong("block, empty comment", f"{D}/blocks/{{busy}}", MEMBER, "form.compose [type=submit]"),
    wrong("discussion, empty comment", f"{C}/comments", NEWCOMER, "form.compose [type=submit]"),
    wrong("report, empty", f"{ONE}/{{normal}}/report", MEMBER),
    Shown("own contribution", f"{ONE}/{{own}}", MEMBER),
    Shown("pending contribution", f"{ONE}/{{pending}}", NEWCOMER),
    Shown("edit", f"{ONE}/{{own}}/edit", MEMBER),
    Shown("withdraw", f"{ONE}/{{own}}/withdraw", MEMBER),
    wrong("reply, empty", f"{ONE}/{{normal}}/reply", MEMBER, "form.compose [type=submit]"),
    Shown("mine", "/mine", MEMBER),
    Shown("mine, empty", "/mine", NEWCOMER),
    Shown("mine, unconfirmed", "/mine", UNCONFIRMED),
    Shown("close the account", "/mine/close", MEMBER),
    wrong("close the account, empty", "/mine/close", MEMBER, "main form [type=submit]"),
    Shown("a response", "/respond/{to_publish}", MEMBER),
    Shown("a response, who", "/respond/{to_publish}/who", MEMBER),
    Shown("a response, section", "/respond/{to_publish}/sections/{text_section}", MEMBER),
    Shown("a response, without a line", "/respond/{to_publish}/offline", MEMBER),
    wrong(
        "a response, without a line, empty",
        "/respond/{to_publish}/offline",
        MEMBER,
        "main form [type=submit]",
    ),
    Shown("an organisation's response, sent", "/respond/{shared}", MEMBER),
    Shown("its receipts", "/respond/{shared}/receipt", MEMBER),
    Shown("its team", "/respond/{shared}/team", MEMBER),
    Shown("read before signing", "/respond/{shared}/team/read", MEMBER),
    Shown("a response, checked", "/respond/{to_publish}/check", MEMBER),
    Shown("how a response is published", "/respond/{to_publish}/publication", MEMBER),
    Shown("mark confidential words", "/respond/{to_publish}/words/{text_question}", MEMBER),
    Shown("files of a response", "/respond/{with_files}/files", MEMBER),
    wrong(
        "files of a response, none chosen",
        "/respond/{with_files}/files",
        MEMBER,
        "form[data-upload] [type=submit]",
    ),
    Shown("profile", "/profile", MEMBER),
    Shown("password", "/profile/password", MEMBER),
    wrong("password, empty", "/profile/password", MEMBER),
    Shown("address", "/profile/email", MEMBER),
    wrong("address, empty", "/profile/email", MEMBER),
    Shown("new address", "/email/{email}", MEMBER),
    Shown("tokens", "/profile/tokens", MEMBER),
    Shown("tokens, none", "/profile/tokens", NEWCOMER),
    wrong("tokens, empty", "/profile/tokens", NEWCOMER),
    Shown("my organisations", "/mine/organisation", MEMBER),
    Shown("my organisations, none", "/mine/organisation", NEWCOMER),
    wrong("verify an organisation, empty", "/mine/organisation/verify", NEWCOMER),
    Shown("how to verify, by DNS", "/mine/organisation/{claimed}/verify?way=dns", NEWCOMER),
    wrong("how to verify, no address", "/mine/organisation/{claimed}/verify?way=address", NEWCOMER),
    Shown("join an organisation", "/mine/organisation/{organisation}/join", NEWCOMER),
    wrong("members, empty invitation", "/mine/organisation/{organisation}", MEMBER),
    Shown("leave an organisation", "/mine/organisation/{organisation}/leave", MEMBER),
    Shown("invitation", "/invitation/{invitation}", NEWCOMER),
    Shown("no desk for members", "/desk", MEMBER, status=404),
)

STAFF = (
    Shown("desk", "/desk", EDITOR),
    Shown("desk of a moderator", "/desk", MODERATOR),
    Shown("desk consultations", DESK, EDITOR),
    Shown("desk consultation, open", f"{DESK}/{OPEN}", EDITOR),
    Shown("desk consultation, scheduled", f"{DESK}/research-questions", EDITOR),
    Shown("desk consultation, not public", f"{DESK}/{{hidden_consultation}}", EDITOR),
    Shown("new consultation", f"{DESK}/new", EDITOR),
    wrong("new consultation, empty", f"{DESK}/new", EDITOR),
    Shown("edit consultation", f"{DESK}/{OPEN}/edit", EDITOR),
    Shown("new round", f"{DESK}/membership-criteria/rounds/new", EDITOR),
    wrong("new round, empty", f"{DESK}/membership-criteria/rounds/new", EDITOR),
    Shown("change round", f"{DESK}/research-questions/rounds/1/edit", EDITOR),
    Shown("extend", f"{DESK}/{OPEN}/rounds/1/extend", EDITOR),
    wrong("extend, empty", f"{DESK}/{OPEN}/rounds/1/extend", EDITOR),
    Shown("desk organisations", "/desk/organisations", EDITOR),
    Shown("organisations that may be the same", "/desk/organisations/duplicates", EDITOR),
    wrong("desk organisation, no reason", "/desk/organisations/{claimed}", EDITOR),
    Shown("desk organisation, verified", "/desk/organisations/{organisation}", ADMINISTRATOR),
    Shown("correct an organisation", "/desk/organisations/{organisation}/correct", EDITOR),
    wrong("correct an organisation, no reason", "/desk/organisations/{organisation}/correct", EDITOR),
    Shown("merge organisations", "/desk/organisations/{organisation}/merge/{named}", ADMINISTRATOR),
    Shown("topics", "/desk/topics", EDITOR),
    Shown("new topic", "/desk/topics/new", EDITOR),
    wrong("new topic, empty", "/desk/topics/new", EDITOR),
    Shown("edit topic", "/desk/topics/governance/edit", EDITOR),
    Shown("new draft", f"{DESK}/{{hidden_consultation}}/drafts/new", EDITOR),
    wrong("new draft, empty", f"{DESK}/{{hidden_consultation}}/drafts/new", EDITOR),
    Shown("next version", f"{DESK}/{OPEN}/drafts/charter/versions/new", EDITOR),
    Shown("translations, none missing", f"{DESK}/{OPEN}/drafts/charter/translations/new", EDITOR),
    Shown("import to settle", f"{DESK}/research-questions/imports/{{import}}", EDITOR),
    Shown(
        "import with notes on what could not come along",
        f"{DESK}/research-questions/imports/{{noted}}",
        EDITOR,
    ),
    Shown("places", PLACES, EDITOR),
    Shown("places, searched", f"{PLACES}?q=receiver", EDITOR),
    Shown("translate", f"{SHEET}/fr", EDITOR),
    Shown("translate, all blocks", f"{SHEET}/fr?show=all", EDITOR),
    Shown("translate, nothing left", f"{DESK}/{OPEN}/drafts/charter/versions/1/translate/ar", EDITOR),
    wrong(
        "publish translations, none ready", f"{SHEET}/ar", EDITOR, "main form[action$=publish] [type=submit]"
    ),
    wrong("translate, empty", f"{SHEET}/ar", EDITOR, "main .pair form [type=submit]"),
    Shown("bring in a translation", f"{SHEET}/fr/import", EDITOR),
    wrong("bring in a translation, no file", f"{SHEET}/fr/import", EDITOR),
    Shown("questions, nothing asked", f"{DESK}/{OPEN}/rounds/1/questions", EDITOR),
    Shown("questions, composing", ASKS, EDITOR),
    Shown("questions, preview", f"{ASKS}/preview?in=en", EDITOR),
    Shown("questions, preview in Arabic", f"{ASKS}/preview?in=ar", EDITOR),
    Shown("questions, settings", f"{ASKS}/settings", EDITOR),
    Shown("questions, section", f"{ASKS}/sections/last", EDITOR),
    wrong("questions, new section, empty", f"{ASKS}/sections/new", EDITOR),
    Shown("questions, kinds", f"{ASKS}/sections/last/new", EDITOR),
    wrong(
        "questions, new question, empty",
        f"{ASKS}/sections/last/new?kind=matrix",
        EDITOR,
        "#question-form .buttons [type=submit]",
    ),
    Shown("questions, question", f"{ASKS}/asked/matrix", EDITOR),
    Shown("questions, publish new wording", f"{DESK}/{REWORDED}/rounds/1/questions/publish", EDITOR),
    Shown("glossary", "/desk/glossary", EDITOR),
    Shown("new term", "/desk/glossary/new", EDITOR),
    wrong("new term, empty", "/desk/glossary/new", EDITOR),
    Shown("edit term", "/desk/glossary/{term}/edit", EDITOR),
    Shown("version in preparation", WORKED, EDITOR),
    Shown("version in preparation, text", f"{WORKED}/text", EDITOR),
    Shown("edit a block", f"{WORKED}/blocks/{{worked}}", EDITOR),
    Shown(
        "edit a block, preview",
        f"{WORKED}/blocks/{{worked}}",
        EDITOR,
        press="[formaction]",
        then="#preview h3",
    ),
    wrong("add blocks, empty", f"{WORKED}/blocks/{{worked}}/after", EDITOR),
    Shown("add blocks", f"{WORKED}/blocks/{{worked}}/after", EDITOR),
    Shown("edit a figure", f"{WORKED}/blocks/{{figure}}/figure", EDITOR),
    Shown(
        "edit a figure, preview",
        f"{WORKED}/blocks/{{figure}}/figure",
        EDITOR,
        press="[formaction]",
        then="#preview img",
    ),
    Shown("edit a figure as Markdown", f"{WORKED}/blocks/{{figure}}", EDITOR),
    Shown("add a figure", f"{WORKED}/blocks/start/after/figure", EDITOR),
    wrong("add a figure, empty", f"{WORKED}/blocks/start/after/figure", EDITOR),
    Shown("move a section", f"{WORKED}/blocks/{{section}}/place", EDITOR),
    Shown("move a block", f"{WORKED}/blocks/{{item}}/place", EDITOR),
    Shown("discard a version", f"{WORKED}/discard", EDITOR),
    Shown("mend the matching", f"{WORKED}/matching/{{worked}}", EDITOR),
    wrong("mend the matching, removed", f"{WORKED}/matching/{{removed}}", EDITOR),
    Shown("why it changed", f"{WORKED}/changes/{{worked}}", EDITOR),
    Shown("publish a version", f"{WORKED}/publish", EDITOR),
    Shown("first version", WORKED[:-1] + "1", EDITOR),
    Shown("answers", "/desk/answers", EDITOR),
    Shown("answers of one", f"/desk/answers?consultation={OPEN}", EDITOR),
    Shown("answer", "/desk/contributions/{normal}/answer", EDITOR),
    wrong("answer, empty", "/desk/contributions/{normal}/answer", EDITOR),
    Shown("reply as the Forum", "/desk/contributions/{normal}/reply", EDITOR),
    wrong("reply as the Forum, empty", "/desk/contributions/{normal}/reply", EDITOR),
    Shown("outcome to write", f"{DESK}/membership-criteria/outcome", EDITOR),
    Shown("outcome, public", f"{DESK}/civil-society-and-academia/outcome", EDITOR),
    Shown("files", "/desk/files", EDITOR),
    Shown("responses at the desk", f"{DESK}/membership-criteria/responses", MODERATOR),
    Shown("response at the desk", f"{DESK}/membership-criteria/responses/{{response}}", EDITOR),
    Shown(
        "response at the desk, all of it",
        f"{DESK}/membership-criteria/responses/{{response}}",
        EDITOR,
        press="form[action$=read] [type=submit]",
        then="main mark, main .publish__text",
    ),
    wrong("request about a response", f"{DESK}/membership-criteria/responses/{{response}}/request", EDITOR),
    Shown("queue", "/desk/moderation", MODERATOR),
    Shown("moderate", "/desk/contributions/{normal}", MODERATOR),
    Shown("moderate, hidden", "/desk/contributions/{hidden}", MODERATOR),
    wrong("moderate, nothing chosen", "/desk/contributions/{normal}", MODERATOR),
    Shown("people", "/desk/people", ADMINISTRATOR),
    Shown("mail", "/desk/mail", ADMINISTRATOR),
    Shown("desk log", "/desk/log", ADMINISTRATOR),
)

PAGES = READERS + MEMBERS + STAFF
