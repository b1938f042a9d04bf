"""The activities of the audit log that are counted."""

ID_TOKEN, EXCHANGED, GRANTED, SMS, CALL, ACCESS_TOKEN, ASSERTION = (1 << number for number in range(7))
"""What an activity is evidence of, as bits that sum up the events of a sign-in; 0 for nothing that is counted."""
NOTHING = 0
ISSUED = ID_TOKEN | ACCESS_TOKEN | ASSERTION
SIGN_INS = ISSUED | EXCHANGED | GRANTED
ACTIVITIES = {
    "issue an id_token to the application": ID_TOKEN,
    "issue an access token to the application": ACCESS_TOKEN,
    "issue a saml assertion to the application": ASSERTION,
    "exchange token": EXCHANGED,
    "issue an authorization code to the application": GRANTED,
    "send sms to verify phone number": SMS,
    "make phone call to verify phone number": CALL,
}
"""Documented names of activities, in lower case: how they are spelled varies."""


def kind_of(name: str) -> int:
    """The bit of an activity by its name."""
    return ACTIVITIES.get(name.strip().lower(), NOTHING)
