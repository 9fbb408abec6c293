"""Texts of a request, within the limits of the service."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.config.serve import ServeConfig
from multitag.data.texts import Text
from multitag.serve.http.refusals import Refusal


def check_texts(texts: Sequence[str | list[str]], settings: ServeConfig) -> list[Text]:
    """Return the texts of a body as :meth:`Classifier.encode` takes them.

    Parameters
    ----------
    texts : sequence of str or of list of two str
    settings : ServeConfig

    Raises
    ------
    Refusal
        With 413, if there are too many, or one is too long.
    """
    if len(texts) > settings.max_texts:
        raise Refusal("too_large", f"expected at most {settings.max_texts} texts in a request, got {len(texts)}")
    for number, text in enumerate(texts):
        length = len(text) if isinstance(text, str) else sum(map(len, text))
        if length > settings.max_characters:
            where = f"text {number}: " if len(texts) > 1 else ""
            raise Refusal(
                "too_large", f"{where}expected at most {settings.max_characters} characters in a text, got {length}"
            )
    return [text if isinstance(text, str) else (text[0], text[1]) for text in texts]
