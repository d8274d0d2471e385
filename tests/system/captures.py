# SPDX-License-Identifier: BSD-2-Clause
"""captures.py PROBE FOLDER...: TAP. Every capture of the folders is
decoded by pptp-probe and by tshark; each layer of each frame must be the same,
but for what DIFFERENCES explains. An explanation that explains nothing any
more fails too."""
import os
import sys
from collections import Counter, defaultdict

import peer

# (file, layer): how many frames, who has more there ("ours", "theirs"; else
# "both" differ), and why that is right.
L2TP = "PPP inside L2TP over UDP: no tunnel that PPTP's GRE is looked for in"
NOT_PPTP = "GRE of version 0 with PPTP's protocol number is not PPTP's GRE"
TYPE_880B = "tshark does not read PPP behind the Ethernet type 0x880b"
SHORT_GRE = "GRE of two bytes: we say that it is malformed, tshark shows none"
FF = "FF without 03 behind it is no PPP header; tshark takes any second byte"
CISCO = "GRE inside Cisco MetaData inside GRE: no tunnel of ours"
UNKNOWN = "tshark gives the type of such options only as it knows"
HOLE = "a first fragment whose rest never comes: we show it as truncated"
SEGMENTS = "tshark takes every TCP segment for one whole PPTP message"
DIFFERENCES = {
    ("dpkt_nb6-http.pcap", "ppp"): (17, "theirs", L2TP),
    ("dpkt_nb6-http.pcap", "lcp"): (6, "theirs", L2TP),
    ("suricata_decode-too-small.pcap", "gre"): (2, "ours", SHORT_GRE),
    ("suricata_eth-ip-gre-ppp-max-ip-packet.pcap", "ppp"):
        (1024, "theirs", NOT_PPTP),
    ("suricata_security-8550_gre.pcap", "other_gre"): (1, "ours", HOLE),
    ("tcpdump_ppp-invalid-lengths.pcap", "ipcp"): (1, "both", UNKNOWN),
    ("tcpdump_ppp_ccp_config_deflate_option_asan.pcap", "ppp"):
        (1, "ours", TYPE_880B),
    ("tcpdump_ppp_ccp_config_deflate_option_asan.pcap", "ccp"):
        (1, "ours", TYPE_880B),
    ("tcpdump_ppp_error_hexdump.pcap", "ppp"): (1, "both", FF),
    ("tcpdump_ppp_ip_udp_dns.pcap", "ppp"): (1, "both", FF),
    ("tcpdump_various_gre.pcap", "other_gre"): (8, "theirs", CISCO),
    ("tunnels.pcap", "ppp"): (1, "theirs", NOT_PPTP),
    ("tunnels.pcap", "lcp"): (1, "theirs", NOT_PPTP),
    # How many frames is tshark's own affair: the messages are compared with
    # those of messages.pcap instead.
    ("pieces.pcap", "control"): (None, "both", SEGMENTS),
    ("shuffled.pcap", "control"): (None, "both", SEGMENTS),
    ("merged.pcap", "control"): (None, "both", SEGMENTS),
}
# What tests/captures/make.py put into its captures: objects a layer.
MESSAGES = {"control": 15}
CALLS = {"gre": 82, "ppp": 55, "lcp": 25, "chap": 6, "pap": 6, "eap": 8,
         "ipcp": 4, "ccp": 2, "ipv6cp": 2}
FRAMES = {"ppp": 27, "lcp": 12, "chap": 3, "pap": 3, "eap": 4, "ipcp": 2,
          "ccp": 1, "ipv6cp": 1}
