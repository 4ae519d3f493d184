"""The description of the API holds: programs made from it get the answers that it names."""

from __future__ import annotations

import anyio.from_thread
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case

from consult.models.people import Role
from tests.api.scene import API, post, script_of, with_draft
from tests.people import Site

pytestmark = pytest.mark.anyio


async def test_every_route_is_described_with_its_errors(reader: httpx.AsyncClient) -> None:
    found = (await reader.get(f"{API}/openapi.json")).json()
    assert found["openapi"].startswith("3.1")
    assert found["info"]["contact"]["email"]
    assert set(found["paths"]) == {
        f"{API}{path}"
        for path in ("/consultations", "/consultations/{slug}", "/consultations/{slug}/comments",
                     "/consultations/{slug}/submissions", "/consultations/{slug}/drafts/{draft}",
                     "/consultations/{slug}/drafts/{draft}/compare/{first}/{second}",
                     "/contributions/{reference}", "/search")
    }  # fmt: skip
    posting = found["paths"][f"{API}/consultations/{{slug}}/comments"]["post"]
    assert posting["security"] == [{"token": []}]
    assert {"201", "401", "404", "409", "422"} <= set(posting["responses"])
    assert (await reader.get("/schema")).status_code in (302, 404)


@pytest.mark.parametrize("kind", ["reader", "script"])
async def test_generated_requests_get_the_answers_that_are_described(kind: str, site: Site) -> None:
    if not site.database.is_sqlite:
        pytest.skip("once is enough: the description is the same")
    await site.consultation()
    await with_draft(site)
    script = await script_of(site, Role.RESPONDENT)
    await post(script, text="There is something to read.")
    client = script if kind == "script" else site.browser()
    described = schemathesis.openapi.from_dict((await client.get(f"{API}/openapi.json")).json())
    for operation in described.get_all_operations():
        await anyio.to_thread.run_sync(_try_all, operation.ok(), client)


def _try_all(operation: object, client: httpx.AsyncClient) -> None:
    async def send(case: Case) -> httpx.Response:
        asked = case.as_transport_kwargs(base_url=str(client.base_url))
        headers = {**asked["headers"], **client.headers}
        kept = {
            name: asked[name] for name in ("params", "json", "data", "content") if asked.get(name) is not None
        }
        return await client.request(asked["method"], asked["url"], headers=headers, **kept)

    def check(case: Case) -> None:
        answer = anyio.from_thread.run(send, case)
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        case.operation.validate_response(answer, case=case)

    strategy = operation.as_strategy()  # type: ignore[attr-defined]
    limits = settings(max_examples=15, database=None, deadline=None, phases=[Phase.generate],
                      suppress_health_check=list(HealthCheck), derandomize=True)  # fmt: skip
    limits(given(case=strategy)(check))()
