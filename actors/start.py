"""Whether the platform can start here, and what a person is told once it has."""

import socket

from aibt.settings import Settings


def refusal(settings: Settings) -> str | None:
    """Return why these settings cannot be served, and what to set; None: they can."""
    serve = settings.serve
    if serve.host not in {"127.0.0.1", "::1", "localhost"}:
        return (
            f"AIBT_SERVE__HOST is {serve.host}, but there is no sign-in yet: anybody who reaches "
            "this address could command your bots. Set it to 127.0.0.1."
        )
    with socket.socket(socket.AF_INET6 if ":" in serve.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((serve.host, serve.port))
        except OSError:
            return f"Port {serve.port} is taken. Stop what uses it, or set PORT to another one."
    return None


def where(settings: Settings, dashboard: str | None) -> str:
    """Return where everything is."""
    at = f"{settings.serve.host}:{settings.serve.port}"
    lines = [
        f"AIBT is ready.  http://{at}   REST docs http://{at}/docs   WebSocket ws://{at}/ws",
        f"Store: {settings.store.root}",
    ]
    if dashboard:
        lines.append(f"Ray dashboard: http://{dashboard}   its token lies in ~/.ray/auth_token")
    if settings.serve.haproxy:
        lines.append(
            "HAProxy's statistics and metrics (ports 8404 and 9101, or free ones) listen on every "
            "interface of this machine; AIBT_SERVE__HAPROXY=0 does without it."
        )
    return "\n".join(lines)
