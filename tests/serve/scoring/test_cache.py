from multitag.serve.scoring.cache import RecentTexts


def test_what_is_asked_for_stays_and_the_oldest_goes():
    recent = RecentTexts(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)
    recent.clear()
    assert recent.get("a") is None


def test_size_zero_keeps_nothing():
    recent = RecentTexts(0)
    recent.put("a", 1)
    assert recent.get("a") is None
