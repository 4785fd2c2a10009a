"""Checklist X-3 to X-7: only a fresh token of a known client, signed by its own asymmetric key, opens a call."""

import hashlib
import hmac
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import tokens
from gate import NO_CALL, NOW, checked, gate, refused
from tokens import URL, bearer, by_hand, claims, client, jwk

from apothecary.service.auth import Gate
from apothecary.service.errors import Refusal
from apothecary.service.keys import ALGORITHMS
from apothecary.service.replay import Replay, ReplayError
from apothecary.service.settings import Settings


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_x5_every_asymmetric_algorithm_is_accepted(tmp_path: Path, alg: str) -> None:
    known = client(tmp_path, jwk(alg))
    assert known == checked(gate(known), bearer(alg))


def test_without_clients_anyone_may_call() -> None:
    assert checked(gate(), None) is None


@pytest.mark.parametrize(
    "sent", [None, "", "Basic dXNlcg==", "Bearer", "Bearer abc", "Bearer a.b", "Bearer ..", "Bearer a.b.c.d"]
)
def test_x3_a_call_without_a_token_is_refused(tmp_path: Path, sent: str | None) -> None:
    assert refused(gate(client(tmp_path)), sent) in ("no-token", "invalid-token")


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "jti"])
def test_x3_each_claim_is_required(tmp_path: Path, claim: str) -> None:
    assert refused(gate(client(tmp_path)), bearer(**{claim: None})) in ("missing-claim", "wrong-audience")


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("exp", "tomorrow"), ("exp", True), ("exp", [1]), ("exp", 1e300), ("iat", {}), ("iat", False), ("jti", 7),
        ("jti", ""), ("jti", "x" * 513), ("iss", 7), ("aud", {"url": URL}), ("aud", [[URL]]), ("exp", -1e13),
    ],
)  # fmt: skip
def test_x3_a_claim_of_the_wrong_kind_is_refused(tmp_path: Path, claim: str, value: Any) -> None:
    assert refused(gate(client(tmp_path)), bearer(**{claim: value})) in ("missing-claim", "wrong-audience")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"typ": "at+jwt"}, "wrong-type"), ({"kid": ""}, "missing-claim"), ({"kid": "other"}, "unknown-key"),
        ({"crit": ["exp"], "exp": 1}, "invalid-token"), ({"kid": "../../etc/passwd"}, "unknown-key"),
    ],
)  # fmt: skip
def test_x3_x7_the_header_names_type_and_key(tmp_path: Path, header: dict[str, Any], code: str) -> None:
    signed = json.dumps(claims()).encode()
    made = (
        bearer(header=header)
        if "crit" not in header
        else by_hand({"alg": "ES384", "typ": "JWT", "kid": "ES384", **header}, signed)
    )
    assert code == refused(gate(client(tmp_path)), made)


@pytest.mark.parametrize(
    "aud", [f"{URL}/", "http://testserver", f"{URL}/zorvimab-order", URL.upper(), [], ["http://other.example.org"]]
)
def test_x4_another_audience_is_refused(tmp_path: Path, aud: Any) -> None:
    assert "wrong-audience" == refused(gate(client(tmp_path)), bearer(aud=aud))


def test_x4_one_of_several_audiences_is_the_address(tmp_path: Path) -> None:
    known = client(tmp_path)
    assert known == checked(gate(known), bearer(aud=["http://other.example.org", URL]))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", None, "HS256", "HS384", "HS512", "hs256", "ES256K", "dir"])
def test_x5_none_and_every_symmetric_algorithm_are_refused(tmp_path: Path, alg: str | None) -> None:
    header = {"alg": alg, "typ": "JWT", "kid": "RS256"}
    sent = by_hand(header, json.dumps(claims()).encode())
    assert "wrong-algorithm" == refused(gate(client(tmp_path, jwk("RS256"))), sent)


def test_x5_hs256_made_with_the_public_key_is_refused(tmp_path: Path) -> None:
    head, payload = {"alg": "HS256", "typ": "JWT", "kid": "RS256"}, json.dumps(claims()).encode()
    unsigned = by_hand(head, payload).removeprefix("Bearer ").rstrip(".")
    signature = hmac.new(tokens.public_pem("RS256"), unsigned.encode(), hashlib.sha256).digest()
    assert "wrong-algorithm" == refused(gate(client(tmp_path, jwk("RS256"))), by_hand(head, payload, signature))


def test_x5_a_symmetric_key_of_the_set_verifies_nothing(tmp_path: Path) -> None:
    known = client(tmp_path, jwk(), {"kty": "oct", "kid": "secret", "k": "c2VjcmV0", "alg": "HS256"})
    unsigned = by_hand({"alg": "HS256", "typ": "JWT", "kid": "secret"}, json.dumps(claims()).encode())
    signature = hmac.new(b"secret", unsigned.removeprefix("Bearer ").rstrip(".").encode(), hashlib.sha256).digest()
    sent = by_hand({"alg": "HS256", "typ": "JWT", "kid": "secret"}, json.dumps(claims()).encode(), signature)
    assert "wrong-algorithm" == refused(gate(known), sent)
    assert "unknown-key" == refused(gate(known), bearer(header={"kid": "secret"}))


def test_x5_a_token_signed_by_another_key_is_refused(tmp_path: Path) -> None:
    assert "wrong-signature" == refused(gate(client(tmp_path)), bearer(number=2))


