#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes the captures of this folder, with scapy: make.py [FOLDER]. The same
bytes each time. What each has in it, tests/system/captures.py counts."""
import os
import struct
import sys

from scapy.all import conf
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import (CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q,
                             Ether)
from scapy.layers.ppp import PPPoE
from scapy.layers import pptp

conf.ipv6_enabled = False
CLIENT, SERVER = "192.0.2.1", "192.0.2.2"
ETHERNET, PPP, RAW, LOOP, SLL = 1, 9, 101, 108, 113
PPP_DIRECTION, SLL2 = 204, 276


def ether():
    return Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")


def write(name, linktype, frames, snaplen=65535):
    """A classic pcap, a frame a tenth of a second."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snaplen, linktype)
    for number, frame in enumerate(frames):
        frame = bytes(frame)
        kept = frame[:snaplen]
        out += struct.pack("<IIII", 1700000000 + number // 10,
                           number % 10 * 100000, len(kept), len(frame)) + kept
    with open(os.path.join(folder, name), "wb") as file:
        file.write(out)


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def write_interfaces(name, interfaces):
    """A pcapng of several interfaces, each with a link type, a snapshot length
    and a resolution of its own; their frames take turns."""
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    for linktype, snaplen, digits, _ in interfaces:
        out += block(1, struct.pack("<HHIHHBxxxI", linktype, 0, snaplen, 9, 1,
                                    digits, 0))
    for turn in range(max(len(frames) for _, _, _, frames in interfaces)):
        for number, (_, _, digits, frames) in enumerate(interfaces):
            if turn >= len(frames):
                continue
            frame = bytes(frames[turn])
            ticks = (1700000000 + turn) * 10 ** digits
            out += block(6, struct.pack(
                "<IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame),
                len(frame)) + frame)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(out)


def pad(text, width=64):
    return text.encode("latin-1").ljust(width, b"\0")


def message(kind, **fields):
    return bytes(kind(**fields))


MESSAGES = [
    message(pptp.PPTPStartControlConnectionRequest, framing_capabilities=3,
            bearer_capabilities=3, maximum_channels=65535,
            firmware_revision=1, host_name=pad("local"),
            vendor_string=pad("cananian")),
    message(pptp.PPTPStartControlConnectionReply, framing_capabilities=0,
            bearer_capabilities=0, maximum_channels=1, firmware_revision=1,
            host_name=pad("h\xf6st"), vendor_string=b"v" * 64),
    message(pptp.PPTPEchoRequest, identifier=0xDEADBEEF),
    message(pptp.PPTPEchoReply, identifier=0xDEADBEEF),
    message(pptp.PPTPOutgoingCallRequest, call_id=6700, call_serial_number=1,
            phone_number_len=3, phone_number=pad("123"),
            subaddress=pad("sub")),
    message(pptp.PPTPOutgoingCallReply, call_id=128, peer_call_id=6700,
            connect_speed=10000000, pkt_window_size=64, channel_id=7),
    message(pptp.PPTPIncomingCallRequest, call_id=1, call_serial_number=2,
            dialed_number_len=2, dialing_number_len=3, dialed_number=pad("12"),
            dialing_number=pad("345"), subaddress=pad("")),
    message(pptp.PPTPIncomingCallReply, len=24, call_id=3, peer_call_id=1,
            pkt_transmit_delay=9),
    message(pptp.PPTPIncomingCallConnected, peer_call_id=3, pkt_transmit_delay=8),
    message(pptp.PPTPSetLinkInfo, peer_call_id=128),
    message(pptp.PPTPWANErrorNotify, peer_call_id=128, crc_errors=1,
            framing_errors=2, hardware_overruns=3, buffer_overruns=4),
    message(pptp.PPTPCallClearRequest, call_id=6700),
    message(pptp.PPTPCallDisconnectNotify, call_id=128, result_code=4,
            call_statistic=pad("bytes: 0", 128)),
    message(pptp.PPTPStopControlConnectionRequest, reason=3),
    message(pptp.PPTPStopControlConnectionReply),
]


def segment(data, sequence, flags="PA", back=False, ack=1):
    source, destination = (SERVER, CLIENT) if back else (CLIENT, SERVER)
    sport, dport = (1723, 40000) if back else (40000, 1723)
    return IP(src=source, dst=destination, id=1) / TCP(
        sport=sport, dport=dport, seq=sequence, ack=ack, flags=flags) / data


def handshake():
    return [segment(b"", 999, "S", ack=0),
            segment(b"", 4999, "SA", back=True, ack=1000),
            segment(b"", 1000, "A", ack=5000)]


