"""What the commands that read reports once say about failures."""

from pathlib import Path

import pytest

from exporter.advice import LATER, LOGIN_HOST, Explained, Explanations, advice_for
from exporter.apis import ALL
from exporter.apis.api import Api
from exporter.errors import Failure, RateLimited, Reason, Rejected, Transient
from exporter.runtime.job import Job
from tests.runtime.collectors import HOUR, Canned, Other

ROOT = Path(__file__).parents[1]
FIRST, SECOND = (Job("ea", "contoso", collector, HOUR) for collector in (Canned(), Other()))


def throttled_login() -> Failure:
    failure = RateLimited("login: 429")
    failure.reason = Reason.LOGIN
    return failure


@pytest.mark.parametrize(
    ("failure", "advice"),
    [
        (Transient("login: connection refused", Reason.LOGIN), LOGIN_HOST),
        (throttled_login(), LATER),
        (Rejected("AADSTS7000215", Reason.LOGIN), "check the identity and its secret"),
        (Rejected("403", Reason.FORBIDDEN).with_advice("grant it"), "grant it"),
        (Transient("bug", Reason.INTERNAL), ""),
    ],
)
def test_what_to_do_depends_on_the_cause(failure: Failure, advice: str) -> None:
    """A login host that does not answer says nothing about the secret."""
    assert advice == advice_for("ea", failure)


@pytest.mark.parametrize("api", ALL, ids=lambda api: api.name)
def test_the_documentation_names_the_permissions(api: Api) -> None:
    """The page of the API has the section."""
    page, _, section = api.permissions.partition("#")
    advice = advice_for(api.name, Rejected("403", Reason.FORBIDDEN))
    assert f"grant the permission that {api.permissions} names" == advice
    assert f"\n## {section.capitalize()}\n" in (ROOT / page).read_text()


def test_one_cause_of_an_account_is_explained_once() -> None:
    """The number of a request and the report do not make it another cause."""
    explanations = Explanations()
    first = Rejected("report: GET https://a.example/x: 401 [request-id 1]", Reason.UNAUTHORIZED)
    second = Rejected("other: GET https://a.example/y: 401 [request-id 2]", Reason.UNAUTHORIZED)
    assert "" == explanations.explained(FIRST, first).same_as
    assert "report" == explanations.explained(SECOND, second).same_as


def test_one_remedy_of_an_account_is_given_once() -> None:
    """Where the refusals differ, each is shown."""
    explanations = Explanations()
    first, second = (Rejected(text, Reason.FORBIDDEN).with_advice("grant it") for text in ("no a", "no b"))
    assert "no a (grant it)" == str(first)
    assert Explained("no a", "grant it") == explanations.explained(FIRST, first)
    assert Explained("no b", "as for report") == explanations.explained(SECOND, second)
