from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub import digests, keys
from fedirec.errors import Invalid, Unauthenticated

RSA = keys.generate_rsa()
ED25519 = keys.generate_ed25519()
both = pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])


def pem_of(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


@both
def test_a_key_is_the_same_in_every_spelling(key: keys.PrivateKey) -> None:
    assert keys.read_public_key(key.public.pem) == key.public
    assert keys.read_public_key(key.public.multibase) == key.public
    assert keys.read_private_key(key.pem).public == key.public
    assert keys.read_public_key(key.public.pem).fingerprint == key.public.fingerprint


@both
def test_a_key_is_parsed_once(key: keys.PrivateKey) -> None:
    assert keys.read_private_key(key.pem) is keys.read_private_key(key.pem)
    assert keys.read_public_key(key.public.pem) is keys.read_public_key(key.public.pem)


def test_keys_are_spelled_as_others_spell_them() -> None:
    assert ED25519.public.multibase.startswith("z6Mk")
    assert RSA.public.multibase.startswith("z4MX")
    assert RSA.public.pem.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert RSA.pem.startswith("-----BEGIN PRIVATE KEY-----\n")


def test_the_published_key_pair_is_read() -> None:
    # TestVectors/keyPair.json of https://github.com/w3c/vc-di-eddsa
    key = keys.read_private_key("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")
    assert key.public.multibase == "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


def test_a_fingerprint_is_the_digest_of_the_subject_public_key_info() -> None:
    assert RSA.public.fingerprint == digests.digest_multibase(RSA.public.der)
    assert RSA.public.fingerprint != ED25519.public.fingerprint


@both
def test_a_private_key_does_not_show_itself(key: keys.PrivateKey) -> None:
    assert "PRIVATE" not in repr(key)
    assert key.pem.splitlines()[1] not in repr(key)


@both
@given(data=st.binary(max_size=64), position=st.integers(0, 1000), change=st.integers(1, 255))
def test_a_signature_holds_for_one_text_and_no_other(
    key: keys.PrivateKey, data: bytes, position: int, change: int
) -> None:
    signature = key.sign(data)
    key.public.verify(signature, data)
    other = bytearray(signature)
    other[position % len(other)] ^= change
    for wrong_signature, wrong_data in [(bytes(other), data), (signature, data + b"\0"), (b"", data)]:
        with pytest.raises(Unauthenticated):
            key.public.verify(wrong_signature, wrong_data)


def test_a_signature_by_another_key_is_refused() -> None:
    for kind in (keys.generate_rsa, keys.generate_ed25519):
        with pytest.raises(Unauthenticated):
            kind().public.verify(kind().sign(b"text"), b"text")


def test_rsa_uses_pkcs1_with_sha_256() -> None:
    public = serialization.load_pem_public_key(RSA.public.pem.encode())
    assert isinstance(public, rsa.RSAPublicKey)
    recovered = public.recover_data_from_signature(RSA.sign(b"text"), padding.PKCS1v15(), hashes.SHA256())
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"text")
    assert recovered == digest.finalize()


def weak_key(bits: int = 2048, exponent: int = 65537) -> str:
    modulus = RSA_MODULUS if bits == 2048 else (1 << (bits - 1)) | 1
    return pem_of(rsa.RSAPublicNumbers(exponent, modulus).public_key())


RSA_MODULUS = serialization.load_pem_public_key(RSA.public.pem.encode()).public_numbers().n  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        weak_key(bits=1024),
        weak_key(bits=2047),
        weak_key(bits=8200),
        weak_key(exponent=3),
        weak_key(exponent=2**33 + 1),
        pem_of(ec.generate_private_key(ec.SECP256R1()).public_key()),
    ],
    ids=["1024 bits", "2047 bits", "8200 bits", "exponent 3", "exponent of 34 bits", "P-256"],
)
def test_weak_and_foreign_keys_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        keys.read_public_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "z6Mk",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nMII=\n-----END PUBLIC KEY-----\n",
        RSA.pem,
        RSA.public.pem + "x" * 20_000,
        digests.write_multibase(b"\xed\x01" + bytes(31)),
        digests.write_multibase(b"\x85\x24" + RSA.public.der),  # SubjectPublicKeyInfo where PKCS#1 belongs
        digests.write_multibase(b"\x12\x00" + bytes(33)),
        "\ud800",
    ],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        keys.read_public_key(text)


@pytest.mark.parametrize(
    "text",
    ["", "z6Mk", ED25519.public.multibase, RSA.public.pem, "x" * 20_000, digests.write_multibase(b"\x80\x26abc")],
    ids=["nothing", "short", "public", "pem", "long", "cut"],
)
def test_what_is_no_private_key_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        keys.read_private_key(text)


@given(st.text(max_size=200) | st.binary(max_size=80).map(digests.write_multibase))
def test_nonsense_is_invalid_and_nothing_worse(text: str) -> None:
    for read in (keys.read_public_key, keys.read_private_key):
        try:
            read(text)
        except Invalid:
            continue
