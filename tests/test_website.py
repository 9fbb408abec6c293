"""The website that ``make docs`` builds: whole, without dead links, and loading nothing from the network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs import website

import multitag

ROOT = Path(__file__).parents[1]
OUTSIDE = r"(?:https?:)?//"


@pytest.fixture(scope="module")
def site(make_once):
    """Build the site; strict, so that a link or an anchor that leads nowhere, or a name not found, is an error."""

    def build(folder):
        ended = subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
            cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout + ended.stderr

    return make_once("site", build)


def test_every_page_is_built(site):
    pages = {f"{path.stem}.html" for path in (ROOT / "docs").glob("*.md")}
    pages |= {page.replace(".md", ".html") for page in website.PAGES.values()}
    assert pages <= {path.name for path in site.glob("*.html")}


def test_nothing_is_loaded_from_the_network(site):
    for path in site.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert not re.findall(rf"<(?:script|img|iframe|source)[^>]+src=[\"']?{OUTSIDE}[^>]*", html), path
        assert not re.findall(rf"<link[^>]+href=[\"']?{OUTSIDE}[^>]*", html), path
        assert "mermaid" not in html, path  # whose script would be fetched
    for path in site.rglob("*.css"):
        style = path.read_text(encoding="utf-8")
        assert not re.findall(rf"(?:url\(|@import\s)[\"']?{OUTSIDE}[^)]*", style), path


def test_no_code_is_published(site):
    assert not list(site.rglob("*.py"))


def test_every_public_name_is_in_the_reference(site):
    html = (site / "api.html").read_text(encoding="utf-8")
    missing = [name for name in multitag.__all__ if f'id="multitag.{name}"' not in html]
    assert not missing
    assert not re.findall(r":(?:attr|class|func|meth|mod):", html)


def test_every_block_is_a_block(site):
    assert "```" in (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    for path in site.glob("*.html"):
        assert "```" not in path.read_text(encoding="utf-8"), path
    assert '<span class="filename">plain.csv</span>' in (site / "data.html").read_text(encoding="utf-8")


def test_files_that_pages_link_to_are_copied(site):
    assert (site / "files" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert (site / "files" / "examples" / "movie_genres.ipynb").is_file()


def test_links_lead_where_they_lead_on_github():
    kept = "[a](data.md#files) [b](https://x.org) ![c](growth.svg) [d](#g)"
    moved = "[e](../README.md) [f](../benchmarks/results) [g](../LICENSE)"
    rewritten, copied = website.rewrite_links(f"{kept} {moved}", "docs/guide.md")
    assert rewritten == f"{kept} [e](index.md) f [g](files/LICENSE)"
    assert copied == {"LICENSE"}
