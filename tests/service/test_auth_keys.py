"""Checklist X-6 and X-7: keys come only from where the settings say, and only such as may check a signature."""

import asyncio
from pathlib import Path

import pytest
from gate import NOW, Fetcher, checked, gate, refused
from tokens import ISS, bearer, client, jwk, jwks

from apothecary.service.errors import Refusal
from apothecary.service.keys import KeysError, fetch, read_keys
from apothecary.service.settings import Client


def test_x6_an_unknown_jku_is_refused_without_a_call(tmp_path: Path) -> None:
    fetcher = Fetcher(jwks())
    known = Client(iss=ISS, jku="https://ehr.example.org/jwks")
    sent = bearer(header={"jku": "https://attacker.example.org/jwks"})
    assert "unknown-jku" == refused(gate(known, fetcher=fetcher), sent)
    assert "unknown-jku" == refused(gate(client(tmp_path), fetcher=fetcher), sent)
    assert [] == fetcher.asked


def test_x6_the_configured_jku_is_fetched_once(tmp_path: Path) -> None:
    fetcher = Fetcher(jwks())
    known = Client(iss=ISS, jku="https://ehr.example.org/jwks")
    asked = gate(known, fetcher=fetcher)
    assert known == checked(asked, bearer(header={"jku": "https://ehr.example.org/jwks"}))
    assert known == checked(asked, bearer())
    assert ["https://ehr.example.org/jwks"] == fetcher.asked


def test_x7_an_unknown_key_is_looked_for_at_most_once_a_minute() -> None:
    at = [NOW]
    fetcher = Fetcher(jwks(), jwks(jwk(), jwk("ES256")))
    asked = gate(Client(iss=ISS, jku="https://ehr.example.org/jwks"), fetcher=fetcher, now=lambda: at[0])
    assert checked(asked, bearer(now=at[0])) is not None
    for _ in range(5):
        assert "unknown-key" == refused(asked, bearer("ES256", now=at[0]))
    assert 1 == len(fetcher.asked)
    at[0] += 61
    assert checked(asked, bearer("ES256", now=at[0])) is not None, "a key that was added is found without a new start"
    assert 2 == len(fetcher.asked)


def test_keys_that_cannot_be_fetched_let_nobody_in() -> None:
    asked = gate(Client(iss=ISS, jku="https://ehr.example.org/jwks"), fetcher=Fetcher(KeysError("no answer")))
    with pytest.raises(Refusal) as caught:
        checked(asked, bearer())
    assert (503, "keys-unavailable") == (caught.value.status, caught.value.code)


def test_keys_that_cannot_be_fetched_again_are_trusted_for_a_day_only() -> None:
    at = [NOW]
    fetcher = Fetcher(jwks(), KeysError("no answer"))
    asked = gate(Client(iss=ISS, jku="https://ehr.example.org/jwks"), fetcher=fetcher, now=lambda: at[0])
    assert checked(asked, bearer(now=at[0])) is not None
    at[0] += 20 * 3600
    assert checked(asked, bearer(now=at[0])) is not None
    at[0] += 5 * 3600
    with pytest.raises(Refusal) as caught:
        checked(asked, bearer(now=at[0]))
    assert 503 == caught.value.status


def test_an_address_that_does_not_answer_is_no_crash() -> None:
    with pytest.raises(KeysError):
        asyncio.run(fetch("http://127.0.0.1:9/jwks", 1.0))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no", "not JSON"), (b"[]", "not a JWK Set"), (b'{"keys": []}', "no public signing key"),
        (jwks(jwk(), jwk()), "two keys"), (jwks({"kty": "oct", "kid": "a", "k": "c2VjcmV0"}), "no public signing key"),
        (jwks(jwk(use="enc")), "no public signing key"), (jwks(jwk(key_ops=["sign"])), "no public signing key"),
        (jwks({**jwk("ES256"), "d": "c2VjcmV0"}), "private key"),
        (jwks({**jwk(), "kid": ""}), "no public signing key"),
        (jwks(jwk("RS256", number=1024)), "no public signing key"), (b"[" * 100_000, "not JSON"),
        (jwks({"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA"}), "no public signing key"),
        (b'{"keys": [null, 1, "x", {"kid": 1}, {"kty": "RSA", "kid": "r"}]}', "no public signing key"),
    ],
)  # fmt: skip
def test_x7_a_key_set_without_usable_keys_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(KeysError, match=said):
        read_keys(data)
