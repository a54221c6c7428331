"""Renders a starter config."""

from __future__ import annotations

import json
from collections.abc import Mapping

from readiness.model import Environment
from readiness.report.templating import template_environment
from readiness.starter import Discovery


def render_starter(found: Discovery, answers: Mapping[str, str]) -> str:
    """The text of a config. `answers`: name, kind and contact."""
    template = template_environment(str, {}, autoescape=False).get_template("starter.yaml.j2")
    return template.render(
        name=json.dumps(answers["name"], ensure_ascii=False),
        kind=answers["kind"],
        contact=json.dumps(answers["contact"], ensure_ascii=False),
        environments=[_environment(found, environment) for environment in Environment],
        dotenv=", ".join(json.dumps(name) for name in found.dotenv),
        artifacts=json.dumps(found.artifacts) if found.artifacts else "",
        logs=json.dumps(found.logs) if found.logs else "",
    )


def _environment(found: Discovery, environment: Environment) -> dict[str, str]:
    prefix = f"AURORA_{environment.upper()}"
    return {
        "name": environment.value,
        "hosts": ", ".join(found.hosts[environment]),
        "client_id": found.variable(environment, "CLIENT_ID") or f"{prefix}_CLIENT_ID",
        "client_secret": found.variable(environment, "CLIENT_SECRET") or f"{prefix}_CLIENT_SECRET",
        "webhook_secret": found.variable(environment, "WEBHOOK_SECRET") or f"{prefix}_WEBHOOK_SECRET",
    }
