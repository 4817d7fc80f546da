"""nginx with the configuration that is shipped, before a site on this machine."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.network import certificate
from tests.servers import binary, free_port

SHIPPED = Path(__file__).resolve().parent.parent / "deploy" / "nginx.conf"
# What Debian's nginx.conf has around the sites, as far as it matters here; beside the site a file from the disk.
AROUND = """
daemon off;
pid {folder}/pid;
error_log stderr;
worker_processes auto;
{user}
events {{ worker_connections 4096; }}
http {{
    sendfile on;
    tcp_nopush on;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    gzip on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {clients}
    include {folder}/site.conf;
    server {{
        listen 127.0.0.1:{disk} ssl http2;
        ssl_certificate {folder}/fullchain.pem;
        ssl_certificate_key {folder}/privkey.pem;
        access_log off;
        root {folder}/disk;
    }}
}}
"""


@dataclass(frozen=True)
class Front:
    """A running nginx.

    Attributes:
        port: where it answers as the site, by TLS.
        plain: where it sends everybody to https.
        disk: where it answers with files of a folder, by TLS.
        folder: holds these files, in `disk`.
    """

    port: int
    plain: int
    disk: int
    folder: Path
    process: subprocess.Popen[bytes]


def adapted(text: str, places: dict[str, str]) -> str:
    """The shipped configuration with other ports and folders; each of them must stand in it."""
    for shipped, here in places.items():
        assert shipped in text, f"deploy/nginx.conf does not say {shipped!r} any more"
        text = text.replace(shipped, here)
    return text


@contextmanager
def nginx(folder: Path, *, site: int, static: Path, host: str, is_second: bool = False) -> Iterator[Front]:
    """Run it until the block ends.

    Args:
        folder: for everything that it keeps.
        site: the port of the site behind it.
        static: the folder of the collected files.
        host: the name in its certificate.
        is_second: whether another proxy stands before it and says where each request comes from, as a load does that
            comes from a crowd's addresses.
    """
    port, plain, disk = (free_port() for _ in range(3))
    (folder / "disk").mkdir(parents=True)
    both = certificate(folder, host)  # with its key
    for name in ("fullchain", "privkey"):
        (folder / f"{name}.pem").symlink_to(both)
    places = {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{site};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen [::]:80;": "",
        "server_name letters.example.org;": f"server_name {host};",
        "/etc/nginx/certificates/": f"{folder}/",
        "/var/cache/nginx/undersigned": f"{folder}/cache",
        "/srv/undersigned/var/static/": f"{static}/",
    }
    (folder / "site.conf").write_text(adapted(SHIPPED.read_text(), places))
    user = "" if os.geteuid() else "user root;"  # the folder is of whoever runs this
    clients = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;" if is_second else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, disk=disk, user=user, clients=clients))
    command = [binary("nginx"), "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            _wait(port, process, folder / "log")
            yield Front(port, plain, disk, folder, process)
        finally:
            process.send_signal(signal.SIGTERM)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"nginx did not start: {log.read_text()}")
        time.sleep(0.05)
