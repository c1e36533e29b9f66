import pytest

from parley.wire.keys import SigningKey, is_fit, key_id, signature_holds
from wire_files import all_files

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
NEUTRAL = (0, 1)


def add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """Add two points of the curve, RFC 8032, section 5.1.4, in affine form."""
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2 % P
    x3 = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    y3 = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P
    return x3, y3


def point_of(raw: bytes) -> tuple[int, int] | None:
    """Decode a point, RFC 8032, section 5.1.3, or return null when there is none."""
    number = int.from_bytes(raw, "little")
    y, sign = number % 2**255 % P, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    return (P - x if x % 2 != sign else x) % P, y


def is_small(raw: bytes) -> bool:
    point = point_of(raw)
    if point is None:
        return False
    for _ in range(3):
        point = add(point, point)
    return point == NEUTRAL


def eight_small_points() -> set[tuple[int, int]]:
    """Return the points that eight times themselves are the neutral point, from one of order 8."""
    for number in range(2, 100):
        point = point_of(number.to_bytes(32, "little"))
        if point is None:
            continue
        order = 2**252 + 27742317777372353535851937790883648493
        part, result = point, NEUTRAL
        while order:
            if order & 1:
                result = add(result, part)
            part, order = add(part, part), order >> 1
        multiples = [NEUTRAL]
        while len(multiples) < 9 and (len(multiples) == 1 or multiples[-1] != NEUTRAL):
            multiples.append(add(multiples[-1], result))
        if len(set(multiples)) == 8:
            return set(multiples)
    raise LookupError


def test_every_point_of_small_order_is_unfit() -> None:
    points = eight_small_points()
    assert len(points) == 8
    for x, y in points:
        raw = (y | (x & 1) << 255).to_bytes(32, "little")
        assert is_small(raw)
        assert not is_fit(raw.hex())


@pytest.mark.parametrize("y", range(P, 2**255))
def test_a_y_that_is_not_below_the_prime_is_unfit(y: int) -> None:
    for sign in (0, 1):
        assert not is_fit((y | sign << 255).to_bytes(32, "little").hex())


def test_keys_made_from_seeds_are_fit() -> None:
    for number in range(50):
        assert is_fit(SigningKey.from_seed(bytes([number]) * 32).public_hex)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_unfit(length: int) -> None:
    assert not is_fit("22" * length)
    assert not signature_holds("22" * length, bytes(64), b"")


def test_the_neutral_point_would_sign_anything_and_is_refused() -> None:
    neutral = "01" + "00" * 31
    forged = bytes.fromhex(neutral) + bytes(32)
    assert not signature_holds(neutral, forged, b"we withdraw at noon")
    assert not signature_holds(neutral, forged, b"we attack at noon")


def test_the_key_id_is_the_sha256_of_the_raw_key() -> None:
    # The key of RFC 8032, section 7.1, test 1.
    key = SigningKey.from_seed(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    assert key.public_hex == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.id == key_id(key.public_hex)
    assert key.id == "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9"
    signature = key.sign(b"")
    assert signature_holds(key.public_hex, signature, b"")
    assert not signature_holds(key.public_hex, signature, b" ")
    assert not signature_holds(key.public_hex, signature[:-1], b"")


def test_every_key_of_the_vectors_is_a_test_key() -> None:
    seeds = {file.head["seed"] for file in all_files() if "seed" in file.head}
    assert all(seed == seed[:2] * 32 for seed in seeds)
