"""The service behind the routes: the model in use, its queue and threads, and what a request may cost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from multitag.config.serve import ServeConfig
from multitag.data.texts import Text
from multitag.inference.encoding import EncodedText
from multitag.serve.http.refusals import ClientGoneError, Refusal
from multitag.serve.measures import Measures
from multitag.serve.scoring.cache import RecentTexts
from multitag.serve.scoring.model import ServedModel, load_model, threads_of
from multitag.serve.scoring.queue import QueueFullError, Work, WorkQueue
from multitag.serve.scoring.replacement import Replacement, signature
from multitag.serve.scoring.threads import ScoringThreads, step_behind

LAST = 2.0  # seconds for the threads to end: all requests are answered or given up by then

Result = TypeVar("Result")
Receive = Callable[[], Any]


@dataclass(frozen=True)
class Scored:
    """The probabilities of texts, by the model that was served when they came.

    Parameters
    ----------
    model : ServedModel
    y_raw : ndarray of float32, shape (n_texts, n_labels)
        Before calibration, in [0, 1].
    truncated : list of bool, length n_texts
    """

    model: ServedModel
    y_raw: NDArray[np.float32]
    truncated: list[bool]

    @property
    def y_prob(self) -> NDArray[np.float32]:
        """Calibrated probabilities, shape (n_texts, n_labels)."""
        return self.model.classifier.bundle.calibration.apply(self.y_raw)


class Service:
    """What the routes call.

    Parameters
    ----------
    path : str
        Bundle to serve.
    settings : ServeConfig
    model : ServedModel, optional
        Loaded already; by default :meth:`start` loads it.
    """

    def __init__(self, path: str, settings: ServeConfig, model: ServedModel | None = None) -> None:
        self.settings = settings
        self.measures = Measures()
        self.queue = WorkQueue(
            settings.queue_size, settings.batch_tokens, settings.batch_wait / 1000, self.measures.queue
        )
        self.draining = False
        self._path, self._files = path, signature(path)
        self._model = model if model is not None else load_model(path, settings)
        self._recent: RecentTexts[tuple[NDArray[np.float32], bool]] = RecentTexts(settings.cache_size)

    @property
    def model(self) -> ServedModel:
        """The model that answers new requests."""
        return self._model

    async def start(self) -> None:
        """Start the threads and the watch over the bundle's files."""
        # More threads at once than the backend gains by would only wait for each other.
        count = min(threads_of(self.settings), self._model.classifier.batches_at_once)
        self._threads = ScoringThreads(self.queue, self.measures, count)
        self._tokenizing = ThreadPoolExecutor(1, "tokenize", step_behind)
        self.replacement = Replacement(self._path, self._swap, self.measures.reload, self._files)
        self._watch = asyncio.create_task(self.replacement.watch())

    async def stop(self) -> None:
        """End the threads, once what waits is scored."""
        self._watch.cancel()
        self.queue.close()
        self._tokenizing.shutdown(wait=False)
        await asyncio.to_thread(self._threads.join, LAST)

    async def score(self, texts: Sequence[Text], receive: Receive) -> Scored:
        """Score texts in company.

        Parameters
        ----------
        texts : sequence of str or of (str, str), length n_texts
            Checked: not empty, without halves of surrogate pairs.
        receive : callable
            Of the ASGI request, its body read: tells when the client is gone.

        Raises
        ------
        Refusal
            With 429 if there is no room, 503 if it takes too long.
        ClientGoneError
            If nobody waits for the answer any more.
        """
        model = self._model
        keys = [(model.fingerprint, text) for text in texts]
        recent = [self._recent.get(key) for key in keys]
        missing = [index for index, row in enumerate(recent) if row is None]
        new = await self._score_new(model, [texts[index] for index in missing], receive)
        for index, row in zip(missing, new, strict=True):
            recent[index] = row
            self._recent.put(keys[index], row)
        rows = [row for row in recent if row is not None]
        self.measures.texts(len(missing), len(texts) - len(missing))
        return Scored(model, np.stack([y_raw for y_raw, _ in rows]), [truncated for _, truncated in rows])

    async def call(self, function: Callable[[ServedModel], Result], receive: Receive) -> Result:
        """Call a function with the model in one of the scoring threads; raises as :meth:`score` does."""
        model = self._model
        self._reserve(1)
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        work = Work(model.classifier, _delivery(answer), call=lambda: function(model))
        self.queue.put([work])
        return (await self._wait([answer], [work], receive))[0]

    async def _score_new(
        self, model: ServedModel, texts: Sequence[Text], receive: Receive
    ) -> list[tuple[NDArray[np.float32], bool]]:
        if not texts:
            return []
        self._reserve(len(texts))
        loop = asyncio.get_running_loop()
        try:
            encoded: list[EncodedText] = await loop.run_in_executor(
                self._tokenizing, model.classifier.encode, texts
            )
        except BaseException:
            self.queue.release(len(texts))
            raise
        answers: list[asyncio.Future[NDArray[np.float32]]] = [loop.create_future() for _ in encoded]
        works = [
            Work(model.classifier, _delivery(answer), text) for text, answer in zip(encoded, answers, strict=True)
        ]
        self.queue.put(works)
        rows = await self._wait(answers, works, receive)
        return [(row, text.truncated) for row, text in zip(rows, encoded, strict=True)]

    def _reserve(self, count: int) -> None:
        try:
            self.queue.reserve(count)
        except QueueFullError:
            raise Refusal(
                "overloaded",
                f"the queue has no room for {count} more text{'s' * (count > 1)}, it takes {self.settings.queue_size} "
                "(--queue-size); ask again later",
            ) from None

    async def _wait(
        self, answers: Sequence[asyncio.Future[Result]], works: list[Work], receive: Receive
    ) -> list[Result]:
        """Wait for all answers, but no longer than the client does, nor than an answer may take."""
        together = asyncio.gather(*answers)
        gone = asyncio.ensure_future(receive())  # the body is read: what comes next is that the client left
        try:
            await asyncio.wait(
                {together, gone}, timeout=self.settings.answer_timeout, return_when=asyncio.FIRST_COMPLETED
            )
            if together.done():
                return await together
            if gone.done():
                raise ClientGoneError
            raise Refusal(
                "unavailable", f"no answer within {self.settings.answer_timeout:g} seconds; ask again later"
            )
        finally:
            self.queue.cancel(works)  # where all are answered, none waits any more
            gone.cancel()
            together.cancel()

    def _swap(self) -> str:
        model = load_model(self._path, self.settings)
        self._model = model  # requests that have begun keep the one they began with
        self._recent.clear()
        return model.fingerprint


def _delivery(answer: asyncio.Future[Any]) -> Callable[[Any], None]:
    loop = answer.get_loop()

    def settle(result: Any) -> None:
        if answer.done():  # cancelled: the client is gone
            return
        if isinstance(result, BaseException):
            answer.set_exception(result)
        else:
            answer.set_result(result)

    def deliver(result: Any) -> None:
        loop.call_soon_threadsafe(settle, result)

    return deliver
