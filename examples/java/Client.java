import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * 事前质控、上报、查询与一次错误 / pre-check, upload, query, and an error handled.
 *
 * <p>用法 usage: java Client CALLER_FILE LIST_FILE [URL]
 * 退出码 exit codes: 0 四次调用都如预期 / all four calls went as expected, 1 否则 / otherwise
 */
public final class Client {
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final Sealed.Caller caller;
    private final String base;

    private Client(Sealed.Caller caller, String base) {
        this.caller = caller;
        this.base = base;
    }

    public static void main(String[] args) {
        if (args.length < 2) {
            System.err.println("用法 usage: java Client CALLER_FILE LIST_FILE [URL]");
            System.exit(2);
        }
        try {
            Map<String, String> file = callerFile(Path.of(args[0]));
            Sealed.Caller caller = new Sealed.Caller(file.get("app_id"), file.get("app_secret"),
                    file.get("private_key"), file.get("platform_public_key"));
            JsonObject list = JsonParser.parseString(Files.readString(Path.of(args[1]))).getAsJsonObject();
            JsonObject head = list.getAsJsonObject("setlinfo");
            head.addProperty("fixmedins_code", file.get("fixmedins_code"));
            head.addProperty("fixmedins_name", file.get("fixmedins_name"));
            head.addProperty("setl_id", "JV-" + Sealed.random().substring(0, 16));
            new Client(caller, args.length > 2 ? args[2] : file.get("url")).run(list);
        } catch (java.net.ConnectException error) {
            System.err.println("网关不可达 / the gateway is not reachable");
            System.exit(1);
        } catch (Exception error) {
            System.err.println("失败 / failed: " + error);
            System.exit(1);
        }
    }

    private void run(JsonObject list) throws Exception {
        String setlId = list.getAsJsonObject("setlinfo").get("setl_id").getAsString();

        System.out.println("== 1. 事前质控 / pre-check");
        JsonObject checked = call(200, "qc/pre-check", list);
        JsonObject grouping = checked.getAsJsonObject("grouping");
        System.out.println("质控 QC: " + ("1".equals(text(checked, "qltctrl_rslt")) ? "通过 pass" : "不通过 fail"));
        System.out.println("分组 grouping: " + text(grouping, "status") + " " + text(grouping, "drg_code")
                + " " + text(grouping, "drg_name"));
        if (checked.has("estimate")) {
            System.out.println("测算 estimate: " + text(checked.getAsJsonObject("estimate"), "pay_std") + " 元 yuan");
        }

        System.out.println("\n== 2. 上报并提交 / upload and submit");
        JsonObject report = new JsonObject();
        report.addProperty("report", "4101");
        report.addProperty("submit", true);
        report.add("input", list);
        JsonObject stored = call(200, "reports", report);
        System.out.println("清单流水号 list " + text(stored, "setl_list_id") + "，状态 state " + text(stored, "stas_type"));

        System.out.println("\n== 3. 查询 / query");
        JsonObject query = new JsonObject();
        query.addProperty("setl_id", setlId);
        JsonObject found = call(200, "settlement-lists/uploads", query);
        String foundId = text(found.getAsJsonObject("list").getAsJsonObject("setlinfo"), "setl_id");
        System.out.println("结算ID setl_id " + foundId + "，状态 state " + text(found, "stas_type"));
        if (!setlId.equals(foundId)) {
            throw new IllegalStateException("查到的不是所上报的清单 / another list came back");
        }

        System.out.println("\n== 4. 未知字段 gender / a field gender, which does not exist");
        list.getAsJsonObject("setlinfo").addProperty("gender", "1");
        call(422, "qc/pre-check", list);
    }

    /** 密封、发送、验签 / seals, sends, verifies; gives the opened data. */
    private JsonObject call(int expected, String path, JsonElement data) throws Exception {
        Sealed.Message message = Sealed.seal(caller, data, "JV:" + Sealed.random());
        System.out.println("签名文本 signed text: " + message.covered().replace(caller.appSecret(), "<appSecret>") + "\n");
        String body = message.members().entrySet().stream()
                .map(member -> Sealed.quote(member.getKey()) + ":" + Sealed.quote(member.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/api/v1/" + path))
                .timeout(Duration.ofSeconds(30))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        JsonObject opened = opened(JsonParser.parseString(response.body()).getAsJsonObject(), message, response.statusCode());
        if (response.statusCode() >= 400) {
            refusal(response.statusCode(), opened);
        }
        if (response.statusCode() != expected) {
            throw new IllegalStateException("应为 expected HTTP " + expected);
        }
        return opened;
    }

    private JsonObject opened(JsonObject answer, Sealed.Message message, int status) throws Exception {
        // 验证调用方之前的失败是明文 / what fails before the caller is verified comes unsealed
        if (!answer.has("encData")) {
            System.out.println("明文应答（未签名）/ a plain answer, not signed: HTTP " + status);
            return answer;
        }
        JsonObject data = Sealed.open(caller, answer, message.members()).getAsJsonObject();
        System.out.println("应答验签通过 / the signature of the answer verifies: HTTP " + status
                + " code " + text(answer, "code"));
        return data;
    }

    private static void refusal(int status, JsonObject data) {
        String message = data.has("message") ? text(data, "message") + " / " + text(data, "message_en") : text(data, "title");
        System.out.println("拒绝 refused: HTTP " + status + " " + text(data, "code") + " " + message);
        JsonArray errors = data.has("errors") ? data.getAsJsonArray("errors") : new JsonArray();
        for (JsonElement element : errors) {
            JsonObject error = element.getAsJsonObject();
            System.out.println("  " + text(error, "pointer") + ": " + text(error, "message") + " / " + text(error, "message_en"));
        }
    }

    private static String text(JsonObject object, String name) {
        return object.has(name) ? object.get(name).getAsString() : "—";
    }

    /** 调用方文件每行一个 名称 = "值" / a caller file has a NAME = "VALUE" on each line. */
    private static Map<String, String> callerFile(Path path) throws Exception {
        Map<String, String> values = new HashMap<>();
        Matcher lines = Pattern.compile("(?m)^(\\w+) *= *\"([^\"]*)\"").matcher(Files.readString(path));
        while (lines.find()) {
            values.put(lines.group(1), lines.group(2));
        }
        return values;
    }
}
