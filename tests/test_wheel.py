"""A built wheel is all of fedirec: what is installed from it serves from an empty folder."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
import zipfile
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from fedirec.web.statics import static_files
from tests.cli.command import environment
from tests.conftest import skip_or_fail
from tests.ports import free_port

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_spec("hatchling") is None:
        skip_or_fail("hatchling, which builds the wheel, is not installed here (pip install hatchling)")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=PATIENCE)
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_carries_every_module_template_and_static_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        carried = set(opened.namelist())
    source = ROOT / "fedirec"
    wanted = {
        f"fedirec/{path.relative_to(source).as_posix()}"
        for path in source.rglob("*")
        if path.is_file() and path.suffix in (".py", ".html", ".mo", ".po", ".typed")
    }
    wanted |= {f"fedirec/_static/{name}" for name in static_files()}
    assert {name for name in wanted if name.endswith(".html")}
    assert wanted - carried == set()
    assert not [name for name in carried if name.startswith(("tests/", "docs/")) or "fedirec-data" in name]


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """A folder with what the wheel brings. The dependencies are here already."""
    folder = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(folder)
    return folder


def test_what_is_installed_from_the_wheel_serves_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    [entry] = installed.glob("*.dist-info/entry_points.txt")
    assert "fedirec = fedirec.cli:main" in entry.read_text()
    folder = tmp_path / "empty"
    folder.mkdir()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", "from fedirec.cli import main; main()", "serve", "--port", str(port)],
        cwd=folder,
        env=environment(PYTHONPATH=str(installed)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        link = _link_from(server, port)
        page = httpx.get(link, timeout=PATIENCE, trust_env=False)
        assert page.status_code == 200
        styles = re.findall(r'href="(/static/[^"]+\.css)"', page.text)
        assert styles
        for style in styles:
            assert httpx.get(f"http://127.0.0.1:{port}{style}", timeout=PATIENCE, trust_env=False).status_code == 200
        assert (folder / "fedirec-data/fedirec.sqlite3").is_file()
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
    finally:
        server.kill()
        server.communicate()


def test_it_finds_its_own_files_there(installed: Path) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import fedirec, fedirec.web.statics as s; print(fedirec.__file__, s.static_folder())"],
        cwd=installed.parent,
        env=environment(PYTHONPATH=str(installed)),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    ).stdout.split()
    assert where == [str(installed / "fedirec/__init__.py"), str(installed / "fedirec/_static")]


def _link_from(server: subprocess.Popen[bytes], port: int) -> str:
    """The setup link that the server prints."""
    assert server.stdout is not None
    said, deadline = "", time.monotonic() + PATIENCE
    while True:
        if found := re.search(rf"http://127\.0\.0\.1:{port}/setup\?token=\S+\n", said):
            return found.group().strip()
        ready, _, _ = select.select([server.stdout], [], [], max(deadline - time.monotonic(), 0))
        piece = os.read(server.stdout.fileno(), 65536).decode() if ready else ""
        assert piece, said
        said += piece
