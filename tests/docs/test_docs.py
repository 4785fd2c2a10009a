"""What the pages show is what happens: commands, their output, records, conditions, links, lists of keys."""

import re
from pathlib import Path
from typing import get_args

import blocks as b
import msgspec
import pyarrow as pa
import pytest
import yaml

from apothecary import logic
from apothecary.knowledge import authoring, kinetics
from apothecary.knowledge import schema as k
from apothecary.knowledge.therapy import Adjustment, NoRecommendation
from apothecary.population import first, summary
from apothecary.population.measures import Measure
from apothecary.record import RecordError, read_record
from apothecary.review.cases import Case, CaseFile

STOPS = re.compile(r"\b(?:FactsError|c\.Failure|_no_room)\(\s*\"([\w-]+)\"")
PROBLEM = re.compile(r"\b(?:Problem|RecordError)\(\s*\"([\w-]+)\"")


def codes(path: Path) -> list[str]:
    """The codes of problems and errors that a module raises."""
    return PROBLEM.findall(path.read_text(encoding="utf-8"))


CONSOLE = [block for block in b.ALL if block.language == "console"]
PYTHON = [block for block in b.ALL if block.language == "python"]
MAKE = [block for block in b.ALL if block.language == "sh"]
LANGUAGES = {"console", "python", "sh", "yaml", "json", "text"}


def name(block: b.Block) -> str:
    return f"{block.page}:{block.line}"


@pytest.mark.parametrize("page", sorted({block.page for block in CONSOLE}))
def test_commands_print_what_the_page_shows(page: str, tmp_path: Path) -> None:
    """From top to bottom in one folder, as a reader would type them; an exit code other than 0 is shown on the page."""
    b.prepare(tmp_path, page)
    todo = [(name(block), step) for block in CONSOLE if block.page == page for step in b.steps(block)]
    code = 0
    for (where, step), following in zip(todo, [*(step.command for _, step in todo[1:]), ""], strict=True):
        code, printed = b.run(step.command, tmp_path, code)
        said = "\n".join([where, step.command, *printed])
        assert b.differs(step.shown, printed) is None, said
        assert code == 0 or following == "echo $?", said


@pytest.mark.parametrize("block", PYTHON, ids=name)
def test_python_prints_what_its_comments_say(block: b.Block, tmp_path: Path) -> None:
    b.prepare(tmp_path, block.page)
    (tmp_path / "example.py").write_text(block.text, encoding="utf-8")
    code, printed = b.run("python example.py", tmp_path)
    shown = [line.removeprefix("#> ") for line in block.text.splitlines() if line.startswith("#> ")]
    assert (0, shown) == (code, printed)


