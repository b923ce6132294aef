// bouncycastle.toml: vectors of BouncyCastle 1.72.
// Run: java -cp /usr/share/java/bcprov.jar:/usr/share/java/gson.jar Make.java

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.gm.GMNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.paddings.PKCS7Padding;
import org.bouncycastle.crypto.paddings.PaddedBufferedBlockCipher;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithID;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.SM2Signer;

public final class Make {
    private static final HexFormat HEX = HexFormat.of();
    private static final SecureRandom RANDOM = new SecureRandom();

    public static void main(String[] args) throws Exception {
        JsonObject data = JsonParser.parseString(Files.readString(Path.of("inputs.json"))).getAsJsonObject();
        String key = data.get("private_key").getAsString();
        StringBuilder out = new StringBuilder("# Made with BouncyCastle 1.72 by Make.java; see README.md.\n"
                + "made_with = \"BouncyCastle 1.72\"\n\n");
        for (JsonElement element : data.getAsJsonArray("inputs")) {
            JsonObject row = element.getAsJsonObject();
            String text = row.has("text") ? row.get("text").getAsString()
                    : row.get("repeat").getAsString().repeat(row.get("times").getAsInt());
            byte[] message = text.getBytes(StandardCharsets.UTF_8);
            byte[] sealed = encrypt(HEX.parseHex(data.get("sm4_key").getAsString()), message);
            out.append("[[vector]]\ninput = \"").append(row.get("name").getAsString())
                    .append("\"\nsm3 = \"").append(sm3(message)).append("\"\nsm4 = \"").append(sm3(sealed))
                    .append("\"\nsignature = \"").append(sign(key, message)).append("\"\n\n");
        }
        byte[] abc = "abc".getBytes(StandardCharsets.US_ASCII);
        for (String name : new String[] {"short_r", "short_s"}) {
            int at = name.equals("short_r") ? 0 : 64;
            String signature = sign(key, abc);
            while (!signature.startsWith("00", at)) {
                signature = sign(key, abc);
            }
            out.append('[').append(name).append("]\ninput = \"abc\"\nsignature = \"").append(signature).append("\"\n\n");
        }
        Files.writeString(Path.of("bouncycastle.toml"), out.toString().stripTrailing() + "\n");
    }

    private static String sign(String key, byte[] message) throws Exception {
        X9ECParameters curve = GMNamedCurves.getByName("sm2p256v1");
        ECDomainParameters domain = new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
        SM2Signer signer = new SM2Signer(PlainDSAEncoding.INSTANCE);
        signer.init(true, new ParametersWithID(
                new ParametersWithRandom(new ECPrivateKeyParameters(new BigInteger(key, 16), domain), RANDOM),
                "1234567812345678".getBytes(StandardCharsets.US_ASCII)));
        signer.update(message, 0, message.length);
        return HEX.formatHex(signer.generateSignature());
    }

    private static String sm3(byte[] bytes) {
        SM3Digest digest = new SM3Digest();
        digest.update(bytes, 0, bytes.length);
        byte[] out = new byte[32];
        digest.doFinal(out, 0);
        return HEX.formatHex(out);
    }

    private static byte[] encrypt(byte[] key, byte[] plain) throws Exception {
        PaddedBufferedBlockCipher cipher = new PaddedBufferedBlockCipher(new SM4Engine(), new PKCS7Padding());
        cipher.init(true, new KeyParameter(key));
        byte[] out = new byte[cipher.getOutputSize(plain.length)];
        int length = cipher.processBytes(plain, 0, plain.length, out, 0);
        return Arrays.copyOf(out, length + cipher.doFinal(out, length));
    }
}
