"""A small interpreter of classic BPF: what the kernel would answer to a system call, for either architecture."""

import struct

STEP = struct.Struct("=HBBI")
NOT_CONNECTED = -1


def answer(program, number, arguments=(), audit=0xC000003E):
    """Run a filter on one system call; return its verdict."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=iIQ6Q", number, audit, 0, *(a & 0xFFFFFFFFFFFFFFFF for a in padded))
    steps = [STEP.unpack_from(program, place) for place in range(0, len(program), STEP.size)]
    register, place = 0, 0
    while True:
        code, if_true, if_false, value = steps[place]
        place += 1
        if code == 0x20:
            register = struct.unpack_from("=I", data, value)[0]
        elif code == 0x54:
            register &= value
        elif code == 0x06:
            return value
        else:
            held = {0x15: register == value, 0x35: register >= value, 0x45: bool(register & value)}[code]
            place += if_true if held else if_false
