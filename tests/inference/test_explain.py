"""Occlusion: each word's effect is what the classifier itself gives without the word."""

from __future__ import annotations

import numpy as np
import pytest

import multitag
from multitag.errors import ConfigError, DataError

TEXT = "A detective hunts a killer who leaves a chess piece beside every victim."


def probability(classifier, text, label):
    return float(classifier.predict_proba([text])[0, classifier.label_names.index(label)])


def test_each_effect_is_the_probability_minus_that_without_the_word(classifier):
    label = classifier.label_names[1]
    explanation = classifier.explain(TEXT, label)
    assert [word.text for word in explanation.words] == TEXT.split()
    assert explanation.label == label
    whole = probability(classifier, TEXT, label)
    assert explanation.probability == pytest.approx(whole, abs=1e-5)
    for place, word in enumerate(explanation.words):
        without = " ".join(TEXT.split()[:place] + TEXT.split()[place + 1 :])
        assert TEXT[word.start : word.end] == word.text
        assert word.effect == pytest.approx(whole - probability(classifier, without, label), abs=2e-5)
    assert any(abs(word.effect) > 1e-5 for word in explanation.words)
    assert not explanation.truncated


def test_calibration_is_part_of_the_probability(finished_run, classifier):
    from multitag.evaluation.calibration.calibration import Calibration
    from multitag.evaluation.calibration.methods import Platt

    skewed = multitag.load(finished_run.bundle)
    calibration = Calibration((Platt(3.0, 1.0),) * len(skewed.label_names))
    object.__setattr__(skewed.bundle, "calibration", calibration)  # frozen: another bundle would take a training
    explanation = skewed.explain(TEXT, skewed.label_names[0])
    assert explanation.probability == pytest.approx(probability(skewed, TEXT, skewed.label_names[0]), abs=1e-5)
    assert explanation.probability != pytest.approx(probability(classifier, TEXT, skewed.label_names[0]), abs=1e-2)


def test_the_most_probable_label_is_explained_unless_another_is_asked_for(classifier):
    best = classifier.label_names[int(np.argmax(classifier.predict_proba([TEXT])[0]))]
    assert classifier.explain(TEXT).label == best


def test_many_words_are_left_out_in_groups(classifier):
    explanation = classifier.explain(TEXT, max_words=5)
    assert [word.text for word in explanation.words] == [
        "A detective hunts", "a killer who", "leaves a chess", "piece beside every", "victim.",
    ]  # fmt: skip
    without = TEXT.removeprefix("A detective hunts ")
    expected = explanation.probability - probability(classifier, without, explanation.label)
    assert explanation.words[0].effect == pytest.approx(expected, abs=2e-5)


def test_words_beyond_what_the_model_reads_are_one_without_effect(classifier):
    long = f"{TEXT} " * 40
    explanation = classifier.explain(long)
    rest = explanation.words[-1]
    assert explanation.truncated
    assert rest.effect == 0
    assert rest.end == len(long.rstrip())
    assert classifier.predict_proba([long[: rest.start]]) == pytest.approx(classifier.predict_proba([long]), abs=1e-5)
    assert len(explanation.words) <= 129


def test_a_left_out_word_lets_in_what_the_model_did_not_read(classifier):
    long = f"{TEXT} " * 40
    first = classifier.explain(long).words[0]
    whole = probability(classifier, long, classifier.explain(long).label)
    expected = whole - probability(classifier, long.removeprefix("A "), classifier.explain(long).label)
    assert first.effect == pytest.approx(expected, abs=2e-5)


def test_windows_are_explained_too(finished_run):
    classifier = multitag.load(finished_run.bundle, long="windows")
    long = f"{TEXT} " * 6
    explanation = classifier.explain(long, max_words=12)
    assert not explanation.truncated
    assert explanation.words[-1].end == len(long.rstrip())
    last = explanation.words[-1]
    expected = explanation.probability - probability(classifier, long[: last.start].rstrip(), explanation.label)
    assert last.effect == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_a_text_without_words_has_a_probability_and_no_words(classifier, text):
    explanation = classifier.explain(text)
    assert explanation.words == ()
    assert 0 <= explanation.probability <= 1


@pytest.mark.parametrize("end", [" \0", " \u200b", "\u200b\u200d", " \ufeff \0\0", "\t\n"])
def test_a_short_text_that_ends_with_what_has_no_token_is_read_whole(classifier, end):
    explanation = classifier.explain("a killer" + end)
    assert not explanation.truncated
    assert [word.text for word in explanation.words[:1]] == ["a"]
    assert all(word.effect == pytest.approx(0, abs=1e-5) for word in explanation.words[2:])


def test_one_word_of_which_the_end_is_not_read_is_truncated(classifier):
    explanation = classifier.explain("q" + "-z" * 200)
    assert explanation.truncated
    assert len(explanation.words) == 1


def test_scripts_without_spaces_are_divided_into_characters(classifier):
    assert [word.text for word in classifier.explain("探偵 and 犬").words] == ["探", "偵", "and", "犬"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"text": TEXT, "label": "Nothing"}, ConfigError, "label: expected one of"),
        ({"text": [TEXT]}, DataError, "text: expected one str to explain, got list"),
        ({"text": "half \ud800"}, DataError, "surrogate"),
        ({"text": TEXT, "max_words": 0}, ConfigError, "max_words: expected at least 1"),
        ({"text": TEXT, "max_words": 1.5}, ConfigError, "max_words"),
    ],
)
def test_mistakes_are_named(classifier, arguments, error, words):
    with pytest.raises(error, match=words):
        classifier.explain(**arguments)
