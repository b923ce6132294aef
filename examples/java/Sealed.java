import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.asn1.gm.GMNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.paddings.PKCS7Padding;
import org.bouncycastle.crypto.paddings.PaddedBufferedBlockCipher;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithID;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.SM2Signer;

/**
 * 签名与加密报文 / the signed and sealed message, with BouncyCastle.
 *
 * <pre>
 * 规范化文本 canonical text -> SM2 签名 sign -> SM4-ECB 加密 seal -> POST
 * 应答 answer -> 解密 open -> 规范化 canonicalise -> SM2 验签 verify
 * </pre>
 */
final class Sealed {
    /** 国密标准规定的缺省用户标识 / the user id of the standard, GB/T 32918. */
    private static final byte[] USER = "1234567812345678".getBytes(StandardCharsets.US_ASCII);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ECDomainParameters CURVE = curve();

    /** 一个调用方的密钥，名称同调用方文件 / the keys of one caller, named as in the caller file. */
    record Caller(String appId, String appSecret, String privateKey, String platformPublicKey) {}

    /** 要发送的报文与其签名文本 / the message to send and the text it signed. */
    record Message(Map<String, String> members, String covered) {}

    private Sealed() {}

    /** 密封一份业务数据 / seals data for one call. */
    static Message seal(Caller caller, JsonElement data, String requestId) throws GeneralSecurityException {
        String text = canonical(data);
        Map<String, String> members = new TreeMap<>();
        members.put("appId", caller.appId());
        members.put("encType", "SM4");
        members.put("signType", "SM2");
        members.put("timestamp", LocalDateTime.now(ZoneOffset.ofHours(8))
                .format(DateTimeFormatter.ofPattern("yyyyMMddHHmmss")));
        members.put("version", "1.0.0");
        members.put("nonce", random());
        members.put("requestId", requestId);
        members.put("data", text);
        String covered = signedText(members, caller.appSecret());
        members.remove("data");
        members.put("signData", sign(caller.privateKey(), covered));
        members.put("encData", encrypt(key2(caller), text == null ? "{}" : text));
        return new Message(members, covered);
    }

    /** 打开并验签一份应答 / opens the answer to a request and verifies its signature. */
    static JsonElement open(Caller caller, JsonObject answer, Map<String, String> request)
            throws GeneralSecurityException {
        for (String name : List.of("appId", "nonce", "requestId", "encType")) {
            if (!answer.has(name) || !request.get(name).equals(answer.get(name).getAsString())) {
                throw new GeneralSecurityException("应答不属于本次请求 / the answer belongs to another request: " + name);
            }
        }
        JsonElement data = JsonParser.parseString(decrypt(key2(caller), answer.get("encData").getAsString()));
        Map<String, String> members = new TreeMap<>();
        // success 是 JSON 布尔值，按 true / false 签名 / a JSON boolean, signed as true or false
        answer.entrySet().forEach(member -> members.put(member.getKey(), member.getValue().getAsString()));
        members.put("data", canonical(data));
        String covered = signedText(members, caller.appSecret());
        if (!verify(caller.platformPublicKey(), covered, answer.get("signData").getAsString())) {
            throw new GeneralSecurityException("应答验签未通过 / the signature of the answer does not verify");
        }
        return data;
    }

    /**
     * 规范化文本，没有内容时为 null / canonical text, or null when nothing remains: keys sorted at every depth, no blanks,
     * non-ASCII as characters; null, "", {} and [] dropped at every depth, inside arrays too. Gson keeps
     * a number as it was written: 12.50 stays 12.50.
     */
    static String canonical(JsonElement value) {
        if (value instanceof JsonObject object) {
            TreeMap<String, String> members = new TreeMap<>();
            object.entrySet().forEach(member -> put(members, member.getKey(), canonical(member.getValue())));
            List<String> texts = members.entrySet().stream().map(m -> quote(m.getKey()) + ":" + m.getValue()).toList();
            return texts.isEmpty() ? null : "{" + String.join(",", texts) + "}";
        }
        if (value instanceof JsonArray array) {
            List<String> texts = array.asList().stream().map(Sealed::canonical).filter(text -> text != null).toList();
            return texts.isEmpty() ? null : "[" + String.join(",", texts) + "]";
        }
        if (!(value instanceof JsonPrimitive primitive) || primitive.getAsString().isEmpty()) {
            return null;
        }
        return primitive.isString() ? quote(primitive.getAsString()) : primitive.getAsString();
    }

