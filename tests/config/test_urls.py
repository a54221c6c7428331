from __future__ import annotations

import pytest

from readiness.config.urls import check_endpoint_url, check_token_url, check_web_url, is_host


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("https://api.flute.com", "https://api.flute.com"),
        ("https://api.flute.com/", "https://api.flute.com"),
        ("https://gateway.acme.example:8443/aurora/", "https://gateway.acme.example:8443/aurora"),
        ("http://localhost:9000", "http://localhost:9000"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        ("https://acme_gw.internal", "https://acme_gw.internal"),
    ],
)
def test_accepts_endpoints(url: str, accepted: str) -> None:
    assert check_endpoint_url(url) == accepted


@pytest.mark.parametrize(
    "url",
    [
        "http://sandbox.api.flute.com",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.1",
        "http://0.0.0.0",
        "http://user@127.0.0.1",
        "https://user:pass@api.flute.com",
        "https://@api.flute.com",
        "https://api.flute.com?x=1",
        "https://api.flute.com?",
        "https://api.flute.com/#x",
        "https://api.flute.com#",
        "https://",
        "https:///path",
        "https:api.flute.com",
        "//api.flute.com",
        "api.flute.com",
        "ftp://api.flute.com",
        "https://api.flute.com:99999",
        "https://api.flute.com:0",
        "https://api.flute.com:x",
        "https://api..flute.com",
        "https://-api.flute.com",
        "https://[::1",
        "https://api.flute.com\\@evil.example",
        "https://api.flute.com /x",
        "https://api.flute.com/\n",
        "https://\u0430pi.flute.com",
        "https://{api}.flute.com",
        "",
    ],
)
def test_refuses_what_could_send_credentials_astray_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        check_endpoint_url(url)
    assert len(url) < 4 or url not in str(caught.value).replace("https://host/path", "").replace("https://", "")


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("https://oauth.acme.example", "https://oauth.acme.example/oauth2/token"),
        ("https://oauth.acme.example/", "https://oauth.acme.example/oauth2/token"),
        ("https://oauth.acme.example/token", "https://oauth.acme.example/token"),
    ],
)
def test_the_token_endpoint_gets_the_vendors_path(url: str, accepted: str) -> None:
    assert check_token_url(url) == accepted


@pytest.mark.parametrize("url", ["http://shop.acme.example/hook", "https://shop.acme.example/hook?shop=1"])
def test_a_web_url_may_be_plain_http_so_that_a_check_can_fail_on_it(url: str) -> None:
    assert check_web_url(url) == url


@pytest.mark.parametrize("url", ["https://a.example/#x", "https://u:p@a.example", "mailto:x@a.example", "a.example"])
def test_refuses_other_web_urls(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        check_web_url(url)


@pytest.mark.parametrize("host", ["a.example", "A.example.", "10.0.0.1", "::1", "localhost"])
def test_hosts(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize(
    "host", ["", "https://a.example", "a.example:8443", "a b", "*.example", "a.example/x", "a" * 254]
)
def test_not_hosts(host: str) -> None:
    assert not is_host(host)
