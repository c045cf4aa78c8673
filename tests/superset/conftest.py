"""A Superset with a database of its own, on the world of tests/clients, with dashboards/superset imported as the guide
tells it."""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXPORT = ROOT / "dashboards/superset"
PROGRAM = Path(sys.executable).parent / "superset"


def clients():
    """The fixtures of tests/clients, whose conftest has the name of this one."""
    spec = importlib.util.spec_from_file_location("clients", ROOT / "tests/clients/conftest.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["clients"] = module
    spec.loader.exec_module(module)
    return module


CLIENTS = clients()
world, api = CLIENTS.world, CLIENTS.api


@dataclass
class Superset:
    """The running Superset, asked over HTTP as its user."""

    base: str
    session: requests.Session
    bundle: str
    environment: dict

    def get(self, path):
        answer = self.session.get(f"{self.base}/api/v1/{path}", timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, told):
        answer = self.session.post(f"{self.base}/api/v1/{path}", json=told, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()


def run(environment, *args):
    done = subprocess.run([PROGRAM, *args], env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{args}: {done.stdout}{done.stderr}"


def bundle(world, folder):
    """The export as a zip, with port and password of this world."""
    copy = folder / "superset"
    shutil.copytree(EXPORT, copy)
    database = copy / "databases/messenger-funnel.yaml"
    told = database.read_text().replace("8124", str(world.port))
    database.write_text(told.replace("XXXXXXXXXX", CLIENTS.PASSWORD.replace(" ", "%20")))
    return shutil.make_archive(str(folder / "messenger-funnel"), "zip", folder, "superset")


def wait_for(base, server, log):
    for _ in range(120):
        assert server.poll() is None, log.read_text()
        try:
            if requests.get(f"{base}/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(1)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def superset(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("superset")
    environment = {
        **os.environ,
        "SUPERSET_HOME": str(folder),
        "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
        "FLASK_APP": "superset",
    }

    run(environment, "db", "upgrade")
    run(environment, "fab", "create-admin", "--username", "admin", "--firstname", "A", "--lastname", "B",
        "--email", "admin@example.com", "--password", "admin of this suite")
    run(environment, "init")
    imported = bundle(world, folder)
    run(environment, "import-dashboards", "--path", imported, "--username", "admin")
    base = f"http://127.0.0.1:{CLIENTS.free_port()}"
    log = folder / "server.log"
    with log.open("w") as written:
        server = subprocess.Popen(
            [PROGRAM, "run", "-p", base.rsplit(":", 1)[1]], env=environment, stdout=written, stderr=written
        )
        try:
            wait_for(base, server, log)
            session = requests.Session()
            told = {"username": "admin", "password": "admin of this suite", "provider": "db"}
            answer = session.post(f"{base}/api/v1/security/login", json=told, timeout=60)
            session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield Superset(base, session, imported, environment)
        finally:
            server.terminate()
            server.wait(timeout=30)
