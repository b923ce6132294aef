"""一次运行的目标、种子与计数 / target, seed and counts of a run."""

import collections
import json
import math
import pathlib
import re
import secrets

import pytest
import signing
import weaving

HERE = pathlib.Path(__file__).resolve().parent
ERRORS = HERE.parents[1] / "docs" / "ERRORS.md"
EXAMPLE = HERE.parents[1] / "examples" / "list.json"
LISTS, MONTH, SCHEME = 4, "202611", "xianyang-2025"
SEALED, PLAIN = "密封 sealed", "未密封 unsealed"


def pytest_addoption(parser):
    parser.addoption("--url", required=True)
    parser.addoption("--callers", required=True)
    parser.addoption("--requests", type=int, default=2_000)


class Run:
    """What the tests of a run share."""

    def __init__(self, config):
        self.url = config.getoption("--url").rstrip("/")
        self.requests = config.getoption("--requests")
        # A number for the whole run: `--hypothesis-seed` repeats it.
        self.seed = int(config.getoption("--hypothesis-seed") or 1)
        self.plain = signing.session()
        self.adapter = signing.Signing(config.getoption("--callers"), self.seed)
        self.signing = signing.session(self.adapter)
        self.sent = collections.Counter()
        self.answers = collections.Counter()
        self.shares = {}
        self.codes = error_table()
        self.document = self.get("/openapi.json")
        self.schemas = {
            name: self.get(f"/schemas/{name}.json")
            for name in (
                item["post"]["operationId"]
                for path, item in self.document["paths"].items()
                if path.startswith("/api/v1/")
            )
        }
        self.weaver = weaving.Weaver(self.seed, MONTH, SCHEME)
        seed_lists(self)

    def get(self, path):
        response = self.plain.get(self.url + path, timeout=30)
        response.raise_for_status()
        return response.json()

    def share(self, test, part):
        """How often each case of a test is repeated, so that the test has its part."""
        return math.ceil(self.requests * part / self.shares[test])

    def count(self, kind, response, code):
        self.sent[kind] += 1
        self.answers[(response.status_code, code)] += 1


def error_table():
    """code → HTTP status, of docs/ERRORS.md."""
    rows = re.findall(r"^\| (CHS-\d+) \| (\d+) \|", ERRORS.read_text(encoding="utf-8"), re.M)
    return {code: int(status) for code, status in rows}


def seed_lists(run):
    """Made-up lists of both hospitals, uploaded and grouped."""
    for number in range(LISTS):
        name = ("hospital-a", "hospital-b")[number % 2]
        file = run.adapter.callers[name][0]
        made = json.loads(EXAMPLE.read_text(encoding="utf-8"))
        made["setlinfo"] |= {
            "fixmedins_code": file["fixmedins_code"],
            "fixmedins_name": file["fixmedins_name"],
            "setl_id": "ST-" + secrets.token_hex(8),
        }
        answer = run.signing.post(
            f"{run.url}/api/v1/reports",
            json={"report": "4101", "submit": number < LISTS - 1, "input": made},
            headers={signing.CALLER: name},
            timeout=30,
        )
        answer.raise_for_status()
        run.weaver.lists.append(made)
        run.weaver.meet(made)
        run.weaver.meet(answer.json())


def pytest_configure(config):
    config.run = Run(config)


@pytest.fixture(scope="session")
def run(request):
    return request.config.run


def pytest_sessionfinish(session):
    run = session.config.run
    total = sum(run.sent.values())
    if session.exitstatus == 0 and total < run.requests:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter, config):
    run, write = config.run, terminalreporter.write_line
    write("")
    for (status, code), count in sorted(run.answers.items(), key=lambda each: str(each[0])):
        write(f"{count:>8}  {status}  {code}")
    total = sum(run.sent.values())
    kinds = "，".join(f"{kind} {count}" for kind, count in run.sent.items())
    write(f"请求 requests {total}（要求 wanted {run.requests}）：{kinds}；种子 seed {run.seed}")
