from __future__ import annotations

import base64
import html
import json
import re
import string
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.secret import SHORTEST, Form, forms_of
from readiness.secret.joints import normalised

SECRET = "sk_live+4f9/dK2=Pq&8Zt<7Lm3é"
TOKENS = st.text(string.ascii_letters + string.digits + "-_+/", min_size=12, max_size=60)


def encodings(value: str) -> dict[str, bytes]:
    """How ordinary libraries write a value, with something before and after it."""
    data = value.encode()
    spellings = {
        "raw": data,
        "hex": data.hex().encode(),
        "hex upper": data.hex().upper().encode(),
        "json": json.dumps(value).encode(),
        "json utf-8": json.dumps(value, ensure_ascii=False).encode(),
        "json twice": json.dumps(json.dumps(value)).encode(),
        "html": html.escape(value).encode(),
        "python": repr(value).encode(),
        "percent": quote(value, safe="").encode(),
        "percent plus": quote_plus(value).encode(),
        "percent path": quote(value).encode(),
        "percent lower": re.sub("%..", lambda code: code[0].lower(), quote(value, safe="")).encode(),
        "percent all": "".join(f"%{byte:02x}" for byte in data).encode(),
        "unicode": "".join(f"\\u{ord(char):04X}" for char in value).encode(),
        "utf-16-le": value.encode("utf-16-le"),
        "utf-16-be": value.encode("utf-16-be"),
        "basic": base64.b64encode(b"some-id:" + data),
        "basic, encoded first": base64.b64encode(b"some-id:" + quote_plus(value).encode()),
    }
    for shift in range(3):
        for extra in range(3):
            text = b"!" * shift + data + b"?" * extra
            spellings[f"base64 {shift} {extra}"] = base64.b64encode(text)
            spellings[f"base64url {shift} {extra}"] = base64.urlsafe_b64encode(text)
            spellings[f"base64 {shift} {extra} bare"] = base64.b64encode(text).rstrip(b"=")
    return spellings


def found(forms: tuple[Form, ...], data: bytes) -> list[str]:
    return [form.label for form in forms if next(form.occurrences(data), None)]


@pytest.mark.parametrize("name", encodings(SECRET))
def test_finds_every_encoding(name: str) -> None:
    data = b"before = " + encodings(SECRET)[name] + b" ;after"
    assert found(forms_of(SECRET, client_id="some-id"), data)


@given(TOKENS)
@settings(max_examples=60, deadline=None)
def test_finds_every_encoding_of_any_token(value: str) -> None:
    forms = forms_of(value, client_id="some-id")
    missed = [name for name, data in encodings(value).items() if not found(forms, data)]
    assert missed == []


@given(TOKENS.filter(lambda value: len(set(value)) > 3), st.data())
@settings(max_examples=120, deadline=None)
def test_one_changed_character_never_matches(value: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(value) - 1))
    char = data.draw(st.sampled_from(string.ascii_letters + string.digits))
    near = value[:at] + char + value[at + 1 :]
    if near == value:
        return
    forms = forms_of(value, client_id="some-id")
    matched = {name: found(forms, text) for name, text in encodings(near).items()}
    assert {name: labels for name, labels in matched.items() if labels} == {}


def test_truncated_or_swapped_case_never_matches() -> None:
    value = "Zx81kPq09LmNv3Ta"
    for near in (value[:-1], value[1:], value.swapcase(), value[::-1]):
        assert not any(found(forms_of(value), data) for data in encodings(near).values()), near


@given(st.text(min_size=1, max_size=40), st.none() | st.text(max_size=10))
@settings(max_examples=80, deadline=None)
def test_forms_are_distinct_long_enough_and_repeatable(value: str, client_id: str | None) -> None:
    forms = forms_of(value, client_id=client_id)
    assert forms == forms_of(value, client_id=client_id)
    assert len(set(forms)) == len(forms)
    assert all(len(form.needle) >= SHORTEST for form in forms)
    assert [form.label for form in forms[:1]] == (["raw"] if len(value) >= SHORTEST else [])


