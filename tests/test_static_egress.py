"""Nothing but the fetcher, the broker of a model server and the proof can reach for a network: read from the code.

The linter's contracts stop a door from being opened by an ordinary import. This looks where they do not: into every
function, at modules named in strings, at C libraries, at programs started, and at what the page draws.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from analyzer.config import PROJECT

FETCHER = "analyzer/models/fetch.py"
HARNESS = "analyzer/evaluation/egress_proof/"
CLIENTS = frozenset(
    "_asyncio _socket _ssl aiohttp anyio asyncio asyncore boto3 botocore cloudpathlib dask distributed dns fsspec "
    "ftplib grpc h11 h2 hf_xet http httpcore httpcore2 httpx httpx2 huggingface_hub imaplib mcp nntplib paramiko "
    "poplib pycurl requests smart_open smtplib socket socketserver ssl telnetlib tldextract tornado urllib urllib3 "
    "webbrowser websocket websockets xmlrpc".split()
)
"""Whatever can open a connection, or look a name up, on its own or for others. Roots: a submodule counts as well."""
CLIENT_USERS = {
    "analyzer/models/fetch.py": {"http", "urllib"},
    "analyzer/models/server_client.py": {"http"},  # over a connection that it is given
    "analyzer/privacy/urls.py": {"urllib"},  # urllib.parse alone, see below
    "analyzer/privacy/link_audit.py": {"urllib"},
    "analyzer/security/oidc.py": {"urllib"},
    "analyzer/ui/web/sign_in_page.py": {"urllib"},
    "analyzer/ui/web/sign_in_queue.py": {"asyncio"},  # futures and tasks alone, see below
    "analyzer/ui/web/route_guard.py": {"asyncio"},
    "analyzer/ui/web/server.py": {"socket"},  # opens the page's listener
    "analyzer/security/sandbox/descriptors.py": {"socket"},  # looks at the sockets that are open already
    "analyzer/security/sandbox/macos.py": {"socket"},  # tries, after the seal, whether it holds
    "analyzer/security/sandbox/broker_process.py": {"socket"},  # connects to the one model server
    "analyzer/cli/agents/mcp_server.py": {"anyio", "mcp"},  # standard input and output alone, see below
    "analyzer/security/sandbox/server_broker.py": {"socket"},  # pairs of sockets with the broker
    "analyzer/security/sandbox/peers.py": {"socket"},  # asks whose the other end is
    "analyzer/cli/resident/resident_process.py": {"socket"},  # opens its listener, then is sealed
    "analyzer/cluster/client.py": {"socket"},  # a pair of sockets with the client process
    "analyzer/cluster/client_process.py": {"asyncio", "distributed", "socket"},  # sealed, see tests/cluster
    "analyzer/cluster/dask_settings.py": {"dask", "distributed"},
    "analyzer/cluster/scheduler_process.py": {"asyncio", "distributed", "socket"},  # opens its listener, then is sealed
    "analyzer/cluster/transport.py": {"asyncio", "distributed", "socket", "tornado"},  # over connections of a broker
    "analyzer/cluster/worker_process.py": {"asyncio", "distributed"},  # sealed
}
ONLY_PARTS = {
    file: {"urllib.parse"}
    for file in (
        "analyzer/privacy/urls.py", "analyzer/privacy/link_audit.py", "analyzer/security/oidc.py",
        "analyzer/ui/web/sign_in_page.py",
    )
} | {
    "analyzer/ui/web/sign_in_queue.py": {"asyncio.futures", "asyncio.locks", "asyncio.tasks"},
    "analyzer/ui/web/route_guard.py": {"asyncio.tasks"},
    "analyzer/cli/agents/mcp_server.py": {
        "anyio.Semaphore", "anyio.run", "anyio.to_thread", "mcp.server.lowlevel.Server",
        "mcp.server.stdio.stdio_server",
    },
}  # fmt: skip
C_USERS = {
    f"analyzer/security/sandbox/{name}.py" for name in ("broker_process", "landlock", "process", "macos", "seccomp")
} | {
    "analyzer/themes/communities.py"  # the C library's rand(), which Leiden draws from
}
BROKER_START = "analyzer/security/sandbox/server_broker.py"
PROGRAM_USERS = {  # pip for bundles; the processes of a cluster
    "analyzer/cluster/client.py",
    "analyzer/cluster/processes.py",
    "analyzer/cli/resident/control.py",
    FETCHER,
    BROKER_START,
    "analyzer/cli/bundle/archive.py",
    "analyzer/cli/bundle/installer.py",
}  # pip, for models that come as Python packages; the broker of a model server
PROGRAMS = frozenset("subprocess pty popen2 commands _posixsubprocess".split())
OS_PROGRAMS = frozenset(
    "execl execle execlp execlpe execv execve execvp execvpe popen posix_spawn posix_spawnp spawnl spawnle spawnlp "
    "spawnlpe spawnv spawnve spawnvp spawnvpe startfile system".split()
)
C_LIBRARIES = frozenset("_ctypes cffi ctypes".split())
DYNAMIC = {"analyzer/__init__.py": 1, "analyzer/privacy/names/gazetteer.py": 2}
"""Modules imported under a name made at run time: our own public names, and word lists of faker and of spaCy."""
IMPORTERS = frozenset("__import__ find_spec import_module resolve_name run_module run_path".split())
IMPORTING = frozenset("imp importlib pkgutil runpy zipimport".split())
READING = ("importlib.metadata", "importlib.resources")
REMOTE_PARTS = frozenset(
    "UrlData audio bokeh_chart components_v1 echarts_chart geo_data graphviz_chart html_file iframe image link_button "
    "logo map mark_geoshape mark_image page_icon plotly_chart pydeck_chart topo_feature video".split()
)
"""What Streamlit or altair draws with parts from another host: tiles, shapes, fonts, pictures, links."""


def files(project):
    """Return the program: every file of the package, and the page."""
    return {
        path.relative_to(project).as_posix(): parsed(path.read_text(encoding="utf-8"))
        for path in [*sorted((project / "analyzer").rglob("*.py")), project / "app.py"]
        if path.exists()
    }


@cache
def parsed(text):
    """Parse a file once, however many tests look at it."""
    return ast.parse(text)


def imported(tree):
    """Yield the full name of every module an import statement, wherever it stands, may load."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or '.'}.{alias.name}" for alias in node.names)