    private static void put(Map<String, String> members, String key, String text) {
        if (text != null) {
            members.put(key, text);
        }
    }

    /** JSON 字符串 / a JSON string; only what JSON asks for is escaped. */
    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> out.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        return out.append('"').toString();
    }

    /** 成员按 ASCII 排序以 & 连接，末尾加 &key=appSecret / what the signature covers. */
    static String signedText(Map<String, String> members, String appSecret) {
        List<String> left = List.of("signData", "encData", "extra");
        StringBuilder out = new StringBuilder();
        new TreeMap<>(members).forEach((name, value) -> {
            // 没有内容的 data 与空成员一样不签 / data that holds nothing is left out like an empty member.
            if (!left.contains(name) && value != null && !value.isEmpty()) {
                out.append(name).append('=').append(value).append('&');
            }
        });
        return out.append("key=").append(appSecret).toString();
    }

    /** SM4 密钥的十六个字符按字节使用，不作十六进制解码 / the key's hex characters are used as bytes, not decoded. */
    static byte[] key2(Caller caller) throws GeneralSecurityException {
        byte[] key = caller.appId().substring(0, 16).getBytes(StandardCharsets.US_ASCII);
        return encrypt(key, caller.appSecret()).substring(0, 16).getBytes(StandardCharsets.US_ASCII);
    }

    static String encrypt(byte[] key, String text) throws GeneralSecurityException {
        byte[] bytes = ecb(true, key, text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    static String decrypt(byte[] key, String hex) throws GeneralSecurityException {
        return new String(ecb(false, key, HexFormat.of().parseHex(hex)), StandardCharsets.UTF_8);
    }

    /** SM4-ECB, PKCS#7. */
    private static byte[] ecb(boolean encrypts, byte[] key, byte[] input) throws GeneralSecurityException {
        PaddedBufferedBlockCipher cipher = new PaddedBufferedBlockCipher(new SM4Engine(), new PKCS7Padding());
        cipher.init(encrypts, new KeyParameter(key));
        byte[] output = new byte[cipher.getOutputSize(input.length)];
        try {
            int length = cipher.processBytes(input, 0, input.length, output, 0);
            length += cipher.doFinal(output, length);
            return Arrays.copyOf(output, length);
        } catch (CryptoException | RuntimeException error) {
            throw new GeneralSecurityException("无法解密 / cannot be opened", error);
        }
    }

    /** SM3withSM2, r‖s (64 字节 / bytes; not DER), Base64. */
    static String sign(String privateKey, String text) throws GeneralSecurityException {
        byte[] bytes = Base64.getDecoder().decode(privateKey);
        SM2Signer signer = new SM2Signer(PlainDSAEncoding.INSTANCE);
        ECPrivateKeyParameters key = new ECPrivateKeyParameters(new BigInteger(1, bytes), CURVE);
        signer.init(true, new ParametersWithID(new ParametersWithRandom(key, RANDOM), USER));
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        signer.update(message, 0, message.length);
        try {
            return Base64.getEncoder().encodeToString(signer.generateSignature());
        } catch (CryptoException error) {
            throw new GeneralSecurityException(error);
        }
    }

    /** 公钥 64 字节，或以 04 开头的 65 字节 / a public key has 64 bytes, or 65 with a leading 04. */
    static boolean verify(String publicKey, String text, String signData) {
        byte[] signature = Base64.getDecoder().decode(signData);
        byte[] bytes = Base64.getDecoder().decode(publicKey);
        byte[] point = new byte[65];
        point[0] = 4;
        System.arraycopy(bytes, bytes.length - 64, point, 1, 64);
        SM2Signer signer = new SM2Signer(PlainDSAEncoding.INSTANCE);
        ECPublicKeyParameters key = new ECPublicKeyParameters(CURVE.getCurve().decodePoint(point), CURVE);
        signer.init(false, new ParametersWithID(key, USER));
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        signer.update(message, 0, message.length);
        return signature.length == 64 && signer.verifySignature(signature);
    }

    /** 24 个随机字符 / 24 random characters. */
    static String random() {
        byte[] bytes = new byte[12];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static ECDomainParameters curve() {
        X9ECParameters curve = GMNamedCurves.getByName("sm2p256v1");
        return new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
    }
}
