from __future__ import annotations

import xml.etree.ElementTree as ET

from readiness.report import render
from tests.report.sample import empty, sample


def cases() -> dict[str, ET.Element]:
    root = ET.fromstring(render(sample(), "junit"))
    return {case.attrib["name"]: case for case in root.iter("testcase")}


def test_one_suite_for_each_area_and_unique_names() -> None:
    root = ET.fromstring(render(sample(), "junit"))

    assert [suite.attrib["name"] for suite in root] == sorted({row.area for row in sample().results})
    assert set(cases()) == {row.name for row in sample().results}
    assert all(case.attrib["classname"] == suite.attrib["name"] for suite in root for case in suite)


def test_sums_are_those_of_the_cases() -> None:
    root = ET.fromstring(render(sample(), "junit"))

    assert [root.attrib[key] for key in ("tests", "failures", "errors", "skipped")] == ["16", "5", "3", "2"]
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert sum(int(suite.attrib[key]) for suite in root) == len(list(root.iter(tag)))


def test_a_failure_carries_message_place_and_fix_in_its_body() -> None:
    failure = cases()["key-storage/secret-not-in-tree (production)"].find("failure")

    assert failure is not None
    assert failure.text is not None
    assert "- shop/settings.py:14:22: raw form" in failure.text
    assert "How to fix: Make a new key" in failure.text
    assert failure.attrib["message"].startswith("A secret stands in the source tree: ")
    assert cases()["key-storage/secret-not-in-tree (production)"].attrib["file"] == "shop/settings.py"


def test_an_unknown_is_an_error_because_a_skip_would_look_green() -> None:
    case = cases()["transport/reachable (production)"]

    assert [child.tag for child in case] == ["error"]
    assert case[0].attrib["type"] == "timed_out"


def test_waived_and_not_applicable_are_skipped_with_their_reason() -> None:
    waived = cases()["transport/certificate-valid (production)"][0]

    assert waived.tag == "skipped"
    assert waived.attrib["message"].startswith(
        "failed, waived by Jo Doe until 2026-12-31 (PAY-12): The new certificate"
    )
    assert cases()["webhooks/endpoints-https (sandbox)"][0].attrib["message"] == "not applicable: None is registered."


def test_attested_passes_and_says_so_and_passed_is_bare() -> None:
    assert [child.tag for child in cases()["launch/load-testing-coordinated"]] == ["system-out"]
    assert len(cases()["transport/clock-in-sync"]) == 0


def test_an_empty_run_is_an_empty_file_that_parses() -> None:
    assert ET.fromstring(render(empty(), "junit")).attrib["tests"] == "0"
