from __future__ import annotations

from multitag.evaluation.thresholds.retune import Retuned
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.report.retuned import retuned_note, retuned_rows

RETUNED = Retuned(
    Thresholds("per_label", 0.3, 0.2, (0.2, 0.4), 2, "cost=5:1", "films.csv, 60 rows"),
    60,
    {"cost_per_row": 1.25, "macro_f1": None, "micro_f1": 0.5},
    {"cost_per_row": 1.0, "macro_f1": 0.5, "micro_f1": 0.5},
    {"cost_per_row": (-0.4, -0.1), "macro_f1": None, "micro_f1": None},
)


def test_a_row_a_figure_with_the_interval_of_its_difference():
    assert retuned_rows(RETUNED) == (
        ["On 60 rows", "before", "tuned", "difference, 95%"],
        [
            ["Cost a row", "1.250", "1.000", "[-0.400, -0.100]"],
            ["Macro F1", "undefined", "0.500", "undefined"],
            ["Micro F1", "0.500", "0.500", "none"],
        ],
    )


def test_the_note_is_of_the_figure_that_was_tuned_for():
    note = retuned_note(RETUNED)
    assert note.startswith("thresholds were tuned again on films.csv, 60 rows: Cost a row 1.250 before, 1.000 after, ")
