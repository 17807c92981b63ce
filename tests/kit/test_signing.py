from hubbub.kit.signing import appsecret_proof, hmac_sha256, same


def test_hmac_matches_the_published_vector() -> None:
    # RFC 4231, test case 2
    digest = hmac_sha256(b"Jefe", b"what do ya want for nothing?")
    assert digest.hex() == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_digests_are_compared_whole() -> None:
    assert same(b"abc", b"abc")
    assert not same(b"abc", b"abd")
    assert not same(b"abc", b"ab")
    assert not same("é".encode(), b"abc")


def test_the_proof_is_made_of_token_and_secret() -> None:
    assert appsecret_proof("token", "secret") == hmac_sha256(b"secret", b"token").hex()
