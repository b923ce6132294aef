"""签名适配器 / the signing adapter: a transport of `requests` that seals and opens.

What schemathesis sends as plain JSON leaves signed with SM2 and encrypted with SM4; what
comes back sealed is verified, opened and handed on as plain JSON. The cryptography is that
of examples/python, with SM4 by `cryptography`, which is a hundred times faster.
"""

import collections
import pathlib
import random
import sys
import tomllib

import requests
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from gmssl import sm4

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "examples" / "python"))

import sealed  # noqa: E402

NAMES = ("app_id", "app_secret", "private_key", "public_key", "platform_public_key")
# 角色无权 / the caller's role may not use the operation.
ROLE = "CHS-40301"
# 报文无法解密或验签未通过 / cannot be opened or does not verify.
UNOPENED = "CHS-40102"
# 由谁发送 / who is to send it; never on the wire.
CALLER = "x-caller"


def ecb(mode, key, data):
    """SM4-ECB with PKCS#7, as gmssl's."""
    cipher = Cipher(SM4(key), modes.ECB())
    if mode == sm4.SM4_ENCRYPT:
        pad, run = padding.PKCS7(128).padder(), cipher.encryptor()
        return run.update(pad.update(data) + pad.finalize()) + run.finalize()
    pad, run = padding.PKCS7(128).unpadder(), cipher.decryptor()
    return pad.update(run.update(data) + run.finalize()) + pad.finalize()


sealed.ecb = ecb


class Fault(AssertionError):
    """The answer breaks the contract in a way that only the adapter can see."""


def callers(folder):
    """The development callers of a gateway, by name: (its file, its keys)."""
    result = {}
    for path in sorted(pathlib.Path(folder).glob("*.toml")):
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        result[path.stem] = (file, sealed.Caller(**{name: file[name] for name in NAMES}))
    return result


class Signing(requests.adapters.HTTPAdapter):
    """Signs as one caller after the other: mostly one whose role may call the operation,
    as earlier answers have shown, and every tenth time whoever it be."""

    def __init__(self, folder, seed):
        super().__init__()
        self.callers = callers(folder)
        self.draw = random.Random(seed)
        self.wrong = collections.defaultdict(set)
        self.answered = collections.Counter()

    def pick(self, path):
        right = [name for name in self.callers if name not in self.wrong[path]]
        anyone = not right or self.draw.random() < 0.1
        return self.draw.choice(list(self.callers) if anyone else right)

    def send(self, request, **options):
        # Generated headers may bear that name too, with a name that nobody has.
        name = request.headers.pop(CALLER, None)
        if name not in self.callers:
            name = self.pick(request.path_url)
        message, travelled = None, None
        try:
            data = sealed.parse((request.body or b"").decode())
        except ValueError:
            data = None
        # What is no object has nothing to sign: it goes as it is.
        if isinstance(data, dict):
            message, travelled = self.seal(self.callers[name][1], data, request.body)
            request.prepare_body(data=sealed.quote(message).encode(), files=None)
        response = super().send(request, **options)
        if message is not None:
            self.open(name, request.path_url, response, message, travelled)
        # For the checks: who asked, and what data really travelled.
        response.headers[CALLER] = name
        response.request.travelled = travelled
        return response

    def seal(self, caller, data, body):
        """The message, and the text within: the canonical one that is signed, where nothing
        is left of null, "", {} and [], or the caller's own, which becomes that one."""
        message, _ = caller.seal(data)
        if self.draw.random() < 0.5:
            key = sealed.key2(caller.app_id, caller.app_secret)
            message["encData"] = ecb(sm4.SM4_ENCRYPT, key, body).hex().upper()
            return message, body.decode()
        return message, sealed.canonical(data) or "{}"

    def open(self, name, path, response, message, travelled):
        answer = answer_of(response)
        if answer.get("code") == UNOPENED:
            raise Fault(f"{path}: 网关未能打开 / the gateway could not open: {travelled}")
        if "encData" not in answer:
            self.answered[(response.status_code, answer.get("code"), "plain")] += 1
            return
        try:
            data = self.callers[name][1].open(answer, message)
        except Exception as error:
            raise Fault(f"{path}: 应答无法打开 / cannot open the answer: {error!r}") from error
        code, good = answer["code"], answer["code"] == "0"
        self.answered[(response.status_code, code, "sealed")] += 1
        if (response.status_code == 200) != good or answer["success"] != good:
            raise Fault(f"{path}: {response.status_code} {code} success {answer['success']}")
        if code == ROLE:
            self.wrong[path].add(name)
        response._content = lexemes(data).encode()


def answer_of(response):
    try:
        answer = sealed.parse(response.content.decode())
    except ValueError as error:
        raise Fault(f"应答不是 JSON / the answer is no JSON: {response.content[:200]!r}") from error
    if not isinstance(answer, dict):
        raise Fault(f"应答不是对象 / the answer is no object: {response.content[:200]!r}")
    return answer


def lexemes(value):
    """JSON text with numbers as they were written."""
    if isinstance(value, sealed.Number):
        return str(value)
    if isinstance(value, dict):
        members = (f"{sealed.quote(key)}:{lexemes(each)}" for key, each in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(lexemes, value)) + "]"
    return sealed.quote(value)


def session(adapter=None):
    """A session over the adapter, or one that sends what it is given."""
    result = requests.Session()
    result.trust_env = False
    for scheme in ("http://", "https://"):
        if adapter is not None:
            result.mount(scheme, adapter)
    return result
