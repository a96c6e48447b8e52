"""Grading on a cluster: each submission is graded once, also when a worker is killed in mid-run."""

from __future__ import annotations

import json
import os
import signal
import threading
import time

import pytest
from submissions import BOTH, HONEST, LOST, source

from cnn_grading import batch, sandbox
from cnn_grading.__main__ import main

distributed = pytest.importorskip("distributed", reason="distributed is not installed (make instructor)")
KINDS = (HONEST["right"], LOST["wrong"], LOST["corrupt"])
CLASS = 24


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder with a secret, an assignment and a class of submissions."""
    try:
        sandbox.Sandbox()
    except sandbox.NoSandbox as error:
        pytest.skip(f"no sandbox can start here: {error}")
    monkeypatch.chdir(tmp_path)
    handed = tmp_path / "submissions" / "small"
    handed.mkdir(parents=True)
    (tmp_path / "small.ipynb").write_text(source(), "utf-8")
    (tmp_path / "grading.key").write_bytes(b"k" * 64)
    for number in range(CLASS):
        (handed / f"s{number:02d}.ipynb").write_bytes(KINDS[number % len(KINDS)].notebook)
    return tmp_path


def test_a_worker_that_is_killed_loses_and_doubles_nothing(course, monkeypatch):
    written, killed = [], []
    store = batch.store

    def counted(path, result):
        written.append(path.stem)
        store(path, result)

    monkeypatch.setattr(batch, "store", counted)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:

        def kill():
            while len(written) < CLASS // 6:
                time.sleep(0.01)
            with distributed.Client(cluster) as client:
                killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        assert main(["grade", "small.ipynb", "--scheduler", cluster.scheduler_address]) == 0
        killer.join(10)
        with distributed.Client(cluster) as client:
            tasks = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
    assert killed
    assert tasks == 0, "the cluster still holds results"
    assert sorted(written) == [f"s{number:02d}" for number in range(CLASS)]
    for number in range(CLASS):
        result = json.loads((course / f"results/small/s{number:02d}.json").read_text("utf-8"))
        kind = KINDS[number % len(KINDS)]
        assert (result["points"], result["status"]) == (kind.points, kind.status), result
    assert KINDS[0].points == BOTH


def test_a_cluster_that_is_not_there_is_told(course, capsys, monkeypatch):
    monkeypatch.setattr(batch, "PATIENCE", 1)
    assert main(["grade", "small.ipynb", "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert "tcp://127.0.0.1:9" in capsys.readouterr().err
