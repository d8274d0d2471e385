# SPDX-License-Identifier: BSD-2-Clause
"""Compiles and links, in the copy, what has a fault in it.

All of format, core, scan, net and read is one shared library, to which the unit
tests are linked once: a fault there is one object and that library anew. The
programs and the Lua modules are linked as the Makefile does it, of the same
objects, and only for what survived the unit tests. No source that make builds
from is touched.
"""
import glob
import os
import re
import subprocess
import sys

from tree import TREE, call, text_of

LIBRARY = ("format", "core", "scan", "net", "read")


def configured(*what):
    return subprocess.run(["pkg-config", *what], capture_output=True,
                          check=False, text=True).stdout.split()


CHECK = configured("--cflags", "--libs", "check")
LUA = configured("--cflags", "lua5.4")
LIBRARIES = ["-lpcap", "-lmd"]
# As the Makefile compiles, but what the tests call is exported.
COMPILE = ["cc", "-std=c11", "-D_GNU_SOURCE", "-Inative", "-Itests", "-O2",
           "-fPIC", "-fno-semantic-interposition", "-w"]
ROOM = "build/fault/"
# So deep that no pptp-wire is where net/wire_helper.c looks for one.
SHARED = ROOM + "for/unit/tests/libpptp.so"
BOUND = ["build/lua/5.4/pptpgrade/core.so", "build/lua/5.4/pptpgrade/net.so",
         "build/lua/5.4/pptplab.so"]
LAB = [f"build/tests/lab/{name}.o" for name in
       ("binding", "box", "choice", "kernel", "ppp", "server", "stacks",
        "truth", "world")]


def release():
    """As the Makefile tells it to what it compiles."""
    version = re.search(r"^VERSION := (.*)", text_of("Makefile"), re.M)
    return f'-DPPTP_RELEASE="{version.group(1)}"'


def object_of(name):
    return ROOM + name.replace("/", "-")[:-2] + ".o"


def compiled(source, target, name):
    """`source` in the place of `name`. Of the bindings only luaopen_* is
    exported."""
    hidden = name.startswith("native/binding/")
    flags = ["-fvisibility=hidden", *LUA] if hidden else []
    return call([*COMPILE, release(), *flags, "-c", "-o", target, source],
                60) == 0


def sources(*rooms):
    return [name for room in rooms
            for name in sorted(glob.glob(f"native/{room}/*.c", root_dir=TREE))]


def objects(names, instead, of):
    return [instead if name == of else object_of(name) for name in names]


def linked(target, *arguments):
    """A file of its own first: a test that still ends has the old one
    mapped."""
    new = os.path.join(TREE, target + ".new")
    fine = call(["cc", "-o", new, *arguments], 60) == 0
    if fine:
        os.replace(new, os.path.join(TREE, target))
    return fine


def shared(instead=None, of=None):
    """The library, with the object `instead` in the place of `of`."""
    return linked(SHARED, "-shared", *objects(sources(*LIBRARY), instead, of),
                  *LIBRARIES)


def programs(instead=None, of=None):
    """Both programs and the Lua modules likewise; newer than what make put
    there."""
    archive = ROOM + "libpptp.a"
    if os.path.exists(os.path.join(TREE, archive)):
        os.remove(os.path.join(TREE, archive))
    return (call(["ar", "rcs", archive,
                  *objects(sources(*LIBRARY), instead, of)], 60) == 0 and
            linked("build/pptp-probe", *made("cli/*"), archive, *LIBRARIES) and
            linked("build/pptp-wire", *made("wire/*"), *made("cli/privilege"),
                   *made("cli/say"), archive, "-lpcap") and
            modules(archive, instead, of))


def made(pattern):
    return glob.glob(f"build/native/{pattern}.o", root_dir=TREE)


def modules(archive, instead, of):
    parts = dict(re.findall(r"^(core|net)_parts := ((?:.*\\\n)*.*)",
                            text_of("Makefile"), re.M))
    names = {part: [f"native/binding/{name}.c" for name in
                    text.replace("\\", "").split()]
             for part, text in parts.items()}
    rows = [[*objects(names["core"], instead, of),
             *objects(["native/net/guard.c"], instead, of)],
            objects(names["net"], instead, of),
            LAB + objects(["native/binding/sink.c"], instead, of)]
    return all(linked(module, "-shared", *row, archive,
                      "-Wl,-Bsymbolic,--exclude-libs,ALL,-z,nodelete",
                      *(LIBRARIES if module == BOUND[1] else []))
               for module, row in zip(BOUND, rows))


def fresh(target, source):
    """Newer than its source, every header and this folder."""
    times = [os.path.getmtime(os.path.join(TREE, name)) for name in
             [source, *glob.glob("tests/mutate/*", root_dir=TREE),
              *glob.glob("native/*/*.h", root_dir=TREE),
              *glob.glob("tests/*/*.h", root_dir=TREE)]
             if not name.endswith("__pycache__")]
    target = os.path.join(TREE, target)
    return os.path.exists(target) and os.path.getmtime(target) > max(times)


def build():
    """All of it without a fault."""
    os.makedirs(os.path.join(TREE, os.path.dirname(SHARED)), exist_ok=True)
    for name in sources(*LIBRARY, "binding"):
        if not fresh(object_of(name), name) and \
                not compiled(name, object_of(name), name):
            sys.exit(f"mutate: {name} does not compile; run make")
    return shared() and programs()


def link_test(program, path, more):
    room = os.path.join(TREE, os.path.dirname(SHARED))
    call([*COMPILE, release(), "-o", program, path, *more, "-L" + room,
          "-lpptp", "-Wl,-rpath," + room, *CHECK, *LIBRARIES], 60)


def code(path):
    """What the object does, without the name of its source."""
    text = subprocess.run(["objdump", "-drs", "-j", ".text", "-j", ".rodata",
                           "-j", ".rodata.str1.1", "-j", ".rodata.str1.8",
                           "-j", ".data.rel.ro.local", path], cwd=TREE,
                          capture_output=True, check=False).stdout
    return text.split(b"\n", 2)[2]


class NotLinked(Exception):
    pass


class Fault:
    """A text in the place of a source of C, linked where it is asked for."""
    PATH = ROOM + "fault"

    def __init__(self, name):
        self.name, self.stages = name, []

    def compiles(self, text):
        """False also where it is the same code."""
        with open(os.path.join(TREE, self.PATH + ".c"), "w",
                  encoding="utf-8") as file:
            file.write(text)
        return (compiled(self.PATH + ".c", self.PATH + ".o", self.name) and
                code(self.PATH + ".o") != code(object_of(self.name)))

    def put(self, stage):
        """Stage: shared() or programs()."""
        self.stages.append(stage)
        if not stage(self.PATH + ".o", self.name):
            raise NotLinked

    def take_away(self):
        return all([stage() for stage in self.stages])
