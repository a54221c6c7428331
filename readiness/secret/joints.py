"""Text that is broken over lines or string literals, put together again.

A value does not always stand in one piece: base64 is wrapped at some column, shells and YAML continue lines,
programs concatenate literals. `normalised` takes out what stands between such pieces, so that a form can be
found with one exact search; characters that touch a piece's inner side are never taken, for base64 has `+`
and `/` of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

_PREFIX = rb"""(?:(?<=[\s+.,&(=<])[A-Za-z@$]{1,2})?"""  # as in b"", f"", @""
_STATEMENT = rb"""
  [\s);]*+ (?: [$@A-Za-z_][\w.$>\[\]-]{0,63}? [ \t]{0,8} )?      # `");`, and what is added to
  (?: \+= | \.= | &= | << | =[ \t]{0,4}[$\w]{1,63}[ \t]{0,4}[+.&]{1,2}
    | \.? (?:append|concat|push|push_back|add|write|join|Append|Concat|Add|Write) [ \t]{0,4} \( )
  \s*+
"""
_NEXT_LITERAL = rb"""
  (?: [\s+.,&|^~<>()_]*+ (?:\\++[nrt]? [\s+.,&|^~<>()_]*+)*+    # an operator, a line break, or nothing;
    | %(statement)b )                                           # or the variable gets another part
  %(prefix)b ["'`]                                              # the next literal begins
  (?: ["'`] [\s+.,&|^~<>()_\\]*+ %(prefix)b ["'`]                # (or was empty,
    | [ \t]*+ ,? [ \t]*+ \r?\n \s*+ \\*+ ["'`] (?: \s*+ \\++ ["'`] )?
    | , \s*+ " [ \t]*+ \\*+ ["'`]                                # or it was a line of a notebook that ended)
  )*+
""" % {b"statement": _STATEMENT, b"prefix": _PREFIX}
_NEXT_LINE = rb"[ \t]*+ (?:(?:\#|//|\*|>)[ \t]++)?"  # its indentation; a comment's or a quotation's mark
# One character set stands first, for then the engine skips what cannot begin a joint.
_JOINT = re.compile(
    rb"""
    [\\"'`^\r\n]
    (?: (?<=["'`]) %(literal)b
      | (?<=[`^]) \r?\n %(line)b                # continued in PowerShell, in cmd
      | (?<=\n) %(line)b
      | (?<=\r) \n %(line)b
      | (?<=\\) \\{0,7}
        (?: \r?\n %(line)b                     # a continued line
          | ["'`] %(literal)b
          | (?:r\\{1,4})? n [ \t]*+            # a line break written as an escape,
            (?: \\{0,4} ["'`] %(literal)b )?   # perhaps the last thing in a literal
        )
    )
    """
    % {b"literal": _NEXT_LITERAL, b"line": _NEXT_LINE},
    re.VERBOSE,
)
_QUOTES = b"\"'`"


@dataclass(frozen=True, slots=True)
class Normalised:
    """`data` without its joints; `original` tells where a byte of it came from."""

    data: bytes = field(repr=False)
    _starts: tuple[int, ...] = field(repr=False)
    """Offset in `data` of each piece."""
    _removed: tuple[int, ...] = field(repr=False)
    """Bytes taken out before that piece."""

    def original(self, offset: int) -> int:
        """The offset, in what was normalised, of the byte at `offset` of `data`."""
        return offset + self._removed[bisect_right(self._starts, offset) - 1]

    @property
    def joined(self) -> bool:
        """Whether anything was taken out; if not, there is nothing new to find."""
        return len(self._starts) > 1


def normalised(data: bytes) -> Normalised:
    """Take out line breaks, indentation, quotes and operators between the pieces of a broken text.

    Linear in the length of `data`. Meant for a window around a candidate, or for a message.
    """
    pieces: list[bytes] = []
    starts: list[int] = [0]
    removed: list[int] = [0]
    position = length = 0
    for joint in _JOINT.finditer(data):
        begin, end = joint.span()
        piece = data[position:begin]
        if data[begin] not in _QUOTES:
            piece = piece.rstrip(b" \t")  # blanks at the end of a line
        pieces.append(piece)
        length += len(piece)
        starts.append(length)
        removed.append(end - length)
        position = end
    pieces.append(data[position:])
    return Normalised(b"".join(pieces), tuple(starts), tuple(removed))
