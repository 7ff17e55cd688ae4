"""The documentation site loads nothing from a network, and the check finds everything that would."""

import subprocess
import sys

import pytest

from analyzer.config import PROJECT

sys.path.insert(0, str(PROJECT / "tools"))
import check_site


def found(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return list(check_site.external(tmp_path))


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<img src="//cdn.example/x.png">',
        '<img srcset="a.png 1x, https://cdn.example/b.png 2x">',
        '<link rel="stylesheet" href="https://fonts.example/css">',
        '<link rel="preconnect" href="https://fonts.example">',
        '<link rel="icon next" href="https://fonts.example/i.png">',
        '<iframe src="HTTP://other.example"></iframe>',
        '<object data="https://other.example/x"></object>',
        '<video poster="https://other.example/x.png"></video>',
        '<svg><use href="https://other.example/x.svg#a"/></svg>',
        '<meta http-equiv="refresh" content="0; url=https://other.example">',
        '<p style="background: url(https://other.example/x.png)">',
        "<style>@import 'https://fonts.example/x.css';</style>",
        "<style>@font-face { src: url( '//fonts.example/x.woff2') }</style>",
        "<script>fetch('https://other.example/x')</script>",
        "<script>new WebSocket('wss://other.example/x')</script>",
    ],
)
def test_an_address_that_a_browser_fetches_is_found(tmp_path, html):
    assert len(found(tmp_path, "page.html", html)) == 1


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://other.example">a link to click</a>',
        '<link rel="next" href="https://other.example/2">',
        '<img src="_static/x.png"><link rel="stylesheet" href="x.css?v=1"><script src="x.js"></script>',
        '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
        "<p>The page asks https://other.example for nothing: url(https://other.example)</p>",
        "<script>document.createElementNS('http://www.w3.org/2000/svg', 'a') // https://notes.example</script>",
        '<img src="data:image/png;base64,//8A">',
        "<style>a { background: url(data:image/png;base64,AAAA) }</style>",
    ],
)
def test_links_to_click_and_addresses_of_its_own_are_allowed(tmp_path, html):
    assert found(tmp_path, "page.html", html) == []


def test_style_sheets_and_scripts_beside_the_pages_are_read_too(tmp_path):
    (tmp_path / "x.css").write_text("@import url(//fonts.example/x.css);", encoding="utf-8")
    (tmp_path / "x.js").write_text("import('https://cdn.example/x.js')", encoding="utf-8")
    assert [line.partition(":")[0] for line in check_site.external(tmp_path)] == ["x.css", "x.js"]


def test_a_folder_without_pages_fails(tmp_path):
    assert check_site.main([str(tmp_path)]) == 1


def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(tmp_path / "doctrees")]
    built = subprocess.run(
        [*command, str(PROJECT / "docs"), str(tmp_path / "site")], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    assert list(check_site.external(tmp_path / "site")) == []
    assert {page.stem for page in (PROJECT / "docs").glob("*.md")} <= {
        page.stem for page in (tmp_path / "site").glob("*.html")
    }
