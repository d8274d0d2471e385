# SPDX-License-Identifier: BSD-2-Clause
"""Contenders in turns: A B, B A, A B … so that what else the machine does
meets each of them alike; and what is said of figures that came so.
"""
import statistics

from measure import say

ROUNDS = 5
NOISE = 0.20  # of the bare loop's median: what its rounds may differ by
MET, MISSED, NOISY = "met   ", "MISSED", "noise "


def turns(contenders, rounds=ROUNDS):
    """The contenders of each round, forwards, then backwards."""
    for number in range(rounds):
        yield contenders if number % 2 == 0 else contenders[::-1]


def spread(values):
    return (max(values) - min(values)) / statistics.median(values)


def shown(values, digits=2):
    """The median, and the range."""
    return (f"{statistics.median(values):.{digits}f} "
            f"({min(values):.{digits}f}-{max(values):.{digits}f})")


def judge(text, met, bare=()):
    """`bare`: what the bare loop took in each round; where it is noise, nothing
    that was measured beside it is met or missed."""
    if bare and spread(bare) > NOISE:
        say(f"  {NOISY}  {text}; the bare loop differs by "
            f"{spread(bare) * 100:.0f} %")
    else:
        say(f"  {MET if met else MISSED}  {text}")
