"""The explorers in a Firefox of the system, which speaks WebDriver BiDi itself: no driver is needed between."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import MISPLACED, VISIT
from pages import APPROACH, UNFINISHED, UNFOLD, stored_explorers
from test_book import NOTEBOOKS

websocket = pytest.importorskip("websocket", reason="websocket-client is not installed (requirements.txt)")

# No request leaves this machine, and Firefox itself has nothing to ask or to tell.
PREFERENCES = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1",
    "app.normandy.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "services.settings.server": "data:,",
}
HOME, END = "\ue011", "\ue010"
SEEN = """JSON.stringify({
    ready: document.querySelectorAll(".cc-explorer, .cc-questions").length,
    notes: [...document.querySelectorAll(".cc-note:not(noscript *)")].map((e) => e.textContent),
    texts: [...document.querySelectorAll(".cc-explorer, .cc-questions")].map((e) => e.textContent),
    flat: [...document.querySelectorAll("article math")].filter((e) => e.getBoundingClientRect().width === 0).length,
})"""
FOCUS = """(() => {{
    const slider = document.querySelectorAll(".cc-box")[{}]?.querySelector("input[type=range]");
    slider?.focus();
    return Boolean(slider);
}})()"""


class Firefox:
    """A window of a Firefox: commands, and the events that came meanwhile."""

    def __init__(self, address: str) -> None:
        self.socket = websocket.create_connection(f"{address}/session", suppress_origin=True, timeout=60)
        self.events: list[dict[str, Any]] = []
        self.count = 0
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.window = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def call(self, method: str, **parameters: Any) -> Any:
        """Send a command and return its result."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while (answer := json.loads(self.socket.recv())).get("id") != self.count:
            self.events.append(answer)
        assert answer["type"] == "success", answer
        return answer["result"]

    def open(self, address: str) -> None:
        """Open a page."""
        self.events.clear()
        self.call("browsingContext.navigate", context=self.window, url=address, wait="complete")

    def run(self, script: str) -> Any:
        """Run a script in the page and return its value."""
        target = {"context": self.window}
        return self.call("script.evaluate", expression=script, target=target, awaitPromise=True)["result"]["value"]

    def press(self, key: str) -> None:
        """Press a key."""
        keys = {"type": "key", "id": "keys", "actions": [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]}
        self.call("input.performActions", context=self.window, actions=[keys])

    def resize(self, width: int, height: int) -> None:
        """Give the page a size."""
        viewport = {"width": width, "height": height}
        self.call("browsingContext.setViewport", context=self.window, viewport=viewport)

    def told(self, method: str) -> list[Any]:
        """Return the events of a kind since the page was opened."""
        return [event["params"] for event in self.events if event.get("method") == method]


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Start a Firefox of the system with a profile of its own."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if not program:
        pytest.skip("no Firefox on PATH (for example: sudo apt install firefox-esr)")
    profile = tmp_path_factory.mktemp("firefox")
    lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    log = profile / "log"
    command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + 60
        while not (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text(errors="replace"))):
            if time.monotonic() > end or process.poll() is not None:
                pytest.skip(f"no Firefox starts here: {log.read_text(errors='replace')[-300:]}")
            time.sleep(0.1)
        window = Firefox(found[1])
        yield window
        window.call("browser.close")
    finally:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.mark.parametrize("chapter", [path.stem for path in NOTEBOOKS])
def test_explorers_are_ready_and_answer_the_keys_in_firefox(
    firefox: Firefox, site: str, built_book: Path, chapter: str
) -> None:
    expected = stored_explorers(built_book / "book" / f"{chapter}.html")
    for _ in range(3):  # on a busy machine Firefox may wait without end for the files of a page
        firefox.open(f"{site}/book/{chapter}.html")
        firefox.run(f"{UNFOLD}; true")
        end = time.monotonic() + 30
        while not (near := firefox.run(f"({APPROACH})()")) and time.monotonic() < end:
            time.sleep(0.1)
        if near:
            break
    seen = json.loads(firefox.run(SEEN))
    assert seen["ready"] == expected
    assert seen["notes"] == []
    assert seen["flat"] == 0
    for width in (1440, 375):
        firefox.resize(width, 900)
        firefox.run(VISIT)
        end = time.monotonic() + 10  # until the explorers are fitted to the new width
        while (faults := json.loads(firefox.run(f"{MISPLACED}.then(JSON.stringify)"))) and time.monotonic() < end:
            firefox.run(VISIT)
        assert faults == []
    firefox.resize(1440, 900)
    for number in range(expected):
        if firefox.run(FOCUS.format(number)):
            told = []
            for key in (HOME, END):
                firefox.press(key)
                told.append(json.loads(firefox.run(SEEN))["texts"][number])
            assert told[0] != told[1]
            assert not any(UNFINISHED.search(text) for text in told)
    assert [entry["text"] for entry in firefox.told("log.entryAdded") if entry["level"] == "error"] == []
    addresses = [request["request"]["url"] for request in firefox.told("network.beforeRequestSent")]
    assert [address for address in addresses if not address.startswith((site, "data:", "blob:"))] == []
