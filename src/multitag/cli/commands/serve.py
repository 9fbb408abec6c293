"""``multitag serve``: a bundle over HTTP, with a page to try it."""

from __future__ import annotations

from typing import Any

from multitag.cli.options import takes_options
from multitag.config.serve import ServeConfig
from multitag.extras import import_extra

NEEDED = ("fastapi", "uvicorn", "httptools", "prometheus_client")


@takes_options(section=ServeConfig)
def serve(bundle: str, /, **settings: Any) -> None:
    """Serve a bundle over HTTP, with a page to try it; docs/serving.md shows how to run it for others.

    Parameters
    ----------
    bundle
        Folder or zip of the bundle, a link to one, or hf://user/name; loaded again when it changes, and on SIGHUP.
    """
    chosen = ServeConfig(**settings)
    for module in NEEDED:
        import_extra(module, "serve")
    from multitag.serve.server import serve as listen

    listen(bundle, chosen)
