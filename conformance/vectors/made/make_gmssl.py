"""gmssl.toml: vectors of Python gmssl 3.2.2; run: python3 make_gmssl.py (pip install gmssl==3.2.2)."""

import json
import pathlib
import secrets

from gmssl import func, sm2, sm3, sm4

HERE = pathlib.Path(__file__).parent
N = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)


def main():
    data = json.loads((HERE / "inputs.json").read_text(encoding="utf-8"))
    signer = sm2.CryptSM2(private_key=data["private_key"], public_key="")
    # The constructor strips leading 0 and 4 of a public key.
    signer.public_key = data["public_key"][2:]

    def sign(message):
        return signer.sign_with_sm3(message, f"{secrets.randbelow(N - 1) + 1:064x}")

    cipher = sm4.CryptSM4()
    cipher.set_key(bytes.fromhex(data["sm4_key"]), sm4.SM4_ENCRYPT)
    lines = ["# Made with Python gmssl 3.2.2 by make_gmssl.py; see README.md.", f'made_with = "gmssl 3.2.2"', ""]
    for row in data["inputs"]:
        message = (row["text"] if "text" in row else row["repeat"] * row["times"]).encode()
        sealed = cipher.crypt_ecb(message)
        lines += ["[[vector]]", f'input = "{row["name"]}"', f'sm3 = "{sm3.sm3_hash(func.bytes_to_list(message))}"',
                  f'sm4 = "{sm3.sm3_hash(func.bytes_to_list(sealed))}"', f'signature = "{sign(message)}"', ""]
    for name, at in [("short_r", 0), ("short_s", 64)]:
        while (signature := sign(b"abc"))[at:at + 2] != "00":
            pass
        lines += [f'[{name}]', 'input = "abc"', f'signature = "{signature}"', ""]
    (HERE / "gmssl.toml").write_text("\n".join(lines), encoding="utf-8")


main()
