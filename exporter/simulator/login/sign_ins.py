"""Sign-ins in progress: authorization codes and device codes."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exporter.simulator.login.errors import login_refused

CODE_LIFE = timedelta(minutes=10)
DEVICE_LIFE = timedelta(minutes=15)
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass
class Code:
    """An authorization code (RFC 6749, section 4.1), bound to the client that requested it."""

    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    scope: str
    mfa: bool
    until: datetime


@dataclass
class Device:
    """A device that waits for a person to sign in (RFC 8628); `answer` is None until the person answers."""

    client_id: str
    user_code: str
    scope: str
    until: datetime
    answer: bool | None = None
    mfa: bool = False
    polls: int = 0


@dataclass
class SignIns:
    """Every code that was issued and not yet redeemed."""

    clock: Callable[[], datetime]
    codes: dict[str, Code] = field(default_factory=dict, repr=False)
    devices: dict[str, Device] = field(default_factory=dict, repr=False)

    def code(self, params: Mapping[str, str], *, mfa: bool) -> str:
        """A code for an authorization request, whose person has signed in."""
        code = "1." + secrets.token_urlsafe(90)
        self.codes[code] = Code(
            params["client_id"],
            params["redirect_uri"],
            params.get("code_challenge", ""),
            params.get("nonce", ""),
            params["scope"],
            mfa,
            self.clock() + CODE_LIFE,
        )
        return code

    def scope(self, form: Mapping[str, str]) -> str:
        """The scope that was requested when the sign-in started; the token request may omit it."""
        started = self.codes.get(form.get("code", "")) or self.devices.get(form.get("device_code", ""))
        if started is None:
            raise login_refused(70000, self.clock())
        return started.scope

    def redeem(self, form: Mapping[str, str]) -> Code:
        """The code, which can be redeemed once; its verifier must match the challenge (RFC 7636, section 4.6)."""
        code = self.codes.pop(form["code"], None)
        if code is None or code.client_id != form["client_id"] or code.redirect_uri != form.get("redirect_uri"):
            raise login_refused(70000, self.clock())
        if code.until < self.clock():
            raise login_refused(70008, self.clock())
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if code.challenge and base64.urlsafe_b64encode(hashed).decode().rstrip("=") != code.challenge:
            raise login_refused(501481, self.clock())
        return code

    def device(self, client_id: str, scope: str) -> tuple[str, Device]:
        """A new device's secret code, and the device."""
        device_code = secrets.token_urlsafe(90)
        user_code = "".join(secrets.choice(LETTERS) for _ in range(9))
        self.devices[device_code] = Device(client_id, user_code, scope, self.clock() + DEVICE_LIFE)
        return device_code, self.devices[device_code]

    def waiting(self, user_code: str) -> Device | None:
        """The device whose code a person typed."""
        for device in self.devices.values():
            if device.user_code == user_code.strip().upper() and device.answer is None:
                return device if device.until >= self.clock() else None
        return None

    def count_poll(self, form: Mapping[str, str]) -> int:
        """How many times a device has been polled, this time included; 0 for a device that is not known."""
        device = self.devices.get(form["device_code"])
        if device is None:
            return 0
        device.polls += 1
        return device.polls

    def poll(self, form: Mapping[str, str]) -> Device:
        """The device, once a person has signed in; until then, and otherwise, the refusals of RFC 8628, section 3.5."""
        device = self.devices.get(form["device_code"])
        if device is None or device.client_id != form["client_id"]:
            raise login_refused(70000, self.clock())
        if device.until < self.clock():
            raise login_refused(70020, self.clock())
        if device.answer is None:
            raise login_refused(70016, self.clock())
        del self.devices[form["device_code"]]
        if not device.answer:
            raise login_refused(70017, self.clock())
        return device
