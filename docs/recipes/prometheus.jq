# SPDX-License-Identifier: BSD-2-Clause
# Verdicts as Prometheus reads them, for node_exporter's textfile collector:
#   jq -n -r -L docs/recipes -f docs/recipes/prometheus.jq verdicts.jsonl
include "verdicts";

def value: ascii | gsub("\\\\"; "\\\\") | gsub("\""; "\\\"");

def labels:
  "target=\"\(.target | value)\",port=\"\(.port)\"," +
  "name=\"\(.name // "" | value)\"";

verdicts as $all |
"# HELP pptp_worst_grade Worst grade that is possible: 1 is A, 6 is F, 0 unknown.",
"# TYPE pptp_worst_grade gauge",
($all[] | "pptp_worst_grade{\(labels),grade=\"\(.grade | value)\"} " +
          "\(.worst | rank)"),
"# HELP pptp_findings Findings of a server, by severity.",
"# TYPE pptp_findings gauge",
($all[] | . as $one |
  ("critical", "high", "medium", "low", "info") as $severity |
  "pptp_findings{\(labels),severity=\"\($severity)\"} " +
  "\([$one.findings[]? | select(.severity == $severity)] | length)")
