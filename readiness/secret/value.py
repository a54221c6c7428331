"""A secret that cannot be printed by accident."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Never, Self, final


@final
class Secret:
    """A text that only `reveal` gives out; everything else shows `[secret: <name>]` or refuses.

    The value lives in a closure, so neither `vars`, nor a debugger's or traceback's list of locals, nor a
    pretty-printer that walks slots can show it. Copies are the same object; pickling raises TypeError.
    """

    __slots__ = ("__name", "__read")
    __name: str
    __read: Callable[[], str]

    def __init__(self, value: str, name: str) -> None:
        object.__setattr__(self, "_Secret__read", lambda: value)
        object.__setattr__(self, "_Secret__name", name)

    @property
    def name(self) -> str:
        """What the secret is called in reports: `sandbox client_secret`."""
        return self.__name

    def reveal(self) -> str:
        """The value. Called only where it is sent or searched for; an AST test holds this."""
        return self.__read()

    def truncated(self) -> Secret:
        """The first half: a secret too, for what it gives away."""
        value = self.reveal()
        return Secret(value[: len(value) // 2], f"half of {self.name}")

    def __str__(self) -> str:
        return f"[secret: {self.name}]"

    __repr__ = __str__

    def __format__(self, _spec: str) -> str:
        return str(self)

    def __eq__(self, other: object) -> bool:
        """Compare two secrets in constant time; a secret never equals a plain text."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_encoded(self.reveal()), _encoded(other.reveal()))

    def __hash__(self) -> int:
        return hash((Secret, self.reveal()))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __setattr__(self, _attribute: str, _value: object) -> Never:
        raise AttributeError("a secret does not change")

    def __getstate__(self) -> Never:
        raise TypeError("a secret is not stored")

    def __reduce_ex__(self, _protocol: object) -> Never:
        raise TypeError("a secret is not stored")


def _encoded(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")
