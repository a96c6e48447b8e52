"""Cells that need PyTorch and Keras are skipped, and say why, where these are not installed."""

import notebooks
import pytest

collect_ignore = ["cnn_grading/worker.py"]  # it finds its modules in the sandbox alone, and has no examples


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these cells, which nbval has collected."""
    if notebooks.has_frameworks():
        return
    skip = pytest.mark.skip(reason="PyTorch and Keras are not installed (requirements-frameworks.txt)")
    for item in items:
        cell = getattr(item, "cell", None)
        if cell and notebooks.NEEDS_FRAMEWORKS in cell.metadata.get("tags", []):
            item.add_marker(skip)
