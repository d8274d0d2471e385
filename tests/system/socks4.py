# SPDX-License-Identifier: BSD-2-Clause
"""A SOCKS4 proxy: socks4.py ADDRESS PORT. Says "ready" when it listens."""
import socket
import struct
import sys
import threading


def copy(source, sink):
    try:
        while data := source.recv(4096):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client):
    with client:
        version, command, port = struct.unpack(">BBH", client.recv(4))
        address = socket.inet_ntoa(client.recv(4))
        while client.recv(1) != b"\0":
            pass
        assert (version, command) == (4, 1)
        try:
            server = socket.create_connection((address, port), 5)
        except OSError:
            client.sendall(struct.pack(">BBHI", 0, 91, 0, 0))
            return
        server.settimeout(None)
        with server:
            client.sendall(struct.pack(">BBHI", 0, 90, 0, 0))
            back = threading.Thread(target=copy, args=(server, client))
            back.start()
            copy(client, server)
            back.join()


listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("ready", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],),
                     daemon=True).start()
