"""An answer to a request that can't be done as it was asked."""

from __future__ import annotations


class Refusal(Exception):
    """One plain sentence for the reader.

    `code`: HTTP status. `needs` names what the page should ask for first: "reader".
    """

    def __init__(self, text: str, *, code: int = 400, needs: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.needs = needs
