# SPDX-License-Identifier: BSD-2-Clause
"""What tshark reads in a capture, and what pptp-probe decode reads in it, each
as the same plain things: (layer, frame, fields), in the order of the frame."""
import json
import os
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree

# tshark's names for the fields of a control message, and ours. Its reserved
# fields all have one name; these are checked by their place instead.
CONTROL = {
    "pptp.length": "length",
    "pptp.type": "pptp_message_type",
    "pptp.magic_cookie": "magic_cookie",
    "pptp.control_message_type": "control_message_type",
    "pptp.protocol_version": "protocol_version",
    "pptp.framing_capabilities": "framing_capabilities",
    "pptp.bearer_capabilities": "bearer_capabilities",
    "pptp.maximum_channels": "maximum_channels",
    "pptp.firmware_revision": "firmware_revision",
    "pptp.host_name": "host_name",
    "pptp.vendor_name": "vendor_string",
    "pptp.control_result": "result_code",
    "pptp.stop_result": "result_code",
    "pptp.echo_result": "result_code",
    "pptp.out_result": "result_code",
    "pptp.in_result": "result_code",
    "pptp.disc_result": "result_code",
    "pptp.error": "error_code",
    "pptp.reason": "reason",
    "pptp.identifier": "identifier",
    "pptp.call_id": "call_id",
    "pptp.peer_call_id": "peer_call_id",
    "pptp.call_serial_number": "call_serial_number",
    "pptp.minimum_bps": "minimum_bps",
    "pptp.maximum_bps": "maximum_bps",
    "pptp.framing_type": "framing_type",
    "pptp.bearer_type": "bearer_type",
    "pptp.packet_receive_window_size": "packet_recv_window_size",
    "pptp.packet_processing_delay": "packet_processing_delay",
    "pptp.phone_number_length": "phone_number_length",
    "pptp.phone_number": "phone_number",
    "pptp.subaddress": "subaddress",
    "pptp.cause": "cause_code",
    "pptp.connect_speed": "connect_speed",
    "pptp.physical_channel_id": "physical_channel_id",
    "pptp.dialed_number_length": "dialed_number_length",
    "pptp.dialed_number": "dialed_number",
    "pptp.dialing_number_length": "dialing_number_length",
    "pptp.dialing_number": "dialing_number",
    "pptp.call_Statistics": "call_statistics",
    "pptp.crc_errors": "crc_errors",
    "pptp.framing_errors": "framing_errors",
    "pptp.hardware_overruns": "hardware_overruns",
    "pptp.buffer_overruns": "buffer_overruns",
    "pptp.timeout_errors": "time_out_errors",
    "pptp.alignment_errors": "alignment_errors",
    "pptp.send_accm": "send_accm",
    "pptp.receive_accm": "receive_accm",
}
# The RFC calls the delay of an incoming call's two answers another name.
TRANSMIT_DELAY = {10, 11}

GRE = {
    "gre.flags_and_version": "flags",
    "gre.key.payload_length": "payload_length",
    "gre.key.call_id": "call_id",
    "gre.sequence_number": "sequence_number",
    "gre.ack_number": "acknowledgment_number",
}

# Layers with packets: their fields of code, identifier, length and what else
# is compared.
PACKETS = {
    "lcp": ("ppp.code", "ppp.identifier", "ppp.length"),
    "ccp": ("ppp.code", "ppp.identifier", "ppp.length"),
    "ipcp": ("ppp.code", "ppp.identifier", "ppp.length"),
    "ipv6cp": ("ppp.code", "ppp.identifier", "ppp.length"),
    "chap": ("chap.code", "chap.identifier", "chap.length"),
    "pap": ("pap.code", "pap.identifier", "pap.length"),
    "eap": ("eap.code", "eap.id", "eap.len"),
}
# (tshark's field, ours, is a number)
MORE = {
    "chap": (("chap.value_size", "value_size", True),
             ("chap.value", "value", False)),
    "pap": (("pap.password.length", "password_length", True),),
    "eap": (("eap.type", "type", True),),
}
LAYERS = ("control", "gre", "other_gre", "ppp") + tuple(PACKETS)


def hex_of(field):
    return field.get("value", "")


def number(field):
    return int(hex_of(field) or "0", 16)


def text(field):
    """A fixed-width text: up to its first NUL, a byte a character."""
    return bytes.fromhex(hex_of(field)).split(b"\0")[0].decode("latin-1")


def own_fields(proto):
    """Depth first, but not those of another protocol inside."""
    for child in proto:
        if child.tag == "field":
            yield child
            yield from own_fields(child)


