"""XXH3-64 of more than 16 bytes, as docs/format.md uses it: for files that are forged with checksums that hold.

https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
"""

import struct

M32, M64 = (1 << 32) - 1, (1 << 64) - 1
PRIME32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
PRIME64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")
STRIPE, BLOCK = 64, 1024


def u64(data, at):
    return int.from_bytes(data[at:at + 8], "little")


def avalanche(h):
    h = (h ^ h >> 37) * 0x165667919E3779F9 & M64
    return h ^ h >> 32


def fold(a, b):
    product = a * b
    return product & M64 ^ product >> 64


def mix(data, at, secret_at, seed):
    return fold(u64(data, at) ^ (u64(SECRET, secret_at) + seed & M64),
                u64(data, at + 8) ^ (u64(SECRET, secret_at + 8) - seed & M64))


def short(data, seed):
    """17 to 128 bytes."""
    total, size = len(data) * PRIME64[0], len(data)
    for pair in range((size - 1) // 32 + 1):
        total += mix(data, 16 * pair, 32 * pair, seed) + mix(data, size - 16 * (pair + 1), 32 * pair + 16, seed)
    return avalanche(total & M64)


def middle(data, seed):
    """129 to 240 bytes."""
    total = len(data) * PRIME64[0] + sum(mix(data, 16 * i, 16 * i, seed) for i in range(8))
    total = avalanche(total & M64)
    total += sum(mix(data, 16 * i, 16 * (i - 8) + 3, seed) for i in range(8, len(data) // 16))
    return avalanche(total + mix(data, len(data) - 16, 136 - 17, seed) & M64)


def accumulate(lanes, stripe, keys):
    for i, (value, key) in enumerate(zip(struct.unpack("<8Q", stripe), keys)):
        lanes[i ^ 1] += value
        key ^= value
        lanes[i] += (key & M32) * (key >> 32)


def scramble(lanes, keys):
    for i, key in enumerate(keys):
        lane = lanes[i] & M64
        lanes[i] = (lane ^ lane >> 47 ^ key) * PRIME32[0] & M64


def seeded_secret(seed):
    pairs = struct.iter_unpack("<QQ", SECRET)
    return b"".join(struct.pack("<QQ", low + seed & M64, high - seed & M64) for low, high in pairs)


def long(data, seed):
    """More than 240 bytes."""
    secret = seeded_secret(seed)
    keys = [struct.unpack_from("<8Q", secret, at) for at in range(0, 129, 8)]
    lanes = [PRIME32[2], *PRIME64[:4], PRIME32[1], PRIME64[4], PRIME32[0]]
    for number, at in enumerate(range(0, len(data) - STRIPE, STRIPE)):
        if number and number % (BLOCK // STRIPE) == 0:
            scramble(lanes, keys[16])
        accumulate(lanes, data[at:at + STRIPE], keys[number % (BLOCK // STRIPE)])
    if (len(data) - 1) // BLOCK * BLOCK == (len(data) - 1) // STRIPE * STRIPE:
        scramble(lanes, keys[16])
    accumulate(lanes, data[-STRIPE:], struct.unpack_from("<8Q", secret, 121))
    total = len(data) * PRIME64[0]
    for i in range(4):
        total += fold(lanes[2 * i] & M64 ^ u64(secret, 11 + 16 * i), lanes[2 * i + 1] & M64 ^ u64(secret, 19 + 16 * i))
    return avalanche(total & M64)


def xxh3_64(data, seed=0):
    """`data` has more than 16 bytes."""
    if len(data) <= 128:
        return short(data, seed)
    return middle(data, seed) if len(data) <= 240 else long(data, seed)
