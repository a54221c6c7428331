from __future__ import annotations

import base64
import io
import os
import stat
from pathlib import Path

import pytest
from rich.console import Console

from readiness.errors import LeakError, UsageError
from readiness.output import Output, Sink, check_place
from readiness.report import render
from readiness.report.terminal import print_summary
from readiness.secret import Redactor, Secret
from tests.report.rows import MAJOR, row
from tests.report.sample import audit, sample

VALUE = "k7|Zq_2*fW&9<x>`T#4m~P"
"""A secret that every format would escape."""


@pytest.fixture
def sink() -> Sink:
    redactor = Redactor()
    redactor.add(Secret(VALUE, "sandbox client_secret"))
    return Sink(redactor, canaries=["CANARY-5f2e"])


def leaking(text: str = VALUE) -> str:
    return f"before {text} after"


def test_a_file_is_written_whole_and_private(sink: Sink, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    path.chmod(0o644)

    sink.write_file(path, "neu é\n")

    assert path.read_text(encoding="utf-8") == "neu é\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_standard_output(sink: Sink, capsys: pytest.CaptureFixture[str]) -> None:
    sink.write_stdout("hello\n")

    assert capsys.readouterr().out == "hello\n"


def test_standard_output_is_utf_8_whatever_the_locale(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))

    sink.write_stdout("→ é\n")

    assert raw.getvalue().decode("utf-8") == "→ é\n"


def test_a_terminal_that_lacks_a_character_still_gets_the_rest(sink: Sink) -> None:
    raw = io.BytesIO()
    stream = sink.stream(io.TextIOWrapper(raw, encoding="ascii"))

    stream.write("✗ failed\n")
    stream.flush()

    assert raw.getvalue() == b"\\u2717 failed\n"


@pytest.mark.parametrize(
    "text",
    [
        leaking(),
        leaking(base64.b64encode(VALUE.encode()).decode()),
        leaking("k7|Zq_2*fW&amp;9&lt;x&gt;`T#4m~P"),
        leaking(r"k7\|Zq\_2\*fW&amp;9&lt;x&gt;\`T\#4m\~P"),
        leaking(f"{VALUE[:9]}\x1b[1m{VALUE[9:]}"),
        leaking(f"{VALUE[:9]}\n    {VALUE[9:]}"),
    ],
    ids=["raw", "base64", "html", "markdown", "terminal", "wrapped"],
)
def test_a_secret_in_any_form_stops_the_output(sink: Sink, tmp_path: Path, text: str) -> None:
    with pytest.raises(LeakError) as caught:
        sink.write_file(tmp_path / "report.md", text)

    assert "sandbox client_secret" in caught.value.message
    assert "report.md" in caught.value.message
    assert VALUE not in str(caught.value)
    assert caught.value.exit_code == 70
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["json", "md", "html", "junit"])
def test_a_secret_that_slipped_into_a_result_is_found_in_every_format(sink: Sink, kind: str) -> None:
    result = audit(row("a/b", "failed", MAJOR, summary=leaking()))  # type: ignore[arg-type]  # the model converts it

    with pytest.raises(LeakError):
        sink.guard(render(result, kind).encode(), kind)


def test_a_canary_is_found_and_not_repeated(sink: Sink) -> None:
    with pytest.raises(LeakError) as caught:
        sink.write_stdout("x CANARY-5f2e")

    assert "canary 0" in caught.value.message
    assert "5f2e" not in caught.value.message


def test_nothing_is_written_when_one_of_several_leaks(
    sink: Sink, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = [Output(tmp_path / "a.json", "fine"), Output(None, "fine"), Output(tmp_path / "b.json", leaking())]

    with pytest.raises(LeakError, match=r"b\.json"):
        sink.write_all(outputs)
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == ""


def test_nothing_is_written_when_one_place_is_wrong(sink: Sink, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        sink.write_all([Output(tmp_path / "a", "x"), Output(tmp_path / "no" / "b", "x")])
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named_with_the_way_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist") as caught:
        check_place(tmp_path / "out" / "report.html")
    assert caught.value.hint == f"make it: mkdir -p {tmp_path / 'out'}"


def test_links_folders_and_devices_are_refused(sink: Sink, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("kept")
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(target)
    os.mkfifo(pipe)

    for path, word in (
        (link, "a link"),
        (tmp_path, "a folder"),
        (pipe, "a device or pipe"),
        (Path("/dev/null"), "device"),
    ):
        with pytest.raises(UsageError, match=word):
            sink.write_file(path, "x")
    assert target.read_text() == "kept"
    assert link.is_symlink()


def test_a_failed_write_leaves_the_old_file_and_no_temporary_one(
    sink: Sink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="no space left on device"):
        sink.write_file(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_stream_lets_lines_through_and_holds_the_rest(sink: Sink) -> None:
    target = io.StringIO()
    stream = sink.stream(target)

    stream.write("one\ntw")
    assert target.getvalue() == "one\n"
    stream.write("o")
    stream.flush()
    assert target.getvalue() == "one\ntwo"


def test_a_stream_withholds_a_secret_and_can_still_say_so(sink: Sink) -> None:
    target = io.StringIO()
    stream = sink.stream(target)

    stream.write(VALUE[:5])
    with pytest.raises(LeakError):
        stream.write(VALUE[5:] + "\n")
    stream.write("a secret was about to be written\n")

    assert target.getvalue() == "a secret was about to be written\n"


@pytest.mark.parametrize("between", ["", "\n", "\n    "])
def test_a_secret_over_several_writes_is_stopped_at_its_last_piece(sink: Sink, between: str) -> None:
    target = io.StringIO()
    stream = sink.stream(target)

    stream.write(VALUE[:9] + between)
    stream.flush()
    with pytest.raises(LeakError):
        stream.write(VALUE[9:] + "\n")
    assert VALUE[9:] not in target.getvalue()


def test_a_console_wraps_no_secret_past_the_guard(sink: Sink) -> None:
    target = io.StringIO()
    console = Console(file=sink.stream(target), width=30, force_terminal=True)

    with pytest.raises(LeakError):
        console.print(f"[bold]some words before it[/bold] {VALUE.replace('[', '')} and after")
    assert VALUE[-6:] not in target.getvalue()


def test_a_clean_summary_passes_unchanged(sink: Sink) -> None:
    guarded, plain = io.StringIO(), io.StringIO()
    for file in (sink.stream(guarded), plain):
        print_summary(sample(), Console(file=file, width=100, color_system=None))

    assert guarded.getvalue() == plain.getvalue()
