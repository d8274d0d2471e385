# SPDX-License-Identifier: BSD-2-Clause
"""sent.py PROBE SCRATCH: TAP. Standard input is what sent.lua wrote. All that
pptpgrade sends is read back by tshark, which must not complain, and by scapy,
which must build the same bytes from what it read; both must find the fields
that pptp-probe finds."""
import os
import struct
import sys
from collections import defaultdict

from scapy.config import conf
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
import scapy.layers.ppp  # what is in GRE is PPP
import scapy.layers.pptp  # what comes from port 1723 is PPTP

import peer

US, SERVER, PORT = "192.0.2.1", "192.0.2.2", 1723

# Every kind of thing that a conversation ever sends.
SENT = {
    "control %d" % kind: name for kind, name in (
        (1, "SCCRQ"), (3, "Stop-Control-Connection-Request"),
        (4, "Stop-Control-Connection-Reply"), (6, "Echo-Reply"), (7, "OCRQ"),
        (12, "Call-Clear-Request"))
}
SENT.update({"lcp %d" % code: name for code, name in (
    (1, "Configure-Request"), (2, "Configure-Ack"), (3, "Configure-Nak"),
    (4, "Configure-Reject"), (5, "Terminate-Request"), (6, "Terminate-Ack"),
    (10, "Echo-Reply"))})
SENT.update({"syn 4": "SYN", "syn 6": "SYN over IPv6", "echo 4": "ICMP echo",
             "echo 6": "ICMPv6 echo", "gre": "GRE acknowledgment"})

# What tshark may say of the file although no packet is wrong.
ALLOWED = ("No response seen to ICMP request",
           "No response seen to ICMPv6 request")
WARNING = 0x600000

# scapy gives these messages a length that the RFC does not (2.10: 24 bytes).
WRONG_LENGTH = ("PPTPIncomingCallReply",)

# scapy's names for the fields of a control message, where they differ.
SCAPY = {
    "len": "length", "type": "pptp_message_type",
    "ctrl_msg_type": "control_message_type",
    "pkt_window_size": "packet_recv_window_size",
    "pkt_proc_delay": "packet_processing_delay",
    "pkt_transmit_delay": "packet_transmit_delay",
    "phone_number_len": "phone_number_length",
    "dialed_number_len": "dialed_number_length",
    "dialing_number_len": "dialing_number_length",
    "call_statistic": "call_statistics",
    "channel_id": "physical_channel_id",
}

number = 0
failed = False


def report(claim, wrong):
    global number, failed
    number += 1
    failed = failed or bool(wrong)
    print("%s %d - %s" % ("not ok" if wrong else "ok", number, claim))
    for line in wrong[:20]:
        print("# %s" % line)
    sys.stdout.flush()


# ---- what was sent, as packets ---------------------------------------------

class Sent:
    """One thing that was sent: its case, and the whole IP packet."""

    def __init__(self, case, packet, raw):
        self.case = case
        self.packet = packet
        self.raw = raw  # the IP packet is ours, not only what is in it


class Connection:
    """Wraps control messages as our kernel would; the handshake first."""

    def __init__(self, port):
        self.port = port
        self.sequence = 1000

    def segment(self, flags, data=b""):
        packet = IP(src=US, dst=SERVER, id=1, flags="DF") / TCP(
            sport=self.port, dport=PORT, flags=flags, seq=self.sequence,
            ack=0 if flags == "S" else 5000)
        self.sequence += len(data) + (flags == "S")
        return bytes(packet / data)

    def answer(self):
        return bytes(IP(src=SERVER, dst=US, id=1) / TCP(
            sport=PORT, dport=self.port, flags="SA", seq=4999,
            ack=self.sequence))

    def open(self):
        return [self.segment("S"), self.answer(), self.segment("A")]


def read_sent(lines):
    """Sent things in order; None beside what is only their surroundings."""
    packets, port, connection = [], 40000, None
    for line in lines:
        case, action, data = line.rstrip("\n").split("\t")
        data = bytes.fromhex(data)
        if action == "connect" or (action == "encoded" and case is not None
                                   and connection != case):
            port += 1
            wire = Connection(port)
            connection = case
            packets += [(packet, None) for packet in wire.open()]
        if action == "packet":
            packets.append((data, Sent(case, data, True)))
        elif action != "connect":
            packet = wire.segment("PA", data)
            packets.append((packet, Sent(case, packet, False)))
    return packets


