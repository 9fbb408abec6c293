"""Hook of mkdocs: what a link on GitHub leads to, a link on the website leads to as well.

Pages outside docs/ (README.md, CONTRIBUTING.md, CHANGELOG.md) become pages of the site. Other files of the repository
that a page links to are copied to the site under ``files/``; a link to a folder becomes plain text. A file name after
a block's language becomes its title. Docstrings use Sphinx's roles, such as ``:func:`multitag.load```, which Markdown
does not know.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)|!\[(?P<alt>[^\]]*)\]\((?P<image>[^)\s]+)\)")

NAMED_BLOCK = re.compile(r"^```(?P<language>\w+) (?P<name>\S+)$", re.MULTILINE)
ROLE = re.compile(r":(?:attr|class|func|meth|mod):<code>(?P<short>~?)(?P<name>[\w.]+)</code>")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages outside docs/, and rewrite the links of all pages."""
    from mkdocs.structure.files import File

    sources = {f"docs/{file.src_uri}": file.src_uri for file in files.documentation_pages()} | PAGES
    copied: set[str] = set()
    for source, page in sources.items():
        markdown, linked = rewrite_links((ROOT / source).read_text(encoding="utf-8"), source)
        copied |= linked
        known = files.get_file_from_path(page)
        if known is not None:
            files.remove(known)
        files.append(File.generated(config, page, content=title_blocks(markdown)))
    for path in sorted(copied):
        files.append(File.generated(config, f"files/{path}", abs_src_path=str(ROOT / path)))
    return files


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn the cross-references of docstrings into links where their target is on the same page."""

    def link(role: re.Match[str]) -> str:
        name = role["name"]
        code = f"<code>{name.rpartition('.')[2] if role['short'] else name}</code>"
        return f'<a href="#{name}">{code}</a>' if f'id="{name}"' in html else code

    return ROLE.sub(link, html)


def title_blocks(markdown: str) -> str:
    """Write the file name of each block that has one as mkdocs' title."""
    return NAMED_BLOCK.sub(r'```\g<language> title="\g<name>"', markdown)


def rewrite_links(markdown: str, source: str) -> tuple[str, set[str]]:
    """Point the links of a page at where their targets are on the site.

    Parameters
    ----------
    markdown : str
    source : str
        Path of the page in the repository, such as ``docs/guide.md``.

    Returns
    -------
    markdown : str
    copied : set of str
        Paths in the repository of files outside docs/ that it links to.
    """
    copied: set[str] = set()

    def rewrite(link: re.Match[str]) -> str:
        target = link["target"] or link["image"]
        path, hash_sign, anchor = target.partition("#")
        if not path or "://" in path:
            return link[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        if (ROOT / path).is_dir():
            return link["text"]
        if path in PAGES:
            place = PAGES[path]
        elif path.startswith("docs/"):
            place = path.removeprefix("docs/")
        else:
            place = f"files/{path}"
            copied.add(path)
        return link[0].replace(f"]({target})", f"]({place}{hash_sign}{anchor})")

    return LINK.sub(rewrite, markdown), copied
