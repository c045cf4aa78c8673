"""Writes what a release says of the work of others: their licences, and a list of parts (SBOM, CycloneDX 1.5).

    third_party.py --engine libchdb.so --folder FOLDER

The program's crates are those that `cargo metadata` finds below it on Linux x86-64, without what only builds or tests
it; their licences are the files that come with them. The engine tells its own parts and licences (`system.licenses`).
"""

import argparse
import ctypes
import json
import pathlib
import re
import subprocess
import sys
import tomllib
from collections import defaultdict

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = "x86_64-unknown-linux-gnu"
LICENCE = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|UNLICENSE|COPYRIGHT)|(licen[cs]e|^OFL|^UFL|^Hack).*\.txt$", re.IGNORECASE)


def crates():
    """The packages in the program, the root first, and what each depends on."""
    asked = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET]
    told = json.loads(subprocess.run(asked, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    packages = {package["id"]: package for package in told["packages"]}
    below = {
        node["id"]: [part["pkg"] for part in node["deps"] if any(kind["kind"] is None for kind in part["dep_kinds"])]
        for node in told["resolve"]["nodes"]
    }
    root = told["resolve"]["root"]
    found, waiting = [], [root]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.append(one)
            waiting += below[one]
    others = sorted(found[1:], key=lambda one: (packages[one]["name"], packages[one]["version"]))
    return [packages[one] for one in [root, *others]], below


def licence_texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    files = [file for place in (folder, folder / "fonts") if place.is_dir() for file in place.iterdir()]
    named = folder / (package["license_file"] or "LICENSE")
    files = {file for file in [*files, named] if file.is_file() and (LICENCE.search(file.name) or file == named)}
    return [file.read_text(errors="replace").strip() for file in sorted(files)]


def engine_licences(library):
    """`(name, licence, text)` of each part of the engine, as it tells them itself."""
    engine = ctypes.CDLL(str(library))
    pointer = ctypes.c_void_p
    engine.chdb_connect.restype = ctypes.POINTER(pointer)
    engine.chdb_query.restype = pointer
    engine.chdb_query.argtypes = [pointer, ctypes.c_char_p, ctypes.c_char_p]
    engine.chdb_result_error.restype = ctypes.c_char_p
    engine.chdb_result_buffer.restype = pointer
    engine.chdb_result_length.restype = ctypes.c_size_t
    for told in (engine.chdb_result_error, engine.chdb_result_buffer, engine.chdb_result_length):
        told.argtypes = [pointer]
    connection = engine.chdb_connect(1, (ctypes.c_char_p * 1)(b"clickhouse"))
    query = b"SELECT library_name, license_type, license_text FROM system.licenses ORDER BY ALL"
    result = engine.chdb_query(connection[0], query, b"JSONCompactEachRow")
    if error := engine.chdb_result_error(result):
        raise RuntimeError(error.decode())
    rows = ctypes.string_at(engine.chdb_result_buffer(result), engine.chdb_result_length(result))
    return [json.loads(row) for row in rows.decode().splitlines()]


def write_texts(file, head, entries):
    """Each text once, behind the names of all that it is for."""
    names = defaultdict(list)
    for name, text in entries:
        if name not in names[text]:
            names[text].append(name)
    with file.open("w") as out:
        out.write(f"{head}\n")
        for text, whose in names.items():
            out.write(f"\n{'=' * 80}\n{', '.join(whose)}\n{'=' * 80}\n\n{text}\n")


def component(package, checksums):
    licence = (package["license"] or "").replace("/", " OR ")
    name, version = package["name"], package["version"]
    told = {
        "type": "library",
        "bom-ref": f"pkg:cargo/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:cargo/{name}@{version}",
        "licenses": [{"expression": re.sub(r" +", " ", licence)}] if licence else [],
    }
    if checksum := checksums.get((name, version)):
        told["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    args = parser.parse_args()
    (args.folder / "licenses").mkdir(parents=True, exist_ok=True)
    packages, below = crates()
    parts = engine_licences(args.engine.resolve())

    crawlers = ROOT / "src/collector/crawlers"
    entries = [("patterns of crawler-user-agents (MIT)", (crawlers / "LICENSE").read_text().strip())]
    for package in packages[1:]:
        name = f"{package['name']} {package['version']} ({package['license']})"
        authors = ", ".join(package["authors"]) or package["repository"] or "not named"
        texts = licence_texts(package) or [f"It comes without a text of its licence. Its authors: {authors}"]
        entries += [(name, text) for text in texts]
    head = f"What the program is made of besides its own work: {len(packages) - 1} crates, and their licences."
    write_texts(args.folder / "licenses/program.txt", head, entries)
    head = f"What the engine (libchdb.so) is made of, as it tells by system.licenses: {len(parts)} parts. ClickHouse itself is under the Apache License 2.0."
    write_texts(args.folder / "licenses/engine.txt", head, [(f"{name} ({kind})", text.strip()) for name, kind, text in parts])

    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    checksums = {(one["name"], one["version"]): one.get("checksum") for one in lock["package"]}
    npm = json.loads((ROOT / "package-lock.json").read_text())["packages"]["node_modules/@chdb/lib-linux-x64-gnu"]
    engine = {
        "type": "library",
        "bom-ref": "engine",
        "name": "@chdb/lib-linux-x64-gnu",
        "version": npm["version"],
        "description": "libchdb.so: ClickHouse as a library",
        "purl": f"pkg:npm/%40chdb/lib-linux-x64-gnu@{npm['version']}",
        "licenses": [{"license": {"id": npm["license"]}}],
        "components": [
            {"type": "library", "name": name, "licenses": [{"license": {"name": kind}}]}
            for name, kind in sorted({(name, kind) for name, kind, _ in parts})
        ],
    }
    refs = {package["id"]: component(package, checksums)["bom-ref"] for package in packages}
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {**component(packages[0], {}), "type": "application"}},
        "components": [*(component(package, checksums) for package in packages[1:]), engine],
        "dependencies": [
            {"ref": ref, "dependsOn": sorted(refs[one] for one in below[id]) + (["engine"] if id == packages[0]["id"] else [])}
            for id, ref in refs.items()
        ],
    }
    (args.folder / "sbom.cdx.json").write_text(json.dumps(bom, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
