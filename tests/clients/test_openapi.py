"""The API does what its description says: schemathesis asks every operation, well and badly, and finds no error of
the server's, no answer that is not described, and no body that is not of its schema."""

import subprocess
import sys
from pathlib import Path

from openapi_spec_validator import validate

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 15


def test_the_api_is_as_it_is_described(api, tmp_path):
    run = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "--config-file", str(CONFIG),
            "run", f"{api.base}/api/v1/openapi.json",
            "--header", f"Authorization: {api.session.headers['Authorization']}",
            "--phases", "examples,coverage,fuzzing",
            "--max-examples", str(EXAMPLES),
            "--suppress-health-check", "all",
            "--warnings", "off",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=600,
    )
    assert run.returncode == 0, run.stdout[-8000:]
    # All but those that delete.
    assert "Tested: 52" in run.stdout, run.stdout[-2000:]


def test_the_description_is_valid(api):
    document = api.session.get(f"{api.base}/api/v1/openapi.json").json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) == 59


def test_its_page_tells_every_operation(api):
    page = api.session.get(f"{api.base}/reference").text
    paths = api.session.get(f"{api.base}/api/v1/openapi.json").json()["paths"]
    assert len(paths) == 46
    for path in paths:
        assert f" {path}<" in page, path
