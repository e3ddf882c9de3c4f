"""A statement as one HTML file: nothing is loaded from anywhere, dark and light, good to print."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.statements import StatementRow

from .statement import (
    FOOTNOTE,
    HEADINGS,
    NOTHING,
    TITLE,
    Paper,
    amount,
    cost_heading,
    head,
    line,
    totals,
)

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d5dae0;
        --band: #f4f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #1b1f26; --ink: #e6e8eb; --soft: #98a2ae; --line: #3a424e; --band: #232932; }
}
body { background: var(--paper); color: var(--ink); margin: 0;
       font: 14px/1.4 Roboto, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 76rem; margin: 1.5rem auto; padding: 0 1rem; }
.mark { background: #000; color: #fff; font-weight: 700; font-size: 1.1rem; text-align: center;
        padding: .4rem; border: 2px solid var(--ink); }
h1 { font-size: 1.6rem; margin: 1rem 0 .5rem; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 1rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.totals { width: auto; min-width: 50%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .5rem; white-space: nowrap; }
th { white-space: normal; border-bottom: 2px solid var(--soft); background: var(--paper); }
thead th { position: sticky; top: 0; }
td { border-bottom: 1px solid var(--line); }
td:nth-child(4), td:nth-child(5), td:nth-child(6) { white-space: normal;
                                                    overflow-wrap: break-word; }
tbody tr:nth-child(even) { background: var(--band); }
thead th:nth-child(4) { min-width: 9em; }
.r { text-align: right; }
tfoot td { font-weight: 700; border-bottom: 0; }
.soft { color: var(--soft); font-size: .85rem; }
@media print {
  @page { size: A4 landscape; margin: 12mm;
          @bottom-center { content: "Страница " counter(page) " из " counter(pages);
                           font: 8pt sans-serif; color: #555; } }
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --band: #fff; }
  body { font-size: 8pt; }
  main { max-width: none; margin: 0; padding: 0; }
  .wide { overflow: visible; }
  thead { display: table-header-group; }
  thead th { position: static; }
  tr { break-inside: avoid; }
  .mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


class StatementHtml:
    """See `forms.Form`.

    Args:
        path: The file, there and empty.
        paper: The statement.
    """

    def __init__(self, path: Path, paper: Paper) -> None:
        self._paper = paper
        self._zone = ZoneInfo(paper.zone)
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(_above(paper))

    def add(self, rows: Sequence[StatementRow]) -> None:
        """See `forms.Form`."""
        self._file.write("".join([self._row(row) for row in rows]))

    def _row(self, row: StatementRow) -> str:
        _at, date, time, gmt, number, zone, peer_zone, service, volume, minor = line(
            row, self._zone
        )
        return (
            f"<tr><td>{date}<td>{time}<td>{gmt}<td>{_safe(number)}<td>{_safe(zone)}"
            f"<td>{_safe(peer_zone)}<td>{_safe(service)}"
            f'<td class="r">{volume}<td class="r">{amount(minor)}\n'
        )

    def close(self) -> None:
        """See `forms.Form`."""
        self._file.write(_below(self._paper))
        self._file.close()

    def abandon(self) -> None:
        """See `forms.Form`."""
        self._file.close()


@lru_cache(maxsize=4096)
def _safe(text: str) -> str:
    return escape(text)


def _above(paper: Paper) -> str:
    title = escape(f"{TITLE} {paper.phone}")
    mark = f'<div class="mark">{escape(paper.mark)}</div>\n' if paper.mark else ""
    told = "\n".join(f"<dt>{escape(name)}<dd>{escape(value)}" for name, value in head(paper))
    columns = "".join(f"<th>{escape(one)}" for one in HEADINGS[:-1])
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="ru"><head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style></head>\n<body><main>\n{mark}<h1>{TITLE}</h1>\n"
        f'<dl>\n{told}\n</dl>\n<div class="wide"><table>\n<thead><tr>{columns}'
        f'<th class="r">{escape(HEADINGS[-1])}'
        f'<th class="r">{escape(cost_heading(paper.currency))}</thead>\n<tbody>\n'
    )


def _below(paper: Paper) -> str:
    nothing = "" if paper.totals.count else f"<p>{NOTHING}</p>\n"
    rows = "".join(
        f'<tr><td>{escape(one.title)}<td class="r">{formatting.number(one.rows)}'
        f'<td class="r">{one.volume}'
        f'<td class="r">{amount(one.minor)}\n'
        for one in totals(paper)
    )
    return (
        f'</tbody></table></div>\n{nothing}<h2>Итого</h2>\n<div class="wide">'
        '<table class="totals"><thead><tr><th>Вид<th class="r">Записей'
        f'<th class="r">Длительность/Объем<th class="r">{escape(cost_heading(paper.currency))}'
        f"</thead>\n<tbody>\n{rows}</tbody>\n<tfoot><tr><td>Всего"
        f'<td class="r">{formatting.number(paper.totals.count)}<td>'
        f'<td class="r">{amount(paper.totals.cost.amount_minor)}</tfoot></table></div>\n'
        f'<p class="soft">{escape(FOOTNOTE)}</p>\n</main></body></html>\n'
    )
