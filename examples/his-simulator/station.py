"""医院的一个工作站：密封、发送、验签、计时、重发 / a workplace of the hospital: seals, sends,
verifies, times, sends again.

The message itself is made by sealed.py of ../python; what is added here is what a system
in daily use needs around it.
"""

import pathlib
import threading
import time
import tomllib
import urllib.error
import urllib.request
from dataclasses import dataclass, field

import sealed

# 网关暂不可用时以同一 requestId 重发 / sent again under the same requestId: the gateway
# answers a repeated request with its first answer, so nothing is done twice.
ATTEMPTS = 6
RETRYABLE = (429, 502, 503, 504)


@dataclass
class Reply:
    status: int
    data: dict

    @property
    def code(self):
        return self.data.get("code", "0") if self.status != 200 else "0"

    def pointers(self):
        """被指明的位置 / the places that a refusal names."""
        return [error["pointer"] for error in self.data.get("errors", [])]

    def text(self):
        if self.status == 200:
            return "HTTP 200"
        message = self.data.get("message") or self.data.get("title") or ""
        places = "、".join(self.pointers()[:3])
        return " ".join(filter(None, [f"HTTP {self.status}", self.code, message, places]))


@dataclass
class Journal:
    """每次调用的用时与不如预期之处 / what each call took, and what was not as expected."""

    seconds: dict = field(default_factory=dict)
    surprises: list = field(default_factory=list)
    resent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, operation, seconds):
        with self.lock:
            self.seconds.setdefault(operation, []).append(seconds)

    def again(self):
        with self.lock:
            self.resent += 1

    def surprise(self, what):
        with self.lock:
            self.surprises.append(what)


class Station:
    """One caller at one gateway."""

    def __init__(self, caller_file, url, journal):
        self.file = tomllib.loads(pathlib.Path(caller_file).read_text(encoding="utf-8"))
        names = ("app_id", "app_secret", "private_key", "public_key", "platform_public_key")
        self.keys = sealed.Caller(**{name: self.file[name] for name in names})
        self.url = (url or self.file["url"]).rstrip("/")
        self.journal = journal

    def call(self, path, data):
        """一次签名加密的调用 / a signed and sealed call; returns the opened answer."""
        message, _ = self.keys.seal(data)
        for attempt in range(ATTEMPTS):
            if attempt:
                # 新的随机串与时间，同一业务 / a fresh nonce and time, the same business
                message, _ = self.keys.seal(data, message["requestId"])
                self.journal.again()
            begin = time.perf_counter()
            try:
                status, body, wait = self.post(path, message)
            except OSError:
                if attempt + 1 == ATTEMPTS:
                    raise
                time.sleep(2**attempt / 4)
                continue
            self.journal.took(path, time.perf_counter() - begin)
            if status not in RETRYABLE or attempt + 1 == ATTEMPTS:
                break
            time.sleep(min(wait or 2**attempt / 4, 5))
        answer = sealed.parse(body)
        if "encData" not in answer:
            return Reply(status, answer)
        return Reply(status, self.keys.open(answer, message))

    def post(self, path, message):
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}",
            data=sealed.quote(message).encode(),
            headers={"content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read().decode(), None
        except urllib.error.HTTPError as error:
            wait = error.headers.get("retry-after", "")
            return error.code, error.read().decode(), int(wait) if wait.isdigit() else None

    def expect(self, what, path, data, status=200):
        """一次须得到 status 的调用，否则记录 / a call that has to be answered so, or is noted."""
        reply = self.call(path, data)
        if reply.status != status:
            self.journal.surprise(f"{what}：应为 expected HTTP {status}，实为 got {reply.text()}")
        return reply
