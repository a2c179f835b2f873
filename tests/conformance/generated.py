#!/usr/bin/env python3
"""Generated documents over the SDL (PyPI schemathesis): fitting ones and broken ones, as nobody, as a guest and as an
operator. Fails when an answer breaks a promise of schemathesis_hooks.py, or when fewer than --cases were run.

    tests/conformance/run schemathesis
    CHOWK_URL=http://127.0.0.1:4000 tests/conformance/generated.py --seed 7 --max-examples 20 --cases 0
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VENV = ROOT / "target/conformance-venv"
URL = os.environ["CHOWK_URL"] + "/graphql"
CHECKS = [
    "answers_as_promised",  # ours
    "negative_data_rejection",  # a broken document is not answered with data
    "response_schema_conformance",  # the answer is a GraphQL answer and no non-null field is null
    "content_type_conformance",
    # Not asked for: not_a_server_error and positive_data_acceptance take every coded refusal (no session, an id that
    # does not exist) for a failure; answers_as_promised holds 5xx and the code of each error instead. The others know
    # OpenAPI only.
]


def install():
    """The pinned packages, in a virtual environment of their own; once for each list."""
    wanted = (HERE / "requirements.txt").read_text()
    stamp = VENV / "requirements.txt"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    venv.create(VENV, with_pip=True, clear=True)
    pip = [VENV / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"]
    subprocess.run(pip, check=True)
    stamp.write_text(wanted)


def ask(query, token=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(URL, json.dumps({"query": query}).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        told = json.load(answer)
    if told.get("errors"):
        sys.exit(f"{told['errors']} from {query}")
    return told["data"]


def callers():
    """The name and the token of each; the operator first, whose cases take longest."""
    guest = ask('mutation { s: startGuestSession(input: {deliverTo: "560001"}) { session { accessToken } } }')
    signed = 'mutation { s: signIn(input: {email: "operator@demo.chowk.example", password: "demo-password-12"}) { session { accessToken } } }'
    return {"operator": ask(signed)["s"]["session"]["accessToken"], "guest": guest["s"]["session"]["accessToken"], "nobody": None}


def cases(name, token, options, folder):
    """Runs all operations as one caller; answers how many cases went well, how many were run, and whether all is well."""
    report = Path(folder) / f"{name}.json"
    command = [
        VENV / "bin/schemathesis", "run", ROOT / "schema/schema.graphql", "--url", URL, "--no-color",
        "--phases", "fuzzing", "--mode", "all", "--checks", ",".join(CHECKS), "--warnings", "off",
        "--max-examples", str(options.max_examples), "--seed", str(options.seed), "--workers", "1",
        "--continue-on-failure", "--no-shrink", "--generation-database", "none", "--request-timeout", "20",
        "--generation-unique-inputs", "--report", "json", "--report-json-path", report,
    ]  # fmt: skip
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE)}
    # It leaves a cache where it runs.
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    told = json.loads(report.read_text())
    run, failed = told["test_cases"]["generated"], told["test_cases"]["with_failures"]
    tested, total = told["operations"]["tested"], told["operations"]["total"]
    print(f"as {name}: {run} cases, {failed} failed, {tested} of {total} operations, {told['running_time']:.0f} s", flush=True)
    well = done.returncode == 0 and failed == 0 and tested == total
    if not well:
        print(done.stdout)
    return run - failed, run, well


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20_260_101)
    parser.add_argument("--max-examples", type=int, default=95, help="of each operation and caller")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="callers at the same time")
    parser.add_argument("--cases", type=int, default=10_000, help="fail when fewer were run")
    options = parser.parse_args()
    install()
    tokens = callers()
    passed, total, well = 0, 0, True
    with tempfile.TemporaryDirectory(prefix="chowk-schemathesis-") as folder:
        # Making documents is Python's work, one process at a time: a process for each caller.
        with ThreadPoolExecutor(max_workers=options.workers) as pool:
            jobs = [pool.submit(cases, name, token, options, folder) for name, token in tokens.items()]
            for good, run, fine in (job.result() for job in jobs):
                passed, total, well = passed + good, total + run, well and fine
    drifts = ask("{ reconciliation { drifts { rule subject } } }", tokens["operator"])["reconciliation"]["drifts"]
    if drifts:
        print(f"the books drifted: {drifts}")
    if total < options.cases:
        print(f"only {total} cases were run, {options.cases} are wanted")
    well = well and not drifts and total >= options.cases
    if results := os.environ.get("CONFORMANCE_RESULTS"):
        with open(results, "a") as file:
            file.write(f"schemathesis\t{passed}\t{max(total, options.cases)}\tseed {options.seed}\n")
    sys.exit(0 if well else 1)


main()
