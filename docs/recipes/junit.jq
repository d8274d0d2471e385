# SPDX-License-Identifier: BSD-2-Clause
# Verdicts as JUnit's XML: a test case a server. It fails where the worst
# possible grade is $fail_on or beyond, and is skipped where nothing is known.
#   jq -n -r -L docs/recipes --arg fail_on E -f docs/recipes/junit.jq verdicts.jsonl
include "verdicts";

def xml: ascii | @html;

def failed: (.worst | rank) >= ($fail_on | rank);

def case:
  "  <testcase classname=\"pptp\" name=\"\(server | xml)\">",
  (if .worst | rank == 0 then "    <skipped message=\"\(decided | @html)\"/>"
   elif failed then
     "    <failure type=\"grade \(.grade | xml)\" message=\"\(decided | @html)\">" +
     ([.findings[]? | "\(.id | xml) \(.severity | xml) \(.title // "" | xml)"] |
       join("&#10;")) + "</failure>"
   else empty end),
  "  </testcase>";

verdicts as $all |
"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
"<testsuite name=\"pptpgrade\" tests=\"\($all | length)\" " +
"failures=\"\([$all[] | select(.worst | rank > 0) | select(failed)] | length)\" " +
"errors=\"0\" " +
"skipped=\"\([$all[] | select(.worst | rank == 0)] | length)\">",
($all[] | case),
"</testsuite>"
