"""What annotators said of a text, and what that makes of its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from multitag.config.data import Annotators
from multitag.data.row_labels import RowLabels


@dataclass(frozen=True)
class Answer:
    """What one annotator, or a model, said of one text.

    Parameters
    ----------
    names : tuple of str
        Labels that the text has, each once.
    asked : frozenset of str or None
        The labels that were asked about: those not in ``names`` were refused, others not judged. None where the tool
        asks about all labels at once.
    annotator : str
        As the tool names them; empty where it does not.
    shares : tuple of (str, float)
        Scores in [0, 1] that the tool keeps by label; ``names`` are those of at least 0.5. Empty for a plain yes or no.
    """

    names: tuple[str, ...]
    asked: frozenset[str] | None = None
    annotator: str = ""
    shares: tuple[tuple[str, float], ...] = ()

    def mentioned(self) -> tuple[str, ...]:
        """Return the labels of which the answer says something by name."""
        return (*self.names, *(name for name, _ in self.shares), *sorted(self.asked or ()))

    def share(self, name: str, *, soft: bool) -> float | None:
        """Return how far the text has a label, in [0, 1]; None where that was not asked."""
        if self.asked is not None and name not in self.asked:
            return None
        if soft and self.shares:
            return dict(self.shares).get(name, 0.0)
        return float(name in self.names)


@dataclass(frozen=True)
class Judgements:
    """A cell of labels: the answers to one question about one text, at least one."""

    answers: tuple[Answer, ...]

    def __str__(self) -> str:
        """Return the labels of each answer, for whoever looks at the column; of one label at a time, those of all."""
        asked = [name for answer in self.answers for name in answer.asked or ("", "")]
        if len(set(asked)) == len(asked):
            return ", ".join(name for answer in self.answers for name in answer.names) or "none"
        return " | ".join(", ".join(answer.names) or "none" for answer in self.answers)


@dataclass(frozen=True)
class Decision:
    """What answers make of a row.

    Parameters
    ----------
    labels : RowLabels
    ties : int
        Labels that as many annotators gave as refused, which are unknown by majority.
    """

    labels: RowLabels
    ties: int = 0


def decide(answers: Sequence[Answer], by: Annotators, all_names: Sequence[str]) -> Decision:
    """Make the labels of a row of what its annotators said.

    Parameters
    ----------
    answers : sequence of Answer
        At least one.
    by : {"auto", "majority", "any", "mean"}
        ``majority``, which ``auto`` is too: a label that more of those asked gave than refused; as many is unknown.
        ``any``: one that somebody gave. ``mean``: the mean of the answers is a soft label.
    all_names : sequence of str
        The labels of the table, of which those that nobody was asked about are unknown.

    Examples
    --------
    >>> answers = [Answer(("War", "Drama")), Answer(("War",))]
    >>> decide(answers, "majority", ["War", "Drama"]).labels[:2]
    (('War',), ('Drama',))
    >>> decide(answers, "mean", ["War", "Drama"]).labels.shares
    (('War', 1.0), ('Drama', 0.5))
    """
    if len(answers) == 1 and answers[0].asked is None and not answers[0].shares:
        return Decision(RowLabels(answers[0].names, judged=True))
    # A lone answer is what it says; of several, only their mean can be anything but yes or no.
    soft = by == "mean" or (len(answers) == 1 and any(answer.shares for answer in answers))
    shares = {}
    for name in dict.fromkeys(name for answer in answers for name in answer.mentioned()):
        votes = [vote for answer in answers if (vote := answer.share(name, soft=soft)) is not None]
        shares[name] = sum(votes) / len(votes)
    unknown = []
    if all(answer.asked is not None for answer in answers):
        unknown = [name for name in all_names if name not in shares]
    if soft:
        names = tuple(name for name, share in shares.items() if share >= 0.5)
        return Decision(RowLabels(names, tuple(unknown), tuple(shares.items()), judged=True))
    if by == "any":
        names = tuple(name for name, share in shares.items() if share > 0)
        return Decision(RowLabels(names, tuple(unknown), judged=True))
    ties = [name for name, share in shares.items() if share == 0.5]
    names = tuple(name for name, share in shares.items() if share > 0.5)
    return Decision(RowLabels(names, (*ties, *unknown), judged=True), len(ties))
