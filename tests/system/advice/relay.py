#!/usr/bin/env python3
"""relay.py PORT:SERVER...: takes what comes to PORT over IPv6 to port SERVER of
127.0.0.1, which no firewall rule is about. Each PORT is a caller of its own:
pptpd sends a call's GRE to where its control connection came from."""
import asyncio
import functools
import socket
import sys


async def copy(source, sink):
    try:
        while data := await source.read(4096):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass
    sink.close()


async def relay(reader, writer, port, server):
    try:
        to_server, from_us = await asyncio.open_connection(
            "127.0.0.1", server, local_addr=(f"127.0.0.{port - 1700}", 0))
    except OSError:
        writer.close()
        return
    await asyncio.gather(copy(reader, from_us), copy(to_server, writer))


async def main():
    for pair in sys.argv[1:]:
        port, server = map(int, pair.split(":"))
        s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind(("::", port))
        await asyncio.start_server(
            functools.partial(relay, port=port, server=server), sock=s)
    await asyncio.Event().wait()


asyncio.run(main())
