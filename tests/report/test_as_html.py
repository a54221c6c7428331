from __future__ import annotations

import base64
import hashlib
import re

import pytest

from readiness.errors import UsageError
from readiness.model import Finding, Location, Status
from readiness.report import FORMATS, render
from readiness.report.words import EMULATED
from readiness.result import AuditResult
from tests.report.rows import BLOCKER, HOSTILE, MAJOR, PRODUCTION, SANDBOX, row
from tests.report.sample import audit, empty, ready, sample

TEXT = "A sentence about what happens to money or data, of the length that a check's own texts have. " * 4


def page() -> str:
    return render(sample(), "html")


def catalogue(count: int) -> AuditResult:
    """Results as the whole catalogue gives them over two environments, with a third failed and a third unknown."""
    statuses = (Status.PASSED, Status.FAILED, Status.UNKNOWN)
    place = Location(path="some/folder/with/a/file.py", line=120, column=8)
    return audit(
        *(
            row(
                f"area-{number % 9}/check-{number}",
                statuses[number % 3],
                MAJOR,
                (SANDBOX, PRODUCTION)[number % 2],
                why=TEXT,
                remediation=TEXT,
                summary=TEXT[:200],
                findings=(Finding(message=TEXT[:120], location=place, evidence="source-tree", pointer="/hits/7"),),
            )
            for number in range(count)
        )
    )


def test_policy_allows_exactly_the_style_and_the_script_of_the_page() -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page())
    assert policy is not None

    def digest(pattern: str) -> str:
        inline = re.search(pattern, page(), re.DOTALL)
        assert inline is not None
        return base64.b64encode(hashlib.sha256(inline[1].encode()).digest()).decode()

    style, script = digest("<style>(.*?)</style>"), digest("<script>(.*?)</script>")
    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_page_is_private_and_names_nothing_outside() -> None:
    assert '<meta name="referrer" content="no-referrer">' in page()
    assert '<meta name="robots" content="noindex">' in page()
    assert not re.search(r'(?:src|href)="(?!#)', page())
    assert "@import" not in page()
    assert "url(" not in page().replace("url(#hatch)", "")


def test_it_never_declares_compliance() -> None:
    for kind in FORMATS:
        assert "pci compliant" not in render(sample(), kind).lower()


def test_an_emulated_environment_is_labelled_in_every_readable_format() -> None:
    assert EMULATED in page()
    assert EMULATED in render(sample(), "md")
    assert EMULATED not in render(ready(), "html")


@pytest.mark.parametrize("result", [ready(), empty(), audit(row("a/b", Status.PASSED, BLOCKER))])
def test_bare_results_render_in_every_format(result: AuditResult) -> None:
    for kind in FORMATS:
        assert render(result, kind)


def test_a_digest_that_is_none_does_not_reach_the_style() -> None:
    forged = sample().model_copy(update={"evidence_digest": '"; } body { display: none } /*'})
    style = re.search("<style>(.*?)</style>", render(forged, "html"), re.DOTALL)

    assert style is not None
    assert "display: none }" not in style[1].partition("@page")[2].partition("@media print")[0]


def test_what_is_searched_is_stated() -> None:
    assert "searched for 6 known secrets in 84 forms; none was found" in page()
    assert "knew no secret" in render(sample().model_copy(update={"searched": {}}), "html")


def test_long_foreign_texts_are_cut_with_a_mark() -> None:
    long = audit(row("a/b", Status.FAILED, MAJOR, summary="x" * 100_000))
    html = render(long, "html").partition('<script type="application/json"')[0]

    assert "x" * 2049 not in html
    assert "[cut: the first 2,048 of 100,000 bytes]" in html


def test_the_page_stays_within_its_budget() -> None:
    assert len(render(catalogue(110), "html").encode()) <= 500_000


def test_a_thousand_findings_stay_within_the_budget() -> None:
    findings = tuple(
        Finding(message=f"raw form of `production client_secret` {n}", location=Location(path="a/b.py", line=n))
        for n in range(1, 1001)
    )
    alone = audit(row("a/b", Status.FAILED, MAJOR, findings=findings))
    spread = audit(*(result.model_copy(update={"findings": findings[:10]}) for result in catalogue(100).results))

    assert len(render(alone, "html").encode()) <= 2_000_000
    assert len(render(spread, "html").encode()) <= 2_000_000


def test_a_comment_holds_the_markdown_and_says_what_was_cut() -> None:
    text = render(catalogue(400), "md")

    assert len(text) <= 65_536
    cut = re.search(r"\*\*Cut:\*\* (\d+) of 400 findings are left out", text)
    assert cut is not None
    assert text.count("<details") == text.count("</details>") == 400 - int(cut[1])
    assert "Cut:" not in render(sample(), "md")


def test_even_absurd_texts_fit_a_comment() -> None:
    absurd = audit(
        row("a/b", Status.FAILED, MAJOR, requirements=tuple(f"go-live G{n}: {HOSTILE * 40}" for n in range(14, 99)))
    )
    stuffed = absurd.model_copy(update={"integration": absurd.integration.model_copy(update={"name": "|" * 70_000})})

    assert len(render(stuffed, "md")) <= 65_536


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="no report format `pdf`"):
        render(sample(), "pdf")
