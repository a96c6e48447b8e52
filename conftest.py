"""For the whole run: cells for PyTorch and Keras are skipped without them, and nothing else is in `make test`."""

from __future__ import annotations

import os

import notebooks
import pytest

collect_ignore = ["cnn_grading/worker.py"]  # it finds its modules in the sandbox alone, and has no examples
# The files that take longest, so that no worker is left with one of them at the end.
LONGEST = (
    "tests/test_solutions.py",
    "tests/test_explorer_draw_a_digit.py",
    "book/08-training.ipynb",
    "tests/test_pdf.py",
    "tests/test_pages_access.py",
    "tests/test_pages_layout.py",
    "tests/test_book.py",
    "tests/test_grading.py",
    "tests/test_browser.py",
    "tests/test_lecture.py",
    "tests/test_offline.py",
)
FRAMEWORKS = "requirements-frameworks.txt"  # in the reason of each skip where PyTorch or Keras is missing


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `make test` asks for."""
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="fail if a test is skipped, but for want of PyTorch or Keras, which CI must have as well",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; mark the cells that need PyTorch and Keras where these are not installed."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))
    if notebooks.has_frameworks():
        return
    skip = pytest.mark.skip(reason=f"PyTorch and Keras are not installed ({FRAMEWORKS})")
    for item in items:
        cell = getattr(item, "cell", None)
        if cell and notebooks.NEEDS_FRAMEWORKS in cell.metadata.get("tags", []):
            item.add_marker(skip)


def missed(config: pytest.Config) -> list[str]:
    """Return why tests were skipped that should not be."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter and config.getoption("--no-skips") else []
    reasons = {str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped}
    return sorted(reason for reason in reasons if "CI" in os.environ or FRAMEWORKS not in reason)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a run fail that skipped tests."""
    if missed(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say why it failed."""
    if reasons := missed(config):
        terminalreporter.write_line(
            f"Failed, since tests were skipped: {'; '.join(reasons)}. To allow that: make test SKIPS=yes", red=True
        )
