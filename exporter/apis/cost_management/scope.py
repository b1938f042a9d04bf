"""Scopes of Cost Management: what costs are read of, as a path of Azure Resource Manager."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote

from exporter.apis.fields import invalid

BILLING = "/providers/Microsoft.Billing/billingAccounts"
PROFILE = f"{BILLING}/{{billing_account}}/billingProfiles/{{billing_profile}}"
SUBSCRIPTION = "/subscriptions/{subscription}"
PATHS = {
    ("enrollment",): f"{BILLING}/{{enrollment}}",
    ("billing_account",): f"{BILLING}/{{billing_account}}",
    ("billing_account", "billing_profile"): PROFILE,
    ("management_group",): "/providers/Microsoft.Management/managementGroups/{management_group}",
    ("subscription",): SUBSCRIPTION,
    ("subscription", "resource_group"): f"{SUBSCRIPTION}/resourceGroups/{{resource_group}}",
}
"""The keys that name a scope together, and its documented path."""
SEGMENT = "[^/]+"
KEPT = ":()!$&'*+,;=@~"
"""What a segment may hold as it is (RFC 3986, 3.3): above all the colon in the name of a billing account."""
UNUSABLE = re.compile(r"[\x00-\x20\x7f\\?#]|%25|%2f", re.IGNORECASE)
DOTS = frozenset({".", ".."})


class Kind(StrEnum):
    """What a scope is, as messages name it."""

    ENROLLMENT = "enrollment"
    DEPARTMENT = "department"
    ENROLLMENT_ACCOUNT = "enrollment account"
    BILLING_ACCOUNT = "billing account"
    BILLING_PROFILE = "billing profile"
    INVOICE_SECTION = "invoice section"
    CUSTOMER = "customer"
    MANAGEMENT_GROUP = "management group"
    SUBSCRIPTION = "subscription"
    RESOURCE_GROUP = "resource group"
    OTHER = "scope"


ACCOUNT = f"{BILLING}/{SEGMENT}"
SHAPES = {
    Kind.ENROLLMENT: f"{BILLING}/[0-9A-Za-z]+",
    Kind.BILLING_ACCOUNT: ACCOUNT,
    Kind.DEPARTMENT: f"{ACCOUNT}/departments/{SEGMENT}",
    Kind.ENROLLMENT_ACCOUNT: f"{ACCOUNT}/enrollmentAccounts/{SEGMENT}",
    Kind.BILLING_PROFILE: f"{ACCOUNT}/billingProfiles/{SEGMENT}",
    Kind.INVOICE_SECTION: f"{ACCOUNT}(/billingProfiles/{SEGMENT})?/invoiceSections/{SEGMENT}",
    Kind.CUSTOMER: f"{ACCOUNT}/customers/{SEGMENT}",
    Kind.MANAGEMENT_GROUP: f"/providers/Microsoft.Management/managementGroups/{SEGMENT}",
    Kind.SUBSCRIPTION: f"/subscriptions/{SEGMENT}",
    Kind.RESOURCE_GROUP: f"/subscriptions/{SEGMENT}/resourceGroups/{SEGMENT}",
}
"""Patterns of paths, of which the first that matches decides: an enrollment's number has no punctuation, the name of
any other billing account has."""
BILLING_KINDS = frozenset(
    {
        Kind.ENROLLMENT,
        Kind.DEPARTMENT,
        Kind.ENROLLMENT_ACCOUNT,
        Kind.BILLING_ACCOUNT,
        Kind.BILLING_PROFILE,
        Kind.INVOICE_SECTION,
        Kind.CUSTOMER,
    }
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope; `path` begins with a slash and is percent-encoded, once where it has to be."""

    path: str
    kind: Kind

    @classmethod
    def from_path(cls, text: str) -> "Scope":
        """The scope at a path, percent-encoded or not; raises an error of the configuration for what is no path."""
        problem = UNUSABLE.search(text)
        if problem and problem[0] == "%25":
            raise invalid("scope: must not be percent-encoded twice")
        segments = [unquote(segment) for segment in text.removeprefix("/").removesuffix("/").split("/")]
        if problem or any(UNUSABLE.search(segment) for segment in segments) or not DOTS.isdisjoint(segments):
            raise invalid("scope: must be a path without blanks, backslashes, `?`, `#`, `.` and `..`")
        if len(segments) < 2 or not all(segments):
            raise invalid("scope: must be a path such as /subscriptions/<id> or /providers/Microsoft.Billing/…")
        path = "".join(f"/{quote(segment, safe=KEPT)}" for segment in segments)
        return cls(path, _kind(path))

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> "Scope":
        """The scope that keys of the configuration name; raises an error of the configuration.

        `keys` are those of one entry of `PATHS`, or `scope` alone with a path.
        """
        if keys.keys() == {"scope"}:
            return cls.from_path(keys["scope"])
        template = next((path for names, path in PATHS.items() if keys.keys() == set(names)), None)
        if not template:
            known = ", ".join(" and ".join(names) for names in [*PATHS, ("scope",)])
            found = f", not {' and '.join(keys)}" if keys else ""
            raise invalid(f"a scope is named by one of: {known}{found}")
        for name, value in keys.items():
            if not value or "/" in value:
                raise invalid(f"{name}: must be an id or a name; a whole path belongs in `scope`")
        return cls.from_path(template.format(**keys))

    @property
    def is_billing(self) -> bool:
        """Whether it belongs to a billing account: only there are purchases and third parties' charges complete."""
        return self.kind in BILLING_KINDS


def _kind(path: str) -> Kind:
    return next((kind for kind, shape in SHAPES.items() if re.fullmatch(shape, path, re.IGNORECASE)), Kind.OTHER)