def first(proto, name):
    return next((f for f in own_fields(proto) if f.get("name") == name), None)


def shark_control(proto):
    fields = {}
    for field in own_fields(proto):
        name = CONTROL.get(field.get("name"))
        if name is None:
            continue
        kind = fields.get("control_message_type")
        if name == "packet_processing_delay" and kind in TRANSMIT_DELAY:
            name = "packet_transmit_delay"
        is_text = int(field.get("size")) == 64 or name == "call_statistics"
        fields[name] = text(field) if is_text else number(field)
    return "control", fields


def shark_gre(proto):
    fields = {}
    for field in own_fields(proto):
        name = GRE.get(field.get("name"))
        if name is not None:
            fields[name] = number(field)
    protocol = first(proto, "gre.proto")
    kind = number(protocol) if protocol is not None else None
    version = fields.get("flags", 0) & 7
    if version == 1 and kind == 0x880B:
        return "gre", fields
    if protocol is None:
        return "other_gre", {}
    return "other_gre", {"gre_version": version, "gre_protocol": kind}


def shark_ppp(proto):
    protocol = first(proto, "ppp.protocol")
    if protocol is None:
        return "ppp", {}
    return "ppp", {"protocol": number(protocol)}


def shark_packet(layer, proto):
    fields = {}
    for name, key in zip(PACKETS[layer], ("code", "identifier", "length")):
        found = first(proto, name)
        if found is not None:
            fields[key] = number(found)
    for name, key, is_number in MORE.get(layer, ()):
        found = first(proto, name)
        if found is not None:
            fields[key] = number(found) if is_number else hex_of(found)
    types = [number(f) for f in own_fields(proto)
             if f.get("name", "").endswith(".opt.type")]
    if types:
        fields["options"] = types
    return layer, fields


def shark_layer(proto):
    name = proto.get("name")
    if name == "pptp":
        return shark_control(proto)
    if name == "gre":
        return shark_gre(proto)
    if name == "ppp":
        return shark_ppp(proto)
    if name in PACKETS:
        return shark_packet(name, proto)
    return None


def run_tshark(arguments):
    """Without anybody's preferences; its complaints about root are nothing."""
    with tempfile.TemporaryDirectory() as home:
        environment = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home,
                           LC_ALL="C.UTF-8", TZ="UTC")
        return subprocess.run(["tshark", "-n"] + arguments, env=environment,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=100,
                              check=True).stdout


def packets(path, checksums=False):
    """tshark's packets as XML elements; with `checksums`, it checks them."""
    options = ["-o", "tcp.reassemble_out_of_order:TRUE"]
    for name in ("ip.check_checksum", "tcp.check_checksum") if checksums else ():
        options += ["-o", name + ":TRUE"]
    document = run_tshark(["-r", path, "-T", "pdml"] + options)
    return ElementTree.fromstring(document).findall("packet")


def frame_of(packet):
    general = packet.find("proto[@name='geninfo']")
    return number(general.find("field[@name='num']"))


def layers_of(all_packets):
    seen = []
    for packet in all_packets:
        for proto in packet.findall("proto"):
            layer = shark_layer(proto)
            if layer is not None:
                seen.append((layer[0], frame_of(packet), layer[1]))
    return seen


def tshark(path):
    return layers_of(packets(path))


def our_control(line):
    return {key: value for key, value in line.items()
            if key in set(CONTROL.values()) | {"packet_transmit_delay"}}


def our_packet(layer, line):
    fields = {key: line[key] for key in ("code", "identifier", "length")
              if key in line}
    for _, key, _ in MORE.get(layer, ()):
        if key in line:
            fields[key] = line[key]
    if line.get("options"):
        fields["options"] = [option["type"] for option in line["options"]]
    return fields


def our_line(line):
    layer, frame = line["layer"], line["frame"]
    if layer == "control":
        yield "control", frame, our_control(line)
    elif layer == "gre":
        yield "gre", frame, {key: line[key] for key in GRE.values()
                             if key in line}
    elif "gre_version" in line:
        yield "other_gre", frame, {key: line[key]
                                   for key in ("gre_version", "gre_protocol")}
    else:
        yield "ppp", frame, {key: line[key] for key in ("protocol",)
                             if key in line}
        if layer in PACKETS:
            yield layer, frame, our_packet(layer, line)


def lines(probe, path):
    """The objects of pptp-probe decode, and its exit status."""
    result = subprocess.run([probe, "decode", path], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, timeout=60, check=False)
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    return objects, result.returncode, result.stderr.decode().strip()


def ours(objects):
    return [item for line in objects for item in our_line(line)]
