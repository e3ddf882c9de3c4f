"""A receipt on paper: everything is there, Cyrillic is Cyrillic, the mark comes first."""

import re
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth

from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.receipts import Receipt, ReceiptLine
from mts_tui.documents.receipt import file_name, lines, plain
from mts_tui.documents.receipt_html import receipt_html
from mts_tui.documents.receipt_pdf import receipt_pdf
from tests.programs import need

QR = "t=20261122T2134&s=303.00&fn=0000000000000000&i=15&fp=0000000000&n=1"


def rub(minor: int) -> Money:
    return Money(amount_minor=minor, currency="RUB")


RECEIPT = Receipt(
    id="15",
    number="15",
    mark="НЕФИСКАЛЬНЫЙ, ДЕМО",
    title="Кассовый чек",
    at=datetime(2026, 11, 22, 18, 34, tzinfo=UTC),
    zone="Europe/Moscow",
    phone="+79853701234",
    seller="Демо-оператор (вымышленный)",
    taxpayer="0000000000",
    lines=[
        ReceiptLine(title="Услуги связи. Пополнение, ёлочки № 5", amount=rub(1_300_00)),
        ReceiptLine(title="Комиссия", amount=rub(3_00)),
    ],
    total=rub(1_303_00),
    means="МИР •••• 0004",
    fiscal=["РН ККТ: 0000000000000000", "Сайт ФНС: www.nalog.gov.ru"],
    qr=QR,
)
HOSTILE = msgspec.structs.replace(
    RECEIPT,
    title="<script>alert(1)</script>",
    seller='"><img src=x onerror=alert(1)>\x1b[31m',
    lines=[ReceiptLine(title="а" * 500, amount=rub(1))] * 20,
    fiscal=["&copy; </p>"] * 20,
)


def words(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


EXPECTED = (
    "НЕФИСКАЛЬНЫЙ, ДЕМО", "Кассовый чек", "№ 15", "22.11.2026 21:34", "+7 985 370-12-34",
    "Услуги связи. Пополнение, ёлочки № 5", "1 300,00 ₽", "Комиссия", "3,00 ₽", "ИТОГО",
    "1 303,00 ₽", "МИР •••• 0004", "РН ККТ: 0000000000000000",
)  # fmt: skip


def test_pdf_by_another_reader():
    reader = PdfReader(BytesIO(receipt_pdf(RECEIPT)))
    text = words(reader.pages[0].extract_text())
    for part in EXPECTED:
        assert part in text
    assert text.startswith(RECEIPT.mark)
    assert len(reader.pages) == 1
    assert reader.metadata is not None
    assert reader.metadata.title == "Кассовый чек № 15"


def test_pdf_sums_end_at_one_edge():
    """Where a sum begins and how wide it is come to the same edge for all."""
    ends: list[float] = []

    def visit(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
        if re.search(r"\d,\d\d", text):
            font = "Roboto-Bold" if size > 12 else "Roboto"
            ends.append(matrix[4] + stringWidth(text.strip(), font, size))

    PdfReader(BytesIO(receipt_pdf(RECEIPT))).pages[0].extract_text(visitor_text=visit)
    assert len(ends) == 3
    assert max(ends) - min(ends) < 0.5
    assert min(ends) > 300, "at the right margin"


def test_pdf_is_small_and_the_same_each_time():
    file = receipt_pdf(RECEIPT)
    assert len(file) < 60_000, "a part of the font only"
    assert file == receipt_pdf(RECEIPT)


def test_pdf_of_a_long_hostile_receipt_takes_more_pages():
    reader = PdfReader(BytesIO(receipt_pdf(HOSTILE)))
    assert len(reader.pages) > 1
    text = "".join(page.extract_text() for page in reader.pages)
    assert "Страница 2" in text
    assert "\x1b" not in text
    assert words(text).count("а" * 30) >= 20


def test_pdf_by_poppler(tmp_path: Path):
    path = tmp_path / "receipt.pdf"
    path.write_bytes(receipt_pdf(RECEIPT))
    done = subprocess.run(
        [need("pdftotext"), "-layout", path, "-"], capture_output=True, check=True, text=True
    )
    for part in EXPECTED:
        assert part in words(done.stdout)


def test_the_codes_on_paper_are_read(tmp_path: Path):
    import zxingcpp
    from PIL import Image

    path = tmp_path / "receipt.pdf"
    path.write_bytes(receipt_pdf(RECEIPT))
    subprocess.run(
        [need("pdftoppm"), "-r", "150", "-png", path, tmp_path / "page"], check=True, timeout=60
    )
    (picture,) = tmp_path.glob("page*.png")
    assert [code.text for code in zxingcpp.read_barcodes(Image.open(picture))] == [QR]


def test_html_has_everything_and_loads_nothing():
    html = receipt_html(RECEIPT).decode()
    shown = words(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))
    for part in EXPECTED:
        assert part in shown
    assert not re.findall(r"(?:src|href)=|url\(|@import", html)
    assert 'lang="ru"' in html


def test_html_keeps_others_text_text():
    html = receipt_html(HOSTILE).decode()
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "&amp;copy; &lt;/p&gt;" in html
    assert "\x1b" not in html


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_html_in_a_browser(*, dark: bool, tmp_path: Path):
    """A picture of the page: its code is read, its background follows the person's choice."""
    import zxingcpp
    from PIL import Image

    page, picture = tmp_path / "receipt.html", tmp_path / "page.png"
    page.write_bytes(receipt_html(RECEIPT))
    subprocess.run(
        [
            need("chromium"), "--headless", "--no-sandbox", "--disable-gpu",
            *(["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []),
            f"--user-data-dir={tmp_path / 'profile'}", "--window-size=500,1100",
            f"--screenshot={picture}", page.as_uri(),
        ],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    image = Image.open(picture).convert("RGB")
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [QR]
    assert (sum(image.getpixel((2, 2))) < 300) is dark


def test_name_of_the_file_is_safe():
    assert file_name(RECEIPT, "pdf") == "Квитанция 2026-11-22 № 15.pdf"
    hostile = msgspec.structs.replace(RECEIPT, number="../../etc/passwd\x00")
    assert file_name(hostile, "html") == "Квитанция 2026-11-22 № etcpasswd.html"


def test_plain_text_has_every_line():
    text = words(plain(RECEIPT))
    for part in EXPECTED:
        assert part in text


def test_where_a_real_operator_answers_there_is_no_mark():
    real = msgspec.structs.replace(RECEIPT, mark="")
    assert all(line.kind != "mark" for line in lines(real))
    assert 'class="mark"' not in receipt_html(real).decode()
