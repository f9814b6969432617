"""What containers and Render are told fits the code: processes of the Procfile, variables that exist, no keys."""

import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import yaml

from apps.operations import healthcheck, part
from tests.desk import ROOT
from tests.docs.test_environment import all_variables

PROCESSES = ("web", "worker", "beat")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def render() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "render.yaml").read_text())
    return loaded


def test_containers_run_the_procfile(compose: dict[str, Any], render: dict[str, Any]) -> None:
    for name in PROCESSES:
        assert compose["services"][name]["command"] == ["python", "-m", "apps.operations.part", name]
        assert part.command_of(name) in (ROOT / "Procfile").read_text()
    commands = {one["name"]: one.get("dockerCommand") for one in render["services"] if one["type"] != "keyvalue"}
    assert commands == {f"alphagex-{name}": f"python -m apps.operations.part {name}" for name in PROCESSES}
    with pytest.raises(SystemExit, match="Choose one of: web, worker, beat"):
        part.command_of("wbe")


def test_the_process_becomes_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[Any] = []
    monkeypatch.setattr(sys, "argv", ["part", "beat"])
    monkeypatch.setattr(os, "execv", lambda *given: became.append(given))
    monkeypatch.chdir(ROOT)
    part.main()
    assert became == [("/bin/sh", ["/bin/sh", "-c", f"exec {part.command_of('beat')}"])]


def test_variables_exist_and_keys_come_from_outside(compose: dict[str, Any], render: dict[str, Any]) -> None:
    known = all_variables() | {"SECRET_KEY_FALLBACKS", "ALPHAGEX_PROXIES"}
    for name in (*PROCESSES, "migrate", "backup"):
        variables = compose["services"][name]["environment"]
        assert set(variables) <= known
        assert all("$" in variables[key] for key in variables if "KEY" in key or "PASSWORD" in key)
    (group,) = render["envVarGroups"]
    for service in render["services"]:
        given = [one["key"] for one in (*group["envVars"], *service.get("envVars", ())) if "key" in one]
        assert set(given) <= known
    text = (ROOT / "Dockerfile").read_text()
    assert set(re.findall(r"\b(ALPHAGEX_[A-Z_]+|ENVIRONMENT|HOST)=", text)) <= known
    assert "SECRET_KEY" not in text


def test_there_is_one_beat_and_services_wait_for_the_tables(compose: dict[str, Any], render: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["beat"]["deploy"] == {"replicas": 1}
    assert next(one for one in render["services"] if one["name"] == "alphagex-beat")["numInstances"] == 1
    for name in PROCESSES:
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["command"] == ["python", "-m", "alphagex.run.prepare"]
    used = {mount.split(":")[0] for one in services.values() for mount in one.get("volumes", ())}
    assert used == set(compose["volumes"])


def test_the_image_is_small_unprivileged_and_holds_nothing_of_this_machine() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    last_stage = dockerfile.rpartition("\nFROM ")[2]
    assert "\nUSER alphagex\n" in last_stage
    assert "HEALTHCHECK" in last_stage
    assert "apps.operations.healthcheck" in last_stage
    assert "collectstatic" in dockerfile
    for copied in re.findall(r"^COPY (?!--from)(.+) \./?$", dockerfile, flags=re.MULTILINE):
        assert all((ROOT / one).exists() for one in copied.split())
    assert {".git", ".env", ".alphagex", ".venv", "node_modules"} <= set((ROOT / ".dockerignore").read_text().split())


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert (self.path, self.headers["Host"]) == ("/healthz", "localhost")
        parts = {name: {"status": "up"} for name in ("database", "redis", "worker")} | {"beat": {"status": "down"}}
        self.send_response(503)
        self.end_headers()
        self.wfile.write(json.dumps({"parts": parts}).encode())

    def log_message(self, *given: object) -> None:
        """Nothing of it belongs into the tests' output."""


def test_the_health_check_asks_for_the_parts_it_is_about() -> None:
    with HTTPServer(("127.0.0.1", 0), _Health) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            assert healthcheck.problem(address, healthcheck.OWN_PARTS) == ""
            assert healthcheck.problem(address, ("worker", "beat")) == "down: beat"
        finally:
            server.shutdown()
            thread.join()
    assert "does not answer" in healthcheck.problem(address, healthcheck.OWN_PARTS)
