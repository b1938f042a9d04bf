"""What rules read while an exporter is not scraped, or has not read its reports again: the last values, for a day."""

EXPORTER = "azure_billing_exporter"
SEEN = "azure_billing:account:seen_timestamp_seconds"
MEMORY = "1h"
"""How far a rule looks back for the value that it recorded before; at least as long as any interval of evaluation."""
DAY = 86_400

SEEN_COMMENT = """
When figures of an account were last published. While they are not, although the account is still configured, budgets
keep their last values for a day: a missed scrape, a restart or a rollout changes no alert. A budget that is removed
while others of its account are published is gone at once, and so is an account that its exporter no longer lists.
"""


def last_success(collectors: str) -> str:
    """When a run of these collectors last succeeded, by exporter; `collectors` is a matcher."""
    return f"{EXPORTER}_collector_last_success_timestamp_seconds{{{collectors}}}"


def seen(source: str, collectors: str, figures: str) -> str:
    """When `source` was last published: a run of `collectors` has succeeded, or there is a series of `figures`.

    It is gone a day later, and at once if the exporter that listed the account no longer does.
    """
    return f"""
        label_replace(
          (
            group by (account) ({last_success(collectors)})
            or group by (account) ({figures})
          ) * time(),
          "source", "{source}", "", ""
        )
        or (
          last_over_time({SEEN}{{source="{source}"}}[{MEMORY}]) > time() - {DAY}
          unless on (account) ({_removed(collectors)})
        )
        """


def _removed(collectors: str) -> str:
    """Accounts that an exporter listed, and no longer lists although it is scraped."""
    listed = f"{EXPORTER}_collector_interval_seconds{{{collectors}}}"
    return f"""
            last_over_time({listed}[1d])
            and on (job, instance) {EXPORTER}_build_info
            unless on (account) {listed}
          """


def _before(series: str, condition: str) -> str:
    """What the evaluation before recorded, for accounts of which `condition` is true.

    What was removed does not return. If the evaluation before recorded nothing, because Prometheus was restarted, the
    last values count.
    """
    return f"""(
            {series} {condition}
            or (
              last_over_time({series}[{MEMORY}]) {condition}
              unless on (account) {series}
            )
          )"""


def held(series: str, source: str) -> str:
    """The last values of a recorded series while `source` is not published."""
    return _before(series, f'and on (account) ({SEEN}{{source="{source}"}} < time())')


def held_in_group(series: str, collectors: str) -> str:
    """The same in a group that does not record when an account was last published."""
    return f"""(
          {_before(series, f"unless on (account) {last_success(collectors)}")}
          and on (account) last_over_time({last_success(collectors)}[1d])
          unless on (account) ({_removed(collectors)})
        )"""
