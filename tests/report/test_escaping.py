"""Whatever a server, a file name or a plug-in says, a report says only that."""

from __future__ import annotations

import functools
import html.parser
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter

from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from readiness.report import read_result, render
from tests.report.hostile import FRAGMENTS, poisoned, texts
from tests.report.sample import sample

BENIGN = poisoned(sample(), "x")
PROSE = {"p", "code", "pre"}
"""What our own paragraphs and back-quotes may add."""


class Page(html.parser.HTMLParser):
    """The elements of a page, as a browser's tokenizer sees them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in PROSE:
            self.elements.append((tag, tuple(name for name, _ in attrs)))
        values = dict(attrs)
        self.ids += [value for name, value in attrs if name == "id" and value]
        if href := values.get("href"):
            self.links.append(href)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@functools.cache
def benign_elements() -> list[tuple[str, tuple[str, ...]]]:
    return Page(render(BENIGN, "html")).elements


@settings(max_examples=25, deadline=None)
@given(texts)
def test_html_gains_no_element_and_no_attribute(text: str) -> None:
    page = Page(render(poisoned(sample(), text), "html"))

    assert page.elements == benign_elements()
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids) | {
        f"icon-{name}" for name in ("failed", "unknown", "waived", "attested", "not_applicable", "passed")
    }
    assert len(page.ids) == len(set(page.ids))


def test_html_has_no_inline_style_and_no_handler() -> None:
    names = {name for _, attributes in Page(render(sample(), "html")).elements for name in attributes}

    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


@settings(max_examples=25, deadline=None)
@given(texts)
def test_html_holds_the_result(text: str) -> None:
    result = poisoned(sample(), text)
    embedded = re.search(
        r'<script type="application/json" id="result">(.*?)</script>', render(result, "html"), re.DOTALL
    )

    assert embedded is not None
    assert not set(embedded[1]) & set("<>&\u2028\u2029")
    assert read_result(embedded[1]) == result


@settings(max_examples=25, deadline=None)
@given(texts)
def test_json_shows_no_control_and_reads_back(text: str) -> None:
    result = poisoned(sample(), text)
    written = render(result, "json")

    assert read_result(written) == result
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]", written)


@settings(max_examples=25, deadline=None)
@given(texts)
def test_junit_is_legal_xml_with_one_case_for_each_result(text: str) -> None:
    result = poisoned(sample(), text)
    root = ET.fromstring(render(result, "junit"))

    cases = list(root.iter("testcase"))
    assert len(cases) == len(result.results)
    assert [Counter(child.tag for case in cases for child in case)] == [
        Counter({"failure": 5, "error": 3, "skipped": 2, "system-out": 1})
    ]


@functools.cache
def benign_shape() -> Counter[str]:
    return shape(render(BENIGN, "md"))


def plain(text: str) -> str:
    """What is neither code nor markup, as GitHub looks for people in it."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    inlines = [token.children or [] for token in parser.parse(text) if token.type == "inline"]
    return " ".join("".join(child.content for child in children if child.type == "text") for children in inlines)


def shape(text: str) -> Counter[str]:
    """What Markdown makes of a text: its structure, our paragraphs and code apart."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    counts: Counter[str] = Counter()

    def count(tokens: list[Token]) -> None:
        for token in tokens:
            counts[token.type] += 1
            counts.update(re.findall(r"</?[a-z]+|<!", token.content) if token.type.startswith("html") else ())
            count(token.children or [])

    count(parser.parse(text))
    ours = {"text", "code_inline", "paragraph_open", "paragraph_close", "inline", "softbreak", "html_block"}
    return Counter({kind: number for kind, number in counts.items() if kind not in ours})


@settings(max_examples=25, deadline=None)
@given(texts)
def test_markdown_keeps_its_structure(text: str) -> None:
    written = render(poisoned(sample(), text), "md")

    assert shape(written) == benign_shape()
    assert not re.search(r"@\w", plain(written))


def test_markdown_tables_stay_whole_under_every_fragment() -> None:
    for fragment in FRAGMENTS:
        if fragment.strip():
            assert shape(render(poisoned(sample(), fragment), "md")) == benign_shape(), fragment


def test_hostile_bytes_are_shown_in_every_format() -> None:
    for kind in ("html", "md", "junit"):
        text = render(sample(), kind)
        without_data = text.partition('<script type="application/json"')[0]
        assert "\u202e" not in text
        assert "\x1b" not in text
        assert "⟨U+202E⟩" in without_data
    assert "\\u202e" in render(sample(), "json")
    assert json.loads(render(sample(), "json"))["results"][2]["summary"].count("\u202e") == 1
