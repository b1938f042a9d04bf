"""Entries of the audit log as Microsoft Graph writes them, with the case and the ids that it gives them."""

import base64
from dataclasses import dataclass
from datetime import timedelta

from exporter.simulator.graph_switches import GraphSwitches
from exporter.simulator.world import B2cTenant
from exporter.simulator.world.audit_events import SORTS, Event, address
from exporter.simulator.world.digest import digest, object_id

AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it is listed; `copy` is 1 for the second listing of the same entry."""

    event: Event
    copy: int = 0

    @property
    def id(self) -> str:
        """``B2C_`` and what is unique to the event."""
        event = self.event
        number = event.attempt.number * 30 + SORTS.index(event.sort) * 10 + event.step
        day = base64.b32encode(event.attempt.day.toordinal().to_bytes(4))[2:7].decode()
        return f"B2C_{day}_{number:07d}"

    @property
    def activity(self) -> str:
        """The name of the activity; one of fifty has another case."""
        name, chance = self.event.activity, self.event.attempt.chance
        return name[0].lower() + name[1:] if chance % 50 == 7 else name

    @property
    def result(self) -> str:
        """Whether it succeeded."""
        return "failure" if self.event.reason else "success"

    def delay(self, hours: int) -> timedelta:
        """How long after its time the entry arrives: one of twenty does up to so many hours later."""
        chance = digest("delay", self.id, self.copy)
        return timedelta(minutes=1 + chance // 20 % (60 * hours)) if hours and chance % 20 == 0 else timedelta()

    @property
    def repeated(self) -> bool:
        """Whether the entry is one of those that can be listed twice."""
        return digest("repeated", self.id) % 10 == 0

    def fields(self, tenant: B2cTenant, switches: GraphSwitches) -> dict[str, object]:
        """The entry as an object of the API."""
        event, attempt = self.event, self.event.attempt
        respelled = self.copy and switches.audit_duplicates == "respelled"
        application, policy = attempt.application.id, attempt.policy
        who = event.person.id if event.person else None
        name = self.activity
        # What redeems a code has the policy in another case now and then.
        if event.request and attempt.chance % 4 == 0:
            policy = policy.lower()
        if respelled:
            name, application, policy, who = name.upper(), application.upper(), policy.swapcase(), who and who.upper()
        return {
            "id": self.id,
            "category": event.category,
            "correlationId": self._correlation(tenant.seed, switches),
            "result": self.result,
            "resultReason": event.reason or "N/A",
            "activityDisplayName": name,
            "activityDateTime": f"{event.time:%Y-%m-%dT%H:%M:%S.%f}{attempt.chance % 10}Z",
            "loggedByService": event.service,
            "operationType": "" if event.service == "B2C" else "Update",
            "initiatedBy": {
                "user": None,
                "app": {
                    "appId": application,
                    "displayName": None,
                    "servicePrincipalId": None,
                    "servicePrincipalName": application,
                },
            },
            "targetResources": [_target(who)] if who else [],
            "additionalDetails": [
                {"key": key, "value": value} for key, value in self._details(tenant, application, policy)
            ],
        }

    def _details(self, tenant: B2cTenant, application: str, policy: str) -> list[tuple[str, str]]:
        if self.event.service != "B2C":
            return []
        attempt = self.event.attempt
        return [
            ("TenantId", tenant.tenant),
            ("PolicyId", policy),
            ("ApplicationId", application),
            ("Client", AGENTS[attempt.chance % len(AGENTS)]),
            ("ClientIpAddress", address(attempt)),
            *self.event.details,
        ]

    def _correlation(self, seed: int, switches: GraphSwitches) -> str:
        event = self.event
        words: list[object] = [seed, event.attempt.day, event.sort, event.attempt.number]
        if switches.audit_correlation == "request":
            words.append(event.request)
        elif switches.audit_correlation == "event":
            words.append(event.step)
        return object_id("correlation", *words)


def _target(who: str) -> dict[str, object]:
    return {
        "id": who,
        "displayName": None,
        "type": "User",
        "userPrincipalName": None,
        "groupType": None,
        "modifiedProperties": [],
    }
