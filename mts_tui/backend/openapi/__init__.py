"""The API in the words of OpenAPI 3.1, derived from the contract.

Nothing here names an operation or a path of the contract: whoever declares a new one there finds it
in the document. `docs/openapi.json` is the frozen copy:

    python -m mts_tui.backend.openapi > docs/openapi.json
"""

from .compose import document, text
from .operations import status_of
from .routes import ROUTES, Route

__all__ = ["ROUTES", "Route", "document", "status_of", "text"]
