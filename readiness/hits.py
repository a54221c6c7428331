"""How checks judge what a search found: what counts, what is excused, and what keeps it from proving absence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from readiness.evidence import EvidenceView, Missing
from readiness.facts import Configuration
from readiness.model import Because, Environment, Finding, Verdict
from readiness.reading import unknown, weigh
from readiness.searched import OVER_TIME, Artifacts, Hit, InHistory, Logs, Searched, SourceTree
from readiness.wording import plural

_DEPENDENCIES = frozenset({"node_modules", "bower_components", "site-packages", "dist-packages"})
_SEPARATOR = re.compile(r"[/!]")
"""Of folders, and of an archive from what it holds."""
_MAKE = {
    Artifacts.kind: "build first, or declare `artifacts: []` if nothing is built",
    Logs.kind: "or declare `logs: []` if none are kept",
}
"""What to do where a glob matches nothing."""
_TOLD = 20
"""Gaps that a verdict tells; the rest are counted."""
_SHORT = 12
"""Digits of an object's id."""


class Sorted(NamedTuple):
    """Hits as one check sees them."""

    counted: list[Hit]
    apart: list[Finding]
    """The others, each with the reason why it does not count."""
    in_vain: list[Finding]
    """Comments beside those that count, each with the reason why it excuses nothing."""

    @property
    def notes(self) -> list[Finding]:
        """What there is to tell beside those that count."""
        return [*self.in_vain, *self.apart]

    @property
    def aside(self) -> str:
        """What to add to a sentence that says that nothing was found, if that is so only by leave of the notes."""
        return f", {plural(len(self.apart), 'place')} aside that {_do(len(self.apart))} not count" if self.apart else ""


def sort_hits(hits: Iterable[Hit], check: str, *, dependencies_count: bool = True) -> Sorted:
    """Leave out what a comment `readiness: allow <check> <reason>` excuses for this check.

    Where `dependencies_count` is false, packages of others are left out too: folders named node_modules,
    site-packages and the like, which an integration installs and does not write.
    """
    found = Sorted([], [], [])
    # What is built lies in the sources, too, and is met there and among the artifacts.
    for hit in {(hit.what, hit.form, hit.location, hit.excuses, hit.history): hit for hit in hits}.values():
        if (reason := _reason(hit, check)) is not None:
            found.apart.append(Finding(message=f"excused: {hit.what}: {reason}", location=hit.location))
        elif not dependencies_count and _DEPENDENCIES & set(_SEPARATOR.split(hit.location.path)):
            found.apart.append(Finding(message=f"{hit.what}, in a dependency", location=hit.location))
        else:
            found.counted.append(hit)
            found.in_vain.extend(_in_vain(hit, check))
    return found


def excused_since(history: Iterable[Hit], tree: Iterable[Hit], check: str) -> list[Hit]:
    """What stands in the history, with the excuse that the same value has in the files of today.

    A comment cannot be written into a commit that is there already.
    """
    excuses = {hit.fingerprint: hit.excuses for hit in tree if hit.fingerprint and _reason(hit, check)}
    return [
        hit.model_copy(update={"excuses": excuses[hit.fingerprint]})
        if hit.fingerprint in excuses and not _reason(hit, check)
        else hit
        for hit in history
    ]


def _reason(hit: Hit, check: str) -> str | None:
    return next((excuse.reason for excuse in hit.excuses if excuse.check == check and excuse.reason), None)


def _in_vain(hit: Hit, check: str) -> Iterator[Finding]:
    for excuse in hit.excuses:
        lack = (
            f"is for `{excuse.check}`" if excuse.check and excuse.check != check
            else "gives no reason" if excuse.check else "names no check"
        )  # fmt: skip
        message = f"the comment beside it excuses nothing here: it {lack} (`readiness: allow {check} REASON`)"
        yield Finding(message=message, location=hit.location)


def exclusions(tree: SourceTree | Missing) -> list[Finding]:
    """What the config takes out of the sources, for the notes of checks that do not look there."""
    notes = []
    for each in () if isinstance(tree, Missing) else tree.excluded:
        what, reason = plural(each.files, "file"), each.reason or "no reason given"
        notes.append(Finding(message=f"excluded: {what} by `{each.pattern}`: {reason}"))
    return notes


def _do(count: int) -> str:
    return "does" if count == 1 else "do"


def finding_of(hit: Hit) -> Finding:
    """What was found, how it was written, and for a git object since when and until when."""
    history = f"; {_history(hit.history)}" if hit.history else ""
    return Finding(message=f"{hit.what}, {hit.form}{history}", location=hit.location)


