"""A passkey in software: what a browser and its authenticator would answer."""

import json
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


class SoftPasskey:
    """One credential of one authenticator, bound to a host."""

    def __init__(self, *, origin: str = "http://localhost", host: str = "localhost", verifies: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = sha256(str(id(self)).encode()).digest()
        self.origin, self.host = origin, host
        self.flags = PRESENT | (VERIFIED if verifies else 0)
        self.uses = 0

    def made(self, options: dict[str, Any]) -> str:
        """Return the answer to options of a new passkey."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + encode_cbor(public)
        data = self._data(self.flags | HAS_KEY) + attested
        return self._answer(
            {
                "clientDataJSON": self._client("webauthn.create", options),
                "attestationObject": bytes_to_base64url(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
                "transports": ["internal", "telepathy"],
            }
        )

    def signed(self, options: dict[str, Any]) -> str:
        """Return the answer to options of a login."""
        self.uses += 1
        data, client = self._data(self.flags), self._client("webauthn.get", options)
        client_bytes = self._client_bytes("webauthn.get", options)
        signature = self.key.sign(data + sha256(client_bytes).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": client,
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
                "userHandle": None,
            }
        )

    def _answer(self, response: dict[str, Any]) -> str:
        number = bytes_to_base64url(self.credential_id)
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": response})

    def _data(self, flags: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any]) -> str:
        return bytes_to_base64url(self._client_bytes(kind, options))

    def _client_bytes(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()