def stream(cuts):
    """All messages from the client, cut into segments of these lengths."""
    data, sequence, frames = b"".join(MESSAGES), 1000, []
    for length in cuts:
        frames.append(segment(data[:length], sequence, ack=5000))
        sequence += length
        data = data[length:]
    assert data == b""
    return frames


def whole():
    return [len(m) for m in MESSAGES]


def in_pieces():
    total, cuts, size = sum(whole()), [], 1
    while total > 0:
        cuts.append(min(size, total))
        total -= cuts[-1]
        size = size * 7 % 101 + 1
    return cuts


def packet(code, identifier, data=b""):
    return struct.pack("!BBH", code, identifier, len(data) + 4) + data


def option(kind, data=b""):
    return struct.pack("!BB", kind, len(data) + 2) + data


def frame(protocol, data, compressed=False):
    if compressed:
        return struct.pack("!B" if protocol < 256 else "!H", protocol) + data
    return b"\xff\x03" + struct.pack("!H", protocol) + data


LCP, PAP, CHAP, EAP, IPCP, CCP, IPV6CP = (0xC021, 0xC023, 0xC223, 0xC227,
                                          0x8021, 0x80FD, 0x8057)
METHODS = [b"\xc0\x23", b"\xc2\x23\x05", b"\xc2\x23\x80", b"\xc2\x23\x81",
           b"\xc2\x27"]
FRAMES = [
    frame(LCP, packet(1, 1, option(1, b"\x05\x78") + option(2, b"\0" * 4) +
                      option(3, METHODS[3]) + option(5, b"\x01\x02\x03\x04") +
                      option(7) + option(8))),
    frame(LCP, packet(2, 1, option(3, METHODS[3]))),
    frame(LCP, packet(3, 1, option(3, METHODS[0]))),
    frame(LCP, packet(3, 2, option(3, METHODS[1]))),
    frame(LCP, packet(1, 3, option(3, METHODS[4]) + option(13, b"\x06") +
                      option(17, b"\x06\x4e") + option(19, b"\x01abc"))),
    frame(LCP, packet(4, 3, option(13, b"\x06") + option(17, b"\x06\x4e"))),
    frame(LCP, packet(9, 4, b"\x01\x02\x03\x04")),
    frame(LCP, packet(10, 4, b"\0\0\0\0")),
    frame(LCP, packet(12, 5, b"\x01\x02\x03\x04MSRASV5.20")),
    frame(LCP, packet(5, 6, b"peer refused to authenticate")),
    frame(LCP, packet(6, 6)),
    frame(CHAP, packet(1, 7, b"\x10" + bytes(range(16)) + b"pptpd")),
    frame(CHAP, packet(3, 7, b"welcome")),
    frame(CHAP, packet(4, 8, b"E=691 R=1")),
    frame(PAP, packet(1, 9, b"\x04user\x06secret")),
    frame(PAP, packet(2, 9, b"\0")),
    frame(PAP, packet(3, 9, b"\x02no")),
    frame(EAP, packet(1, 10, b"\x01who?")),
    frame(EAP, packet(2, 10, b"\x03\x04")),
    frame(EAP, packet(1, 11, b"\x04\x10" + bytes(16) + b"srv")),
    frame(EAP, packet(4, 11)),
    frame(IPCP, packet(1, 1, option(3, b"\x0a\0\0\x01") +
                       option(2, b"\0\x2d\x0f\x01"))),
    frame(IPCP, packet(3, 2, option(129, b"\x0a\0\0\x02"))),
    frame(CCP, packet(1, 1, option(18, b"\x01\0\0\x60"))),
    frame(IPV6CP, packet(1, 1, option(1, bytes(range(8))))),
    frame(LCP, packet(1, 12, option(5, b"\x01\x02\x03\x04")), compressed=True),
    frame(0xFD, b"\x90\x01\x80\xaa\xbb", compressed=True),
]


def gre(payload, number=None, ack=None, call=6700):
    flags = 0x2001 | (0x1000 if number is not None else 0) | (
        0x0080 if ack is not None else 0)
    header = struct.pack("!HHHH", flags, 0x880B, len(payload), call)
    for word in (number, ack):
        if word is not None:
            header += struct.pack("!I", word)
    return header + payload


def around(data, source=CLIENT, destination=SERVER, protocol=47):
    return IP(src=source, dst=destination, proto=protocol, id=2,
              flags="DF") / data


