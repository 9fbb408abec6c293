"""The first tab of the page in a real browser: labels as one types, the cut, why, links, the key."""

from __future__ import annotations

import math
import urllib.parse

import pytest

from page_service import Service, running

pytestmark = pytest.mark.slow

TEXT = "A detective hunts a killer who leaves a chess piece beside every victim."
HOSTILE = '<img src=x onerror="document.title=1">'


def shown(page):
    """The labels on the page: name, percentage, whether marked as chosen."""
    return page.eval_on_selector_all(
        "#labels li",
        "items => items.map(li => [li.querySelector('.name').textContent, li.querySelector('.share').firstChild.data, "
        "li.querySelector('.tick').textContent === '✓'])",
    )


def type_text(page, text):
    page.fill("#text", text)
    page.wait_for_selector("#labels li")


def test_labels_appear_as_a_text_is_typed_sorted_with_their_thresholds(open_page, url, service):
    page = open_page(url)
    assert page.inner_text("#empty") == "They appear here as you type."
    page.click("#text")
    page.keyboard.type(TEXT, delay=1)
    page.wait_for_selector("#labels li")
    page.wait_for_selector("#working", state="hidden")
    prediction = service.prediction(TEXT)
    probabilities = prediction["probabilities"]
    labels = shown(page)
    ordered = [probabilities[name] for name, *_ in labels]
    assert ordered == sorted(ordered, reverse=True)
    assert {name for name, _, chosen in labels if chosen} == set(prediction["labels"])
    assert 0 < len(prediction["labels"]) < len(probabilities)
    assert [share for _, share, _ in labels] == [f"{math.floor(p * 100 + 0.5)}%" for p in ordered]
    mark = page.eval_on_selector("#labels li .mark", "mark => mark.style.insetInlineStart")
    assert float(mark.rstrip("%")) == pytest.approx(prediction["thresholds"][labels[0][0]] * 100, abs=0.01)
    page.locator("#live", has_text="labels chosen: ").wait_for(state="attached")


def test_typing_is_debounced_and_a_stale_answer_is_dropped(open_page, url, service):
    page = open_page(url)
    page.click("#text")
    page.keyboard.type("slow one", delay=5)
    page.wait_for_selector("#working:visible")
    page.fill("#text", TEXT)
    page.wait_for_selector("#labels li")
    before = shown(page)
    service.hold.set()  # now the first answer comes
    page.wait_for_timeout(500)
    assert shown(page) == before
    assert service.asked == ["slow one", TEXT]


def test_examples_fill_the_text_and_clear_empties_it(open_page, url):
    page = open_page(url)
    assert page.locator(".example").count() == 3
    page.click(".example >> nth=2")
    page.wait_for_selector("#labels li")
    assert page.input_value("#text") == page.inner_text(".example >> nth=2")
    page.click("#clear")
    page.wait_for_selector("#result", state="hidden")


def test_examples_longer_than_the_limit_are_left_out(open_page, url, service):
    service.model["limits"]["max_characters"] = 80
    page = open_page(url)
    assert page.locator(".example").count() == 1


def test_there_are_no_examples_of_films_for_other_labels(open_page, url, service, classifier):
    service.rename({name: f"topic {place}" for place, name in enumerate(classifier.label_names)})
    page = open_page(url)
    assert page.is_hidden("#examples")
    assert page.is_hidden("#examples-title")
    service.model["examples"] = ["A text of the bundle's own."]
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.inner_text(".example") == "A text of the bundle's own."


@pytest.mark.parametrize(
    ("policy", "words"),
    [("tuned", "as tuned"), ("fixed", "at the fixed threshold"), ("guarantee", "as the guarantee asks")],
)
def test_the_cut_is_said_to_be_what_it_is(open_page, url, service, policy, words):
    service.model["policy"] = policy
    page = open_page(url)
    assert page.inner_text("#cut-state") == words
    page.fill("#cut", "50")
    page.click("#reset-cut")
    assert page.inner_text("#cut-state") == words


