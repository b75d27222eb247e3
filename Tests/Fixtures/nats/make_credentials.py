"""Makes certificates and credentials for the tests of NATS. Needs the package `cryptography` (made with 48.0.0). Run it in its folder.

server.pem is for `localhost` alone, and signed by ca.pem; other-ca.pem has signed nothing. accounts.conf has an operator and an account,
user.creds a user of it, as `nsc` would write them. All is valid for 100 years or for ever, and opens nothing."""
import base64
import datetime
import hashlib
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def certificate(name, key, issuer, issuer_key, extensions):
    begin = datetime.datetime(2026, 1, 1)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        issuer or subject, subject, key.public_key(), x509.random_serial_number(), begin, begin + datetime.timedelta(36500))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


def pem(value):
    return value.public_bytes(serialization.Encoding.PEM)


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


authority = [(x509.BasicConstraints(True, None), True)]
ca_key, other_key, server_key = new_key(), new_key(), new_key()
ca = certificate("Easel tests", ca_key, None, ca_key, authority)
server = certificate("localhost", server_key, ca.subject, ca_key, [
    (x509.SubjectAlternativeName([x509.DNSName("localhost")]), False),
    (x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), False)])
write("ca.pem", pem(ca))
write("other-ca.pem", pem(certificate("Another authority", other_key, None, other_key, authority)))
write("server.pem", pem(server))
write("server-key.pem", server_key.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


# Keys as NATS writes them: a kind, 32 bytes, a checksum, in base 32.
KINDS = {"operator": 14 << 3, "account": 0, "user": 20 << 3}
SEED = 18 << 3


def with_checksum(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return base64.b32encode(data + crc.to_bytes(2, "little")).decode().rstrip("=")


def public(kind, key):
    return with_checksum(bytes([KINDS[kind]]) + key.public_key().public_bytes_raw())


def seed(kind, key):
    return with_checksum(bytes([SEED | KINDS[kind] >> 5, (KINDS[kind] & 31) << 3]) + key.private_bytes_raw())


def token(kind, key, name, issuer, issuer_key, rules):
    def encode(data):
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    claims = {"iat": 1767225600, "iss": issuer, "name": name, "sub": public(kind, key), "nats": {**rules, "type": kind, "version": 2}}
    claims["jti"] = base64.b32encode(hashlib.sha256(json.dumps(claims).encode()).digest()).decode().rstrip("=")
    text = encode(b'{"typ":"JWT","alg":"ed25519-nkey"}') + "." + encode(json.dumps(claims).encode())
    return text + "." + encode(issuer_key.sign(text.encode()))


operator, account, user = (ed25519.Ed25519PrivateKey.generate() for _ in range(3))
no_limits = {"subs": -1, "data": -1, "payload": -1}
operator_token = token("operator", operator, "tests", public("operator", operator), operator, {})
account_token = token("account", account, "EASEL", public("operator", operator), operator, {
    "limits": {**no_limits, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}})
user_token = token("user", user, "ann", public("account", account), account, no_limits)
write("accounts.conf", f"""operator: {operator_token}
resolver: MEMORY
resolver_preload: {{ {public("account", account)}: {account_token} }}
""".encode())
write("user.creds", f"""-----BEGIN NATS USER JWT-----
{user_token}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
{seed("user", user)}
------END USER NKEY SEED------
""".encode())
