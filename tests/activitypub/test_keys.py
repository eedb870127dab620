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


# fep-521a.feature, of https://w3id.org/fep/521a: the key's bytes (of RSA in PKCS#1), and how it is spelled
FEP_521A = {
    "ed25519": (
        "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6",
        "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    ),
    "rsa": (
        "3082010a0282010100b1b5fcd8d4d5e88ca5c4287b31f578865caf6a78826a3b8ff7b1b23aa4af4e6a0474139f945bd9d3a911ffd0fa72db"
        "78e4593a86c91f9da836186ebd3402d51f6a3844247ab5088b46929c311b43604fed84499f06f0f39bf55590e2187f1bbe229ba8f49fd2e5"
        "70cd0e3733c76bfede80e1e7e0881e4538ea1bc5782be9512f8bf132526e05f4923564fe6e1e21bf7087adebb660fa533fca06d0a8e66991"
        "e1312d70b64a61da8ca77c028cdf939601e2cffe2855759b1d479f0847bcac59d7d62427a431d4e3dfd2697428b9dd6309a7b1167db99fe0"
        "1af1ff1b739566fb949e47089d1dae84aef1214ef7f5773e86a0d3e9da246f9bec09d60c705891183d0203010001",
        "z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3iBf9vPmT5dbkm9qsZsuVNjq8HCuW1w24nhBFGkRE4cd2Uf2tfrB3N"
        "7h4mnyPp1BF3ZttHTYv3DLUPi1zMdkULiow3M1GfXkoC6DoxDUm1jmN6GBj22SjVsr6dxezRVQc7aj9TxE7JLbMH1wh5X3kA58H3DFW8rnYMakFG"
        "bca5CB2Jf6CnGQZmL7o5uJAdTwXfy2iiiyPxXEGerMhHwhjTA1mKYobyk2CpeEcmvynADfNZ5MBvcCS7m3XkFCMNUYBS9NQ3fze6vMSUPsNa6GVY"
        "mKx2x6JrdEjCk3qRMMmyjnjCMfR4pXbRMZa3i",
    ),
}


@pytest.mark.parametrize("kind", FEP_521A)
def test_the_published_keys_of_actors_are_read_and_spelled(kind: str) -> None:
    data, spelled = FEP_521A[kind]
    key = keys.read_public_key(spelled)
    assert (key.kind, key.multibase) == (kind, spelled)
    assert digests.read_multibase(spelled)[2:] == bytes.fromhex(data)


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