@pytest.mark.parametrize("block", MAKE, ids=name)
def test_shell_blocks_call_make_with_a_target_that_exists(block: b.Block) -> None:
    targets = set(re.findall(r"^([a-z]+):", (b.ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    commands = [line.split("#")[0].split() for line in block.text.splitlines()]
    assert [] == [command for command in commands if command[0] != "make" or not set(command[1:]) <= targets]


@pytest.mark.parametrize("block", b.ALL, ids=name)
def test_every_block_says_what_it_is(block: b.Block) -> None:
    assert block.language in LANGUAGES


@pytest.mark.parametrize("block", [x for x in b.ALL if x.title and not x.title.endswith(".txt")], ids=name)
def test_every_record_that_a_page_gives_is_read_without_a_problem(block: b.Block) -> None:
    assert () == read_record(block.text.encode()).problems


@pytest.mark.parametrize(
    "command", ["review", "explain", "check", "monographs", "demo", "show", "handout", "population", "cohort"]
)
def test_every_command_is_shown_in_the_readme(command: str) -> None:
    shown = [step.command for block in CONSOLE if block.page == "README.md" for step in b.steps(block)]
    assert any(f"apothecary {command}" in line for line in shown)


@pytest.mark.parametrize(
    "command", ["review", "explain", "check", "monographs", "demo", "show", "handout", "population", "cohort"]
)
def test_every_option_is_in_the_readme(command: str, tmp_path: Path) -> None:
    _, printed = b.run(f"apothecary {command} --help", tmp_path)
    options = set(re.findall(r"^\s*(--[a-z-]+)", "\n".join(printed), re.M)) - {"--help"}
    readme = (b.ROOT / "README.md").read_text(encoding="utf-8")
    assert set() == {option for option in options if f"`{option}" not in readme and f" {option} " not in readme}


@pytest.mark.parametrize("page", b.PAGES, ids=lambda path: path.name)
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if not target.startswith("http"):
            file = (page.parent / path).resolve() if path else page
            if not file.exists() or (anchor and anchor not in anchors(file)):
                broken.append(target)
    assert [] == broken


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


# --- docs/records.md ------------------------------------------------------------------------------------------------


def accepted(form: str) -> set[str]:
    """The keys that a message about a wrong key names."""
    with pytest.raises(RecordError) as caught:
        read_record(form.encode())
    return set(re.findall(r"[\w]+", caught.value.message.split("Keys: ")[1]))


def test_the_short_form_of_the_readme_has_every_key() -> None:
    whole = next(x for x in b.ALL if x.page == "README.md" and x.title == "complete.yaml")
    assert accepted("strange: 1") == set(yaml.safe_load(whole.text)) | {"age"}


@pytest.mark.parametrize("command", ["population", "cohort"])
def test_every_option_is_on_the_page_of_its_command(command: str, tmp_path: Path) -> None:
    _, printed = b.run(f"apothecary {command} --help", tmp_path)
    options = set(re.findall(r"^\s*(--[a-z-]+)", "\n".join(printed), re.M)) - {"--help"}
    page = (b.ROOT / "docs" / f"{command}.md").read_text(encoding="utf-8")
    assert set() == {option for option in options if f"`{option}`" not in page}


@pytest.mark.parametrize("schema", [summary.SCHEMA, first.SCHEMA], ids=["summary", "first"])
def test_every_column_of_the_results_is_documented(schema: pa.Schema) -> None:
    page = (b.ROOT / "docs" / "population.md").read_text(encoding="utf-8")
    assert [] == [name for name in schema.names if f"`{name}`" not in page]


def test_the_keys_of_an_entry_are_listed() -> None:
    page = (b.ROOT / "docs" / "records.md").read_text(encoding="utf-8")
    line = next(line for line in page.splitlines() if line.startswith("Keys of an entry:"))
    assert accepted("conditions: [{strange: 1}]") == set(re.findall(r"`(\w+)`", line))


# --- docs/knowledge.md ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def conditions() -> list[object]:
    page = b.blocks(b.ROOT / "docs" / "knowledge.md")
    written = next(block for block in page if block.text.startswith("# every form of a condition"))
    found: list[object] = yaml.safe_load(written.text)
    return found


def test_every_condition_is_documented(conditions: list[dict[str, object]]) -> None:
    assert {*authoring.MAIN_FIELD, "all", "any", "not"} == {key for one in conditions for key in one}


def test_every_documented_condition_is_understood(conditions: list[object]) -> None:
    for one in conditions:
        msgspec.convert(authoring.expand(one), logic.Condition)


def test_every_field_of_every_condition_is_documented(conditions: list[dict[str, dict[str, object]]]) -> None:
    used: dict[str, set[str]] = {}
    for one in conditions:
        for key, content in one.items():
            used.setdefault(key, set()).update(content if isinstance(content, dict) else [])
    for node in get_args(logic.Condition):
        ask = str(node.__struct_config__.tag)
        if ask in authoring.MAIN_FIELD:
            assert set(node.__struct_fields__) <= used[ask] | {authoring.MAIN_FIELD[ask]}, ask


@pytest.mark.parametrize(
    "kind", [k.Statement, k.Value, k.Rule, k.LabeledException, k.IndicationRule, k.Source, k.Interpretation,
             k.Observation, k.ValueSet, k.Dosing, Adjustment, NoRecommendation, k.Product, k.AdviceLine,
             k.TranslatedLine, k.Handout, k.Model, k.Exposure, kinetics.Parameter, kinetics.Power,
             kinetics.Proportional, kinetics.PowerOfTen, kinetics.OnDialysis, kinetics.Variability,
             kinetics.Residual, kinetics.Population, kinetics.Limit, kinetics.Subject, kinetics.Observed,
             kinetics.Target, kinetics.Mechanism, Measure, Case, CaseFile]
)  # fmt: skip
def test_every_key_of_a_knowledge_file_is_documented(kind: type[msgspec.Struct]) -> None:
    page = (b.ROOT / "docs" / "knowledge.md").read_text(encoding="utf-8")
    keys = set(re.findall(r"^ *(?:- )?(\w+):", page, re.M)) | set(re.findall(r"`(\w+)`", page))
    assert set() == set(kind.__struct_fields__) - keys


@pytest.mark.parametrize("code", sorted({code for path in b.ROOT.glob("src/**/*.py") for code in codes(path)}))
def test_every_code_of_a_problem_or_error_is_documented(code: str) -> None:
    page = (b.ROOT / "docs" / "records.md").read_text(encoding="utf-8")
    assert f"| {code} |" in page


# --- docs/population.md ---------------------------------------------------------------------------------------------


def test_every_code_of_an_error_about_many_patients_is_documented() -> None:
    files = [*b.ROOT.glob("src/apothecary/population/**/*.py"), *b.ROOT.glob("src/apothecary/cli/population*.py")]
    used = {code for path in files for code in STOPS.findall(path.read_text(encoding="utf-8"))}
    page = (b.ROOT / "docs" / "population.md").read_text(encoding="utf-8")
    told = {code for codes in re.findall(r"^\| ([\w, -]+) \| \d+ \|", page, re.M) for code in codes.split(", ")}
    assert used - told == set()
    assert {"stopped", "killed", "not-whole"} <= used
