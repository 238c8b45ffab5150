"""Caller tokens fit one request of one caller."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from threeflow import digest, token
from threeflow.errors import Refused
from threeflow.keys import SigningKey

KEY = SigningKey.generate("ES256", "xa.hub#token-1", "token")
SEAL = SigningKey.generate("ES256", "xa.hub#seal-1", "seal")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
URI = "https://node.example/v1/documents"
BODY = b"{}"


def made(**changes: Any) -> str:
    members: dict[str, Any] = {
        "iss": "xa.hub",
        "aud": "xb.customs",
        "method": "POST",
        "uri": URI,
        "body": BODY,
    }
    members |= {"now": NOW, "environment": "sandbox", **changes}
    return token.make(KEY, **members)


def checked(raw: str, **changes: Any) -> token.Caller:
    members: dict[str, Any] = {
        "aud": "xb.customs",
        "method": "POST",
        "uri": URI,
        "body_digest": digest.of(BODY),
    }
    members |= {"now": NOW, "environment": "sandbox", "resolver": {KEY.kid: KEY.public}.get, **changes}
    return token.check(raw, **members)


@pytest.mark.requirement("TF-TOKEN-3")
def test_a_token_names_its_caller() -> None:
    caller = checked(made())
    assert (caller.node_id, caller.kid) == ("xa.hub", KEY.kid)
    assert caller.expires == NOW + timedelta(seconds=300)


def test_no_two_tokens_have_one_id() -> None:
    assert len({checked(made()).jti for _ in range(100)}) == 100


@pytest.mark.requirement("TF-TOKEN-7")
def test_a_request_without_body_has_no_body_digest() -> None:
    assert checked(made(body=None), body_digest=None)
    for raw, body_digest in ((made(body=None), digest.of(BODY)), (made(), None)):
        with pytest.raises(Refused, match="TF-TOKEN-7"):
            checked(raw, body_digest=body_digest)


@pytest.mark.requirement("TF-TOKEN-8")
def test_a_new_token_may_help_where_the_time_is_wrong() -> None:
    for moment in (NOW + timedelta(seconds=361), NOW - timedelta(seconds=61)):
        with pytest.raises(Refused) as caught:
            checked(made(), now=moment)
        assert caught.value.retryable


@pytest.mark.requirement("TF-TOKEN-4")
def test_a_long_life_is_refused_by_the_receiver() -> None:
    with pytest.raises(Refused, match="TF-TOKEN-4"):
        checked(made(ttl=301))


@pytest.mark.requirement("TF-TOKEN-9")
def test_a_seal_key_makes_no_token() -> None:
    with pytest.raises(Refused, match="key-use"):
        token.make(SEAL, "xa.hub", "xb.customs", "GET", URI, None, NOW, environment="sandbox")


@pytest.mark.requirement("TF-TOKEN-1", "TF-TOKEN-2")
def test_another_library_reads_our_token() -> None:
    key = ECKey.import_key(dict(KEY.public.jwk))
    assert jwt.decode(made(), key, algorithms=["ES256"]).claims["iss"] == "xa.hub"


@pytest.mark.requirement("TF-TOKEN-11")
def test_every_other_character_is_refused() -> None:
    raw = made()
    for at in range(len(raw)):
        with pytest.raises(Refused):
            checked(raw[:at] + ("A" if raw[at] != "A" else "B") + raw[at + 1 :])
