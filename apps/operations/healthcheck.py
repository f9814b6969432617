"""`python -m apps.operations.healthcheck [PART ...]`: exit status 0 if /healthz says that these parts are up.

By default what a web process itself needs: a dead worker is no reason to restart it. ALPHAGEX_HEALTH_URL names another
address than this machine's.
"""

import http.client
import json
import os
import sys
from urllib.parse import urlsplit

OWN_PARTS = ("database", "redis")
SECONDS = 8.0


def problem(address: str, parts: tuple[str, ...]) -> str:
    """Return why it is not healthy, nothing if it is."""
    target = urlsplit(address)
    connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=SECONDS)
    try:
        # By this name every web process lets itself be called, whatever its containers are named.
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        told = json.loads(connection.getresponse().read())["parts"]
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        return f"{address} does not answer: {error}"
    finally:
        connection.close()
    down = [name for name in parts if told.get(name, {}).get("status") != "up"]
    return f"down: {', '.join(down)}" if down else ""


def main() -> int:
    address = os.environ.get("ALPHAGEX_HEALTH_URL") or f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}"
    found = problem(address, tuple(sys.argv[1:]) or OWN_PARTS)
    sys.stdout.write(f"{found or 'healthy'}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
