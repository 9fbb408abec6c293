from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from multitag.report.markdown import bullets, escape_markdown, fill, table


@pytest.mark.parametrize(
    "text", ["*a*", "_a_", "[a](b)", "`a`", "a|b", "<b>", "&amp;", "\\", "![x](y)", "# a", "~~a~~"]
)
def test_escaped_text_is_shown_as_it_is(text):
    tokens = (
        MarkdownIt("commonmark").enable(["table", "strikethrough"]).parseInline(f"x {escape_markdown(text)}")
    )
    assert all(child.type in ("text", "text_special") for child in tokens[0].children)
    assert "".join(child.content for child in tokens[0].children) == f"x {text}"


def test_line_breaks_do_not_end_a_row():
    assert escape_markdown("a\n\r\n b\u2028c") == "a b c"


def test_what_fills_a_template_a_table_or_a_list_is_escaped():
    assert fill("**{name}** {of.__class__.__name__} {share:.2f}", name="a*b", of=1, share=0.126) == r"**a\*b** int 0.13"
    assert fill("{text}", text="{share}") == "{share}"
    assert table(["A", "B"], [("x|y", 1)]) == "| A | B |\n| :-- | --: |\n| x\\|y | 1 |"
    assert bullets(["a\nb", "<i>"]) == "* a b\n* \\<i\\>"
