"""Files that are either old or new, never half."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it, whenever this process is killed.

    Parameters
    ----------
    path : Path
    content : bytes
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_files(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write texts below a folder, each so that nobody sees a part of it.

    Parameters
    ----------
    folder : Path
        It is made if it is not there, as are the folders below it.
    files : mapping of str to str
        A text for each name.

    Returns
    -------
    list of Path
        What was written.
    """
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / name, text.encode())
    return [folder / name for name in files]
