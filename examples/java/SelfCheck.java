import com.google.gson.JsonParser;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;

/** 公开测试数据 V0、V2、V3、V5、V6 / published vectors. */
public final class SelfCheck {
    private static final String PRIVATE = base64("211fee8c3c5fee2fad3dc926fc9403366d2def02cdd0bb5bd683ca015d99db7f");
    private static final String PUBLIC = base64("17cc16abaebedc7f87b2e0a508c0cb93631761db7fa19adece712c6aade1d673"
            + "e389b5e902df7a2e6fe3917b0f55747e00d74e36e939ecc3e7967b7058a91858");
    private static final Sealed.Caller CALLER = new Sealed.Caller(
            "43AF047BBA47FC8A1AE8EFB232BDBBCB", "4117E877F5FA0A0188891283E4B617D5", PRIVATE, PUBLIC);

    public static void main(String[] args) throws Exception {
        check("V0", new String(Sealed.key2(CALLER)).equals("863B5F40C70B71EA"));
        byte[] key = Sealed.key2(new Sealed.Caller(
                "0F0822652EB7CB91A644E638FBE9941E", "30BFE2B0C715E516E5EDF21E289DA826", PRIVATE, PUBLIC));
        check("V5", Sealed.encrypt(key, "a").equals("C212E76D030FD8B4790096B02EFA9EEC"));
        check("V5 back", Sealed.decrypt(key, "C212E76D030FD8B4790096B02EFA9EEC").equals("a"));
        String nested = "{\"number\":123,\"boolTrue\":true,\"boolFalse\":false,\"chinese\":\"高平市人民医院\",\"nested\":{\"b\":2,\"a\":1,"
                + "\"deep\":{\"z\":\"\",\"y\":[1,\"\",null,{\"k\":\"值\"}]}},\"emptyString\":\"\",\"nullValue\":null,\"emptyDict\":{},\"emptyList\":[]}";
        check("V2", Sealed.canonical(JsonParser.parseString(nested)).equals("{\"boolFalse\":false,\"boolTrue\":true,"
                + "\"chinese\":\"高平市人民医院\",\"nested\":{\"a\":1,\"b\":2,\"deep\":{\"y\":[1,{\"k\":\"值\"}]}},\"number\":123}"));
        String text = "高平市人民医院-SM2交叉验证消息-0123456789";
        String signature = base64("c26647c279a6180bf418dd06c2d081632b709139c9b1fa883aba35ddec3128ce"
                + "2ff4c93011cf4ded0ba3784c4699369edb8cee986271f70d35c1cdffc7b5fb4d");
        check("V3", Sealed.verify(PUBLIC, text, signature));
        check("V3 altered", !Sealed.verify(PUBLIC, text + " ", signature));
        check("V3 zero", !Sealed.verify(PUBLIC, text, base64("00".repeat(64))));
        check("own signature", Sealed.verify(PUBLIC, text, Sealed.sign(PRIVATE, text)));
        String data = Sealed.canonical(JsonParser.parseString("{\"setlinfo\": {\"psn_name\": \"测试\", \"gend\": \"1\"}, \"amt\": 12.50}"));
        String covered = Sealed.signedText(Map.of("appId", CALLER.appId(), "encType", "SM4", "signType", "SM2",
                "timestamp", "20261122080000", "version", "1.0.0", "nonce", "3f6c1b5ad2e84c7f9a10",
                "requestId", "H61040000001202611220001", "data", data), CALLER.appSecret());
        check("V6", Sealed.verify(PUBLIC, covered,
                "JzYSGmmoRTjCTE3S7zF1j8j+q7gzO4zcj5cU9GACLYNti1NvwBzzlKMgjOTmlGBHxvdrK8d8nKcAhXjwnyQBDA=="));
        Sealed.Message nothing = Sealed.seal(CALLER, JsonParser.parseString("{\"a\":\"\",\"b\":[null]}"), "SC:1");
        check("nothing is signed of empty data", !nothing.covered().contains("data="));
    }

    private static void check(String name, boolean holds) {
        if (!holds) {
            System.err.println("测试数据未通过 / the vector does not come out: " + name);
            System.exit(1);
        }
    }

    private static String base64(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }
}
