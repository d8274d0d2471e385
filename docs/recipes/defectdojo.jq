# SPDX-License-Identifier: BSD-2-Clause
# Verdicts for DefectDojo's Generic Findings Import: a finding each.
#   jq -n -L docs/recipes -f docs/recipes/defectdojo.jq verdicts.jsonl
include "verdicts";

def severity:
  {"critical": "Critical", "high": "High", "medium": "Medium",
   "low": "Low"}[.] // "Info";

# Only "score vector" holds a vector.
def vector: (. // "") | split(" ")[1] // null;

{ name: "pptpgrade", type: "pptpgrade", dynamic_tool: true, static_tool: false,
  findings: [verdicts[] | . as $one | .findings[]? |
    { title: "\(.id): \(.title // "" | ascii)",
      severity: (.severity | severity),
      description: "\($one | decided) Seen: \(.evidence // "not told" | ascii)",
      mitigation: (.remedy // "" | ascii),
      active: true, verified: ($one.confidence == "proven"),
      dynamic_finding: true, static_finding: false,
      vuln_id_from_tool: .id,
      unique_id_from_tool: "\(.id) \($one | server)",
      endpoints: [{ host: $one.target, port: $one.port }] } +
    (($one.evidence.time // $one.time) as $time |
      if $time then { date: $time[0:10] } else {} end) +
    (if .cwe[0]? then { cwe: .cwe[0] } else {} end) +
    (if .cvss | vector then { cvssv3: "CVSS:3.1/\(.cvss | vector)" }
     else {} end)] }
