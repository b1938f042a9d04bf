# Configuration of pint, a linter of rules. No check is disabled.
#
# Every alert has a severity, a summary, a description and a section of the runbook.
rule {
  match { kind = "alerting" }
  label "severity" {
    severity = "bug"
    value    = "(info|warning|critical)"
    required = true
  }
  annotation "summary" {
    severity = "bug"
    required = true
  }
  annotation "description" {
    severity = "bug"
    required = true
  }
  annotation "runbook_url" {
    severity = "bug"
    required = true
  }
}
