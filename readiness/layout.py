"""Where the data folders lie: inside the package in a wheel, beside it in the repository."""

from __future__ import annotations

from pathlib import Path


def data_folder(name: str) -> Path:
    """`checks`, `templates` or `sample_configs`, in whichever of the two layouts this is."""
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
