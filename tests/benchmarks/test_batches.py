"""Batches of several numbers of tokens, of a bundle without torch, and what the page shows of them."""

from __future__ import annotations

import json

from benchmarks.batches import RECORD, TOKENS, measure, table

from fuzz.targets import base_bundle

TEXTS = ["a film about love", "war", "a long film about war and love and everything else"] * 40


def test_every_number_of_tokens_is_measured_and_compared_with_the_default():
    figures = measure(base_bundle(), "onnx", TEXTS, rounds=2)
    assert list(figures) == [str(tokens) for tokens in TOKENS]
    assert figures["512"]["times_default"] == 1 and figures["512"]["same_bits"]
    assert all(len(each["cpu_seconds"]) == 2 for each in figures.values())
    # The graph's mean counts padding, of which there is more in batches of other texts.
    assert figures["256"]["largest_difference"] > 0
    assert all(each["same_bits"] == (each["largest_difference"] == 0) for each in figures.values())


def test_the_page_shows_what_was_measured():
    shown = RECORD.page.read_text(encoding="utf-8")
    assert RECORD.fill(shown, table(json.loads(RECORD.results.read_bytes()))) == shown
