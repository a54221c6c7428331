from __future__ import annotations

import json
import random
from typing import Any

import pytest
from pydantic import ValidationError

from readiness.emulator.core.webhook_delivery import Delivery, sign
from readiness.emulator.core.webhook_orders import DeliveryOrder, make_delivery

NOW = 1_790_000_000.7


def make(**fields: Any) -> tuple[Delivery, dict[str, str]]:
    order = DeliveryOrder.model_validate({"url": "http://127.0.0.1:1/", **fields})
    delivery = make_delivery(order, "a" * 64, NOW, random.Random(3).randbytes)
    return delivery, {name.removeprefix("Flute-Webhook-"): value for name, value in delivery.headers}


def verifies(delivery: Delivery, headers: dict[str, str]) -> bool:
    return headers["Signature"] == sign("a" * 64, headers["ID"], headers["Timestamp"], delivery.body)


@pytest.mark.parametrize("formatting", ["compact", "spaced", "indented", "reordered"])
def test_every_formatting_verifies_and_means_the_same(formatting: str) -> None:
    delivery, headers = make(formatting=formatting)
    assert verifies(delivery, headers)
    assert json.loads(delivery.body) == json.loads(make()[0].body)
    assert (delivery.body == make()[0].body) is (formatting == "compact")


@pytest.mark.parametrize("fields", [{"secret": "another"}, {"tamper": "body"}, {"tamper": "signature"}])
def test_what_must_not_verify(fields: dict[str, Any]) -> None:
    assert not verifies(*make(**fields))


@pytest.mark.parametrize("fields", [{}, {"body": "1"}, {"body": '{"n": 21}'}, {"body": "{}"}])
def test_a_changed_body_means_something_else(fields: dict[str, Any]) -> None:
    delivery, headers = make(tamper="body", **fields)
    assert not verifies(delivery, headers)
    assert delivery.body.strip() != make(**fields)[0].body


def test_offset_id_body_data_and_missing_headers() -> None:
    delivery, headers = make(timestamp_offset=-301, webhook_id="again", body="{ }")
    assert (headers["ID"], headers["Timestamp"], delivery.body) == ("again", "1789999699", b"{ }")
    assert verifies(delivery, headers)
    assert json.loads(make(event_type="invoice.paid", data={"a": 1})[0].body)["data"] == {"a": 1}
    for name in ("id", "timestamp", "signature"):
        assert len(make(omit_header=name)[1]) == 3


@pytest.mark.parametrize("fields", [{"copies": 0}, {"copies": 21}, {"unknown": 1}, {"tamper": "all"}])
def test_wrong_orders(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make(**fields)
