"""签名与加密报文 / the signed and sealed message, in plain Python with gmssl.

    规范化文本 canonical text -> SM2 签名 sign -> SM4-ECB 加密 seal -> POST
    应答 answer -> 解密 open -> 规范化 canonicalise -> SM2 验签 verify
"""

import base64
import json
import secrets
import time
from dataclasses import dataclass

from gmssl import sm2, sm4

# 曲线的阶 / order of the curve sm2p256v1
N = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)


class Number(str):
    """A JSON number kept exactly as it was written: 12.50 stays 12.50."""


def parse(text):
    """JSON text with number lexemes kept and duplicate keys refused."""

    def unique(pairs):
        keys = [key for key, _ in pairs]
        if len(keys) != len(set(keys)):
            raise ValueError("键重复 / duplicate key")
        return dict(pairs)

    return json.loads(text, parse_int=Number, parse_float=Number, object_pairs_hook=unique)


def canonical(value):
    """规范化文本，没有内容时为 None / canonical text, or None when nothing remains.

    Keys sorted at every depth, no blanks, non-ASCII as characters; null, "", {} and []
    dropped at every depth, inside arrays too.
    """
    if value is None or (isinstance(value, str) and value == ""):
        return None
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        members = ((key, canonical(value[key])) for key in sorted(value))
        members = [f"{quote(key)}:{text}" for key, text in members if text is not None]
        return "{" + ",".join(members) + "}" if members else None
    if isinstance(value, list):
        items = [text for text in map(canonical, value) if text is not None]
        return "[" + ",".join(items) + "]" if items else None
    return quote(value)


def quote(value):
    return json.dumps(value, ensure_ascii=False)


def signed_text(members, app_secret):
    """成员按 ASCII 排序以 & 连接，末尾加 &key=appSecret / what the signature covers."""
    # 没有内容的 data 与空成员一样不签 / data that holds nothing is left out like an empty member.
    members = {k: v for k, v in members.items() if v not in ("", None) and k not in ("signData", "encData", "extra")}
    # 应答的 success 是 JSON 布尔值，按 true / false 签名 / a JSON boolean, signed as true or false
    members = {k: {True: "true", False: "false"}[v] if isinstance(v, bool) else v for k, v in members.items()}
    return "&".join(f"{key}={members[key]}" for key in sorted(members)) + "&key=" + app_secret


def key2(app_id, app_secret):
    """加密密钥 / the SM4 key: hex characters are used as bytes, not decoded."""
    return ecb(sm4.SM4_ENCRYPT, app_id[:16].encode(), app_secret.encode()).hex().upper()[:16].encode()


def ecb(mode, key, data):
    cipher = sm4.CryptSM4()
    cipher.set_key(key, mode)
    return cipher.crypt_ecb(data)


def signer(private_key, public_key):
    """gmssl's object; keys in Base64 (32 bytes; 64 bytes, or 65 with 04)."""
    private = base64.b64decode(private_key)[-32:].hex() if private_key else ""
    crypt = sm2.CryptSM2(private_key=private, public_key="")
    # gmssl strips every leading 0 and 4 from a public key; so it is set past the constructor.
    crypt.public_key = base64.b64decode(public_key)[-64:].hex()
    return crypt


def sign(crypt, text):
    """SM3withSM2, r‖s (64 字节 / bytes), Base64."""
    while True:
        # gmssl's own random number is not made for cryptography; this one is.
        k = secrets.randbelow(N - 1) + 1
        signature = crypt.sign_with_sm3(text.encode(), f"{k:064x}")
        if signature:
            return base64.b64encode(bytes.fromhex(signature)).decode()


def verify(crypt, text, sign_data):
    """Verifies r‖s; gmssl leaves length and range of r and s to us."""
    signature = base64.b64decode(sign_data, validate=True)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not (0 < r < N and 0 < s < N):
        return False
    return bool(crypt.verify_with_sm3(signature.hex(), text.encode()))


@dataclass
class Caller:
    """一个调用方的密钥 / the keys of one caller."""

    app_id: str
    app_secret: str
    private_key: str
    public_key: str
    platform_public_key: str

    def seal(self, data, request_id=None):
        """密封一份业务数据 / returns the message to send and the text it signed."""
        text = canonical(data)
        message = {
            "appId": self.app_id,
            "encType": "SM4",
            "signType": "SM2",
            "timestamp": time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + 8 * 3600)),
            "version": "1.0.0",
            "nonce": secrets.token_hex(12),
            "requestId": request_id or "PY:" + secrets.token_hex(12),
        }
        covered = signed_text(message | {"data": text}, self.app_secret)
        message["signData"] = sign(signer(self.private_key, self.public_key), covered)
        key = key2(self.app_id, self.app_secret)
        message["encData"] = ecb(sm4.SM4_ENCRYPT, key, (text or "{}").encode()).hex().upper()
        return message, covered

    def open(self, answer, request):
        """打开并验签一份应答 / opens the answer to a request and verifies its signature.

        Numbers are verified as they were written: read as floats, 0.7144 or 5230.4 would
        not have to come out as the text that was signed.
        """
        for name in ("appId", "nonce", "requestId", "encType"):
            if answer.get(name) != request[name]:
                raise ValueError(f"应答不属于本次请求 / the answer belongs to another request: {name}")
        key = key2(self.app_id, self.app_secret)
        text = bytes(ecb(sm4.SM4_DECRYPT, key, bytes.fromhex(answer["encData"]))).decode()
        data = parse(text)
        covered = signed_text(answer | {"data": canonical(data)}, self.app_secret)
        if not verify(signer("", self.platform_public_key), covered, answer["signData"]):
            raise ValueError("应答验签未通过 / the signature of the answer does not verify")
        return data
