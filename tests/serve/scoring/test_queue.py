import threading
import time

import pytest

from multitag.inference.encoding import EncodedText
from multitag.serve.scoring.queue import QueueFullError, Work, WorkQueue


def text(tokens=10, classifier="a"):
    return Work(classifier, lambda result: None, EncodedText([[1] * tokens], False))


def call(classifier="a"):
    return Work(classifier, lambda result: None, call=lambda: None)


def fill(queue, works):
    queue.reserve(len(works))
    queue.put(works)


def make(size=100, batch_tokens=100, wait=0.0):
    return WorkQueue(size, batch_tokens, wait)


def test_a_batch_has_a_bounded_number_of_tokens_in_order():
    queue, works = make(), [text(40) for _ in range(5)]
    fill(queue, works)
    assert queue.take().works == works[:2]
    assert queue.take().works == works[2:4]
    assert queue.waiting == 1


def test_one_long_text_is_a_batch():
    queue = make(batch_tokens=10)
    fill(queue, [text(500), text(5)])
    assert len(queue.take().works) == 1


def test_a_batch_has_one_model():
    queue, works = make(), [text(classifier="old"), text(classifier="new"), text(classifier="new")]
    fill(queue, works)
    assert queue.take().works == works[:1]
    assert queue.take().works == works[1:]


def test_room_is_taken_before_tokenising_and_given_back():
    queue = make(size=3)
    queue.reserve(2)
    with pytest.raises(QueueFullError):
        queue.reserve(2)
    queue.reserve(1)
    assert queue.is_full
    queue.release(3)
    assert queue.waiting == 0


def test_cancelled_works_free_their_room_at_once_and_are_skipped():
    queue, works = make(size=4), [text() for _ in range(4)]
    fill(queue, works)
    queue.cancel(works[:3])
    assert queue.waiting == 1
    assert queue.take().works == works[3:]
    queue.cancel(works)  # taken or cancelled already: nothing is counted twice
    assert queue.waiting == 0


def test_calls_run_one_at_a_time_while_texts_go_on():
    queue, calls, texts = make(), [call(), call()], [text()]
    fill(queue, calls)
    fill(queue, texts)
    first = queue.take()
    assert first.works == calls[:1]
    assert queue.take().works == texts
    queue.done(first)
    assert queue.take().works == calls[1:]


def test_alone_is_who_is_the_only_one_with_work():
    queue = make(batch_tokens=10)
    fill(queue, [text(), text()])
    assert not queue.take().alone
    fresh = make()
    fill(fresh, [text()])
    assert fresh.take().alone


def test_a_text_waits_a_moment_for_company():
    queue = make(wait=0.5)
    fill(queue, [text()])
    threading.Timer(0.05, lambda: fill(queue, [text(), text(90)])).start()
    began = time.monotonic()
    assert len(queue.take().works) == 2  # a full batch is not waited for any longer
    assert time.monotonic() - began < 0.45


def test_a_closed_queue_is_emptied_then_ends():
    queue = make(wait=10)
    fill(queue, [text()])
    queue.close()
    assert len(queue.take().works) == 1
    assert queue.take() is None


def test_closing_wakes_who_waits():
    queue, taken = make(), []
    waiting = threading.Thread(target=lambda: taken.append(queue.take()))
    waiting.start()
    queue.close()
    waiting.join(5)
    assert taken == [None]
