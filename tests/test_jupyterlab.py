"""The notebooks are ordinary live ones: JupyterLab runs a chapter, and a slider moved by key changes its explorer."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import visit

from conftest import ROOT

pytestmark = pytest.mark.style  # it opens chapter 1

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed (requirements.txt)")

CHAPTER = "01-convolution-1d.ipynb"
QUIET = [
    "--IdentityProvider.token=",
    "--ServerApp.open_browser=False",
    "--ServerApp.allow_root=True",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
]


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def lab(browser: Any, tmp_path: Path) -> Iterator[str]:
    """Start JupyterLab on a copy of one chapter, apart from the settings of whoever runs the tests."""
    shutil.copy(ROOT / "book" / CHAPTER, tmp_path)
    home = tmp_path / ".home"
    home.mkdir()
    own = {name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR",
                                                       "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR",
                                                       "IPYTHONDIR")}  # fmt: skip
    settings = home / "jupyterlab_settings_dir" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "jupyterlab", *QUIET, f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen([*command, f"--ServerApp.root_dir={tmp_path}"], cwd=tmp_path, stdout=log,
                                  stderr=subprocess.STDOUT, env=os.environ | own | {"HOME": str(home)})  # fmt: skip
    try:
        wait_for(f"{address}/api", server, home / "log")
        yield address
    finally:
        server.terminate()  # it ends its kernels
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers, or fail with what it said."""
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab does not answer:\n{log.read_text()[-3000:]}")


def test_a_slider_of_a_live_notebook_moves_its_explorer(browser: Any, lab: str) -> None:
    with visit(browser, f"{lab}/lab/tree/{CHAPTER}", viewport={"width": 1280, "height": 900}) as seen:
        page = seen.page
        page.set_default_timeout(60_000)
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        page.get_by_text("| Idle").wait_for()
        page.get_by_role("menubar").get_by_text("Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        output = page.locator(".jp-OutputArea-output", has=page.locator("[data-explorer=flip_and_filter]")).first
        output.scroll_into_view_if_needed()
        position = output.locator(".widget-slider", has_text="position").locator(".noUi-handle")
        number = output.locator(".cc-sum b")
        for key, expected in (("Home", "2"), ("ArrowRight", "3"), ("ArrowRight", "4")):
            position.press(key)
            number.filter(has_text=re.compile(f"^{expected}$")).wait_for()
        assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts() == []
        assert page.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts() == []
        assert seen.outside == []
