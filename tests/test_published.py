"""What a published book needs: an address and a card for each page, links that lead somewhere, workflows."""

from __future__ import annotations

import json
import os
import re
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import book_cards
import book_site
import links
import pytest
import yaml
from browser import visit
from bs4 import BeautifulSoup
from PIL import Image
from sphinx.config import Config
from test_book import PAGES, make_small_book, small_book, write
from test_offline import Host

from conftest import ROOT, build

__all__ = ["small_book"]

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ADDRESS = "https://reader.example/courses/cnn"
SECOND = "# Kernels & “filters”\n\nA second page, of which this sentence tells what it is about.\n"
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def built_twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, int]]]:
    """Build a book of two pages for an address below the root of its host, and again with one more sentence.

    Return the folder of its pages and, for each time, when each card was drawn.
    """
    book, drawn = make_small_book(tmp_path_factory.mktemp("published")), []
    html, second = book / "_build" / "html", book / "book" / "two.md"
    with (book / "_toc.yml").open("a") as toc:
        toc.write("chapters:\n  - file: book/two\n")
    write(book, "One sentence that tells what this book is about.\n\n## How to run it\n\nWith make.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOOK_URL", ADDRESS)
        for text in (SECOND, SECOND + "\nOne sentence more.\n"):
            second.write_text(text, "utf-8")
            result = build(book, book)
            assert result.returncode == 0, result.stderr[-3000:]
            drawn.append({path.name: path.stat().st_mtime_ns for path in (html / "_static" / "cards").iterdir()})
    return html, drawn


@pytest.fixture
def published(built_twice: tuple[Path, list[dict[str, int]]]) -> Path:
    """Return the folder of a published book's pages."""
    return built_twice[0]


def test_a_published_page_says_where_it_is_and_how_a_link_to_it_looks(published: Path) -> None:
    page = BeautifulSoup((published / "book" / "two.html").read_text("utf-8"), "html.parser")
    said = {tag.get("property") or tag.get("name"): tag["content"] for tag in page.select("meta[content]")}
    address = f"{ADDRESS}/book/two.html"
    assert [link["href"] for link in page.select("link[rel=canonical]")] == [address]
    assert said["og:url"] == address
    assert said["og:title"] == said["twitter:title"] == "Kernels & “filters”"
    assert said["description"] == said["og:description"] == said["twitter:description"]
    assert said["description"] == "A second page, of which this sentence tells what it is about."
    assert said["og:image"] == said["twitter:image"]
    card = published / said["og:image"].removeprefix(f"{ADDRESS}/")
    assert Image.open(card).size == (int(said["og:image:width"]), int(said["og:image:height"])) == (1200, 630)
    assert card.stat().st_size < 40_000
    assert len(list(card.parent.iterdir())) == 2  # one a page
    front, first = ((published / name).read_text("utf-8") for name in ("index.html", "book/intro.html"))
    assert 'content="0; url=book/intro.html"' in front
    shown = re.compile(r'<(?:title|link rel="canonical"|meta property="og:|meta name="(?:description|twitter:)).*')
    assert sorted(shown.findall(front)) == sorted(shown.findall(first))
    assert len(shown.findall(front)) == 16
    for name in ("404", "search", "genindex"):
        assert "og:" not in (published / f"{name}.html").read_text("utf-8")


