"""A real browser: headless Chromium, controlled over W3C WebDriver."""

import base64
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--ignore-certificate-errors", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
)  # fmt: skip
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key under which WebDriver names an element (W3C WebDriver, section 12.1)."""


class Browser:
    """A browser window."""

    def __init__(self, session: str) -> None:
        self._session = session

    def open(self, address: str) -> None:
        self._post("url", url=address)

    def type(self, name: str, text: str) -> None:
        self._post(f"element/{self._found(f'[name={name}]')}/value", text=text)

    def click(self, selector: str) -> None:
        self._post(f"element/{self._found(selector)}/click")

    def sees(self, text: str, seconds: float = 10) -> bool:
        """Whether a page with this text appears in time: a click returns before the next page is loaded."""
        deadline = time.monotonic() + seconds
        while text not in str(self._get("source")):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def shows_as(self, width: int, scheme: str) -> None:
        """Emulate a screen of this width, and the preference `light` or `dark`."""
        self._devtools("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self._devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self) -> bytes:
        """The whole page as PNG."""
        shot = self._devtools("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; the page's own policy does not apply to it."""
        return self._devtools("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def address(self) -> str:
        return str(self._get("url"))

    def _devtools(self, command: str, **arguments: object) -> Any:
        return self._post("goog/cdp/execute", cmd=command, params=arguments)

    def _found(self, selector: str) -> str:
        return str(self._post("element", using="css selector", value=selector)[ELEMENT])

    def _get(self, what: str) -> Any:
        return _value(requests.get(f"{self._session}/{what}", timeout=30))

    def _post(self, what: str, **arguments: object) -> Any:
        return _value(requests.post(f"{self._session}/{what}", json=arguments, timeout=30))


def _value(answer: requests.Response) -> Any:
    value = answer.json()["value"]
    assert answer.status_code == 200, value
    return value


@contextmanager
def chromium(driver: str, binary: str, profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile; it is closed at the end of the block."""
    process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = next(found[1] for line in process.stdout if (found := re.search(r"on port (\d+)\.", line)))
        options = {"binary": binary, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        wanted = {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": True, "goog:chromeOptions": options}}}
        root = f"http://127.0.0.1:{port}/session"
        session = f"{root}/{_value(requests.post(root, json=wanted, timeout=60))['sessionId']}"
        try:
            yield Browser(session)
        finally:
            requests.delete(session, timeout=30)
    finally:
        process.terminate()
        process.communicate(timeout=10)