def _history(history: InHistory) -> str:
    where = "reached by no ref" if history.ref == "unreachable" else f"on {history.ref}"
    if history.first_commit is None:
        return f"object {history.object[:_SHORT]}, {where}"
    date = f" of {history.author_date[:10]}" if history.author_date else ""
    first, last = (commit[:_SHORT] for commit in (history.first_commit, history.last_commit or history.first_commit))
    until = "" if last == first else f" to {last}"
    return f"commit {first}{date}{until}, {where}"


def not_searched(search: Searched | Missing, *kinds: str) -> list[Missing]:
    """What keeps a search from proving absence; empty if nothing does. `kinds`: of patterns, keys of `matches`."""
    if isinstance(search, Missing):
        return [search]
    lacks = [
        Missing(
            because=Because.TIMED_OUT if gap.endswith(OVER_TIME) else Because.UNREACHABLE,
            detail=f"Not searched: {gap}",
        )
        for gap in search.gaps[:_TOLD]
    ]
    if len(search.gaps) > _TOLD:
        rest = f"Not searched, for {len(search.gaps) - _TOLD} more reasons: see the evidence"
        lacks.append(Missing(because=Because.UNREACHABLE, detail=rest))
    lacks += [
        Missing(because=Because.UNREACHABLE, detail=f"`{search.kind}` was not searched for {kind.replace('_', ' ')}.")
        for kind in kinds
        if kind not in search.matches and not declared_empty(search)
    ]
    if isinstance(search, Artifacts | Logs):
        lacks += [
            Missing(
                because=Because.UNREACHABLE,
                detail=f"`{glob}` in `{search.kind}` matches no file: correct it, {_MAKE[search.kind]}.",
            )
            for glob in search.unmatched
        ]
    if not search.files and not lacks and not declared_empty(search):
        what = "declared sources hold" if isinstance(search, SourceTree) else f"search of {search.kind} met"
        lacks.append(Missing(because=Because.NOT_CONFIGURED, detail=f"The {what} no file."))
    return lacks


def declared_empty(search: Searched | Missing) -> bool:
    """Whether the config says that there is nothing to search: `artifacts: []`, `logs: []`."""
    return isinstance(search, Artifacts | Logs) and not search.globs


def cards_in_logs(evidence: EvidenceView, what: Literal["card number", "security code"]) -> Verdict:
    """Whether a declared log holds a card number or a security code."""
    logs = evidence.get(Logs)
    if isinstance(logs, Missing):
        return unknown(logs)
    if declared_empty(logs):
        return Verdict.not_applicable("The config declares by `logs: []` that no logs are kept.")
    kind = what.replace(" ", "_") + "s"
    hits = [finding_of(hit) for hit in logs.matches.get(kind, ())]
    return weigh(
        hits,
        not_searched(logs, kind),
        failed=f"{plural(len(hits), what)} in the logs.",
        passed=f"{plural(logs.files, 'log file')} searched: none holds a {what}.",
    )


def secrets_absent(
    search: Searched | Missing,
    facts: Configuration,
    environment: Environment | None,
    *,
    where: str,
    unit: str = "file",
) -> Verdict:
    """The verdict on whether a search shows that no secret of the environment stands `where`.

    Nothing excuses a secret that is known: no comment, no dependency.
    """
    secrets = [secret for secret in facts.secrets if secret.environment is environment]
    names = [secret.name for secret in secrets]
    undecided = [] if names else [_no_secrets(environment)]
    hits: Sequence[Hit] = ()
    files = 0
    if not isinstance(search, Missing):
        hits = [hit for hit in search.secrets if hit.environment in {None, environment}]
        files = search.files
        undecided += [
            Missing(
                because=Because.NOT_CONFIGURED,
                detail=f"{secret.name} was not searched: {secret.problem or 'it has no value'}.",
            )
            for secret in secrets
            if secret.name not in search.searched
        ]
    return weigh(
        [finding_of(hit) for hit in hits],
        [*undecided, *not_searched(search)],
        failed=f"{plural(len(hits), 'occurrence')} of {environment} secrets in {where}.",
        passed=f"{plural(len(names), 'secret')} of {environment} searched in {plural(files, unit)}, none found.",
    )


def _no_secrets(environment: Environment | None) -> Missing:
    detail = f"The config names no secret for {environment}, so nothing was searched."
    return Missing(because=Because.NOT_CONFIGURED, detail=detail)
