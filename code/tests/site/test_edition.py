"""Each page says which edition it is of, and where the others are."""

import json
import tomllib
from pathlib import Path

from visiting import soup

ROOT = Path(__file__).parents[3]


def test_each_page_names_its_edition(site: Path, pages: list[str]) -> None:
    version = tomllib.loads((ROOT / "code/pyproject.toml").read_text("utf-8"))["project"]["version"]
    told = json.loads((site / "edition.json").read_text("utf-8"))
    assert told["version"] == version
    for page in pages:
        foot = soup(site / page).select_one(".extra_footer")
        assert f"Version {version}, commit {told['commit']};" in foot.get_text(), page
        links = {link.get_text(): link["href"] for link in foot.select("a")}
        assert links["the newest edition"].startswith("https://"), page
        assert links["all releases"].endswith("/releases"), page
