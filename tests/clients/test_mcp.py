"""An assistant asks by the official client: over HTTP and over standard input and output, in the protocol with and
without a handshake; and each of the questions of mcp_questions.json has the answer that is known, the API's own."""

import asyncio
import csv
import io
import json
import os
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import jsonschema
import pytest
from httpx2 import AsyncClient
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from conftest import FROM, TO, TOKEN

QUESTIONS = json.loads(Path(__file__).with_name("mcp_questions.json").read_text())
RANGE = {"from": FROM, "to": TO}


@asynccontextmanager
async def connected(api, mode="auto"):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"{api.base}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


@pytest.fixture(scope="module")
def tools(api):
    async def ask():
        async with connected(api) as client:
            return {tool.name: tool for tool in (await client.list_tools()).tools}

    return asyncio.run(ask())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_asks(api, mode):
    async def ask():
        async with connected(api, mode) as client:
            funnel = await client.call_tool("funnel", {"name": "click-to-messenger", **RANGE})
            documents = (await client.list_resources()).resources
            text = (await client.read_resource(documents[0].uri)).contents[0].text
            prompts = (await client.list_prompts()).prompts
            week = await client.get_prompt("weekly_review", {"from": FROM, "to": "2026-10-08"})
            return funnel, documents, text, prompts, week

    funnel, documents, text, prompts, week = asyncio.run(ask())
    assert not funnel.is_error
    assert funnel.structured_content["answer"] == api.json("funnels/click-to-messenger")
    assert json.loads(funnel.content[0].text) == funnel.structured_content
    assert len(documents) == 4 and "What the figures mean" in text
    assert [prompt.name for prompt in prompts] == ["weekly_review", "why_did_leads_fall"]
    assert "2026-10-08" in week.messages[0].content.text


def test_the_official_client_of_typescript_is_told_the_same(api):
    """`make test-clients` installs it; by hand: npm ci in tests/clients/typescript."""
    script = Path(__file__).with_name("typescript") / "mcp.mjs"
    run = subprocess.run(
        ["node", str(script), f"{api.base}/mcp", FROM, TO],
        env={**os.environ, "TOKEN": TOKEN}, capture_output=True, text=True, timeout=60,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["server"] == "messenger-funnel" and len(told["tools"]) == 28
    answers = {name: one["structuredContent"] for name, one in told["answers"].items()}
    assert answers["funnel"]["answer"] == api.json("funnels/click-to-messenger", by="source")
    assert answers["ads"]["answer"] == api.json("ads", by="campaign")
    assert answers["attribution"]["answer"] == api.json("attribution", model="linear")
    assert told["answers"]["wrong"]["isError"] and "moon" in told["answers"]["wrong"]["content"][0]["text"]
    assert len(told["resources"]) == 4 and "# Glossary" in told["glossary"]
    assert f"{FROM}T03:00:00.000Z" in told["prompt"]


def test_over_standard_input_and_output_figures_are_the_same(api, world):
    server = StdioServerParameters(
        command=os.environ["MESSENGER_FUNNEL_BIN"], args=["mcp"], env=world.settings, cwd=world.folder
    )

    async def ask():
        async with Client(server) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            return names, await client.call_tool("ads", {"by": "campaign", **RANGE})

    names, ads = asyncio.run(ask())
    # Beside the running server, and without people, who were not asked for.
    assert "conversations" not in names and "funnel" in names
    assert ads.structured_content["answer"] == api.json("ads", by="campaign")


def test_schemas_are_schemas_and_answers_are_of_them(api, tools):
    for tool in tools.values():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.annotations.read_only_hint and len(tool.description) > 30, tool.name

    async def ask():
        async with connected(api) as client:
            told = {}
            # The history is that of a stored funnel, of which there is none.
            for tool in (one for one in tools.values() if one.name != "funnel_history"):
                taken = tool.input_schema["properties"]
                arguments = {key: value for key, value in RANGE.items() if key in taken}
                if "name" in taken:
                    arguments["name"] = "click-to-messenger"
                if "step" in taken:
                    arguments["step"] = "lead"
                if not set(tool.input_schema["required"]) <= arguments.keys():
                    continue
                told[tool.name] = await client.call_tool(tool.name, arguments)
            return told

    told = asyncio.run(ask())
    assert len(told) >= 24
    for name, answer in told.items():
        assert not answer.is_error, (name, answer.content)
        jsonschema.validate(answer.structured_content, tools[name].output_schema)
        assert len(answer.content[0].text) < 65_000, name


def taken(answer, path):
    """A figure: steps of a path; `key=value` is the row that has it, in its `by` or itself."""
    for step in path:
        if isinstance(step, dict):
            [answer] = [
                row
                for row in answer
                if all(row.get("by", row).get(key, row.get(key)) == value for key, value in step.items())
            ]
        else:
            answer = answer[step]
    return answer


def of_file(api, told):
    """The same figure in a file of the API."""
    text = api.get(told["path"], format="csv", **told.get("asked", {})).text
    rows = [
        row
        for row in csv.DictReader(io.StringIO(text))
        if all(row[key] == value for key, value in told["where"].items())
    ]
    values = [row[told["column"]] for row in rows]
    if told.get("sum"):
        return sum(float(value) for value in values)
    [value] = values
    return float(value) if value else None


def test_the_evaluation_asks_sixty_questions():
    assert len(QUESTIONS) >= 60
    assert len({one["question"] for one in QUESTIONS}) == len(QUESTIONS)
    assert {one["tool"] for one in QUESTIONS} >= {"funnel", "ads", "attribution", "response_times", "quality"}


def test_each_question_of_the_evaluation_has_its_known_answer(api):
    async def ask():
        async with connected(api) as client:
            return [await client.call_tool(one["tool"], one["arguments"]) for one in QUESTIONS]

    wrong = []
    for one, told in zip(QUESTIONS, asyncio.run(ask()), strict=True):
        assert not told.is_error, (one["question"], told.content)
        content = told.structured_content
        assert content["about"]["left_out"] == [] and len(content["about"]["definition_hash"]) == 64
        found = taken(content["answer"], one["take"])
        number = float(found) if found is not None else None
        same = of_file(api, one["file"])
        for other in (one["answer"], same):
            if (number is None) != (other is None) or (number is not None and number != pytest.approx(other)):
                wrong.append((one["question"], found, one["answer"], same))
                break
    assert wrong == []
