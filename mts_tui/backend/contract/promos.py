"""«Акции»: terms in plain words, taking part, how far one is, what it has brought."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import NotFound, PromoRefused
from .model import AccountId, Count, Id, Label, Model, Moment, Money, Page, Request, Text

PromoState = Literal["offered", "joined", "done", "ended"]
"""`ended`: the person left it, or what it asks for has ceased."""


class PromoQuestion(Model):
    """A question of a promotion, and what may be answered."""

    text: Label
    answers: Annotated[list[Label], Meta(extra_json_schema={"maxItems": 10})]


class PromoAnswers(Request):
    """For each question, the number of the answer; the first is 0."""

    choices: Annotated[list[Annotated[int, Meta(ge=0, le=9)]], Meta(max_length=20)]


class Promo(Model):
    """A promotion, and how this account stands to it."""

    id: Id
    title: Label
    short: Label
    """What it gives, in one line."""
    terms: Annotated[list[Text], Meta(extra_json_schema={"maxItems": 20})]
    """In whole sentences."""
    region: Label
    until: Moment
    """Until when one may join."""
    excludes: Annotated[list[Label], Meta(extra_json_schema={"maxItems": 20})]
    """Other promotions that do not go together with it, by title."""
    state: PromoState
    joined_at: Moment | None
    done: Count
    """Steps done, of `steps`."""
    steps: Count
    unit: Label
    """What a step is: `месяц`, `друг`; in the form that goes with `steps`."""
    next: Text
    """What to do, or what comes next; a whole sentence."""
    ends_at: Moment | None
    """When what it gives ends, and the usual price returns."""
    earned: Money
    """What it has saved or brought in money."""
    earned_points: Count
    questions: Annotated[list[PromoQuestion], Meta(extra_json_schema={"maxItems": 20})]
    """What is asked, while it was not answered."""
    refusal: Text
    """Why one cannot join now: a whole sentence; empty where one can."""


class Promos(Area):
    """Promotions."""

    @query("/accounts/{account}/promos", errors=(NotFound,))
    async def offered(self, account: AccountId) -> Page[Promo]:
        """What one takes part in first, then what is offered to this account."""

    @command(
        "PUT",
        "/accounts/{account}/promos/{promo}",
        errors=(NotFound, PromoRefused),
        previewed=True,
    )
    async def join(self, account: AccountId, promo: Id) -> Promo:
        """Take part in it from now on."""

    @command("POST", "/accounts/{account}/promos/{promo}/answers", errors=(NotFound, PromoRefused))
    async def answer(self, account: AccountId, promo: Id, answers: PromoAnswers) -> Promo:
        """Answer a promotion's questions, all of them; that is taking part as well."""

    @command("DELETE", "/accounts/{account}/promos/{promo}", errors=(NotFound, PromoRefused))
    async def leave(self, account: AccountId, promo: Id) -> Promo:
        """Take part no more; what it has brought stays. Can be undone for ten minutes."""