def test_a_form_does_not_print_its_needle() -> None:
    assert repr(forms_of("canary-7Jq2Lw9ZpX")[0]) == "Form(label='raw')"


def test_the_bits_at_the_ends_of_base64_are_checked() -> None:
    value = "Zx81kPq09LmNv3Ta"
    form = next(form for form in forms_of(value) if form.label == "base64" and form.before and form.after)
    right = b"A" + value.encode() + b"C"
    text = base64.b64encode(right)
    start = text.index(form.needle)
    assert form.confirms(text, start)
    assert not form.confirms(text[:start] + form.needle, start)
    assert not form.confirms(form.needle, 0)
    assert form.confirms(memoryview(text), start)
    (begin, end), *more = form.occurrences(text)
    assert (begin, end, more) == (start - 1, start + len(form.needle) + 1, [])


BREAKS = {
    "lines": "{}\n{}",
    "windows lines": "{}\r\n{}",
    "indented": "{}  \n      {}",
    "shell": "{}\\\n{}",
    "yaml double quoted": '"{}\\\n   {}"',
    "javascript": '"{}" +\n    "{}"',
    "javascript, operator first": "'{}'\n  + '{}'",
    "python": 'x = ("{}"\n     "{}")',
    "python bytes": 'x = b"{}" b"{}"',
    "c": '"{}" \\\n  "{}"',
    "php": "'{}' . '{}'",
    "basic": '"{}" & _\n   "{}"',
    "lua": '"{}" .. "{}"',
    "sql": "'{}' || '{}'",
    "list": '["{}", "{}"]',
    "csharp": '"{}" + @"{}"',
    "comment": "# {}\n# {}",
    "mail": "> {}\n> {}",
    "block comment": " * {}\n * {}",
    "json string": '"{}\\n{}"',
    "json string, windows": '"{}\\r\\n{}"',
    "literal with its line break": '"{}\\n" +\n "{}"',
    "notebook": '"x = \\"{}\\" + \\\\\\n",\n   "   \\"{}\\""',
    "empty literal between": '"{}" + "" + "{}"',
}


@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.parametrize("cut", [1, 5, 9, 17])
def test_joins_what_is_broken(name: str, cut: int) -> None:
    value = "Zx81k+q0/LmN+v3T"  # the operators inside must stay
    value += "/z+"
    text = f"before {BREAKS[name].format(value[:cut], value[cut:])} after".encode()
    whole = normalised(text)
    start = whole.data.find(value.encode())
    assert start >= 0
    first, last = whole.original(start), whole.original(start + len(value) - 1)
    assert text[first : first + 1] == value[:1].encode()
    assert text[last : last + 1] == value[-1:].encode()
    assert text[first : last + 1].startswith(value[:cut].encode())


@given(st.binary(min_size=30, max_size=90), st.integers(4, 76), st.sampled_from([b"\n", b"\r\n", b"\n    "]))
@settings(max_examples=100, deadline=None)
def test_joins_base64_wrapped_at_any_column(data: bytes, column: int, newline: bytes) -> None:
    text = base64.b64encode(data)
    wrapped = newline.join(text[at : at + column] for at in range(0, len(text), column))
    assert normalised(wrapped).data == text


@given(st.binary(max_size=200) | st.text("ab\"'+\\\n\r nt ,", max_size=80).map(str.encode))
@settings(max_examples=150, deadline=None)
def test_every_byte_kept_is_told_where_it_was(data: bytes) -> None:
    whole = normalised(data)
    places = [whole.original(at) for at in range(len(whole.data))]
    assert bytes(data[place] for place in places) == whole.data
    assert places == sorted(set(places))
    assert whole.joined or whole.data == data


@pytest.mark.parametrize("unit", [b" ", b"\\", b'"', b'" ', b"\n", b'"+', b"\\n", b" \\", b'"\\n\\n'])
def test_normalising_is_linear(unit: bytes) -> None:
    """A quadratic pattern would take minutes here."""
    assert len(normalised(unit * 200_000).data) <= 200_000 * len(unit)
