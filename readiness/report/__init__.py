"""Renderings of a result. The JSON is the source; every other format is made from it alone."""

from __future__ import annotations

from readiness.errors import UsageError
from readiness.report.result_json import read_result, write_result
from readiness.result import AuditResult

__all__ = ["FORMATS", "read_result", "render"]

FORMATS = ("json", "md", "html", "junit")
"""Formats that `render` knows."""


def render(result: AuditResult, format: str) -> str:  # noqa: A002 - the option's name, here as on the command line
    """A result in one of `FORMATS`. The same result gives the same text. Raises UsageError for an unknown format."""
    # Imported late: a run that writes JSON only need not load a template engine.
    if format == "json":
        return write_result(result)
    if format == "html":
        from readiness.report.as_html import render_html as renderer  # noqa: PLC0415
    elif format == "md":
        from readiness.report.as_markdown import render_markdown as renderer  # noqa: PLC0415
    elif format == "junit":
        from readiness.report.as_junit import render_junit as renderer  # noqa: PLC0415
    else:
        raise UsageError(f"there is no report format `{format}`", f"the formats are {', '.join(FORMATS)}")
    return renderer(result)
