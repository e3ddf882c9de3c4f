"""What is left of a crash: a sentence for the person, a trace without values for us."""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

SENTENCE = (
    "МТС-Помощник остановился из-за ошибки в программе. Ваши данные в сохранности.\n"
    "Запустите его снова: mts-tui. Если ошибка повторится, приложите к сообщению файл:\n{path}"
)
SENTENCE_WITHOUT_FILE = (
    "МТС-Помощник остановился из-за ошибки в программе. Ваши данные в сохранности.\n"
    "Запустите его снова: mts-tui. Описание ошибки записать не удалось."
)


def report(folder: Path, error: BaseException | None) -> str:
    """Write the trace, without local variables or the error's own text, and say where it is.

    The text of an exception may quote what a person typed; its type and place do not.
    """
    path = folder / f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S}.log"
    lines = []
    while error is not None:
        kind = type(error)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        error = error.__cause__ or error.__context__
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except OSError:
        return SENTENCE_WITHOUT_FILE
    return SENTENCE.format(path=path)