def test_half_of_a_surrogate_pair_is_replaced(open_page, url, service):
    page = open_page(url)
    page.evaluate(
        "() => { const input = document.getElementById('text'); input.value = 'a killer \\ud83d hunts';"
        "input.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_selector("#labels li")
    assert service.asked == ["a killer \ufffd hunts"]
    page.click("#link")
    page.wait_for_url("**/#text=*")


def test_escape_closes_the_explanation(open_page, url):
    page = open_page(url)
    type_text(page, TEXT)
    page.click("#labels button >> nth=1")
    page.wait_for_selector(".shaded")
    label = page.evaluate("document.activeElement.dataset.label")
    page.keyboard.press("Escape")
    assert page.is_hidden("#why")
    assert page.evaluate("document.activeElement.dataset.label") == label


def test_long_words_leave_the_number_whole(open_page, url, service, classifier):
    service.rename({name: f"{place}{'w' * 120}" for place, name in enumerate(classifier.label_names)})
    page = open_page(url, 390)
    made = page.evaluate(
        "async () => { const { showWhy } = await import('./why.js'); const text = 'x'.repeat(300);"
        "document.getElementById('why-body').replaceChildren(...showWhy(text, { label: 'a', probability: 0.5,"
        "truncated: false, words: [{ text, start: 0, end: 300, effect: 0.4 }] }));"
        "document.getElementById('why-title').textContent = 'Why ' + 'w'.repeat(120);"
        "document.getElementById('why').hidden = false;"
        "const at = (of) => document.querySelector(of).getBoundingClientRect();"
        "return [at('.strongest .share').height, at('#close-why').top - at('#why-title').top]; }"
    )
    assert made[0] < 30  # one line
    assert abs(made[1]) < 10  # beside the title, not below it


def test_a_word_without_width_is_not_told_to_be_too_long(open_page, url):
    struck = open_page(url).evaluate(
        "async () => { const { showWhy } = await import('./why.js'); return ['\\u200b', '\\u0000', 'c'].map((last) => {"
        "const words = [{ text: 'a', start: 0, end: 1, effect: 0.2 }, { text: last, start: 2, end: 3, effect: 0 }];"
        "const made = showWhy('a ' + last, { label: 'l', probability: 0.5, truncated: true, words });"
        "return made.flatMap((each) => [...each.querySelectorAll('.unread')]).length; }); }"
    )
    assert struck == [0, 0, 2]  # in the legend and in the text


def test_all_labels_are_shown_on_request(open_page, url, classifier):
    page = open_page(url)
    type_text(page, TEXT)
    assert page.locator("#labels li").count() < len(classifier.label_names)
    page.click("#more")
    assert page.locator("#labels li").count() == len(classifier.label_names)


def test_the_cut_moves_every_threshold_and_tells_precision_and_recall(open_page, classifier):
    names = classifier.label_names
    curve = {"thresholds": [0.0, 0.5, 1.0], "precision": [0.2, 0.6, None], "recall": [1.0, 0.5, 0.0]}
    thresholds = dict.fromkeys(names, 0.25)
    service = Service(classifier, curves=dict.fromkeys(names, curve), thresholds=thresholds)
    with running(service) as url:
        page = open_page(url)
        assert "40% were right (precision), and 75%" in page.inner_text("#cut-figures")
        type_text(page, TEXT)
        probabilities = classifier.predict([TEXT])[0].probabilities
        for position, words in ((100, "stricter"), (-100, "looser")):
            page.fill("#cut", str(position))
            assert page.inner_text("#cut-state") == words
            cut = 1 / (1 + math.exp(-(math.log(0.25 / 0.75) + position / 100 * 2.5)))
            assert {name for name, _, chosen in shown(page) if chosen} == {
                name for name, p in probabilities.items() if p >= cut
            }
        recall = 1 - cut  # on the straight line from 1.0 at 0 to 0.5 at 0.5
        assert f"{math.floor(recall * 100 + 0.5)}% of the right ones" in page.inner_text("#cut-figures")
        page.click("#reset-cut")
        assert page.inner_text("#cut-state") == "as tuned"


def test_without_curves_the_page_says_that_nothing_is_known(open_page, url):
    page = open_page(url)
    assert "holds no figures by threshold" in page.inner_text("#cut-figures")


def test_why_shades_each_word_by_its_effect(open_page, url, classifier):
    page = open_page(url)
    type_text(page, TEXT)
    page.click("#more")
    explained = [classifier.explain(TEXT, name) for name in classifier.label_names]
    telling = max(explained, key=lambda each: min(max(s * word.effect for word in each.words) for s in (1, -1)))
    label, words = telling.label, telling.words
    page.click(f'#labels button[data-label="{label}"]')
    page.wait_for_selector(".shaded")
    assert page.inner_text(".shaded") == TEXT
    marks = page.eval_on_selector_all(
        ".shaded mark", "marks => marks.map(m => [m.textContent, m.className.split(' ')[0]])"
    )
    assert {kind for _, kind in marks} == {"for", "against"}
    assert marks == [
        [word.text, "for" if word.effect > 0 else "against"] for word in words if abs(word.effect) >= 0.005
    ]
    styles = page.eval_on_selector_all(
        ".legend mark", "marks => marks.map(m => getComputedStyle(m).borderBlockEndStyle)"
    )
    assert styles == ["solid", "dashed"]  # not by colour alone
    assert page.get_attribute(f'#labels button[data-label="{label}"]', "aria-pressed") == "true"
    page.click("#close-why")
    assert page.is_hidden("#why")
    assert page.evaluate("document.activeElement.dataset.label") == label


def test_why_counts_places_in_characters_and_marks_what_is_not_read(open_page, url):
    page = open_page(url)
    text = "🎬 " + f"{TEXT} " * 30
    type_text(page, text)
    page.click("#labels button >> nth=0")
    page.wait_for_selector(".shaded")
    assert page.inner_text(".shaded").strip() == text.strip()
    assert page.inner_text(".shaded .unread").endswith("every victim.")


def test_a_link_carries_the_text_in_its_fragment(open_page, url, service):
    page = open_page(url)
    type_text(page, f"{TEXT} äöü & 100%")
    page.click("#link")
    page.wait_for_url("**/#text=*")
    address = page.url
    assert urllib.parse.unquote(address.partition("#text=")[2]) == f"{TEXT} äöü & 100%"
    other = open_page(address)
    other.wait_for_selector("#labels li")
    assert other.input_value("#text") == f"{TEXT} äöü & 100%"


def test_a_damaged_link_is_no_text(open_page, url):
    page = open_page(f"{url}#text=%E0%A4%A")
    assert page.input_value("#text") == ""


def test_a_key_is_asked_for_and_sent(open_page, url, service):
    service.key = "secret"
    page = open_page(url, ready=False, expect="401")
    page.wait_for_selector("#key-dialog[open]")
    for wrong in ("wrong", "鍵は秘密"):
        page.fill("#key", wrong)
        page.keyboard.press("Enter")
        page.wait_for_selector("#key-wrong:visible")
        page.wait_for_selector("#key-dialog[open]")
    page.fill("#key", "secret")
    page.click("#key-form button")
    page.wait_for_selector("html[data-ready]")
    type_text(page, TEXT)
    assert "secret" not in page.url


def test_errors_are_shown_and_a_full_queue_is_asked_again(open_page, url, service):
    page = open_page(url, expect="status of")
    service.refusals = [422]
    page.fill("#text", TEXT)
    page.wait_for_selector("#error:visible")
    assert page.inner_text("#error-words") == "refused with 422"
    assert page.is_hidden("#result")
    service.refusals = [429]
    page.fill("#text", f"{TEXT} Again.")
    page.wait_for_selector("#labels li")
    assert page.is_hidden("#error")
    assert service.asked[-1] == f"{TEXT} Again."


def test_the_theme_is_changed_and_kept(open_page, url):
    page = open_page(url, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("#theme")
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate(ground) == dark
    assert open_page(url, color_scheme="dark").evaluate(ground) == dark


def test_the_keyboard_reaches_everything(open_page, url):
    page = open_page(url)
    page.focus("#tab-try")
    page.keyboard.press("ArrowRight")
    assert page.is_visible("#panel-table")
    page.keyboard.press("End")
    assert page.is_visible("#panel-model")
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.type(TEXT)
    page.wait_for_selector("#labels li")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.label !== undefined"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".shaded")


def test_hostile_texts_and_names_stay_text(open_page, url, service, classifier):
    first, second = classifier.label_names[:2]
    service.rename({first: HOSTILE, second: "<script>document.title=2</script>"})
    service.model |= {"card": f"# {HOSTILE}\n\n[click](javascript:document.title=3) <b>bold</b>", "name": HOSTILE}
    page = open_page(f"{url}#text={urllib.parse.quote(HOSTILE)}")
    page.wait_for_selector("#labels li")
    page.click("#more")
    names = [name for name, *_ in shown(page)]
    assert {HOSTILE, "<script>document.title=2</script>"} <= set(names)
    page.locator("#labels button").nth(names.index(HOSTILE)).click()
    page.wait_for_selector(".shaded")
    assert page.inner_text("#why-title") == f"Why {HOSTILE}?"
    assert page.inner_text(".shaded") == HOSTILE
    page.click("#tab-model")
    assert HOSTILE in page.inner_text("#card")
    assert "<b>bold</b>" in page.inner_text("#card")
    assert page.locator("#card a").count() == 0
    assert page.locator("main img, main script, #card b").count() == 0
    assert page.title() == f"{HOSTILE} – multitag"
