"""The container files hold no secret, run as nobody in particular, and are clean to the linter."""

import subprocess
import sysconfig
from pathlib import Path

import yaml

HOUSE = Path(__file__).resolve().parents[2]


def test_the_dockerfile_is_clean_to_the_linter() -> None:
    linter = Path(sysconfig.get_path("scripts")) / "hadolint"
    found = subprocess.run([linter, HOUSE / "Dockerfile"], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_the_container_does_not_run_as_root_and_installs_only_what_is_locked() -> None:
    text = (HOUSE / "Dockerfile").read_text("utf-8")
    assert "USER 10001" in text and "--require-hashes" in text and "HEALTHCHECK" in text


def test_compose_gives_no_secret_away_and_opens_no_door_to_the_network() -> None:
    told = yaml.safe_load((HOUSE / "compose.yaml").read_text("utf-8"))
    for name, service in told["services"].items():
        assert "no-new-privileges:true" in service["security_opt"] and service["cap_drop"] == ["ALL"], name
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or key.endswith("_FILE"), f"{name}: {key}={value}"
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
    assert all("file" in secret for secret in told["secrets"].values())


def test_what_is_secret_stays_out_of_the_image_and_of_the_repository() -> None:
    ignored = (HOUSE / ".dockerignore").read_text("utf-8").splitlines()
    assert ignored[0] == "*", "only what is named goes into the image"
    assert not any("data" in line or "secrets" in line for line in ignored)
    kept_out = (HOUSE / ".gitignore").read_text("utf-8").splitlines()
    assert {"/data/", "/secrets/"} <= set(kept_out)
