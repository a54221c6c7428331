"""The built-in probes, one kind of evidence each."""

from __future__ import annotations

from readiness.probe import Probe
from readiness.probes.account import AccountProbe, PartnerKeysProbe, WebhookEndpointsProbe
from readiness.probes.behaviour import BehaviourProbe
from readiness.probes.connection import ConnectionProbe
from readiness.probes.cross_environment import CrossEnvironmentProbe
from readiness.probes.declared_files import ArtifactsProbe, LogsProbe
from readiness.probes.git_history import GitHistoryProbe
from readiness.probes.key_drill import KeyDrillProbe
from readiness.probes.retired_keys import RetiredKeysProbe
from readiness.probes.source_tree import SourceTreeProbe
from readiness.probes.token_use import TokenUseProbe

PROBES: tuple[type[Probe], ...] = (
    AccountProbe,
    BehaviourProbe,
    ArtifactsProbe,
    ConnectionProbe,
    CrossEnvironmentProbe,
    GitHistoryProbe,
    KeyDrillProbe,
    LogsProbe,
    PartnerKeysProbe,
    RetiredKeysProbe,
    SourceTreeProbe,
    TokenUseProbe,
    WebhookEndpointsProbe,
)
