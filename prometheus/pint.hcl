# Checks of pint that these rules do not follow, with the reasons.
checks {
  disabled = [
    "rule/name",        # names of recorded series begin with their subject: azure_billing:budget:spent
    "promql/aggregate", # labels are listed with `by`, because accounts choose further labels
  ]
}

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
