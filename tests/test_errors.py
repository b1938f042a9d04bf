"""Failures and their verdicts."""

from exporter.errors import Reason, Rejected, SignInRequired


def test_a_refusal_with_another_text_is_the_same_refusal() -> None:
    """Only the text differs; the class decides when to retry."""
    refused = Rejected("a", Reason.FORBIDDEN, "code", status=403, body=b"{}")
    advised = refused.with_text("b")
    assert ("a", "b") == (str(refused), str(advised))
    assert vars(refused) == vars(advised)
    assert isinstance(SignInRequired("a", "csp").with_text("b"), SignInRequired)
