"""A made-up 4-bit image of a network of two layers and twelve pieces, see analyzer.models.conversion."""

import struct

import numpy as np

from analyzer.models.conversion import BLOCK, MAGIC

WIDTH, LAYERS, INNER, POSITIONS = 32, 2, 64, 40
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((f"▁{w}", -float(i)) for i, w in enumerate(
    "query: passage: the parcel came late délai größe".split(), 2)), ("▁", -11.0), ("s", -12.0)]  # fmt: skip


def tensors():
    """Return made-up tensors by name: float32, and 4-bit numbers with their scales."""
    chance = np.random.default_rng(1)
    plain, packed = {}, {}
    for name, shape in (("emb.pos", (POSITIONS, WIDTH)), ("emb.type", (2, WIDTH)), ("emb.ln.b", (WIDTH,))):
        plain[name] = chance.normal(size=shape).astype("<f4")
    plain["emb.ln.w"] = np.ones(WIDTH, "<f4")
    packed["emb.word"] = len(PIECES) * WIDTH
    for layer in range(LAYERS):
        for short, rows, columns in (*((s, WIDTH, WIDTH) for s in ("q", "k", "v", "ao")), ("fi", INNER, WIDTH),
                                     ("fo", WIDTH, INNER)):  # fmt: skip
            packed[f"l{layer}.{short}.w"] = rows * columns
            plain[f"l{layer}.{short}.b"] = chance.normal(size=rows).astype("<f4")
        for short in ("aln", "oln"):
            plain[f"l{layer}.{short}.w"] = np.ones(WIDTH, "<f4")
            plain[f"l{layer}.{short}.b"] = np.zeros(WIDTH, "<f4")
    for name, count in packed.items():
        blocks = np.zeros(count // BLOCK, [("scale", "<f2"), ("bits", "u1", BLOCK // 2)])
        blocks["scale"] = chance.uniform(0.01, 0.1, len(blocks))
        blocks["bits"] = chance.integers(0, 256, (len(blocks), BLOCK // 2))
        packed[name] = blocks
    return plain, packed


def image():
    """Return the bytes of the made-up image."""
    plain, packed = tensors()
    letters = [piece.encode() for piece, _ in PIECES]
    head = MAGIC + struct.pack("<7ifi", WIDTH, LAYERS, 2, INNER, len(PIECES), POSITIONS, 2, 1e-12, BLOCK)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, letters)))
    head += np.cumsum([0, *map(len, letters)]).astype("<u4").tobytes()
    head += np.array([score for _, score in PIECES], "<f4").tobytes() + b"".join(letters)
    normalization = struct.pack("<IBI", 0x9, 1, 0x20)
    head += struct.pack("<iI", 1, len(normalization)) + normalization
    rows = [(name, 0, array.tobytes()) for name, array in plain.items()]
    rows += [(name, 1, blocks.tobytes()) for name, blocks in packed.items()]
    start = len(head) + 4 + sum(2 + len(name) + 21 for name, _, _ in rows)
    head += struct.pack("<i", len(rows))
    for name, kind, data in rows:
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, 0, start, len(data))
        start += len(data)
    return head + b"".join(data for _, _, data in rows)