def test_x5_a_changed_payload_is_refused(tmp_path: Path) -> None:
    head, _, signature = bearer().split(".")
    other = bearer(tenant="another").split(".")[1]
    assert "wrong-signature" == refused(gate(client(tmp_path)), f"{head}.{other}.{signature}")


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (jwk("RS256", kid="k", alg="RS256"), "PS256"), (jwk("ES256", kid="k"), "ES384"),
        (jwk("RS256", kid="k"), "ES256"), (jwk("EdDSA", kid="k"), "RS256"),
    ],
)  # fmt: skip
def test_x5_the_algorithm_belongs_to_the_key(tmp_path: Path, key: dict[str, Any], alg: str) -> None:
    assert "wrong-algorithm" == refused(gate(client(tmp_path, key)), bearer(alg, header={"kid": "k"}))


def test_x6_an_unknown_issuer_is_refused(tmp_path: Path) -> None:
    assert "unknown-issuer" == refused(gate(client(tmp_path)), bearer(iss="https://someone.example.org"))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"exp": NOW - 31, "iat": NOW - 60}, "expired-token"), ({"iat": NOW + 40, "exp": NOW + 90}, "future-token"),
        ({"iat": NOW - 3700}, "old-token"), ({"exp": NOW + 3700}, "long-token"), ({"exp": NOW - 5}, "invalid-token"),
    ],
)  # fmt: skip
def test_x7_times_are_honoured(tmp_path: Path, changed: dict[str, float], code: str) -> None:
    asked = gate(client(tmp_path), now=lambda: NOW)
    asked._started = NOW - 10_000
    assert code == refused(asked, bearer(now=NOW, **changed))


def test_x7_clocks_may_be_half_a_minute_apart(tmp_path: Path) -> None:
    known = client(tmp_path)
    assert known == checked(gate(known, now=lambda: NOW), bearer(iat=NOW + 29, exp=NOW + 60))


def test_x7_a_token_from_before_the_start_is_refused(tmp_path: Path) -> None:
    assert "old-token" == refused(gate(client(tmp_path), now=lambda: NOW), bearer(iat=NOW - 31, exp=NOW + 60))


def test_x7_a_token_opens_one_call(tmp_path: Path) -> None:
    known = client(tmp_path)
    asked, sent = gate(known), bearer(jti="j1")
    assert known == checked(asked, sent)
    assert "replayed-token" == refused(asked, sent)
    assert "replayed-token" == refused(asked, bearer(jti="j1")), "the id counts, not the bytes"


def test_x7_a_refused_token_is_not_used_up(tmp_path: Path) -> None:
    known = client(tmp_path)
    asked, sent = gate(known), bearer()
    assert "wrong-audience" == refused(asked, sent, f"{URL}/zorvimab-order")
    assert known == checked(asked, sent)


def test_x7_another_process_of_this_host_knows_a_used_token(tmp_path: Path) -> None:
    replay = Replay(tmp_path)
    assert replay.first_time("k1", time.time() + 60)
    code = (
        "import sys, time; from pathlib import Path; from apothecary.service.replay import Replay; "
        "r = Replay(Path(sys.argv[1])); print(*[r.first_time(k, time.time() + 60) for k in ('k1', 'k2')])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "False True" == done.stdout.strip()
    assert not replay.first_time("k2", time.time() + 60)
    replay.close()


@pytest.mark.parametrize("shared", [True, False])
def test_x7_used_tokens_are_forgotten_once_expired(tmp_path: Path, shared: bool) -> None:
    at = [1000.0]
    replay = Replay(tmp_path if shared else None, now=lambda: at[0])
    assert replay.first_time("k", 1100.0)
    at[0] = 1099.0
    assert not replay.first_time("k", 1100.0)
    at[0] = 1200.0
    assert replay.first_time("k", 1300.0)
    replay.close()


def test_x7_no_memory_lets_nobody_in(tmp_path: Path) -> None:
    replay = Replay(tmp_path)
    (tmp_path / "replay.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(ReplayError):
        replay.first_time("k", 1.0)
    asked = Gate(Settings(clients=(client(tmp_path),)), time.time, replay, NO_CALL)
    with pytest.raises(Refusal) as caught:
        checked(asked, bearer())
    assert (503, "replay-unknown") == (caught.value.status, caught.value.code)


def test_the_tenant_is_checked_when_configured(tmp_path: Path) -> None:
    known = client(tmp_path, tenants=("north",))
    assert known == checked(gate(known), bearer(tenant="north"))
    assert "wrong-tenant" == refused(gate(known), bearer(tenant="south"))
    assert "wrong-tenant" == refused(gate(known), bearer())
    assert "wrong-tenant" == refused(gate(known), bearer(tenant=["north"]))


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"[]", b'"x"', b"{", b"\xff", b"[" * 9000, b'{"iss":' * 1500, b"{}" * 40000]
)
def test_a_damaged_payload_is_refused(tmp_path: Path, payload: bytes) -> None:
    sent = by_hand({"alg": "ES384", "typ": "JWT", "kid": "ES384"}, payload)
    assert refused(gate(client(tmp_path)), sent) in ("invalid-token", "missing-claim")


@pytest.mark.parametrize(
    "sent", ["Bearer \u00e9.\u00e9.\u00e9", "Bearer !.!.!", "Bearer W10.W10.W10", "Bearer bnVsbA.bnVsbA."]
)
def test_a_damaged_header_is_refused(tmp_path: Path, sent: str) -> None:
    assert refused(gate(client(tmp_path)), sent) in ("invalid-token", "wrong-algorithm")
