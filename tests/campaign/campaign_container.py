"""The container: built from the Dockerfile with buildah, started as its own user, asked whether it lives, stopped."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILDAH = ["buildah", "--storage-driver", "vfs"]
RUN = ["run", "--isolation", "chroot"]


@pytest.fixture(scope="module")
def buildah(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command with a store of its own, so that nothing is left on the machine."""
    if not shutil.which("buildah"):
        pytest.skip("buildah is not installed: apt-get install buildah")
    store = tmp_path_factory.mktemp("store")
    return [*BUILDAH, "--root", str(store / "images"), "--runroot", str(store / "run")]


def _told(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.fixture(scope="module")
def base(buildah: list[str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """CAMPAIGN_BASE or, as images may be out of reach, a small Debian from the machine's own source of packages."""
    given = os.environ.get("CAMPAIGN_BASE")
    if given:
        return given
    if not shutil.which("debootstrap"):
        pytest.skip("name an image with Python in CAMPAIGN_BASE, or apt-get install debootstrap")
    root = tmp_path_factory.mktemp("base") / "root"
    wanted = "--include=python3,python3-venv,ca-certificates"
    _told("debootstrap", "--variant=minbase", wanted, "bookworm", str(root), _mirror())
    # The machine's own authorities, in case its way to the packages is signed by one of them.
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / "etc/ssl/certs/ca-certificates.crt")
    packed = root.with_suffix(".tar")
    _told("tar", "-C", str(root), "-cf", str(packed), ".")
    made = _told(*buildah, "from", "scratch")
    _told(*buildah, "add", "-q", made, str(packed), "/")
    _told(*buildah, "commit", "-q", made, "localhost/base:made")
    return "localhost/base:made"


def _mirror() -> str:
    known = _told("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").split()
    if not known:
        pytest.skip("apt knows no source of Debian's packages: apt-get update")
    return known[0]


@pytest.fixture(scope="module")
def image(buildah: list[str], base: str) -> str:
    configured = [] if not Path("/etc/pip.conf").exists() else ["--volume", "/etc/pip.conf:/etc/pip.conf:ro"]
    began = time.monotonic()
    _told(*buildah, "bud", "--isolation", "chroot", "--format", "docker", "--build-arg", f"BASE={base}", *configured,
          "--tag", "localhost/donghanh:made", ".")
    print(f"\ncontainer: built in {time.monotonic() - began:.0f} s")
    return "localhost/donghanh:made"


@pytest.fixture
def container(buildah: list[str], image: str) -> Iterator[str]:
    name = _told(*buildah, "from", image)
    yield name
    _told(*buildah, "rm", name)


def test_the_image_says_who_runs_it_and_how_to_ask_whether_it_lives(buildah: list[str], image: str) -> None:
    told = json.loads(_told(*buildah, "inspect", "--type", "image", image))["Docker"]["config"]
    assert told["User"] == "10001:10001"
    assert list(told["Volumes"]) == ["/data"]
    assert told["StopSignal"] == "SIGTERM"
    assert "healthz" in " ".join(told["Healthcheck"]["Test"])


def test_nothing_but_the_product_is_in_the_image(buildah: list[str], container: str) -> None:
    listed = _told(*buildah, *RUN, container, "--", "ls", "-A", "/srv/donghanh").split()
    folders = ["bot", "directory", "locales", "migrations"]
    assert sorted(listed) == ["LICENSE", "README.md", *folders, "pyproject.toml", "requirements.lock"]


def test_it_starts_answers_and_stops(buildah: list[str], container: str) -> None:
    """It comes up as nobody in particular, its own health check passes, a person's page is there, SIGTERM ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    told = json.loads(_told(*buildah, "inspect", container))["Docker"]["config"]["Healthcheck"]["Test"]
    placed = ["--env", f"DONGHANH_PORT={port}", "--env", "DONGHANH_HOST=127.0.0.1"]
    began = time.monotonic()
    service = subprocess.Popen([*buildah, *RUN, *placed, container, "--", "/opt/venv/bin/python", "-m", "bot", "serve",
                                "--demo"], stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _until_alive(port)
        print(f"\ncontainer: alive after {time.monotonic() - began:.1f} s")
        asked = subprocess.run([*buildah, *RUN, *placed, container, "--", *told[1:]])
        assert asked.returncode == 0
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            assert 'lang="vi"' in page.read().decode()
        inside = _inside(port)
        assert os.stat(f"/proc/{inside}").st_uid == 10001
        os.kill(inside, signal.SIGTERM)
        assert service.wait(15) == 0
    finally:
        if service.poll() is None:
            os.killpg(service.pid, signal.SIGKILL)


def _until_alive(port: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as told:
                assert told.status == 200
                return
        except OSError:
            time.sleep(0.25)
    raise AssertionError("the service did not come up within half a minute")


def _inside(port: str) -> int:
    """The process that has the port in its environment and runs the service itself."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            set_here = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == b"/opt/venv/bin/python" and f"DONGHANH_PORT={port}".encode() in set_here:
            return int(folder.name)
    raise AssertionError("no process of the service is to be seen")
