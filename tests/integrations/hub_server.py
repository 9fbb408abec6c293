"""As much of the Hugging Face hub as huggingface_hub needs to make repositories, commit to them and download."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_of_the_tests"
Files = dict[str, bytes]


@dataclass
class Hub:
    """Repositories: branches to commits, commits to files; and what was asked for."""

    endpoint: str = ""
    branches: dict[str, dict[str, str]] = field(default_factory=dict)
    commits: dict[str, Files] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)
    objects: Files = field(default_factory=dict)  # of LFS, by their SHA-256
    requests: list[str] = field(default_factory=list)
    broken: bool = False

    def create(self, repo: str, *, private: bool = False) -> None:
        self.branches[repo] = {}
        self.commit(repo, "main", {".gitattributes": b"*.onnx filter=lfs\n"})
        if private:
            self.private.add(repo)

    def commit(self, repo: str, branch: str, files: Files) -> str:
        commit = hashlib.sha1(f"{repo} {branch} {len(self.commits)}".encode()).hexdigest()
        self.commits[commit] = files
        self.branches[repo][branch] = commit
        return commit

    def files(self, repo: str, revision: str = "main") -> Files:
        return self.commits[self.branches[repo].get(revision, revision)]


class Handler(BaseHTTPRequestHandler):
    """One request of huggingface_hub."""

    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def answer(self, value: Any = None, status: int = 200, **headers: str) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, content in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), content)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str = "", message: str = "", **more: str) -> None:
        self.answer({"error": message, **more}, status, X_Error_Code=code, X_Error_Message=message)

    def handle_any(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size)
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(f"{self.command} {path}")
        allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        parts = path.strip("/").split("/")
        if self.hub.broken:
            self.refuse(503)
        elif self.command in ("GET", "HEAD"):
            self.read(parts, allowed)
        elif self.command == "PUT":
            self.hub.objects[parts[-1]] = body
            self.answer()
        elif path == "/api/validate-yaml":
            self.answer({"errors": [], "warnings": []})
        elif not allowed:
            self.refuse(401, message="Invalid username or password.")
        else:
            self.write(parts, body)

    do_GET = do_HEAD = do_POST = do_PUT = handle_any  # noqa: N815

    def read(self, parts: list[str], allowed: bool) -> None:
        is_about = parts[:2] == ["api", "models"]
        owner, name, *rest = parts[2:] if is_about else parts
        repo = f"{owner}/{name}"
        if repo not in self.hub.branches or (repo in self.hub.private and not allowed):
            return self.refuse(401 if not allowed else 404, "RepoNotFound", "Repository not found")
        revision = rest[1] if rest else "main"
        commit = self.hub.branches[repo].get(revision, revision)
        if commit not in self.hub.commits:
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        files = self.hub.commits[commit]
        if is_about:
            siblings = [{"rfilename": name, "size": len(content)} for name, content in files.items()]
            return self.answer(
                {"id": repo, "sha": commit, "private": repo in self.hub.private, "siblings": siblings}
            )
        content = files.get("/".join(rest[2:]))
        if content is None:
            return self.refuse(404, "EntryNotFound", "Entry not found")
        return self.answer(content, X_Repo_Commit=commit, ETag=f'"{hashlib.sha256(content).hexdigest()}"')

    def write(self, parts: list[str], body: bytes) -> None:
        if parts == ["api", "repos", "create"]:
            wanted = json.loads(body)
            repo = f"{wanted['organization']}/{wanted['name']}"
            if repo in self.hub.branches:
                url = f"{self.hub.endpoint}/{repo}"
                return self.refuse(409, message="You already created this model repo", url=url)
            self.hub.create(repo, private=wanted.get("visibility") == "private")
            return self.answer({"url": f"{self.hub.endpoint}/{repo}"})
        if parts[-1] == "batch":
            objects = json.loads(body)["objects"]
            upload = {"href": f"{self.hub.endpoint}/objects/"}
            return self.answer({
                "transfer": "basic",
                "objects": [
                    {**one, "actions": {"upload": {"href": upload["href"] + one["oid"]}}} for one in objects
                ],
            })  # fmt: skip
        _, _, owner, name, what, revision = parts
        repo = f"{owner}/{name}"
        if what == "branch":
            if revision in self.hub.branches[repo]:
                return self.refuse(409, message="Reference already exists")
            self.hub.branches[repo][revision] = self.hub.branches[repo]["main"]
            return self.answer({})
        if what == "preupload":
            return self.answer({"files": [
                {
                    "path": file["path"], "shouldIgnore": False,
                    "uploadMode": "lfs" if file["path"].endswith((".safetensors", ".onnx")) else "regular",
                }
                for file in json.loads(body)["files"]
            ]})  # fmt: skip
        assert what == "commit"
        commit = self.hub.commit(repo, revision, self.committed(dict(self.hub.files(repo, revision)), body))
        return self.answer({"commitUrl": f"{self.hub.endpoint}/{repo}/commit/{commit}", "commitOid": commit})

    def committed(self, files: Files, body: bytes) -> Files:
        for line in body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
            elif entry["key"] == "deletedFile":
                del files[value["path"]]
        return files


@contextmanager
def serve_hub() -> Iterator[Hub]:
    """Serve an empty hub on a free port."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OfHub", (Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
