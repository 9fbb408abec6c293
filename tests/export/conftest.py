"""A browser, for folders that are exported for one."""

from page_browser import browser, open_page  # noqa: F401  # fixtures
