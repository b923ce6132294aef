"""schemathesis 对整份接口文档 / schemathesis over the whole document.

Opened: data of every operation, fitting its schema and not, signed and sealed. Unsealed:
whatever a stranger sends to the same paths and to the others.
"""

import json

import jsonschema_rs
import pytest
import schemathesis
import signing
from conftest import PLAIN, SEALED
from hypothesis import HealthCheck, Phase, given, seed, settings
from opened import opened
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def without_blanks(data):
    """The data as the gateway holds it against the schema: without members that are null or ""."""
    if isinstance(data, dict):
        return {name: without_blanks(value) for name, value in data.items() if value is not None and value != ""}
    if isinstance(data, list):
        return [without_blanks(item) for item in data]
    return data


def pytest_generate_tests(metafunc):
    if "operation" not in metafunc.fixturenames:
        return
    run = metafunc.config.run
    if metafunc.function is test_opened:
        document = opened(run.document, run.schemas)
    else:
        document = run.document
    schema = schemathesis.openapi.from_dict(document)
    operations = [each.ok() for each in schema.get_all_operations()]
    cases = [
        pytest.param(operation, mode, id=f"{operation.label}-{mode.value}")
        for operation in operations
        for mode in MODES
        # Without body and parameters nothing can be ill-formed.
        if mode is GenerationMode.POSITIVE or operation.method == "post"
    ]
    posted = [operation for operation in operations if operation.method == "post"]
    run.shares[metafunc.function.__name__] = len(posted) * len(MODES)
    metafunc.parametrize("operation,mode", cases)


@pytest.mark.filterwarnings("ignore")
def test_opened(run, operation, mode):
    name = operation.definition.raw["operationId"]
    validator = jsonschema_rs.validator_for(run.schemas[name])

    def check(case):
        case.body = run.weaver.weave(name, case.body)
        response = case.call(base_url=run.url, session=run.signing, timeout=30)
        body = response.json()
        good = response.status_code == 200
        run.count(SEALED, response, "0" if good else body.get("code"))
        case.validate_response(response, checks=CHECKS)
        if not good:
            assert_in_table(run, response, body)
            return
        run.weaver.meet(body)
        if response.request.travelled is not None:
            # What does not fit the published schema is never accepted; blank members are as
            # good as absent.
            validator.validate(without_blanks(json.loads(response.request.travelled)))

    repeated(operation, mode, check, run.share("test_opened", 0.6), run.seed)


@pytest.mark.filterwarnings("ignore")
def test_unsealed(run, operation, mode):
    def check(case):
        response = case.call(base_url=run.url, session=run.plain, timeout=30)
        kind = response.headers.get("content-type", [""])[0]
        body = response.json() if kind.endswith("json") else {}
        run.count(PLAIN, response, body.get("code", "-"))
        case.validate_response(response, checks=CHECKS)
        if kind == "application/problem+json":
            assert_in_table(run, response, body)

    repeated(operation, mode, check, run.share("test_unsealed", 0.4), run.seed)


def repeated(operation, mode, check, times, number):
    limits = settings(
        max_examples=times,
        database=None,
        deadline=None,
        # What data meets depends on what was sent before it: a smaller failure is another one.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    test = given(operation.as_strategy(generation_mode=mode))(check)
    seed(number)(limits(test))()


def assert_in_table(run, response, body):
    code = body.get("code")
    assert run.codes.get(code) == response.status_code, f"{code} {response.status_code}"
