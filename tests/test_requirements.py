from __future__ import annotations

import re

from readiness import requirements


def test_constants_name_their_own_item() -> None:
    for name, value in vars(requirements).items():
        if re.fullmatch(r"G\d+", name):
            assert value == f"go-live {name}: {requirements.CHECKLIST[name]}"
        elif re.fullmatch(r"S\d+", name):
            assert value == f"getting-started {name}: {requirements.GUIDE[name]}"