ONE_CALL = {"gre": 1, "ppp": 1, "lcp": 1}
MADE = {
    "messages.pcap": MESSAGES,
    "pieces.pcap": MESSAGES,
    "shuffled.pcap": MESSAGES,
    "merged.pcap": MESSAGES,
    "calls.pcap": CALLS,
    "ppp.pcap": FRAMES,
    "ppp_direction.pcap": {"ppp": 2, "lcp": 1, "chap": 1},
    "tunnels.pcap": {"gre": 9, "other_gre": 3, "ppp": 11, "lcp": 10},
    "fragments.pcap": {"control": 1, "gre": 2, "ppp": 2, "lcp": 2},
    "cut.pcap": {"control": 1, "gre": 1, "ppp": 1, "lcp": 1},
    "cooked.pcap": ONE_CALL,
    "cooked2.pcap": ONE_CALL,
    "loop.pcap": ONE_CALL,
    "interfaces.pcapng": {"gre": 3, "ppp": 5, "lcp": 4, "chap": 1},
}

number = 0
failed = False


def report(ok, claim, why=()):
    global number, failed
    number += 1
    failed = failed or not ok
    print("%s %d - %s" % ("ok" if ok else "not ok", number, claim))
    for line in why if not ok else ():
        print("# " + line)
    sys.stdout.flush()


def by_place(items):
    places = defaultdict(list)
    for layer, frame, fields in items:
        places[layer, frame].append(fields)
    return places


def inside(few, many):
    """All of `few` stand in `many`, in order."""
    rest = iter(many)
    return all(item in rest for item in few)


def matches(kind, ours, theirs):
    if kind == "ours":
        return inside(theirs, ours)
    if kind == "theirs":
        return inside(ours, theirs)
    return True


def compare(name, ours, theirs):
    """What differs without an explanation, a line each."""
    ours, theirs = by_place(ours), by_place(theirs)
    wrong, explained = [], Counter()
    for layer, frame in sorted(set(ours) | set(theirs), key=str):
        us, them = ours[layer, frame], theirs[layer, frame]
        if us == them:
            continue
        why = DIFFERENCES.get((name, layer))
        if why is not None and matches(why[1], us, them):
            explained[layer] += 1
            continue
        wrong.append("frame %d, %s: ours %s, tshark's %s" %
                     (frame, layer, us, them))
    for (file, layer), (count, _, why) in DIFFERENCES.items():
        if file == name and (explained[layer] == 0 or
                             count not in (None, explained[layer])):
            wrong.append("%s: %d frames differ and not %s: %s" %
                         (layer, explained[layer], count, why))
    return wrong, explained


def one(path, probe):
    name = os.path.basename(path)
    objects, status, complaint = peer.lines(probe, path)
    report(status == 0, "%s is read" % name,
           ["status %d" % status, complaint])
    items = peer.ours(objects)
    counts = Counter(layer for layer, _, _ in items)
    wrong, explained = compare(name, items, peer.tshark(path))
    text = ", ".join("%d %s" % (counts[layer], layer)
                     for layer in peer.LAYERS if counts[layer])
    report(wrong == [], "%s: as tshark reads it: %s" %
           (name, text or "nothing of PPTP"), wrong[:20])
    for layer, count in explained.items():
        print("# %s, %s: %d frames differ: %s" %
              (name, layer, count, DIFFERENCES[name, layer][2]))
    return items


def made_captures(seen):
    for name, wanted in MADE.items():
        items = seen.get(name, [])
        counts = Counter(layer for layer, _, _ in items)
        report(counts == wanted, "%s has all that was put into it" % name,
               ["it has %s" % dict(counts), "put in: %s" % wanted])
    messages = [fields for _, _, fields in seen.get("messages.pcap", [])]
    for name in ("pieces.pcap", "shuffled.pcap", "merged.pcap"):
        again = [fields for _, _, fields in seen.get(name, [])]
        report(messages != [] and again == messages,
               "%s has the messages of messages.pcap" % name,
               ["%d of %d" % (len(again), len(messages))])


def captures(folder):
    return sorted(os.path.join(folder, name) for name in os.listdir(folder)
                  if name.endswith((".pcap", ".cap", ".pcapng")))


def main(probe, folders):
    seen = {}
    for folder in folders:
        for path in captures(folder):
            seen[os.path.basename(path)] = one(path, probe)
    made_captures(seen)
    if len(folders) < 2:
        print("ok %d - public captures # SKIP none; name their folder in "
              "PPTP_CAPTURES" % (number + 1))
    print("1..%d" % (number + (len(folders) < 2)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