def calls():
    """Every frame once with an acknowledgment and once without, and bare
    acknowledgments between them."""
    frames = []
    for number, payload in enumerate(FRAMES):
        frames.append(around(gre(payload, number, None)))
        frames.append(around(gre(payload, number, 0xFFFFFFFF), SERVER, CLIENT))
        frames.append(around(gre(b"", None, number)))
    frames.append(around(gre(FRAMES[0])))  # no sequence number at all
    return frames


def tunnels():
    inner = around(gre(FRAMES[0], 0))
    in_v6 = IPv6(src="2001:db8::1", dst="2001:db8::2", nh=4) / bytes(inner)
    nest = [inner]
    for _ in range(4):
        nest.append(around(bytes(nest[-1]), "198.51.100.1", "198.51.100.2", 4))
    return [ether() / frame for frame in (
        Dot1Q(vlan=5) / inner,
        Dot1AD(vlan=5) / Dot1Q(vlan=6) / inner,
        PPPoE(sessionid=7) / (b"\x00\x21" + bytes(inner)),
        PPPoE(sessionid=7) / FRAMES[0][2:] / (b"\0" * 9),
        in_v6,
        around(bytes(in_v6), protocol=41),
        around(struct.pack("!HH", 0, 0x0800) + bytes(inner)),
        around(struct.pack("!HHII", 0x3000, 0x0800, 9, 1) + bytes(inner)),
        around(struct.pack("!HH", 0, 0x880B) + FRAMES[0]),
        nest[3],
        nest[4],
    )]


def in_fragments(datagram, size, order):
    """IP fragments of `size` bytes, in this order."""
    data = bytes(datagram.payload)
    head = datagram.copy()
    head.remove_payload()
    parts = []
    for at in range(0, len(data), size):
        more = at + size < len(data)
        piece = IP(src=head.src, dst=head.dst, proto=head.proto, id=77,
                   flags="MF" if more else 0, frag=at // 8)
        parts.append(piece / data[at:at + size])
    return [parts[i] for i in order(range(len(parts)))]


def fragments():
    packets = in_fragments(around(gre(FRAMES[0], 0)), 16, list)
    again = in_fragments(around(gre(FRAMES[4], 1)), 8,
                         lambda r: list(reversed(r)))
    for piece in again:
        piece.id = 78
    request = in_fragments(segment(MESSAGES[0], 1000), 64, list)
    for piece in request:
        piece.proto, piece.id = 6, 79
    return packets + again + request


def links(linktype):
    inner = bytes(around(gre(FRAMES[0], 0, 3)))
    if linktype == SLL:
        return [CookedLinux(proto=0x0800) / inner]
    if linktype == SLL2:
        return [CookedLinuxV2(proto=0x0800) / inner]
    if linktype == LOOP:
        return [struct.pack("!I", 2) + inner]
    if linktype == PPP_DIRECTION:
        return [b"\x00" + FRAMES[0], b"\x01" + FRAMES[11]]
    if linktype == PPP:
        return FRAMES
    return [inner]


def main():
    write("messages.pcap", ETHERNET,
          [ether() / f for f in handshake() + stream(whole()) +
           [segment(b"", 1000 + sum(whole()), "FA", ack=5000)]])
    pieces = stream(in_pieces())
    write("pieces.pcap", ETHERNET,
          [ether() / f for f in handshake() + pieces])
    shuffled = pieces[:1] + [f for pair in zip(pieces[2::2], pieces[1::2])
                             for f in pair]
    if len(pieces) % 2 == 0:
        shuffled.append(pieces[-1])
    write("shuffled.pcap", ETHERNET,
          [ether() / f for f in handshake() + shuffled + pieces[3:9]])
    write("merged.pcap", ETHERNET,
          [ether() / f for f in handshake() + stream([sum(whole())])])
    write("calls.pcap", RAW, calls())
    write("tunnels.pcap", ETHERNET, tunnels())
    write("fragments.pcap", RAW, fragments())
    write("cut.pcap", RAW, handshake() + stream(whole())[:1] + calls()[:1],
          snaplen=72)
    for name, linktype in (("cooked", SLL), ("cooked2", SLL2), ("loop", LOOP),
                           ("ppp", PPP), ("ppp_direction", PPP_DIRECTION)):
        write(name + ".pcap", linktype, links(linktype))
    write_interfaces("interfaces.pcapng", [
        (SLL, 65535, 6, links(SLL)), (SLL2, 96, 9, links(SLL2)),
        (PPP_DIRECTION, 0, 3, links(PPP_DIRECTION)),
        (LOOP, 262144, 6, links(LOOP))])


folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(
    os.path.abspath(__file__))
if __name__ == "__main__":
    main()