def named(tree):
    """Yield the module names given as strings to whatever imports by name; "" for one that is made at run time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in IMPORTERS:
            first = node.args[0] if node.args else None
            yield first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def called(call):
    """Return the last part of the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def attributes(tree, of):
    """Yield the attributes that are taken of a name, and the names imported from a module of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == of:
            yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module == of:
            yield from (alias.name for alias in node.names)


def roots(tree, wanted):
    return {name.partition(".")[0] for name in [*imported(tree), *named(tree)]} & wanted


def clients(tree):
    """Return the network clients a file loads, and those that others hand on (`pandas.io.common.urlopen`)."""
    handed_on = {
        part for name in imported(tree) for part in name.split(".")[1:] if part in CLIENTS or part == "urlopen"
    } - {"http"}
    return roots(tree, CLIENTS) | handed_on


def findings(project):
    """Return what breaks a rule, each as `file: what`."""
    found = []
    for file, tree in files(project).items():
        is_harness = file.startswith(HARNESS)
        if not is_harness:
            found += [f"{file}: imports {name}" for name in clients(tree) - CLIENT_USERS.get(file, set())]
            found += [f"{file}: runs programs" for _ in roots(tree, PROGRAMS) if file not in PROGRAM_USERS]
            found += [f"{file}: calls C" for _ in roots(tree, C_LIBRARIES) if file not in C_USERS]
        found += [f"{file}: os.{name}" for name in OS_PROGRAMS & set(attributes(tree, "os"))]
        found += [f"{file}: can import by name" for _ in importing(tree) if file not in DYNAMIC]
        made_up = sum(name == "" for name in named(tree))
        found += [f"{file}: imports by a name made at run time"] if made_up > DYNAMIC.get(file, 0) else []
        found += outside_their_part(file, tree)
        if file.startswith("analyzer/ui/") or file == "app.py":
            found += [f"{file}: draws {name}" for name in drawn(tree) & REMOTE_PARTS]
    return sorted(found)


def importing(tree):
    """Yield what is loaded that can load modules by their names."""
    for name in imported(tree):
        if name.partition(".")[0] in IMPORTING and not f"{name}.".startswith(tuple(f"{each}." for each in READING)):
            yield name


def outside_their_part(file, tree):
    parts = ONLY_PARTS.get(file, set())
    names = [name for name in imported(tree) if parts and name.partition(".")[0] in CLIENT_USERS[file]]
    return [f"{file}: imports {name}" for name in names if not any(f"{name}.".startswith(f"{p}.") for p in parts)]


def drawn(tree):
    """Return every attribute that is taken and every argument that is named."""
    taken = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return taken | {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}


def test_nothing_but_the_fetcher_can_reach_for_a_network():
    assert findings(PROJECT) == []


def test_no_exception_is_kept_that_is_not_used():
    trees = files(PROJECT)
    assert {file: clients(trees[file]) & CLIENTS for file in CLIENT_USERS} == CLIENT_USERS
    assert {file for file in C_USERS if roots(trees[file], C_LIBRARIES)} == C_USERS
    assert {file for file in PROGRAM_USERS if roots(trees[file], PROGRAMS)} == PROGRAM_USERS
    assert {file: sum(name == "" for name in named(trees[file])) for file in DYNAMIC} == DYNAMIC


PLANTED = {
    "import requests": "imports requests",
    "import http.client as quiet": "imports http",
    "from urllib import request": "imports urllib",
    "from urllib.request import urlopen": "imports urllib",
    "from pandas.io.common import urlopen": "imports urlopen",
    "from streamlit.net_util import requests": "imports requests",
    "def later():\n    import socket": "imports socket",
    "class Late:\n    def come(self):\n        from asyncio import open_connection": "imports asyncio",
    "from importlib import import_module\nimport_module('httpx')": "imports httpx",
    "import importlib\nimportlib.import_module('urllib.request')": "imports urllib",
    "__import__('aiohttp')": "imports aiohttp",
    "__import__('soc' + 'ket')": "imports by a name made at run time",
    "from importlib import import_module as load\nload('requests')": "can import by name",
    "import runpy\nrunpy.run_module('http.server')": "imports http",
    "import ctypes": "calls C",
    "def quietly():\n    from ctypes import CDLL": "calls C",
    "import subprocess": "runs programs",
    "import os\nos.system('curl example.org')": "os.system",
    "from os import execvp": "os.execvp",
}


def plant(tmp_path, file, code):
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code, encoding="utf-8")
    return findings(tmp_path)


@pytest.mark.parametrize("code", PLANTED)
def test_a_planted_module_is_found(tmp_path, code):
    assert f"analyzer/answers/planted.py: {PLANTED[code]}" in plant(tmp_path, "analyzer/answers/planted.py", code)


def test_the_page_file_is_looked_at_too(tmp_path):
    assert plant(tmp_path, "app.py", "import requests") == ["app.py: imports requests"]


def test_an_exception_is_for_its_own_client_only(tmp_path):
    assert plant(tmp_path, "analyzer/ui/web/server.py", "import socket") == []
    assert plant(tmp_path, "analyzer/ui/web/server.py", "import urllib.request") == [
        "analyzer/ui/web/server.py: imports urllib"
    ]


@pytest.mark.parametrize("code", ["from urllib.request import urlopen", "import urllib", "from urllib import request"])
def test_taking_addresses_apart_needs_nothing_that_opens_them(tmp_path, code):
    assert plant(tmp_path, "analyzer/privacy/urls.py", "from urllib.parse import unquote") == []
    assert plant(tmp_path, "analyzer/privacy/urls.py", code) != []


@pytest.mark.parametrize(
    "code",
    [
        "import streamlit as st\nst.map(frame)",
        "import streamlit as st\nst.set_page_config(page_icon=':material/home:')",
        "import altair\naltair.Chart(frame).mark_image(url='https://example.org/x.png')",
        "import altair as alt\nalt.topo_feature('https://example.org/world.json', 'countries')",
    ],
)
def test_a_page_with_remote_parts_is_found(tmp_path, code):
    assert plant(tmp_path, "analyzer/ui/pages/map.py", code) != []


def test_the_harness_of_the_proof_may_use_sockets_and_programs(tmp_path):
    assert plant(tmp_path, "analyzer/evaluation/egress_proof/sink.py", "import socket, subprocess, ctypes") == []


def test_the_projects_own_tools_that_use_a_network_are_known():
    """They set the machine up and are not installed with the program."""
    users = {path.name for path in (PROJECT / "tools").glob("*.py") if clients(ast.parse(path.read_text()))}
    assert users == {"setup_environment.py", "wheel_sources.py"}


def test_the_package_has_no_compiled_part():
    compiled = [path for path in (PROJECT / "analyzer").rglob("*") if path.suffix in {".so", ".pyd", ".dll", ".dylib"}]
    assert compiled == []


def test_files_of_the_package_are_found():
    assert len(files(PROJECT)) > 100
    assert Path("app.py").as_posix() in files(PROJECT)
