"""`readiness schema`: the formats of our files."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("kind", type=click.Choice(("config", "result", "evidence")), default="config")
def command(kind: str) -> int:
    """Print the JSON Schema of a config, a result or an evidence file."""
    import json

    from readiness.schema import schema_of

    click.echo(json.dumps(schema_of(kind), indent=2, ensure_ascii=False))
    return 0
