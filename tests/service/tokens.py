"""Keys and tokens of a made-up client, good ones and such as nobody should accept."""

import json
import time
from base64 import urlsafe_b64encode
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apothecary.service.settings import Client

ISS = "https://ehr.example.org"
URL = "http://testserver/cds-services"
_CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


@cache
def private(alg: str, number: int = 1) -> Any:
    """A private key for an algorithm; another number is another key."""
    if alg in _CURVES:
        return ec.generate_private_key(_CURVES[alg]())
    if alg == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 1024 if number == 1024 else 2048)


def public_pem(alg: str) -> bytes:
    return private(alg).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwk(of: str = "ES384", /, kid: str | None = None, number: int = 1, **fields: Any) -> dict[str, Any]:
    """The public key as a JWK; a field given as None is left out."""
    kind = jwt.PyJWS().get_algorithm_by_name(of)
    made = {**kind.to_jwk(private(of, number).public_key(), as_dict=True), "kid": kid or of, **fields}
    return {name: value for name, value in made.items() if value is not None}


def jwks(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": list(keys or (jwk(),))}).encode()


def client(folder: Path, *keys: dict[str, Any], **fields: Any) -> Client:
    """A client whose keys lie in a file."""
    path = folder / "keys.json"
    path.write_bytes(jwks(*keys))
    return Client(**{"iss": ISS, "jwks_file": path, **fields})


def claims(now: float | None = None, **changed: Any) -> dict[str, Any]:
    """The claims of a good token; one given as None is left out."""
    at = int(time.time() if now is None else now)
    known = {"iss": ISS, "aud": URL, "exp": at + 300, "iat": at, "jti": str(uuid4()), **changed}
    return {name: value for name, value in known.items() if value is not None}


def token(alg: str = "ES384", /, header: dict[str, Any] | None = None, number: int = 1, **changed: Any) -> str:
    """A token signed with the private key of `alg`."""
    named = {"kid": alg, **(header or {})}
    return jwt.PyJWS().encode(
        json.dumps(claims(**changed)).encode(), private(alg, number), alg, {"typ": "JWT", **named}
    )


def bearer(*args: Any, **changed: Any) -> str:
    return f"Bearer {token(*args, **changed)}"


def by_hand(header: dict[str, Any], payload: bytes, signature: bytes = b"") -> str:
    """A token of any parts at all."""
    parts = (json.dumps(header).encode(), payload, signature)
    return "Bearer " + ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