def test_search_engines_find_the_pages(published: Path) -> None:
    site_map = ElementTree.parse(published / "sitemap.xml").getroot()
    found = [element.text for element in site_map.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert found == [f"{ADDRESS}/book/intro.html", f"{ADDRESS}/book/two.html"]
    assert f"Sitemap: {ADDRESS}/sitemap.xml" in (published / "robots.txt").read_text().splitlines()
    assert (published / ".nojekyll").read_bytes() == b""
    assert links.broken(published) == []


def test_a_card_is_drawn_once(built_twice: tuple[Path, list[dict[str, int]]]) -> None:
    html, (first, second) = built_twice
    assert "One sentence more." in (html / "book" / "two.html").read_text("utf-8")
    assert len(first) == 2
    assert first == second


def test_the_page_of_a_wrong_address_works_at_any_depth(browser: Any, published: Path) -> None:
    host = Host(published, "/courses/cnn")
    with visit(browser, "about:blank") as seen:
        text = (published / "404.html").read_text("utf-8")
        seen.page.route("**/no/such/page.html", lambda route: route.fulfill(status=404, body=text))
        seen.page.goto(f"{host.address}/no/such/page.html")
        assert seen.page.locator("h1").inner_text() == "This page does not exist"
        assert seen.page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "fixed"
        seen.page.get_by_role("link", name="Go to the first page").click()
        seen.page.wait_for_url(f"{host.address}/book/intro.html")
    host.stop()


def test_a_book_without_an_address_names_none(small_book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOOK_URL", raising=False)
    folder = small_book / "_build" / "html"
    assert build(small_book, small_book).returncode == 0
    assert not (folder / "sitemap.xml").exists()
    assert not re.search("canonical|og:|twitter:", (folder / "book" / "intro.html").read_text("utf-8"))
    assert "Sitemap" not in (folder / "robots.txt").read_text()


@pytest.mark.parametrize("repository", ["", "https://github.com/reader/cnn-course"])
def test_a_notebook_of_a_public_repository_can_be_run_elsewhere(small_book: Path, repository: str) -> None:
    config = yaml.safe_load((small_book / "_config.yml").read_text("utf-8"))
    assert set(config["repository"]) | set(config["launch_buttons"]) == {
        "url", "branch", "binderhub_url", "colab_url", "jupyterhub_url"}  # fmt: skip
    config["repository"]["url"] = repository
    config["launch_buttons"]["jupyterhub_url"] = "https://hub.example"
    (small_book / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")
    with (small_book / "_toc.yml").open("a") as toc:
        toc.write("chapters:\n  - file: book/two\n")
    (small_book / "book" / "two.md").write_text(SECOND, "utf-8")
    write(small_book, "One sentence that tells what this book is about.\n\n## How to run it\n\nWith make.", "1 + 1")
    result = build(small_book, small_book)
    assert result.returncode == 0, result.stderr[-3000:]
    one, two = (
        BeautifulSoup((small_book / f"_build/html/book/{name}.html").read_text("utf-8"), "html.parser").select_one(
            ".run"
        )
        for name in ("intro", "two")
    )
    assert {link.text: link["href"] for link in one.select("a[href^=https]")} == (
        {
            "Binder": "https://mybinder.org/v2/gh/reader/cnn-course/main?urlpath=lab%2Ftree%2Fbook%2Fintro.ipynb",
            "Colab": "https://colab.research.google.com/github/reader/cnn-course/blob/main/book/intro.ipynb",
            "JupyterHub": "https://hub.example/hub/user-redirect/git-pull"
            "?repo=https%3A%2F%2Fgithub.com%2Freader%2Fcnn-course&branch=main"
            "&urlpath=lab%2Ftree%2Fcnn-course%2Fbook%2Fintro.ipynb",
        }
        if repository
        else {}
    )
    assert not two.select("a[href^=https]")


@pytest.mark.parametrize("url", ["reader.example", "ftp://reader.example", "https://a b", "https://x.org/?q"])
def test_a_wrong_address_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BOOK_URL", url)
    with pytest.raises(ValueError, match="give the address of the first page"):
        book_site.address(Config())


@pytest.mark.parametrize(
    ("url", "base"),
    [("", ""), ("https://x.org", "https://x.org/"), ("https://x.github.io/a-b/", "https://x.github.io/a-b/")],
)
def test_the_address_ends_with_a_slash(monkeypatch: pytest.MonkeyPatch, url: str, base: str) -> None:
    monkeypatch.setenv("BOOK_URL", url)
    config = Config()
    book_site.address(config)
    assert config.html_baseurl == base


def test_titles_of_every_length_fit_their_cards() -> None:
    for title in ("Pool", "Move the window in larger steps", 20 * "convolution "):
        card = Image.open(BytesIO(book_cards.card_png(title, "A book"))).convert("L")
        ink = [x for x in range(1140, 1200) for y in range(0, 630, 3) if card.getpixel((x, y)) < 200]
        assert ink == []


# Links


def test_every_link_of_the_book_leads_somewhere(built_book: Path) -> None:
    assert links.broken(built_book) == []
    pages = [links.Page((built_book / f"{page}.html").read_text("utf-8")) for page in PAGES]
    assert all(len(page.links) > 40 and len(page.places) > 3 for page in pages)


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ('<a href="gone.html">', "leads to no file"),
        ('<img src="../gone.png">', "leads to no file"),
        ('<a href="notation.html#gone">', "there is no such place on that page"),
        ('<a href="#gone">', "there is no such place on that page"),
        ('<a href="https://example">', "is no address"),
        ('<a href="https://example.org/a.">', "is no address"),
        ('<a href="https://example.org/a b">', "is no address"),
        ('<a href="mailto:nobody">', "is no address"),
        ('<a href="http:/example.org">', "is no address"),
        ('<a href="https://example.org/a?b=c#d">', ""),
        ('<a href="https://doi.org/10.1000/(x)1">', ""),
        ('<a href="mailto:me@example.org">', ""),
        ('<a href="notation.html">', ""),
        ('<a href="02-convolution-2d.html#convolution_2d.size=4">', ""),
    ],
)
def test_a_broken_link_is_found(tmp_path: Path, markup: str, complaint: str) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    for name in ("notation", "02-convolution-2d"):
        (folder / f"{name}.html").write_text("<h1 id=a>A</h1>")
    (folder / "intro.html").write_text(f"<p>\n{markup}</p>")
    (tmp_path / "index.html").write_text('<meta http-equiv="Refresh" content="0; url=book/intro.html">')
    found = links.broken(tmp_path)
    assert len(found) == bool(complaint)
    assert all(said.startswith("book/intro.html, line 2: ") and said.endswith(complaint) for said in found)
    assert links.main([str(tmp_path)]) == bool(complaint)


def test_a_redirect_to_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<meta http-equiv="Refresh" content="0; url=book/intro.html">')
    assert links.broken(tmp_path) == ["index.html, line 1: 'book/intro.html' leads to no file"]
    with pytest.raises(ValueError, match="make book"):
        links.broken(tmp_path / "empty")


# Workflows


def steps(path: Path) -> list[dict[str, Any]]:
    """Return the steps of all jobs of a workflow."""
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
    return [step for job in jobs for step in job.get("steps", [])]


@each_workflow
def test_actions_are_pinned_by_hash_with_their_version_beside_it(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text("utf-8"))
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./\.github/workflows/\w+\.yml", action)


def test_an_action_has_one_hash_everywhere() -> None:
    text = "\n".join(path.read_text("utf-8") for path in WORKFLOWS)
    pins = set(re.findall(r"uses: (actions/[\w-]+)@(.+)", text))
    assert len(pins) == len({name for name, _ in pins})


@each_workflow
def test_a_workflow_may_only_read_but_where_it_publishes(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    more = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
    needed = {
        "publish": {"build": {"contents": "read", "pages": "read"}, "deploy": {"pages": "write", "id-token": "write"}},
        "release": {"release": {"contents": "write"}},
    }
    assert more == needed.get(path.stem, {})
    for step in steps(path):
        assert "checkout" not in step.get("uses", "") or step["with"]["persist-credentials"] is False


def test_only_main_is_published_and_only_when_its_tests_pass() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text("utf-8"))["jobs"]
    assert set(jobs["deploy"]["needs"]) == {"test", "build"}
    assert jobs["deploy"]["if"] == jobs["test"]["if"] == "github.ref == 'refs/heads/main'"
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"


@each_workflow
def test_what_a_workflow_runs_exists(path: Path) -> None:
    commands = [step["run"] for step in steps(path) if "run" in step]
    for command in commands:
        plain = re.sub(r"\$\{\{.*?\}\}", "3.11", command)
        if not plain.startswith("make "):  # what only a system or a site can be told; here it is read, not run
            assert set(re.findall(r"^\S+|sudo \S+", plain)) <= {"sudo apt-get", "sudo sysctl", "sudo", "python", "gh"}
            assert subprocess.run(["bash", "-n", "-c", plain], check=False).returncode == 0, command
            assert all((ROOT / named).is_file() for named in re.findall(r"tests/\S+|\S+\.lock", plain)), command
            continue
        done = subprocess.run(["make", "--dry-run", *plain.split()[1:]], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 0, command
    assert commands


def test_the_manifest_names_icons_that_are_there(built_book: Path) -> None:
    manifest = json.loads((built_book / book_site.MANIFEST).read_text("utf-8"))
    for icon in manifest["icons"]:
        side = int(icon["sizes"].partition("x")[0])
        path = built_book / icon["src"]
        assert Image.open(path).size == (side, side)
        assert path.stat().st_size < 10_000
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    assert os.environ.get("BOOK_URL") or manifest["start_url"] == manifest["scope"] == "./"
