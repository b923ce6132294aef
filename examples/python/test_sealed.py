"""公开测试数据 V0、V2、V3、V5、V6 / published vectors; run: python -m unittest"""

import base64
import unittest

from gmssl import sm4

import sealed

APP_ID, SECRET = "43AF047BBA47FC8A1AE8EFB232BDBBCB", "4117E877F5FA0A0188891283E4B617D5"
D = "211fee8c3c5fee2fad3dc926fc9403366d2def02cdd0bb5bd683ca015d99db7f"
P = ("17cc16abaebedc7f87b2e0a508c0cb93631761db7fa19adece712c6aade1d673"
     "e389b5e902df7a2e6fe3917b0f55747e00d74e36e939ecc3e7967b7058a91858")


def b64(text):
    return base64.b64encode(bytes.fromhex(text)).decode()


class Vectors(unittest.TestCase):
    def test_v0_and_v5_key_derivation(self):
        self.assertEqual(sealed.key2(APP_ID, SECRET), b"863B5F40C70B71EA")
        key = sealed.key2("0F0822652EB7CB91A644E638FBE9941E", "30BFE2B0C715E516E5EDF21E289DA826")
        self.assertEqual(key, b"1819F24C758EB2EB")
        self.assertEqual(sealed.ecb(sm4.SM4_ENCRYPT, key, b"a").hex().upper(), "C212E76D030FD8B4790096B02EFA9EEC")

    def test_v2_canonical_text(self):
        text = ('{"number":123,"boolTrue":true,"boolFalse":false,"chinese":"高平市人民医院","nested":{"b":2,"a":1,'
                '"deep":{"z":"","y":[1,"",null,{"k":"值"}]}},"emptyString":"","nullValue":null,"emptyDict":{},"emptyList":[]}')
        self.assertEqual(
            sealed.canonical(sealed.parse(text)),
            '{"boolFalse":false,"boolTrue":true,"chinese":"高平市人民医院",'
            '"nested":{"a":1,"b":2,"deep":{"y":[1,{"k":"值"}]}},"number":123}')

    def test_v3_signature(self):
        text = "高平市人民医院-SM2交叉验证消息-0123456789"
        signature = b64("c26647c279a6180bf418dd06c2d081632b709139c9b1fa883aba35ddec3128ce"
                        "2ff4c93011cf4ded0ba3784c4699369edb8cee986271f70d35c1cdffc7b5fb4d")
        crypt = sealed.signer(b64(D), b64("04" + P))
        self.assertTrue(sealed.verify(crypt, text, signature))
        self.assertFalse(sealed.verify(crypt, text + " ", signature))
        self.assertTrue(sealed.verify(crypt, text, sealed.sign(crypt, text)))
        self.assertFalse(sealed.verify(crypt, text, base64.b64encode(bytes(64)).decode()))

    def test_v6_signed_text(self):
        data = sealed.parse('{"setlinfo": {"psn_name": "测试", "gend": "1"}, "amt": 12.50}')
        message = {"appId": APP_ID, "encType": "SM4", "signType": "SM2", "timestamp": "20261122080000",
                   "version": "1.0.0", "nonce": "3f6c1b5ad2e84c7f9a10", "requestId": "H61040000001202611220001"}
        text = sealed.signed_text(message | {"data": sealed.canonical(data)}, SECRET)
        signature = "JzYSGmmoRTjCTE3S7zF1j8j+q7gzO4zcj5cU9GACLYNti1NvwBzzlKMgjOTmlGBHxvdrK8d8nKcAhXjwnyQBDA=="
        self.assertTrue(sealed.verify(sealed.signer("", b64(P)), text, signature))

    def test_an_answer_is_verified_with_its_numbers_as_written(self):
        caller = sealed.Caller(APP_ID, SECRET, b64(D), b64(P), b64(P))
        request, _ = caller.seal({"a": "1"})
        answer = {name: request[name] for name in ("appId", "encType", "signType", "version", "nonce", "requestId")}
        answer |= {"timestamp": "20261122080001", "code": "0", "message": "成功", "success": True}
        text = '{"pay_std":5230.4,"rate":0.7144,"sum":12.50}'
        covered = "&".join(f"{k}={v}" for k, v in sorted((answer | {"data": text, "success": "true"}).items()))
        answer["signData"] = sealed.sign(sealed.signer(b64(D), b64(P)), f"{covered}&key={SECRET}")
        key = sealed.key2(APP_ID, SECRET)
        answer["encData"] = sealed.ecb(sm4.SM4_ENCRYPT, key, text.encode()).hex().upper()
        self.assertEqual(caller.open(answer, request), {"pay_std": "5230.4", "rate": "0.7144", "sum": "12.50"})
        for change in ({"success": False}, {"message": "其他"}, {"nonce": "0" * 24}, {"requestId": "other"}):
            with self.assertRaises(ValueError):
                caller.open(answer | change, request)

    def test_data_that_holds_nothing_is_sealed_and_not_signed(self):
        caller = sealed.Caller(APP_ID, SECRET, b64(D), b64(P), b64(P))
        message, covered = caller.seal({"a": "", "b": [None]})
        self.assertNotIn("data=", covered)
        self.assertEqual(message["encData"], caller.seal({})[0]["encData"])
        answer = message | {"code": "0", "message": "成功", "success": True}
        answer["signData"] = sealed.sign(sealed.signer(b64(D), b64(P)), sealed.signed_text(answer, SECRET))
        self.assertEqual(caller.open(answer, message), {})

    def test_duplicate_keys_are_refused(self):
        with self.assertRaises(ValueError):
            sealed.parse('{"a":{"b":1,"b":2}}')


if __name__ == "__main__":
    unittest.main()
