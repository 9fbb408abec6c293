"""The bodies of requests and answers, as the OpenAPI document shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

# Strict: "0.5", true and 1.0 are not taken for numbers that they are not.
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
OneText = Annotated[str, Field(strict=True)]
Pair = Annotated[list[OneText], Field(min_length=2, max_length=2)]
TextOrPair = OneText | Pair


class Body(BaseModel):
    """A body that holds nothing but what is declared."""

    model_config = ConfigDict(extra="forbid")


class PredictRequest(Body):
    """Texts to label."""

    texts: Annotated[list[TextOrPair], Field(min_length=1, description="Texts; or pairs of texts.")]
    threshold: Annotated[
        Share | dict[str, Share] | None,
        Field(description="One threshold for all labels, or some labels' own; by default the bundle's."),
    ] = None
    top_k: Annotated[
        int | None, Field(ge=1, strict=True, description="Exactly the k most probable labels, whatever the thresholds.")
    ] = None
    labels_only: Annotated[
        bool, Field(strict=True, description="Answer with labels, without probabilities and thresholds.")
    ] = False


class Prediction(BaseModel):
    """The labels of one text."""

    labels: Annotated[list[str], Field(description="The most probable first.")]
    probabilities: Annotated[dict[str, float] | None, Field(description="Of every label, calibrated.")] = None
    thresholds: Annotated[
        dict[str, float] | None, Field(description="The probability from which each label was predicted.")
    ] = None
    truncated: Annotated[bool, Field(description="Whether the text has more tokens than were read.")]


class PredictResponse(BaseModel):
    """The labels of texts, in their order."""

    predictions: list[Prediction]
    decided_by: Annotated[
        Literal["bundle", "request", "top_k"],
        Field(description="Whose thresholds decided; top_k where none did."),
    ]
    fingerprint: Annotated[str, Field(description="Of the bundle that answered; see /v1/model.")]


class ExplainRequest(Body):
    """A text whose words are left out in turn."""

    text: OneText
    label: Annotated[OneText | None, Field(description="By default the most probable.")] = None
    max_words: Annotated[
        int | None, Field(ge=1, strict=True, description="Words to leave out at most; the service has a limit.")
    ] = None


class Word(BaseModel):
    """A word and what leaving it out does."""

    text: str
    start: Annotated[int, Field(description="Of its first character in the text.")]
    end: Annotated[int, Field(description="Behind its last character.")]
    effect: Annotated[float, Field(description="The probability less that without the word.")]


class ExplainResponse(BaseModel):
    """How much each word counts."""

    label: str
    probability: float
    words: list[Word]
    truncated: Annotated[bool, Field(description="Whether there are words that were not looked at.")]
    fingerprint: str


class ModelResponse(BaseModel):
    """What is served, and within which limits."""

    name: str
    fingerprint: str
    created: str
    labels: list[str]
    thresholds: dict[str, float]
    policy: Annotated[
        Literal["tuned", "fixed", "guarantee"],
        Field(description="What the thresholds are: tuned, fixed, or the guarantee's."),
    ]
    objective: Annotated[str | None, Field(description="What they were tuned for, where they were.")]
    tuned_on: str | None
    metrics: dict[str, Any]
    guarantee: dict[str, Any] | None
    guarantee_applies: bool
    card: str
    curves: Any
    splits: dict[str, Any]
    max_length: int
    backend: str
    device: Annotated[str, Field(description="What computes: cpu, or a GPU with its arithmetic.")]
    text_pair: bool
    examples: list[str]
    allow_download: bool
    limits: dict[str, float]


class Health(BaseModel):
    """Whether the service is alive, or ready."""

    status: str


class ErrorResponse(BaseModel):
    """Why a request was not answered as asked."""

    error: str
    error_type: str
