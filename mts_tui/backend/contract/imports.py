"""Import of a real detalization: rows that a program read from a file, kept as a number's history.

The file itself never leaves the person's machine: the client reads it and sends rows.
"""

from typing import Annotated, Literal

from msgspec import Meta, field

from .access import SignedIn
from .archive import Direction
from .endpoint import Area, command, query
from .errors import ImportRefused, NotFound
from .model import AccountId, Count, Id, Label, Model, Moment, Page, Phone, Request, Text, Zone

ImportFormat = Literal["html", "xlsx", "xls", "xml", "csv"]
RecordKind = Literal["call", "sms", "mms", "data", "fee"]
"""`fee` is any periodic charge."""

BATCH_ROWS = 1_000
COST_SCALE = 10_000
"""Costs come in parts of a rouble as the real document prints them: four decimals."""

Short = Annotated[str, Meta(max_length=200, extra_json_schema={"format": "text"})]


class ImportOrder(Request):
    """A file that was read, and what it is about."""

    phone: Phone
    """The number it tells of."""
    file: Short
    """The file's name, without its folder."""
    format: ImportFormat
    digest: Annotated[
        str, Meta(pattern=r"\A[0-9a-f]{64}\Z", max_length=64, examples=["0123456789abcdef" * 4])
    ]
    """SHA-256 of the file: the same file is the same import."""
    tariff: Id | None = None
    """The tariff of that time, where the person knows it: charges can be explained then."""


class ImportedRecord(Request):
    """One row of the file, understood."""

    at: Moment
    kind: RecordKind
    direction: Direction
    peer: Short
    zone: Short
    """As printed."""
    peer_zone: Short
    service: Short
    """The service code as printed."""
    units: Annotated[int, Meta(ge=0, le=2**53)]
    """Seconds, bytes or pieces."""
    cost: Annotated[int, Meta(ge=-(2**53), le=2**53)]
    """In 1/10,000 of a rouble; positive is a charge."""


class UnreadRow(Request):
    """A row that could not be understood, kept as it is."""

    line: Annotated[int, Meta(ge=0, le=2**31)]
    text: Annotated[str, Meta(max_length=2000, extra_json_schema={"format": "text"})]
    reason: Short
    """A whole sentence."""


class ImportBatch(Request):
    """Rows of a file, in its order."""

    records: Annotated[list[ImportedRecord], Meta(max_length=BATCH_ROWS)] = field(
        default_factory=list
    )
    unread: Annotated[list[UnreadRow], Meta(max_length=BATCH_ROWS)] = field(default_factory=list)


class Import(Model):
    """A file that was imported."""

    id: Id
    account: AccountId
    """Of the imported number."""
    phone: Phone
    zone: Zone
    """In which its days are counted."""
    file: Label
    format: ImportFormat
    at: Moment
    complete: bool
    """Whether all its rows are there, in the history."""
    added: Count
    known: Count
    """Rows that were there already, from this file or another: they are not added twice."""
    unread: Count
    since: Moment | None
    """Of its first record."""
    until: Moment | None
    """Of its last record."""


class Unread(Model):
    """A row that could not be understood."""

    line: Count
    text: Text
    reason: Text


class Imports(Area):
    """Imports. An imported number has no operator behind it: it is read only."""

    @command("POST", "/imports", errors=(ImportRefused,))
    async def begin(self, order: ImportOrder) -> Import:
        """Begin an import, or find that of the same file.

        The number is added to the cabinet, marked as imported. Refused for a number that the
        operator itself serves, and beyond the most numbers of a cabinet.

        Where all rows of the same file were sent already, its import is answered, and `end` takes
        it to its end; the tariff, if given, is that of the number from now on. One that was left
        half way begins anew under another id.
        """

    @command("POST", "/imports/own", public=True, errors=(ImportRefused,))
    async def begin_own(self, order: ImportOrder) -> SignedIn:
        """Begin an import without a sign-in, and open the cabinet of one's own files.

        Only inside the program, where the store is a file of the person's own; a server refuses.
        The import itself is found by `begin`, in the session that is answered.
        """

    @command("POST", "/imports/own/session", public=True, errors=(ImportRefused,))
    async def enter_own(self) -> SignedIn:
        """Open the cabinet of one's own files. Refused where there is none, and by a server."""

    @command(
        "POST",
        "/accounts/{account}/imports/{import_id}/records",
        errors=(NotFound, ImportRefused),
        body_limit=2 * 1024 * 1024,
        imported=True,
    )
    async def add(self, account: AccountId, import_id: Id, batch: ImportBatch) -> Import:
        """Add rows. What is there already is counted and not added again."""

    @command(
        "POST", "/accounts/{account}/imports/{import_id}/end", errors=(NotFound,), imported=True
    )
    async def end(self, account: AccountId, import_id: Id) -> Import:
        """All rows are sent: put them into the number's history, in the order of time.

        A long history is written part by part: ask again until the import is `complete`.
        """

    @query("/accounts/{account}/imports", errors=(NotFound,))
    async def imported(self, account: AccountId) -> Page[Import]:
        """Files of an imported number, the newest first."""

    @query("/accounts/{account}/imports/{import_id}/unread", errors=(NotFound,))
    async def unread(self, account: AccountId, import_id: Id) -> Page[Unread]:
        """Rows that could not be understood, the first 200."""

    @command("DELETE", "/accounts/{account}/imports/{import_id}", errors=(NotFound,), imported=True)
    async def remove(self, account: AccountId, import_id: Id) -> None:
        """Take a file's rows out of the history again; the number goes with the last file."""
