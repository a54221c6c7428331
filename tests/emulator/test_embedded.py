from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from readiness.emulator import EmbeddedEmulator, Settings
from readiness.errors import UsageError
from readiness.model import Environment
from readiness.secret import Secret


def test_the_announcement_is_the_contract() -> None:
    with EmbeddedEmulator() as emulator:
        announcement = emulator.announcement
        assert set(announcement) == {"control_url", "environments"}
        assert announcement["control_url"] == emulator.control_url
        assert list(announcement["environments"]) == ["sandbox", "production"]
        for environment in announcement["environments"].values():
            assert set(environment) == {"api_url", "oauth_url", "merchant", "partner", "webhook_secret"}
            assert set(environment["merchant"]) == {"client_id", "client_secret", "merchant_id"}
            assert set(environment["partner"]) == {"client_id", "client_secret"}
            assert len(bytes.fromhex(environment["webhook_secret"])) == 32
        urls = [emulator.control_url]
        for environment in announcement["environments"].values():
            urls += [environment["api_url"], environment["oauth_url"]]
        assert len({urlsplit(url).port for url in urls}) == 5
        assert {urlsplit(url).hostname for url in urls} == {"127.0.0.1"}
        assert emulator.ca_file is None


def test_secrets_are_random_unless_seeded() -> None:
    def described(seed: int | None) -> list[object]:
        with EmbeddedEmulator(Settings(seed=seed)) as emulator:
            environments = emulator.announcement["environments"].values()
            return [(one["merchant"], one["partner"], one["webhook_secret"]) for one in environments]

    assert described(None) != described(None)
    assert described(5) == described(5) != described(6)


def free_block() -> int:
    """A port with four free ones after it, below the ephemeral range so that nothing else takes them meanwhile."""
    for port in range(20_000, 32_000, 7):
        sockets: list[socket.socket] = []
        try:
            for offset in range(5):
                one = socket.socket()
                sockets.append(one)
                one.bind(("127.0.0.1", port + offset))
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
        return port
    raise AssertionError("no free ports")


def test_given_ports() -> None:
    port = free_block()
    with EmbeddedEmulator(port=port) as emulator:
        environments = emulator.announcement["environments"]
        assert emulator.control_url == f"http://127.0.0.1:{port}"
        assert environments["sandbox"]["api_url"] == f"http://127.0.0.1:{port + 1}"
        assert environments["sandbox"]["oauth_url"] == f"http://127.0.0.1:{port + 2}"
        assert environments["production"]["api_url"] == f"http://127.0.0.1:{port + 3}"
        assert environments["production"]["oauth_url"] == f"http://127.0.0.1:{port + 4}"


def test_a_taken_port_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=rf"Port {port} on 127\.0\.0\.1 cannot be used") as caught,
            EmbeddedEmulator(port=port),
        ):
            pass
        assert caught.value.hint


def stop_with_a_request_under_way() -> float:
    """Seconds that the end of the block takes while a client waits for an answer."""
    failures: list[Exception] = []
    with EmbeddedEmulator(Settings(latency=30)) as emulator:
        url = emulator.announcement["environments"]["sandbox"]["api_url"] + "/v2/ping"

        def wait() -> None:
            try:
                httpx.get(url, timeout=20, trust_env=False)
            except httpx.HTTPError as error:
                failures.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        while not len(emulator.core.journal):
            time.sleep(0.001)
        started = time.perf_counter()
    seconds = time.perf_counter() - started
    waiting.join(5)
    assert len(failures) == 1
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
    return seconds


def test_it_stops_at_once_whatever_is_under_way() -> None:
    # The best of three, because other tests share the machine.
    assert min(stop_with_a_request_under_way() for _ in range(3)) < 0.2


def test_a_failure_to_start_is_raised_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("no background")

    monkeypatch.setattr("readiness.emulator.embedded.Background", fail)
    emulator = EmbeddedEmulator(tls=True)
    with pytest.raises(RuntimeError, match="no background"), emulator:
        pass
    assert emulator.ca_file is not None
    assert not emulator.ca_file.parent.exists()


def test_the_ca_folder_goes_with_it() -> None:
    with EmbeddedEmulator(tls=True) as emulator:
        folder = Path(emulator.announcement["ca_file"]).parent
        assert emulator.ca_file == Path(emulator.announcement["ca_file"])
        assert [one.name for one in folder.iterdir()] == ["ca.pem"]
    assert not folder.exists()


def test_two_at_once_share_nothing() -> None:
    with EmbeddedEmulator() as one, EmbeddedEmulator() as two:
        merchant = one.announcement["environments"]["sandbox"]["merchant"]
        form = {name: merchant[name] for name in ("client_id", "client_secret")}
        url = two.announcement["environments"]["sandbox"]["oauth_url"] + "/oauth2/token"
        response = httpx.post(url, data={"grant_type": "client_credentials", **form}, trust_env=False)
        assert response.json()["error"] == "invalid_client"


def test_given_credentials_can_be_adopted() -> None:
    with EmbeddedEmulator() as emulator:
        emulator.adopt(Environment.SANDBOX, "given-id", Secret("given-secret", "sandbox client_secret"))
        statuses = [
            httpx.post(
                environment["oauth_url"] + "/oauth2/token",
                data={"grant_type": "client_credentials", "client_id": "given-id", "client_secret": "given-secret"},
                trust_env=False,
            ).status_code
            for environment in emulator.announcement["environments"].values()
        ]
    assert statuses == [200, 401]


def test_the_core_is_changed_in_the_servers_thread() -> None:
    with EmbeddedEmulator() as emulator:
        name = emulator.perform(lambda _: threading.current_thread().name)
        assert name == "readiness-emulator"
        with pytest.raises(ZeroDivisionError):
            emulator.perform(lambda _: 1 // 0)


def test_a_watcher_is_told_of_arrival_and_end() -> None:
    seen: list[tuple[str, bool]] = []
    with EmbeddedEmulator() as emulator:
        emulator.core.journal.watch(lambda entry: seen.append((entry.target, entry.ended_at is not None)))
        url = emulator.announcement["environments"]["sandbox"]["api_url"]
        assert httpx.get(f"{url}/v2/ping").status_code == 401
    assert seen == [("/v2/ping", False), ("/v2/ping", True)]