def write(path, packets):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for count, (packet, _) in enumerate(packets):
            file.write(struct.pack("<IIII", 1700000000 + count, 0,
                                   len(packet), len(packet)) + packet)


def is_echo(packet):
    """Its sixteen bytes of data are nobody's format."""
    return packet[9] == 1 if packet[0] >> 4 == 4 else packet[6] == 58


# ---- scapy ------------------------------------------------------------------

def scapy_read(packet):
    return (IP if packet[0] >> 4 == 4 else IPv6)(packet)


def scapy_rebuilt(packet):
    """The packet with everything that follows from the rest left to scapy."""
    read = scapy_read(packet)
    layer = read
    while layer:
        for name in ("len", "plen", "ihl", "chksum", "cksum", "dataofs",
                     "payload_len"):
            if (name in layer.fields and
                    type(layer).__name__ not in WRONG_LENGTH):
                layer.delfieldval(name)
        layer = layer.payload
    return bytes(read)


def scapy_control(layer):
    fields = {}
    for field in layer.fields_desc:
        if field.name.startswith("reserved"):
            continue
        value = layer.getfieldval(field.name)
        if isinstance(value, bytes):
            value = value.split(b"\0")[0].decode("latin-1")
        fields[SCAPY.get(field.name, field.name)] = value
    return "control", fields


def scapy_gre(layer):
    fields = {"flags": struct.unpack("!H", bytes(layer)[:2])[0],
              "payload_length": layer.payload_len, "call_id": layer.call_id}
    if layer.seqnum_present:
        fields["sequence_number"] = layer.sequence_number
    if layer.acknum_present:
        fields["acknowledgment_number"] = layer.ack_number
    return "gre", fields


def scapy_lcp(layer):
    fields = {"code": layer.code, "identifier": layer.id, "length": layer.len}
    options = [option.type for option in getattr(layer, "options", [])]
    if options:
        fields["options"] = options
    return "lcp", fields


def scapy_layers(packet):
    layer, seen = scapy_read(packet), []
    while layer:
        name = type(layer).__name__
        if name.startswith("PPTP"):
            seen.append(scapy_control(layer))
        elif name == "GRE_PPTP":
            seen.append(scapy_gre(layer))
        elif name == "PPP":
            seen.append(("ppp", {"protocol": layer.proto}))
        elif name.startswith("PPP_LCP"):
            seen.append(scapy_lcp(layer))
        elif name in ("Raw", "Padding") and not is_echo(packet):
            seen.append(("undecoded", {"bytes": bytes(layer).hex()}))
        layer = layer.payload
    return seen


# ---- tshark -----------------------------------------------------------------

def complaints(packet):
    """Everything that tshark warns of in one packet."""
    for field in packet.iter("field"):
        if field.get("name") != "_ws.expert":
            continue
        severity = field.find(".//field[@name='_ws.expert.severity']")
        message = field.find(".//field[@name='_ws.expert.message']")
        text = message.get("show") if message is not None else "?"
        level = int(severity.get("show"), 0) if severity is not None else 0
        if level >= WARNING and not text.startswith(ALLOWED):
            yield text
    for proto in packet.iter("proto"):
        if proto.get("name") == "_ws.malformed":
            yield "malformed"


def shark_header(packet):
    """IP, TCP and ICMP fields, as numbers."""
    wanted = {
        "ip.ttl": "ttl", "ip.id": "identification", "ipv6.hlim": "ttl",
        "tcp.srcport": "source_port", "tcp.dstport": "destination_port",
        "tcp.seq_raw": "sequence_number", "tcp.flags": "flags",
        "tcp.window_size_value": "window", "tcp.options.mss_val": "mss",
        "tcp.options.wscale.shift": "window_scale", "icmp.type": "type",
        "icmp.code": "code", "icmp.ident": "identifier",
        "icmp.seq": "sequence", "icmpv6.type": "type", "icmpv6.code": "code",
        "icmpv6.echo.identifier": "identifier",
        "icmpv6.echo.sequence_number": "sequence",
    }
    fields = {}
    for field in packet.iter("field"):
        name = wanted.get(field.get("name"))
        if name is not None and name not in fields:
            fields[name] = peer.number(field)
    return fields


