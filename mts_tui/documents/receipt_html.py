"""A receipt as one HTML file: nothing is loaded from anywhere, dark and light, good to print."""

from html import escape
from io import BytesIO

from mts_tui.backend.contract.receipts import Receipt

from .receipt import Line, lines

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #59636e; --line: #c9cfd6; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #1b1f26; --ink: #e6e8eb; --soft: #98a2ae; --line: #3a424e; }
}
body { background: var(--paper); color: var(--ink); margin: 0;
       font: 16px/1.5 Roboto, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 26rem; margin: 2rem auto; padding: 0 1rem; }
.mark { background: #000; color: #fff; font-weight: 700; font-size: 1.3rem; text-align: center;
        padding: .5rem; border: 2px solid var(--ink); }
h1 { font-size: 1.4rem; text-align: center; margin: 1rem 0 .5rem; }
p { display: flex; justify-content: space-between; gap: 1rem; margin: .2rem 0; }
p span + span { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
p.total { font-size: 1.4rem; font-weight: 700; }
p.small { color: var(--soft); font-size: .85rem; margin: .1rem 0; overflow-wrap: anywhere; }
hr { border: 0; border-top: 1px dashed var(--line); margin: .7rem 0; }
.code { background: #fff; width: 11rem; margin: 1rem auto; }
.code svg { display: block; width: 100%; height: auto; }
@media print {
  @page { size: A5; margin: 14mm; }
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #888; }
  main { margin: 0 auto; }
  .mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def receipt_html(receipt: Receipt) -> bytes:
    """The receipt as a file in UTF-8; whatever is in it stays text."""
    body = "\n".join(_element(line) for line in lines(receipt))
    code = f'<div class="code">{_svg(receipt.qr)}</div>' if receipt.qr else ""
    title = escape(f"{receipt.title} № {receipt.number}")
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="ru"><head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style></head>\n<body><main>\n{body}\n{code}\n</main></body></html>\n"
    ).encode()


def _element(line: Line) -> str:
    text, right = escape(line.text), escape(line.right)
    match line.kind:
        case "mark":
            return f'<div class="mark">{text}</div>'
        case "title":
            return f"<h1>{text}</h1>"
        case "rule":
            return "<hr>"
        case _:
            side = f"<span>{right}</span>" if right else ""
            return f'<p class="{line.kind}"><span>{text}</span>{side}</p>'


def _svg(content: str) -> str:
    import segno

    out = BytesIO()
    segno.make(content, micro=False).save(
        out, kind="svg", border=2, xmldecl=False, svgns=True, omitsize=True, nl=False
    )
    return out.getvalue().decode()
