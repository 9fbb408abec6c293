"""Logs as JSON, one object a line, without texts, keys or addresses of pages that nobody knows."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from multitag.errors import printable

FIELDS = ("request_id", "method", "path", "status", "milliseconds", "texts")


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        values = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": printable(record.getMessage()),
        }
        values.update({name: getattr(record, name) for name in FIELDS if hasattr(record, name)})
        if record.exc_info:
            values["trace"] = self.formatException(record.exc_info)
        return json.dumps(values, ensure_ascii=False)


def log_as_json() -> None:
    """Send what multitag and uvicorn say to standard error, as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    for name, level in (("multitag", logging.INFO), ("uvicorn.error", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False
    logging.getLogger("uvicorn.access").handlers.clear()
