"""Write the document to the standard output."""

import sys

from .compose import text

sys.stdout.buffer.write(text().encode())
