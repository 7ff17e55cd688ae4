"""Ask the page of this container whether it is up, by http or, where it is served with TLS, by https; exit 0 if so.

The certificate is not checked: the question goes to this machine, and the answer says nothing secret.
"""

import http.client
import os
import ssl
import sys

PORT = int(os.environ.get("ANALYZER_PORT", "8501"))
TIMEOUT_S = 4


def is_up(connection: http.client.HTTPConnection) -> bool:
    """Return whether the page answers that it is well."""
    try:
        connection.request("GET", "/_stcore/health", headers={"Host": f"127.0.0.1:{PORT}"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    """Try both; return 0 if one answers."""
    plain = http.client.HTTPConnection("127.0.0.1", PORT, timeout=TIMEOUT_S)
    unchecked = ssl._create_unverified_context()  # noqa: S323
    secure = http.client.HTTPSConnection("127.0.0.1", PORT, timeout=TIMEOUT_S, context=unchecked)
    return 0 if is_up(plain) or is_up(secure) else 1


if __name__ == "__main__":
    sys.exit(main())