def scapy_header(packet):
    read = scapy_read(packet)
    fields = {"ttl": read.hlim if read.version == 6 else read.ttl}
    if read.version == 4:
        fields["identification"] = read.id
    top = read.payload
    name = type(top).__name__
    if name == "TCP":
        options = dict(top.options)
        fields.update(source_port=top.sport, destination_port=top.dport,
                      sequence_number=top.seq, flags=int(top.flags),
                      window=top.window)
        if "MSS" in options:
            fields.update(mss=options["MSS"], window_scale=options["WScale"])
    elif name.startswith("ICMP"):
        fields.update(type=top.type, code=top.code, identifier=top.id,
                      sequence=top.seq)
    return fields


# ---- the claims -------------------------------------------------------------

def kind_of(sent, items):
    layers = dict(items)
    for layer, key in (("control", "control_message_type"), ("lcp", "code")):
        if layer in layers:
            return "%s %d" % (layer, layers[layer][key])
    if "gre" in layers:
        return "gre"
    header = scapy_header(sent.packet)
    version = sent.packet[0] >> 4
    if header.get("flags") == 2:
        return "syn %d" % version
    return "echo %d" % version if "type" in header else "?"


def shown(items):
    return ", ".join("%s %s" % item for item in items) or "nothing"


def compare(sent, ours, theirs, whose):
    wrong = []
    for frame, it in sent.items():
        if ours[frame] != theirs[frame]:
            wrong.append("%s: ours %s; %s %s" % (
                it.case, shown(ours[frame]), whose, shown(theirs[frame])))
    return wrong


def by_frame(items):
    frames = defaultdict(list)
    for layer, frame, fields in items:
        frames[frame].append((layer, fields))
    return frames


def main(probe, scratch):
    conf.verb = 0
    packets = read_sent(sys.stdin)
    sent = {frame + 1: it for frame, (_, it) in enumerate(packets)
            if it is not None}
    path = os.path.join(scratch, "sent.pcap")
    write(path, packets)
    objects, status, complaint = peer.lines(probe, path)
    report("all that was sent is read by pptp-probe",
           [complaint or status] if status != 0 else
           [str(line) for line in objects if "malformed" in line or
            "truncated" in line])
    ours = by_frame(peer.ours(objects))
    shark = peer.packets(path, checksums=True)
    report("tshark has no complaint about any of %d packets" % len(sent),
           ["%s: %s" % (sent[peer.frame_of(packet)].case, text)
            for packet in shark if peer.frame_of(packet) in sent
            for text in complaints(packet)])
    theirs = by_frame(peer.layers_of(shark))
    report("tshark reads what pptp-probe reads",
           compare(sent, ours, theirs, "tshark's"))
    scapys = {frame: scapy_layers(it.packet) for frame, it in sent.items()}
    report("scapy reads what pptp-probe reads",
           compare(sent, ours, scapys, "scapy's"))
    headers = {peer.frame_of(packet): shark_header(packet)
               for packet in shark}
    report("tshark and scapy read the same IP, TCP and ICMP headers",
           ["%s: %s, %s" % (it.case, headers[frame], scapy_header(it.packet))
            for frame, it in sent.items()
            if headers[frame] != scapy_header(it.packet)])
    report("scapy builds the same bytes, lengths and checksums",
           ["%s: %s, not %s" % (it.case, it.packet.hex(),
                                scapy_rebuilt(it.packet).hex())
            for it in sent.values() if scapy_rebuilt(it.packet) != it.packet])
    kinds = {kind_of(it, ours[frame]) for frame, it in sent.items()
             if it.case != "encoder"}
    for kind in sorted(SENT):
        report("%s was sent and read back (%s)" % (SENT[kind], kind),
               [] if kind in kinds else ["never sent"])
    report("nothing else was sent", sorted(kinds - set(SENT)))
    encoded = {dict(ours[frame])["control"]["control_message_type"]
               for frame, it in sent.items() if it.case == "encoder"}
    report("all fifteen control messages were encoded",
           sorted(set(range(1, 16)) ^ encoded))
    print("1..%d" % number)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
