# SPDX-License-Identifier: BSD-2-Clause
# What the recipes share: the verdicts of JSON Lines or of a document, and what
# a server chose as printable ASCII, other bytes as \xHH.

def verdicts:
  [inputs | (.verdicts? // [.])[] | select(.target? and .grade?)];

def hex:
  ("0123456789abcdef" / "") as $digits |
  $digits[(. / 16 | floor) % 16] + $digits[. % 16];

def ascii:
  tostring | explode |
  map(if . == 92 then "\\\\"
      elif . < 32 or . > 126 then "\\x" + hex
      else [.] | implode end) | add // "";

# 1 for A to 6 for F, 0 for ?.
def rank:
  {"A": 1, "B": 2, "C": 3, "D": 4, "E": 5, "F": 6}[.] // 0;

def server:
  if .port == 1723 then .target
  elif .target | contains(":") then "[\(.target)]:\(.port)"
  else "\(.target):\(.port)" end;

# What decided, in one sentence.
def decided:
  .summary // .caps[0].reason // "nothing is known" | ascii;
